"""What the pages must hold beyond what the gate can see."""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from html.parser import HTMLParser
from pathlib import Path

import pytest
import yaml

from conftest import ROOT
from kb.kinds import KINDS

DOCS = ROOT / "docs"
SHARED = ROOT.parent / "shared"
PAGES = sorted(path for kind in KINDS for path in (DOCS / kind.folder).glob("*.md") if path.name != "index.md")
FIRST_PAGES = """\
guides: what-is-psychodynamic-psychotherapy is-it-right-for-me getting-urgent-help professional-help-and-self-help
principles: dynamic-unconscious unconscious-conflict transference countertransference defence resistance attachment
principles: therapeutic-alliance
mechanisms: insight corrective-emotional-experience
techniques: free-association interpretation working-in-the-transference
defences: intellectualisation denial
indications: depression borderline-personality-disorder
approaches: mentalization-based-treatment
instruments: psychodynamic-diagnostic-manual
evidence: shedler-2010-and-its-critics
"""

# Pages with tables and plots, which say more.
LIVING_ON_DATA = ("indications", "approaches", "instruments", "evidence", "debates")


def body(path: Path) -> str:
    return path.read_text(encoding="utf-8").partition("\n---\n")[2]


def test_the_first_pages_are_there() -> None:
    expected = {
        f"{folder}/{name}.md"
        for line in FIRST_PAGES.splitlines()
        for folder, _, names in [line.partition(": ")]
        for name in names.split()
    }
    assert expected <= {path.relative_to(DOCS).as_posix() for path in PAGES}


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_page_is_whole(path: Path) -> None:
    text = re.sub(r"\[[^\[\]]*@[^\[\]]*\]|\]\([^)]*\)|\{\{[^}]*\}\}|```.*?```", "", body(path), flags=re.DOTALL)
    least, most = (600, 1200) if path.parent.name in LIVING_ON_DATA else (500, 1050)
    assert least <= len(re.findall(r"\w[\w’'-]*", text)) <= most
    assert len(set(re.findall(r"@([\w-]+)", body(path)))) >= 3


def test_concepts_are_many_and_well_cited() -> None:
    kinds = ("principles", "mechanisms", "techniques", "defences")
    concepts = [path for path in PAGES if path.parent.name in kinds]
    guides = [path for path in PAGES if path.parent.name == "guides"]
    works = [len(set(re.findall(r"@([\w-]+)", body(path)))) for path in concepts]
    assert len(concepts) + len(guides) >= 120
    assert sum(works) / len(works) >= 5


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_results_are_not_typed_into_prose(path: Path) -> None:
    """Effects wait for their data file: no percentage, interval, p-value or standardised difference in a text."""
    text = re.sub(r"\[[^\[\]]*@[^\[\]]*\]", "", body(path))
    typed = r"\d\s?%|\d per ?cent|\bp\s?[<=>]\s?\.?\d|\b[dgrkn]\s?=\s?-?\.?\d|\bCI\s+\S?\d|confidence interval of|odds ratio of"
    assert re.findall(typed, text, flags=re.IGNORECASE) == []


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_summary_is_one_short_sentence(path: Path) -> None:
    fields = yaml.safe_load(path.read_text(encoding="utf-8").split("---\n")[1])
    assert len(fields["summary"].split()) <= 35
    assert fields["summary"].endswith(".")


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_dialogue_is_labelled_invented(path: Path) -> None:
    text = body(path)
    for match in re.finditer(r"^( *)\*\*(?:Client|Therapist|Patient):\*\*", text, flags=re.MULTILINE):
        assert match[1], "dialogue stands in a box"
        assert '"Invented example"' in text[: match.start()].rpartition("!!! ")[2].partition("\n")[0]


def ten_words(text: str) -> set[str]:
    words = re.findall(r"[a-z']+", text.lower())
    return {" ".join(words[start : start + 10]) for start in range(len(words) - 9)}


@pytest.mark.skipif(not (SHARED / "starting-documents").is_dir(), reason="the starting documents are not here")
def test_no_ten_words_in_a_row_are_taken_from_a_starting_document() -> None:
    taken: set[str] = set()
    for source in (SHARED / "starting-documents").glob("0*.txt"):
        taken |= ten_words(source.read_text(encoding="utf-8", errors="replace"))
    assert taken
    for path in [*DOCS.rglob("*.md"), DOCS / "glossary.yml"]:
        assert ten_words(path.read_text(encoding="utf-8")) & taken == set(), path


@pytest.mark.skipif(not (SHARED / "library").is_dir(), reason="the library of sources is not here")
def test_works_the_library_holds_are_confirmed_there() -> None:
    confirmed: dict[str, bool] = {}
    for name in ("evidence.bib", "concepts.bib"):
        text = (SHARED / "library" / name).read_text(encoding="utf-8")
        for match in re.finditer(r"^@\w+\{([^,]+),(.*?)^\}", text, flags=re.MULTILINE | re.DOTALL):
            confirmed[match[1]] = confirmed.get(match[1], False) or "x_verified = {seen}" in match[2]
    assert confirmed
    published = re.findall(r"^@\w+\{([^,]+),", (ROOT / "bib" / "references.bib").read_text("utf-8"), flags=re.MULTILINE)
    assert [key for key in published if confirmed.get(key) is False] == []


