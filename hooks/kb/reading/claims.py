"""Where a text states what was found: an effect, a rate or a comparison of treatments."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kb.reading.words import sentences

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
# One of these stands in every claim. To look for them first is quick, and most sentences have none.
_IN_A_CLAIM = (
    *("effect", "efficac", "benefi", "helpful", "superior", "inferior", "compara", "equival", "outperform", "better"),
    *("worse", "reduce", "lower", "decrease", "improve", "ease", "relieve", "prevent", "cure", "differ", "stud"),
    *("trial", "experiment", "survey", "analys", "review", "people", "patient", "client", "adult", "child"),
    *("participant", "those", "significant", "poorer", "greater", "higher", "fewer"),
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


def claims(text: str) -> Iterator[tuple[int, int]]:
    """Where a paragraph states an effect, a rate or a comparison: the first such words of each sentence."""
    if not _may_claim(text):
        return
    own = _QUOTED.sub(lambda match: " " * len(match[0]), text)
    for start, end in sentences(own):
        sentence = own[start:end]
        match = _CLAIM.search(sentence) if _may_claim(sentence) else None
        if (
            match
            and not sentence.rstrip().endswith("?")
            and not _NOT_STATED.search(sentence, max(0, match.start() - _LOOK_BACK), match.start())
            and not _CITED_ELSEWHERE.search(sentence)
        ):
            yield start + match.start(), start + match.end()


def _may_claim(text: str) -> bool:
    folded = text.casefold()
    return any(part in folded for part in _IN_A_CLAIM)
