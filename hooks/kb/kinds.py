"""The content model: the kinds of page, the front matter each may have, and the sections each must have.

The folder of a page is its kind. Nothing that can be computed is a field.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Identifiers = list[Text]
Reasons = dict[Text, Text]
IN_PLAIN_WORDS = "In plain words"
GETTING_HELP = "Getting help"


class Fields(BaseModel):
    """What every page may say of itself."""

    model_config = ConfigDict(extra="forbid", strict=False)

    title: Text
    summary: Text
    aliases: Identifiers = []
    reviewed: Annotated[datetime.date, Field(strict=True)]
    further_reading: Identifiers = []


class SectionFields(BaseModel):
    """The index page of a folder, and pages that belong to no kind."""

    model_config = ConfigDict(extra="forbid")

    title: Text
    summary: Text | None = None
    lists: Literal["glossary", "references"] | None = None
    further_reading: Identifiers = []
    hide: list[Literal["navigation", "toc"]] = []


class ConceptFields(Fields):
    builds_on: Reasons = {}
    contrasts_with: Reasons = {}
    same_as: Identifiers = []


class TechniqueFields(ConceptFields):
    used_in: Identifiers = []


class Level(BaseModel):
    """Where one published hierarchy puts a defence, and the work that says so."""

    model_config = ConfigDict(extra="forbid")

    level: Text
    source: Text


class DefenceFields(ConceptFields):
    levels: dict[Text, Level] = {}


class IndicationFields(ConceptFields):
    fit: Literal["supported", "limited", "caution", "not-first-line"]


class ApproachFields(ConceptFields):
    studied_for: Identifiers = []


class InstrumentFields(ConceptFields):
    measures: Identifiers = []
    edition: Text


class EvidenceFields(ConceptFields):
    design: Text
    comparison: Text
    debated_by: Identifiers = []


class DebateFields(ConceptFields):
    positions: Identifiers = []


class GuideFields(Fields):
    audience: Text
    path: Identifiers = []


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of page.

    `first` and `last` are the sections it begins and ends with; a free kind has others between. `critical` are those in
    which limits and critics have their say; at least one of them cites a work.
    """

    name: str
    folder: str
    fields: type[Fields]
    first: tuple[str, ...]
    last: tuple[str, ...] = ()
    is_free: bool = False
    is_concept: bool = True
    critical: tuple[str, ...] = ()

    @property
    def sections(self) -> tuple[str, ...]:
        return self.first + self.last


def _kind(name: str, folder: str, fields: type[Fields], *sections: str, critical: tuple[str, ...] = ()) -> Kind:
    return Kind(name, folder, fields, (IN_PLAIN_WORDS, *sections), critical=critical)


# In the order of the navigation.
KINDS = (
    Kind(
        "guide",
        "guides",
        GuideFields,
        first=(IN_PLAIN_WORDS, "Who this is for"),
        last=("Next steps",),
        is_free=True,
        is_concept=False,
    ),
    _kind(
        "principle",
        "principles",
        ConceptFields,
        "What it means",
        "What it looks like",
        "How schools differ",
        "Evidence and criticism",
        "Common misunderstandings",
    ),
    _kind(
        "mechanism",
        "mechanisms",
        ConceptFields,
        "What is thought to happen",
        "How it is studied",
        "Evidence and criticism",
        "Rival explanations",
    ),
    _kind(
        "technique",
        "techniques",
        TechniqueFields,
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
        DefenceFields,
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
        IndicationFields,
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
        ApproachFields,
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
        InstrumentFields,
        "What it describes or measures",
        "Structure and edition",
        "How it is used",
        "Reliability and validity",
        "Limits and criticism",
    ),
    _kind(
        "evidence",
        "evidence",
        EvidenceFields,
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
        DebateFields,
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
