"""Find in the source what the parser saw, where no mark could be left. No answer is better than a wrong one."""

from __future__ import annotations

import re
from collections.abc import Iterator

# Source that is not running text: code spans, targets, citations, headings. Blanked out, so that columns hold.
_NOT_PROSE = re.compile(
    r"""
    (?<!`)(`++)(?:[^`\n]|(?!\1(?!`))`++)*+\1(?!`)
    | \]\((?:[^()\n]|\([^()\n]*+\))*+\)
    | \[(?=[^\[\]\n@]*+@)[^\[\]\n]*+\]
    | ^[ \t]*+\#{1,6}[^\n]*+
    """,
    re.MULTILINE | re.VERBOSE,
)


def locate(text: str, pattern: re.Pattern[str], first: int, last: int | None, uses: int) -> tuple[int, int] | None:
    """Line and column of the first match of `pattern` between the lines `first` and `last` (exclusive; None: the end).

    The parser saw `uses` of them in that stretch. Where the source has another number, some of them are something else
    and the place is not known: None.
    """
    return next(iter(locate_all(text, pattern, first, last, uses)), None)


def locate_all(text: str, pattern: re.Pattern[str], first: int, last: int | None, uses: int) -> list[tuple[int, int]]:
    """Line and column of every match that `locate` would find the first of; empty where the places are not known."""
    lines = text.split("\n")
    stretch = "\n".join(lines[first - 1 : last - 1 if last else None])
    for candidate in (stretch, _NOT_PROSE.sub(lambda match: " " * len(match[0]), stretch)):
        starts = [match.start() for match in pattern.finditer(candidate)]
        if len(starts) == uses:
            return list(_places(stretch, starts, first))
    return []


def _places(stretch: str, starts: list[int], first: int) -> Iterator[tuple[int, int]]:
    done, line = 0, first
    for start in starts:
        line += stretch.count("\n", done, start)
        done = start
        yield line, start - stretch.rfind("\n", 0, start)
