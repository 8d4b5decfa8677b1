"""The Markdown dialect of a site, as its configuration tells it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from markdown.extensions import Extension


class Folder(Enum):
    """A folder that a configuration names and that is another one for every page."""

    OF_THE_PAGE = "the folder of the page"


@dataclass(frozen=True)
class Dialect:
    """How a site converts Markdown: the extensions of its configuration, whether it has citations, and effects.

    `configs` are those of the extensions, by name; `Folder.OF_THE_PAGE` in them stands for what its name says.
    """

    extensions: Sequence[str | Extension]
    configs: dict[str, Any]
    has_citations: bool
    has_effects: bool = False
