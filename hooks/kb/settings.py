"""What a project tells the gate, under `extra: kb:` in its mkdocs.yml. Without it, only the rules about links apply."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


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

    plain_abbreviations: frozenset[str] = frozenset()
    """Abbreviations that need no glossary entry, because everybody knows them."""
