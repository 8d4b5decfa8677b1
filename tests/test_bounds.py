"""Reading ends: what takes too much time or memory is said, and what fails in a process of its own still fails here."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from cases import findings_of, shown
from kb import rules
from kb.knowledge import KnowledgeBase
from kb.model import Fault, Severity
from kb.reading import bounds
from kb.reading.bounds import TooCostly, bounded
from kb.rules import Rule

SHORT, LONG = b"text", b"x" * 200_000  # the one is read in this process, the other in one of its own


@pytest.fixture(autouse=True)
def _soon_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounds, "SECONDS", 0.2)


def go_on_for_ever() -> int:
    number = 0
    while True:
        number += 1


def take_much_memory() -> int:
    return len(bytes(10 * bounds.MEGABYTES * 1024 * 1024))


@pytest.mark.parametrize("content", [SHORT, LONG], ids=["short", "long"])
def test_result_is_that_of_reading(content: bytes) -> None:
    assert bounded(content, lambda: {"read": len(content)}) == {"read": len(content)}


@pytest.mark.parametrize("content", [SHORT, LONG], ids=["short", "long"])
def test_what_takes_too_much_is_stopped(content: bytes) -> None:
    with pytest.raises(TooCostly, match=r"more than [\d.]+ s"):
        bounded(content, go_on_for_ever)
    with pytest.raises(TooCostly, match=r"more than \d+ MB"):
        bounded(content, take_much_memory)


@pytest.mark.parametrize("content", [SHORT, LONG], ids=["short", "long"])
def test_error_is_that_of_reading(content: bytes) -> None:
    with pytest.raises(ZeroDivisionError):
        bounded(content, lambda: 1 // 0)


@pytest.mark.parametrize("content", [SHORT, LONG], ids=["short", "long"])
def test_bound_within_a_bound_gives_no_more_time(content: bytes) -> None:
    with pytest.raises(TooCostly):
        bounded(content, lambda: bounded(LONG, go_on_for_ever))


def test_rule_that_does_not_end_on_a_page_is_a_finding(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def check(kb: KnowledgeBase) -> Iterator[Fault]:
        """A rule ends."""
        if any(page.is_readable for page in kb.pages if page.id == "endless"):
            go_on_for_ever()
        yield from ()

    rules.all_rules()
    monkeypatch.setitem(rules._rules, "rule-ends", Rule("rule-ends", "prose", Severity.ERROR, check, alone=True))
    found = findings_of(tmp_path, {"docs/endless.md": "Text.\n"}, "page-can-be-read")
    assert [shown(finding) for finding in found] == ["docs/endless.md:1:1 page-can-be-read"]
