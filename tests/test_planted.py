"""Faults planted at random places of the real site: each is found at its line and column, and nothing else is."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from cases import shown
from conftest import copy_project
from kb import engine, gate

# A sentence with one fault, the rule that finds it, and the words at which the finding stands.
FAULTS = [
    ("A [sound text](nowhere-at-all.md) here.", "link-target-exists", "nowhere-at-all.md"),
    ("A picture ![of a tree](tree.png) here.", "link-target-exists", "tree.png"),
    ("A [sound text](#no-such-heading) here.", "link-anchor-exists", "#no-such-heading"),
    ("A [sound text][no such label] here.", "reference-link-is-defined", "no such label"),
    ("A word[^no-such-note] here.", "footnote-is-defined", "[^no-such-note]"),
    ("A claim [see @nobody1900, p. 3] here.", "citation-resolves", "nobody1900"),
    ("A claim [@shedler2010efficacy; -@nobody1900] here.", "citation-resolves", "nobody1900"),
    ("A claim [see @Shedler2010efficacy] here.", "citation-case-matches", "Shedler2010efficacy"),
    ("A claim [@shedler2010efficacy.] here.", "citation-key-is-whole", "shedler2010efficacy"),
    ("A [sound text [@shedler2010efficacy]](../index.md) here.", "citation-is-published", "shedler2010efficacy"),
    ("A claim by @shedler2010efficacy here.", "citation-is-published", "shedler2010efficacy"),
    ("Shedler (2009) wrote this [@shedler2010efficacy].", "year-agrees-with-reference", "Shedler"),
    (
        'It says "a and b and c and d and e and f and g and h" [@shedler2010efficacy].',
        "quotation-has-page",
        "a and b",
    ),
    ("Some call it XQZ here.", "abbreviation-is-defined", "XQZ"),
    ("It helped 23 % of them.", "statistic-comes-from-data", "23 %"),
    ("This is the gold standard here.", "wording-is-neutral", "gold standard"),
    ("It was more effective than usual care here.", "claim-is-cited", "more effective than"),
    ("Some see counter-transference here.", "term-is-spelt-one-way", "counter-transference"),
    ("It is called *reverse parking* here.", "emphasised-term-is-defined", "reverse parking"),
    ('A frame <iframe title="x"></iframe> here.', "page-runs-nothing", ' title="x"'),
    ("A picture ![](../index.md) here.", "image-has-description", "../index.md"),
    ("A link [here](../index.md) to read.", "link-text-says-where", "../index.md"),
    ("An address [of a site](http://example.org) here.", "external-address-is-secure", "http://example.org"),
    ("An address [of a site](www.example.org) here.", "address-is-well-formed", "www.example.org"),
    ("A work [by its number](doi:10.1037/a0018378) here.", "address-is-well-formed", "doi:10.1037/a0018378"),
    ("A file [of the project](../../README.md) here.", "link-stays-in-docs", "../../README.md"),
    ("An open [sound text](../index.md and more here.", "link-is-complete", "../index.md"),
    ("A published [sound text](../../index.html) here.", "link-names-the-source", "../../index.html"),
    (
        'A <img alt="picture" src="../../assets/images/favicon.png" srcset="none.png 2x"> here.',
        "link-target-exists",
        "none.png",
    ),
    ('A word <img alt="x" src="https://example.org/x.png"> here.', "resource-is-our-own", "https:"),
    ('A <span style="color: red">word</span> here.', "page-runs-nothing", "style"),
]
SEEDS = range(3)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_project(tmp_path_factory.mktemp("planted"))


def places(text: str) -> Iterator[int]:
    """The lines before which a paragraph may begin: those of a paragraph or heading that follows an empty line.

    The section in plain words is left out: one sentence more may be one too many there.
    """
    lines = text.split("\n")
    body = next(n for n, line in enumerate(lines) if line.startswith("## ") and line != "## In plain words") + 1
    for number in range(body, len(lines)):
        if not lines[number - 1] and re.match(r"[A-Z#]", lines[number]):
            yield number


@pytest.mark.parametrize(("sentence", "rule", "words"), FAULTS, ids=lambda value: value if "-" in value else "")
@pytest.mark.parametrize("seed", SEEDS)
def test_planted_fault_is_found_and_nothing_else(folder: Path, sentence: str, rule: str, words: str, seed: int) -> None:
    chance = random.Random(f"{seed} {sentence}")
    pages = [page for page in sorted((folder / "docs").glob("*/*.md")) if "\n## " in page.read_text(encoding="utf-8")]
    page = chance.choice([page for page in pages if page.parent.name != "about"])
    before = page.read_text(encoding="utf-8")
    line = chance.choice(list(places(before)))
    lines = before.split("\n")
    page.write_text("\n".join([*lines[:line], sentence, "", *lines[line:]]), encoding="utf-8")
    try:
        project = engine.load(str(folder / "mkdocs.yml"))
        findings = gate.judge(project)[1].findings
    finally:
        page.write_text(before, encoding="utf-8")
    name = page.relative_to(folder).as_posix()
    assert [shown(finding) for finding in findings] == [f"{name}:{line + 1}:{sentence.index(words) + 1} {rule}"]


# What is done to a field of an entry, the rule that finds it, and where: at the entry, or this far into what was written.
BROKEN_ENTRIES = [
    (r"^@article\{", "@artcle{", "reference-type-is-known", 1),
    (r"^  pages = ", "  pagse = ", "reference-field-is-known", 2),
    (r"^  title = \{\{", "  title = {{Mind & ", "reference-text-is-escaped", 17),
    (r"^(  journal = \{.*\}),$", r"\1", "bibliography-can-be-read", None),
    (r"^(  publisher = \{.*)\},$", r"\1,", "bibliography-can-be-read", 14),
    (r"^  doi = \{", "  doi = {https://doi.org/", "identifier-is-well-formed", 9),
    (r"^(  author = \{[^,{}]+, [^,{}]+) and [^{}]*\},$", r"\1 et al.},", "reference-names-can-be-read", 12),
]


@pytest.mark.parametrize(("field", "broken", "rule", "column"), BROKEN_ENTRIES, ids=lambda value: str(value)[:24])
@pytest.mark.parametrize("seed", SEEDS)
def test_broken_entry_is_found_and_nothing_else(
    folder: Path, field: str, broken: str, rule: str, column: int | None, seed: int
) -> None:
    file = folder / "bib" / "references.bib"
    before = file.read_text(encoding="utf-8")
    chance = random.Random(f"{seed} {field}")
    match = chance.choice(list(re.finditer(field, before, re.MULTILINE)))
    written = match.expand(broken)
    file.write_text(before[: match.start()] + written + before[match.end() :], encoding="utf-8")
    try:
        findings = gate.judge(engine.load(str(folder / "mkdocs.yml")))[1].findings
    finally:
        file.write_text(before, encoding="utf-8")
    line = before.count("\n", 0, match.start()) + 1
    place = len(written) - 1 if column is None else column
    assert [shown(finding) for finding in findings] == [f"bib/references.bib:{line}:{place + 1} {rule}"]
