"""Did you mean ...? The known names that a mistyped one is closest to."""

from __future__ import annotations

from collections.abc import Iterable

# Below this similarity (0 to 100, share of letters in common) a suggestion would puzzle more than help.
_CLOSE_ENOUGH = 70
_SHORTEST_BEGINNING = 4
# Above this similarity, and with no other name less than so far below it, a name is beyond doubt.
_CERTAIN = 85
_APART = 8


def nearest_all(name: str, known: Iterable[str], limit: int = 3) -> list[str]:
    """Up to `limit` of the `known` names that `name` could be a slip for or the beginning of, the likeliest first."""
    from rapidfuzz import fuzz, process, utils

    choices = sorted(set(known))
    found = process.extract(
        name, choices, scorer=fuzz.ratio, processor=utils.default_process, limit=limit, score_cutoff=_CLOSE_ENOUGH
    )
    near = [choice for choice, _, _ in sorted(found, key=lambda match: (-match[1], match[2]))]
    if not near and len(name) >= _SHORTEST_BEGINNING:
        near = [choice for choice in choices if choice.casefold().startswith(name.casefold())][:limit]
    return near


def certainly(name: str, known: Iterable[str]) -> str | None:
    """The one of the `known` names that `name` must be a slip for: very close, with the same digits, none other near.

    A digit is never taken for a slip: it tells one year from another.
    """
    from rapidfuzz import fuzz, process

    found = process.extract(name.casefold(), {one: one.casefold() for one in known}, scorer=fuzz.ratio, limit=2)
    if not found or found[0][1] < _CERTAIN or (len(found) > 1 and found[1][1] > found[0][1] - _APART):
        return None
    best = str(found[0][2])
    return best if _digits(best) == _digits(name) else None


def _digits(name: str) -> list[str]:
    return [letter for letter in name if letter.isdigit()]


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The closest of the `known` names, None where nothing is close."""
    return next(iter(nearest_all(name, known, limit=1)), None)