def test_contributing_names_every_field_and_section() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    for kind in KINDS:
        assert f"`{kind.folder}`" in text
        for field in kind.fields.model_fields:
            assert f"`{field}`" in text, field
        row = next(line for line in text.splitlines() if line.startswith(f"| {kind.name} | In plain words"))
        named = [part.strip() for part in row.split("|")[2].split("·")]
        assert [name for name in named if name != "*any*"] == list(kind.sections)


# What the renderer of effects writes, lists of works, whose titles are what they are, and what is no text.
WRITTEN_FROM_DATA = {"kb-effect", "kb-effects", "kb-guidelines", "kb-references"}
NO_TEXT = {"code", "pre", "script", "style", "template", "noscript"}
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
STATISTIC = re.compile(
    r"""
    \d\s?(?:%|per\s?cents?\b|percent)                                          # 23 %, 23 per cent
    | \b9[059](?:\.\d)?\s?%?\s?(?:CI|confidence\s+interval)\b
    | \b(?:d|g|r|k|n|N|p|P|t|F|z|OR|RR|HR|RD|SMD|MD|NNT|ES|AUC|I²|τ²|β|η²|χ²)\s?[=<>≤≥≈]\s?[-−–]?\.?\d
    | \b(?:effect\s+size|odds\s+ratio|risk\s+ratio|correlation)\s+(?:of|was|is)\s+(?:about\s+)?[-−–]?\.?\d
    | \b\d+\s+(?:in|of|out\s+of)\s+(?:every\s+)?(?:10|100|1,?000)\b
    """,
    re.VERBOSE,
)


class TypedText(HTMLParser):
    """The text of a page that no row of the data has written."""

    def __init__(self) -> None:
        super().__init__()
        self.text: list[str] = []
        self.open: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        classes = (dict(attrs).get("class") or "").split()
        is_skipped = tag in NO_TEXT or bool(WRITTEN_FROM_DATA.intersection(classes))
        if tag not in VOID:
            self.open.append((tag, is_skipped))

    def handle_endtag(self, tag: str) -> None:
        while any(tag == name for name, _ in self.open):
            if self.open.pop()[0] == tag:
                break

    def handle_data(self, data: str) -> None:
        # What is left out leaves a gap, so that nothing is read across it.
        self.text.append("\n" if any(skipped for _, skipped in self.open) else data)


def typed_statistics(html: str) -> list[str]:
    reader = TypedText()
    reader.feed(html)
    return [match[0] for match in STATISTIC.finditer("".join(reader.text))]


def test_no_page_shows_a_statistic_that_no_row_has_written(site: Path) -> None:
    pages = sorted(site.rglob("*.html"))
    assert len(pages) > len(PAGES)
    assert {page.relative_to(site).as_posix(): typed_statistics(page.read_text("utf-8")) for page in pages} == {
        page.relative_to(site).as_posix(): [] for page in pages
    }


@pytest.mark.parametrize(
    "typed",
    [
        *("<p>It was large (d = 0.97).</p>", "<li><em>g</em> = 0.5</li>", "<td>r = .28</td>", "<p>p &lt; .05</p>"),
        *("<p>95% CI 0.1 to 0.5</p>", "<p>In 23&nbsp;% of cases</p>", "<p>44 per cent recovered</p>", "<p>OR=1.8</p>"),
        *("<p>an effect size of 0.8</p>", "<p>31 of 100 people</p>", "<dd>3 out of 10</dd>"),
        '<p><span class="kb-effect">g = 0.5</span> and g = 0.6</p>',
    ],
)
def test_typed_statistic_is_seen(typed: str) -> None:
    assert len(typed_statistics(typed)) == 1


@pytest.mark.parametrize(
    "sound",
    [
        '<p>It was <span class="kb-effect"><span>g = 0.64 (95% CI 0.39 to 0.89)</span></span> after treatment.</p>',
        '<div class="kb-effects"><table><tr><td>d = 0.97</td><td>12%<br>p = .04</td></tr></table></div>',
        '<ul class="kb-references"><li>Why 50% is not half</li></ul>',
        "<p>PDM-2 (2017), 3 of the 12 steps, ages 12 to 18, see p. 97</p>",
        "<pre>d = 0.97</pre><p>two of three trials</p>",
    ],
)
def test_what_is_written_from_data_is_no_typed_statistic(sound: str) -> None:
    assert typed_statistics(sound) == []


def test_the_definition_on_the_home_page_is_that_of_its_page() -> None:
    text = (DOCS / "index.md").read_text(encoding="utf-8")
    definitions = re.findall(r"^\[[^\]]+\]\(([^)]+)\)\n:\s+(.+)$", text, re.MULTILINE)
    assert definitions
    for page, definition in definitions:
        assert f"summary: {definition}\n" in (DOCS / page).read_text(encoding="utf-8")


def test_every_indication_has_a_result_on_the_unfavourable_side() -> None:
    sides: dict[str, list[bool]] = defaultdict(list)
    with (ROOT / "bib" / "effects.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            null = 1 if row["metric"] in ("OR", "RR") else 0
            is_compared = row["comparison_kind"] not in ("within group", "association") and row["ci_low"]
            includes_null = bool(is_compared) and float(row["ci_low"]) <= null <= float(row["ci_high"])
            says_so = row["note"].startswith(("null:", "unfavourable:"))
            sides[row["indication"]].append(includes_null or says_so)
    assert len(sides) >= 15
    assert [indication for indication, found in sides.items() if not any(found)] == []
