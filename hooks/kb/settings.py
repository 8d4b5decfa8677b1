"""What a project tells the gate, under `extra: kb:` in its mkdocs.yml. Without it, only the rules about links apply."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class PlainWords:
    """How plain the section "In plain words" has to be."""

    grade: float = 9
    """The highest US school grade by the formula of Flesch and Kincaid; 9 is the age of fourteen."""

    sentences: tuple[int, int] = (2, 5)
    """The smallest and the largest number of sentences."""

    words: int = 120
    """The largest number of words."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The project's own settings; paths are relative to mkdocs.yml."""

    bibliography: str | None = None
    """A BibTeX file, or a folder of them. Turns citations on."""

    glossary: str | None = None
    """The YAML file of terms that have no page. Turns the rules about terms on."""

    effects: str | None = None
    """The CSV file of effects. Turns references to its rows, tables and plots on."""

    guidelines: str | None = None
    """The CSV file of what guidelines say, for a project that has effects."""

    data_folder: str | None = None
    """The folder of the site, such as `about/data`, in which the build puts the effects for re-use as CSV files."""

    content_model: bool = False
    """Whether the folders of the documentation are the kinds of kb.kinds, with their schemas and sections."""

    rule_pages: str | None = None
    """The folder of the site, such as `about/rules`, in which the build puts the pages that explain the rules."""

    baseline: str | None = None
    """The file of the findings that were there when the project began to use the gate."""

    strict: bool = False
    """Whether warnings count like errors."""

    plain_words: PlainWords = field(default_factory=PlainWords)
    """The limits of the section "In plain words"."""

    urgent_help: str | None = None
    """The page that readers in danger are sent to, relative to the documentation folder. Turns its rule on."""

    report: str | None = None
    """Where a reader reports a problem with a page: an address in which `{title}` and `{address}` stand for those of
    the page, or a page of the site, with or without an anchor."""

    plain_abbreviations: frozenset[str] = frozenset()
    """Abbreviations that need no glossary entry, because everybody knows them."""


def read_settings(data: object) -> Settings:
    """Check what mkdocs.yml says; ValueError with one line where it says something that is no setting."""
    from pydantic import ConfigDict, TypeAdapter, ValidationError, with_config

    closed = with_config(ConfigDict(extra="forbid"))
    closed(PlainWords)
    schema = TypeAdapter(closed(Settings))
    try:
        return schema.validate_python(data)
    except ValidationError as error:
        detail = error.errors(include_url=False)[0]
        field = ".".join(str(part) for part in detail["loc"])
        raise ValueError(f"{field}: {detail['msg'].lower()}") from error
