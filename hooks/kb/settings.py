"""What a project tells the gate, under `extra: kb:` in its mkdocs.yml. Without it, only the rules about links apply."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Count = Annotated[int, Field(ge=1)]


class PlainWords(BaseModel):
    """How plain the section "In plain words" has to be."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    grade: float = 9
    """The highest US school grade by the formula of Flesch and Kincaid; 9 is the age of fourteen."""

    sentences: tuple[Count, Count] = (2, 5)
    """The smallest and the largest number of sentences."""

    words: Count = 120
    """The largest number of words."""


class Settings(BaseModel):
    """The project's own settings; paths are relative to mkdocs.yml."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    bibliography: str | None = None
    """A BibTeX file, or a folder of them. Turns citations on."""

    glossary: str | None = None
    """The YAML file of terms that have no page. Turns the rules about terms on."""

    content_model: bool = False
    """Whether the folders of the documentation are the kinds of kb.kinds, with their schemas and sections."""

    strict: bool = False
    """Whether warnings count like errors."""

    plain_words: PlainWords = PlainWords()
    """The limits of the section "In plain words"."""

    urgent_help: str | None = None
    """The page that readers in danger are sent to, relative to the documentation folder. Turns its rule on."""

    plain_abbreviations: frozenset[str] = frozenset()
    """Abbreviations that need no glossary entry, because everybody knows them."""
