"""What the text says, and how: no number from memory, no word that sells."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kb.kinds import IN_PLAIN_WORDS
from kb.knowledge import KnowledgeBase
from kb.model import Fault, Page, Severity
from kb.rules import rule

_STATISTIC = re.compile(
    r"""
    (?<!\d)\d++(?:[.,]\d++)?\s?(?:%|per\s?cent\b)                              # 23 %, 23 per cent
    | \b95\s?%?\s?(?:CI|confidence\s+interval)\b
    | \b(?:d|g|r|k|n|N|p|OR|RR|SMD|NNT)\s?[=<>≤≥]\s?[-−–]?\.?\d[\d.,]*   # d = 0.8, p < .05
    """,
    re.VERBOSE,
)
# What the style refuses, and what to write instead.
_REFUSED = {
    r"gold[\s-]standard": "say compared with what, and who says so",
    r"(?:research|science|evidence|studies)\s+(?:shows?|proves?)": "name the studies and what they compared",
    r"(?:is|are|been|was|were|scientifically|clinically)\s+proven": "say what was found, compared with what",
    r"miracle|breakthrough|revolutionary": "say what was found",
    r"suffers?\s+from|suffering\s+from|afflicted\s+with|victims?\s+of": "people have a condition: 'with', 'who has'",
}
_WORDING = re.compile("|".join(rf"\b(?:{pattern})\b" for pattern in _REFUSED), re.IGNORECASE)
# Nearly every text is free of all of these, which is quickly seen; without one of them nothing above matches.
_DIGITS = tuple("0123456789")
_STEMS = ("gold", "show", "prove", "miracle", "breakthrough", "revolution", "suffer", "afflict", "victim")


@rule("statistic-comes-from-data", alone=True)
def statistic_comes_from_data(kb: KnowledgeBase) -> Iterator[Fault]:
    """No statistic is typed into a text: no percentage, effect size, p-value, interval or sample size.

    A typed number has lost what it was compared with, and nobody notices when its source is corrected.

    Bad:
        Short-term therapy had a large effect (d = 0.97).
    Good:
        Short-term therapy did better than usual care [@abbass2014cochrane].
    Fix:
        Refer to a row of the data, as in `{{effect:ID}}`, or say it in words, with the comparison and the citation.
    """
    for page, index, match in _matches(kb, _STATISTIC, _DIGITS):
        span = kb.locate(page, index, _exactly(match[0]), len(match[0]))
        yield Fault(f"'{match[0]}' is a number typed into the text", span, "say it in words, with the comparison")


@rule("wording-is-neutral", severity=Severity.WARNING, alone=True)
def wording_is_neutral(kb: KnowledgeBase) -> Iterator[Fault]:
    """The text uses no word that sells, overstates, or makes a person into a condition.

    Readers in distress hear a promise; sceptical ones stop reading.

    Bad:
        Research shows that this therapy is the gold standard.
    Good:
        In three trials this therapy did better than a waiting list [@...].
    Fix:
        Take what the message offers, or say it plainly.
    """
    for page, index, match in _matches(kb, _WORDING, _STEMS):
        instead = next(text for pattern, text in _REFUSED.items() if re.fullmatch(pattern, match[0], re.IGNORECASE))
        span = kb.locate(page, index, _exactly(match[0]), len(match[0]))
        yield Fault(f"'{match[0]}' overstates or labels", span, instead)


@rule("claim-is-cited", severity=Severity.WARNING, alone=True)
def claim_is_cited(kb: KnowledgeBase) -> Iterator[Fault]:
    """A sentence that states an effect, a rate or a comparison of treatments has a citation in its paragraph.

    Without one, nobody can look up who found it, with whom, and compared with what. A paragraph is also an item of a
    list, where the sentence that introduces the list may cite for all, and a row of a table. Not meant are questions,
    what is said to be unknown, what is quoted, invented examples, and sentences that point to what is cited "above",
    "below" or "on this page". "In plain words" and the summary are left out: they repeat in short what the page says
    with its sources, and citations would make them hard to read.

    Bad:
        Short-term therapy was more effective than usual care.
    Good:
        Short-term therapy was more effective than usual care [@abbass2014cochrane].
    Fix:
        Cite the work that found it, or say that it is not known.
    """
    if kb.settings.bibliography is None:
        return
    for page in kb.pages:
        if kb.kind_of(page) is None:
            continue
        for index, section in enumerate(page.sections):
            if section.heading is not None and page.headings[section.heading].text == IN_PLAIN_WORDS:
                continue
            for number, paragraph in enumerate(section.paragraphs):
                for start, end in paragraph.uncited_claims:
                    span = kb.place_in_paragraph(page, index, number, start, end)
                    message = f"'{paragraph.text[start:end]}' states what was found, but this paragraph cites no work"
                    yield Fault(message, span, "cite the work that found it, or say that it is not known")


def _matches(
    kb: KnowledgeBase, pattern: re.Pattern[str], stems: tuple[str, ...]
) -> Iterator[tuple[Page, int, re.Match[str]]]:
    """Every match in the running text of the pages that have a kind, with the index of its section.

    What matches holds one of the `stems`, which are in small letters.
    """
    for page in kb.pages:
        if kb.kind_of(page) is not None:
            for index, section in enumerate(page.sections):
                for text in section.prose:
                    low = text.lower()
                    if any(stem in low for stem in stems):
                        yield from ((page, index, match) for match in pattern.finditer(text))


def _exactly(text: str) -> re.Pattern[str]:
    return re.compile(r"\s+".join(re.escape(word) for word in text.split()))
