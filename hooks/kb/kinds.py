"""The content model: the kinds of page, the sections each must have, and how pages may be related.

The folder of a page is its kind.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kb.schemas import Fields

IN_PLAIN_WORDS = "In plain words"
GETTING_HELP = "Getting help"
# How sure the evidence for an indication is, the surest first.
FITS = {
    "supported": "Supported by evidence, within limits",
    "limited": "Limited evidence",
    "caution": "With caution",
    "not-first-line": "Not first-line",
}


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of page.

    `first` and `last` are the sections it begins and ends with; a free kind has others between. `critical` are those in
    which limits and critics have their say; at least one of them cites a work.
    """

    name: str
    folder: str
    first: tuple[str, ...]
    last: tuple[str, ...] = ()
    is_free: bool = False
    is_concept: bool = True
    critical: tuple[str, ...] = ()

    @property
    def fields(self) -> type[Fields]:
        """The schema of its front matter."""
        from kb.schemas import BY_KIND

        return BY_KIND[self.name]

    @property
    def sections(self) -> tuple[str, ...]:
        return self.first + self.last


def _kind(name: str, folder: str, *sections: str, critical: tuple[str, ...] = ()) -> Kind:
    return Kind(name, folder, (IN_PLAIN_WORDS, *sections), critical=critical)


# In the order of the navigation.
KINDS = (
    Kind(
        "guide",
        "guides",
        first=(IN_PLAIN_WORDS, "Who this is for"),
        last=("Next steps",),
        is_free=True,
        is_concept=False,
    ),
    _kind(
        "principle",
        "principles",
        "What it means",
        "What it looks like",
        "How schools differ",
        "Evidence and criticism",
        "Common misunderstandings",
    ),
    _kind(
        "mechanism",
        "mechanisms",
        "What is thought to happen",
        "How it is studied",
        "Evidence and criticism",
        "Rival explanations",
    ),
    _kind(
        "technique",
        "techniques",
        "Aim",
        "When to use",
        "When not to use",
        "How it is done",
        "What the client may notice",
        "Risks and misuse",
        "Evidence and criticism",
    ),
    _kind(
        "defence",
        "defences",
        "What it does",
        "What it looks like",
        "Adaptive and costly sides",
        "Not to be confused with",
        "In the hierarchies",
        "Working with it",
        "Evidence and criticism",
    ),
    _kind(
        "indication",
        "indications",
        "What psychodynamic therapy offers",
        "What the evidence says",
        "What guidelines say",
        "When it is not the first choice",
        "Other treatments with evidence",
        GETTING_HELP,
        critical=("When it is not the first choice",),
    ),
    _kind(
        "approach",
        "approaches",
        "Where it comes from",
        "Idea of change",
        "Format",
        "What a session is like",
        "Who it was studied with",
        "Evidence and criticism",
        "Training and manuals",
    ),
    _kind(
        "instrument",
        "instruments",
        "What it describes or measures",
        "Structure and edition",
        "How it is used",
        "Reliability and validity",
        "Limits and criticism",
    ),
    _kind(
        "evidence",
        "evidence",
        "Question",
        "Design",
        "Results",
        "Certainty and risk of bias",
        "Allegiance and funding",
        "What critics say",
        "What it does not show",
        critical=("Certainty and risk of bias", "What critics say"),
    ),
    _kind(
        "debate",
        "debates",
        "The question",
        "Positions",
        "What each side relies on",
        "Common ground",
        "How this site words it",
    ),
)
BY_FOLDER = {kind.folder: kind for kind in KINDS}


@dataclass(frozen=True, slots=True)
class RelationKind:
    """A field that points from a page to others.

    `heads` names the kinds of page it may point to (empty: any); `forward` and `inverse` are what a reader sees on the
    page that declares it and on the page it points to.
    """

    field: str
    forward: str
    inverse: str
    has_reason: bool = False
    heads: tuple[str, ...] = ()


_CONCEPTS = tuple(kind.name for kind in KINDS if kind.is_concept)

RELATIONS = (
    RelationKind("builds_on", "Builds on", "Needed for", has_reason=True, heads=_CONCEPTS),
    RelationKind("contrasts_with", "See also", "See also", has_reason=True, heads=_CONCEPTS),
    RelationKind("used_in", "Used in", "Techniques", heads=("approach",)),
    RelationKind("studied_for", "Studied for", "Approaches studied for it", heads=("indication",)),
    RelationKind("measures", "Describes or measures", "Described or measured by", heads=("principle",)),
    RelationKind("debated_by", "Debated in", "Evidence", heads=("debate",)),
    RelationKind("path", "Path", "On the path of"),
)
