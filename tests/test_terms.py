"""Terms in running text."""

from __future__ import annotations

import pytest

from kb.model import Name, Span, Term
from kb.terms import Matcher, abbreviations

NAMES = [
    ("Transference",),
    ("Working in the transference",),
    ("Therapeutic alliance", "working alliance"),
    ("Mentalization-based treatment", "MBT"),
    ("Insight",),
    ("Countertransference",),
    ("Object relations",),
    ("It", "IT"),
]
TERMS = [Term(tuple(Name(name, Span("g", 1)) for name in names), "d", (), None) for names in NAMES]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("The transference and the countertransference.", ["transference", "countertransference"]),
        ("Working in the transference, working alliances", ["Working in the transference", "working alliances"]),
        ("working in the garden", []),
        ("mentalization based treatment or MBT, not mbt", ["mentalization based treatment", "MBT"]),
        ("the transference’s own insights", ["transference’s", "insights"]),
        ("object-relations; object, relations", ["object-relations"]),
        ("insightful transferences", ["transferences"]),
        ("IT is it", ["IT", "it"]),
    ],
)
def test_mentions(text: str, found: list[str]) -> None:
    assert [text[mention.start : mention.end] for mention in Matcher(TERMS).find(text)] == found


def test_abbreviations() -> None:
    text = "MBT and RCTs, ICD-11, Axis II, McWilliams, U.S., I, A, DSM-5-TR, e.g. abc"
    assert list(abbreviations(text)) == ["MBT", "RCT", "ICD", "DSM", "TR"]
