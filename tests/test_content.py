"""What the pages must hold beyond what the gate can see."""

from __future__ import annotations

import re
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
    text = re.sub(r"\[[^\[\]]*@[^\[\]]*\]|\]\([^)]*\)", "", body(path))
    assert 500 <= len(re.findall(r"\w[\w’'-]*", text)) <= 1050
    assert len(set(re.findall(r"@([\w-]+)", body(path)))) >= 3


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_results_are_not_typed_into_prose(path: Path) -> None:
    """Effects wait for their data file: no percentage, interval, p-value or standardised difference in a text."""
    text = re.sub(r"\[[^\[\]]*@[^\[\]]*\]", "", body(path))
    typed = (
        r"\d\s?%|\d per ?cent|\bp\s?[<=>]\s?\.?\d|\b[dgrkn]\s?=\s?-?\.?\d|\bCI\b|confidence interval of|odds ratio of"
    )
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
