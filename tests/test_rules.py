"""Every rule finds what it is for, at its place, and is silent on what is sound."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from cases import Case, findings_of, read_cases, shown, write_project
from kb import engine, gate
from kb.knowledge import Sound
from kb.rules import all_rules, faults, run

FIXTURES = Path(__file__).parent / "rules"
CASES = [
    pytest.param(file.stem, case, id=f"{file.stem}: {case.name}")
    for file in sorted(FIXTURES.glob("*.md"))
    for case in read_cases(file)
]


@pytest.mark.parametrize(("rule", "case"), CASES)
def test_rule(rule: str, case: Case, tmp_path: Path) -> None:
    found = findings_of(tmp_path, case.files, rule)
    assert [shown(finding) for finding in found] == [f"{line} {rule}" for line in case.expected]
    for edit in (finding.edit for finding in found if finding.edit):
        assert edit.span.line
        assert edit.span.column
        line = (tmp_path / edit.span.path).read_text(encoding="utf-8").split("\n")[edit.span.line - 1]
        assert line[edit.span.column - 1 :].startswith(edit.old)


@pytest.mark.parametrize("rule", sorted(rule.name for rule in all_rules().values() if rule.alone))
def test_rule_that_looks_at_a_page_alone_misses_nothing(rule: str, tmp_path: Path) -> None:
    """What such a rule finds on the pages one by one is what it finds when it sees them all."""
    for number, case in enumerate(read_cases(FIXTURES / f"{rule}.md")):
        kb, verdict = gate.judge(engine.load(str(write_project(tmp_path / str(number), case.files))), [rule])
        assert list(verdict.findings) == run(kb, [rule])


# Rules about what the others find: a page on which these find something is not sound.
ABOUT_OTHERS = {"baseline-only-shrinks", "suppression-is-needed"}


@pytest.mark.parametrize("rule", sorted(all_rules().keys() - ABOUT_OTHERS))
def test_rule_passes_over_sound_pages_only_where_it_goes_page_by_page(rule: str, tmp_path: Path) -> None:
    passed_over = False
    for number, case in enumerate(read_cases(FIXTURES / f"{rule}.md")):
        kb, _ = gate.judge(engine.load(str(write_project(tmp_path / str(number), case.files))), [rule])
        sound = {page.uri: Sound(tuple(kb.leads_to(page)), tuple(kb.terms_on(page))) for page in kb.pages}
        found, left = faults(replace(kb, sound={}), [rule]), faults(replace(kb, sound=sound), [rule])
        assert set(left) <= set(found)
        passed_over |= len(left) < len(found)
    assert passed_over == all_rules()[rule].page_by_page


@pytest.mark.parametrize("rule", sorted(rule.name for rule in all_rules().values() if rule.of_data))
def test_rule_of_data_does_without_pages(rule: str, tmp_path: Path) -> None:
    for number, case in enumerate(read_cases(FIXTURES / f"{rule}.md")):
        kb, _ = gate.judge(engine.load(str(write_project(tmp_path / str(number), case.files))), [rule])
        assert faults(replace(kb, pages=[]), [rule]) == faults(kb, [rule])


@pytest.mark.parametrize("rule", sorted(all_rules()))
def test_rule_has_failing_and_passing_case(rule: str) -> None:
    cases = read_cases(FIXTURES / f"{rule}.md")
    assert {case.fails for case in cases} == {True, False}


@pytest.mark.parametrize("rule", sorted(all_rules()))
def test_rule_is_documented(rule: str) -> None:
    documentation = all_rules()[rule].documentation
    assert documentation.partition("\n")[0].endswith(".")
    assert "\nBad:\n" in documentation
    assert "\nGood:\n" in documentation


CORPUS = Path(__file__).parent / "corpus"


@pytest.mark.parametrize(
    "case", [pytest.param(c, id=c.name) for f in sorted(CORPUS.glob("*.md")) for c in read_cases(f)]
)
def test_all_rules_together(case: Case, tmp_path: Path) -> None:
    found = findings_of(tmp_path, case.files)
    assert [shown(finding) for finding in found] == case.expected
