"""What the text says, and how: no number from memory, no word that sells."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kb.kinds import IN_PLAIN_WORDS
from kb.knowledge import KnowledgeBase
from kb.model import Fault, Page, Severity
from kb.rules import rule
from kb.words import sentences

_STATISTIC = re.compile(
    r"""
    \d+(?:[.,]\d+)?\s?(?:%|per\s?cent\b)                              # 23 %, 23 per cent
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


@rule("statistic-comes-from-data", alone=True)
def statistic_comes_from_data(kb: KnowledgeBase) -> Iterator[Fault]:
    """No statistic is typed into a text: no percentage, effect size, p-value, interval or sample size.

    A typed number has lost what it was compared with, and nobody notices when its source is corrected.

    Bad:
        Short-term therapy had a large effect (d = 0.97).
    Good:
        Short-term therapy did better than usual care [@abbass2014cochrane].
    Fix:
        Say it in words, with the comparison and the citation.
    """
    for page, index, match in _matches(kb, _STATISTIC):
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
    for page, index, match in _matches(kb, _WORDING):
        instead = next(text for pattern, text in _REFUSED.items() if re.fullmatch(pattern, match[0], re.IGNORECASE))
        span = kb.locate(page, index, _exactly(match[0]), len(match[0]))
        yield Fault(f"'{match[0]}' overstates or labels", span, instead)


# What a treatment is compared with. Who feels superior to a neighbour is in no trial.
_TREATMENT = (
    r"(?:\w+\s+){0,2}?(?:therap\w+|psychotherap\w+|treatments?|care|counselling|CBT|DBT|placebos?|controls?"
    r"|waiting\s+lists?|medication|antidepressants?|drugs?)"
)
_STUDY = r"(?:stud(?:y|ies)|trials?|experiments?|surveys?|meta-analys[ei]s|reviews?)"
_OUTCOME = (
    r"(?:\w+\s+){0,2}?(?:symptoms?|depression|suicid\w+|self-harm|relapses?|drop-?outs?|mortality|outcomes?|well-being"
    r"|quality\s+of\s+life)"
)
_PEOPLE = r"(?:people|patients|clients|adults|children|participants|those)"
# What states an effect, a rate or a comparison.
_CLAIM = re.compile(
    rf"""\b(?:
        (?:more|less)\s+(?:effective|efficacious|beneficial|helpful)\s+(?:than|for|in)
      | (?:as|equally|highly)\s+(?:effective|efficacious|beneficial)
      | (?:(?:superior|inferior|comparable|equivalent)\s+to|outperform(?:s|ed)?)\s+{_TREATMENT}
      | (?:better|worse)\s+than\s+{_TREATMENT}
      | (?:did|does|do|fares?|fared)\s+(?:\w+\s+)?(?:better|worse)
      | (?:reduce[sd]?|lower(?:s|ed)|decrease[sd]?|improve[sd]?|ease[sd]|relieve[sd]?|prevent(?:s|ed)|cure[sd])\s+
          {_OUTCOME}
      | no\s+(?:\w+\s+)?differences?\s+(?:was|were|between|in)
      | (?:did|does|do)\s+not\s+differ
      | {_STUDY}\b[^.,;:?!]{{0,60}}?\s(?:found|finds?|show(?:s|ed|n)?|suggest(?:s|ed)?|report(?:s|ed)?|indicate[sd]?
          |demonstrate[sd]?|confirm(?:s|ed)?|conclude[sd]?)
      | (?:most|many|several|numerous|recent)\s+(?:\w+\s+)?(?:studies|trials|meta-analyses|reviews)
      | (?:\d+|one|two|three|four|nine)\s+(?:in|out\s+of)\s+(?:\d+|two|three|four|five|six|ten|twenty|a\s+hundred)\s+
          {_PEOPLE}
      | (?:half|(?:a|one|two|three)\s+(?:third|quarter|fifth)s?|(?:an?|the)\s+(?:\w+\s+)?(?:minority|majority))\s+of
          \s+(?:the\s+|all\s+|these\s+)?{_PEOPLE}
      | (?:small|moderate|medium|large|modest|strong)(?:\s+to\s+\w+)?\s+effect(?:\s+size)?s?
      | significant(?:ly)?\s+(?:\w+\s+)?(?:better|worse|effect|difference|improvement|reduction|change)s?
      | (?:associated|correlated|goes?|went)\s+with\s+(?:\w+\s+)?(?:better|worse|poorer|greater|higher|lower|fewer)
    )\b""",
    re.VERBOSE | re.IGNORECASE,
)
# Before a claim: that it is not known, only asked, or cited elsewhere on the page.
_NOT_STATED = re.compile(
    r"""\b(?:
        (?:no|not|cannot|nothing|nobody|never|neither)\b.*\b(?:show|prove|establish|test|know|mean|sa[iy]|tell|claim|compare
          |confirm|measure|follow)\w*
      | if | whether | hop(?:e|ed|es) | aims?
    )\b""",
    re.VERBOSE | re.IGNORECASE,
)
_LOOK_BACK = 200
_CITED_ELSEWHERE = re.compile(r"\b(?:above|below|cited\s+here|on\s+this\s+page|this\s+site's)\b", re.IGNORECASE)
_QUOTED = re.compile(r'"[^"]*"|“[^”]*”')


@rule("claim-is-cited", severity=Severity.WARNING)
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
            said = [paragraph.text for paragraph in section.paragraphs]
            for number, paragraph in enumerate(section.paragraphs):
                for start, end in () if paragraph.has_citation else _claims(paragraph.text):
                    claim = paragraph.text[start:end]
                    pattern = re.compile(rf"\b{_exactly(claim).pattern}\b")
                    earlier = [*said[:number], paragraph.text[:start]]
                    place = sum(len(pattern.findall(text)) for text in earlier)
                    span = kb.locate(page, index, pattern, len(claim), place, among=said)
                    message = f"'{claim}' states what was found, but no work is cited in this paragraph"
                    yield Fault(message, span, "cite the work that found it, or say that it is not known")


def _claims(text: str) -> Iterator[tuple[int, int]]:
    """Where a paragraph states an effect, a rate or a comparison: the first such words of each sentence."""
    own = _QUOTED.sub(lambda match: " " * len(match[0]), text)
    for start, end in sentences(own):
        sentence = own[start:end]
        match = _CLAIM.search(sentence)
        if (
            match
            and not sentence.rstrip().endswith("?")
            and not _NOT_STATED.search(sentence, max(0, match.start() - _LOOK_BACK), match.start())
            and not _CITED_ELSEWHERE.search(sentence)
        ):
            yield start + match.start(), start + match.end()


def _matches(kb: KnowledgeBase, pattern: re.Pattern[str]) -> Iterator[tuple[Page, int, re.Match[str]]]:
    """Every match in the running text of the pages that have a kind, with the index of its section."""
    for page in kb.pages:
        if kb.kind_of(page) is not None:
            for index, section in enumerate(page.sections):
                for text in section.prose:
                    yield from ((page, index, match) for match in pattern.finditer(text))


def _exactly(text: str) -> re.Pattern[str]:
    return re.compile(r"\s+".join(re.escape(word) for word in text.split()))
