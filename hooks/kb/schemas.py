"""The front matter that each kind of page may have, as closed schemas. Nothing that can be computed is a field."""

from __future__ import annotations

import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Identifiers = list[Text]
Reasons = dict[Text, Text]


class Fields(BaseModel):
    """What every page may say of itself."""

    model_config = ConfigDict(extra="forbid", defer_build=True)

    title: Text
    summary: Text
    aliases: Identifiers = []
    questions: list[Text] = []
    reviewed: Annotated[datetime.date, Field(strict=True)]
    further_reading: Identifiers = []


class SectionFields(BaseModel):
    """The index page of a folder, and pages that belong to no kind."""

    model_config = ConfigDict(extra="forbid", defer_build=True)

    title: Text
    summary: Text | None = None
    questions: list[Text] = []
    lists: Literal["glossary", "references", "data", "map", "search", "changes", "offline"] | None = None
    further_reading: Identifiers = []
    hide: list[Literal["navigation", "toc"]] = []


class ConceptFields(Fields):
    builds_on: Reasons = {}
    contrasts_with: Reasons = {}
    same_as: Identifiers = []


class SenseFields(BaseModel):
    """What one school means by a term, and the works that say so."""

    model_config = ConfigDict(extra="forbid", defer_build=True)

    sense: Text
    sources: Annotated[Identifiers, Field(min_length=1)]


Senses = dict[Text, SenseFields]


class PrincipleFields(ConceptFields):
    senses: Senses = {}


class TechniqueFields(ConceptFields):
    used_in: Identifiers = []


class Level(BaseModel):
    """Where one published hierarchy puts a defence, and the work that says so."""

    model_config = ConfigDict(extra="forbid", defer_build=True)

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


BY_KIND: dict[str, type[Fields]] = {
    "guide": GuideFields,
    "principle": PrincipleFields,
    "mechanism": ConceptFields,
    "technique": TechniqueFields,
    "defence": DefenceFields,
    "indication": IndicationFields,
    "approach": ApproachFields,
    "instrument": InstrumentFields,
    "evidence": EvidenceFields,
    "debate": DebateFields,
}
