"""Find in the source what the parser saw, where no mark could be left. No answer is better than a wrong one."""

from __future__ import annotations

import re

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
    lines = text.split("\n")
    stretch = "\n".join(lines[first - 1 : last - 1 if last else None])
    for candidate in (stretch, _NOT_PROSE.sub(lambda match: " " * len(match[0]), stretch)):
        matches = list(pattern.finditer(candidate))
        if len(matches) == uses:
            offset = matches[0].start()
            return first + stretch.count("\n", 0, offset), offset - stretch.rfind("\n", 0, offset)
    return None
