"""What a citation group in pandoc's syntax, ``[see @key, p. 3; -@other]``, says: which works, and where in them."""

from __future__ import annotations

import re
from dataclasses import dataclass

_KEY = r"\w(?:\w|[:.#$%&+?<>~/-](?=\w))*"
PLAIN_KEY = re.compile(_KEY)
_ITEM = re.compile(
    rf"(?P<prefix>(?:[^@]*\s)?)(?P<minus>-?)@(?:\{{(?P<braced>[^\s{{}}]+)\}}|(?P<key>{_KEY}))(?P<suffix>(?:[\s,][^@]*)?)",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Item:
    """One work of a group: what stands before the key, the key, and what follows it (the locator)."""

    prefix: str
    key: str
    suffix: str
    author_suppressed: bool


def parse_group(text: str) -> list[Item] | None:
    """The items of a citation group, or None where `text` (without brackets or marks) is no citation.

    Follows the syntax of the pandoc manual, section "Citation syntax", without citations outside brackets.
    """
    items = []
    for part in text.split(";"):
        match = _ITEM.fullmatch(part.strip())
        if match is None:
            return None
        key = match["braced"] or match["key"]
        items.append(Item(match["prefix"].strip(), key, match["suffix"].strip(), bool(match["minus"])))
    return items
