"""Terms in running text."""

from __future__ import annotations

import pytest

from kb.cycles import cycles
from kb.model import Name, Span, Term
from kb.reading.words import sentences
from kb.terms import Matcher, abbreviations, fold, is_form_of, respelt, spelling

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
        (
            "counter-transference, mentalisation-based treatment",
            ["counter-transference", "mentalisation-based treatment"],
        ),
    ],
)
def test_mentions(text: str, found: list[str]) -> None:
    assert [text[mention.start : mention.end] for mention in Matcher(TERMS).find(text)] == found


def test_abbreviations() -> None:
    text = "MBT and RCTs, ICD-11, Axis II, McWilliams, U.S., I, A, DSM-5-TR, e.g. abc"
    assert list(abbreviations(text)) == ["MBT", "RCT", "ICD", "DSM", "TR"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Countertransference", "counter-transference"),
        ("Internalisation", "internalizations"),
        ("Defence", "defenses"),
        ("Behavioural activation", "behavioral-activation"),
        ("client-centred programme", "Client centered programs"),
        ("Paediatric counselling", "pediatric counseling"),
        ("Meta-analysis", "meta-analyses"),
        ("Naturalistic study", "naturalistic studies"),
        ("Level of organisation", "levels of organization"),
        ("theatre", "theaters"),
        ("RCT", "RCT"),
    ],
)
def test_names_that_are_one(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Projection", "Projective"),
        ("Phantasy", "Fantasy"),
        ("Defence", "Defensive"),
        ("Ego", "Ego psychology"),
        ("practice", "practise"),
        ("four", "for"),
    ],
)
def test_names_that_are_two(one: str, other: str) -> None:
    assert fold(one) != fold(other)


def test_spelling_keeps_the_plural() -> None:
    assert spelling("Counter-transference") == spelling("countertransference")
    assert spelling("study") != spelling("studies")


@pytest.mark.parametrize(
    ("used", "name", "mended"),
    [
        ("Counter-transferences", "Countertransference", "Countertransferences"),
        ("defense's", "Defence", "defence's"),
        ("cognitive-behavioral therapy", "Cognitive behavioural therapy", "cognitive-behavioural therapy"),
        ("non inferiority", "Noninferiority", "noninferiority"),
        ("mentalization", "mentalisation", "mentalisation"),
        ("another", "Term", None),
    ],
)
def test_respelt(used: str, name: str, mended: str | None) -> None:
    assert not is_form_of(used, name)
    assert respelt(used, name) == mended
    assert mended is None or is_form_of(mended, name)


def test_sentences_end_where_a_reader_ends_them() -> None:
    text = 'He said so. "Did he?" Yes, e.g. J. Smith did (p. 3). In 1915 as well'
    assert [text[start:end].strip() for start, end in sentences(text)] == [
        "He said so.",
        '"Did he?"',
        "Yes, e.g. J. Smith did (p. 3).",
        "In 1915 as well",
    ]


def test_cycles() -> None:
    assert list(cycles({"a": ["b", "x"], "b": ["c"], "c": ["a", "c"], "d": ["a"]})) == [
        ["a", "b", "c", "a"],
        ["c", "c"],
    ]
    chain = {str(n): [str(n + 1)] for n in range(5000)}
    assert list(cycles(chain)) == []
