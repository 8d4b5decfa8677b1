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


# Words of a longer phrase by which it is known, and by which it is told from one that begins in the same way.
_FEW_WORDS, _MANY_WORDS = 8, 50


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


def locate_each(text: str, pattern: re.Pattern[str]) -> dict[str, tuple[int, int]]:
    """Line and column of the matches of `pattern`, by its first group, of those that stand once."""
    starts: dict[str, list[int]] = {}
    for match in pattern.finditer(text):
        starts.setdefault(match[1], []).append(match.start())
    once = {found[0]: name for name, found in starts.items() if len(found) == 1}
    return {once[start]: place for start, place in zip(once, _places(text, list(once), 1), strict=True)}


def _places(stretch: str, starts: list[int], first: int) -> Iterator[tuple[int, int]]:
    done, line, newline = 0, first, -1
    for start in starts:
        line += stretch.count("\n", done, start)
        newline = max(newline, stretch.rfind("\n", done, start))
        done = start
        yield line, start - newline


def locate_words(text: str, words: str, before: tuple[int, int] | None = None) -> tuple[int, int, int] | None:
    """Line, column and length of `words` in `text`, whatever marks stand between and around them.

    They must stand there once; with `before`, a line and column, the last place before that in the same paragraph is
    taken. The length ends with the line.
    """
    parts = re.findall(r"\w+", words)
    if not parts:
        return None
    lines = text.split("\n")
    start, end = 0, len(text)
    if before is not None:
        end = sum(len(line) + 1 for line in lines[: before[0] - 1]) + before[1] - 1
        start = max(text.rfind("\n\n", 0, end), 0)
    for count in (_FEW_WORDS, _MANY_WORDS):
        pattern = re.compile(r"(?<!\w)" + r"[\W_]{1,30}".join(map(re.escape, parts[:count])) + r"(?!\w)")
        found = list(pattern.finditer(text, start, end))
        if found and (len(found) == 1 or before is not None):
            match = found[-1]
            column = match.start() - text.rfind("\n", 0, match.start())
            return text.count("\n", 0, match.start()) + 1, column, len(match[0].partition("\n")[0])
    return None
