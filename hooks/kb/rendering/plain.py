"""What an effect means for people, said without statistics: pairs of people, or a hundred of them as dots."""

from __future__ import annotations

import math
from collections.abc import Iterable
from statistics import NormalDist
from xml.etree.ElementTree import Element

from kb.evidence import ASSOCIATION, DIFFERENCES, UNSIDED, WITHIN
from kb.intervals import interval_of
from kb.model import Effect
from kb.rendering.html import as_it_is, element

ASSUMPTION = (
    "Pairs: how often the one who had the therapy does better on this measure, when one person of each group is picked "
    "at random. With no difference it is 50 of 100. This assumes that in both groups results spread as in a normal "
    "distribution."
)
_DOTS = 10
_STEP = 6


def has_pairs(rows: Iterable[Effect]) -> bool:
    """Whether pairs of people are spoken of, which takes the assumption."""
    return any(of_pairs(row) for row in rows)


def of_pairs(row: Effect) -> str:
    """A standardised difference as the probability of superiority (McGraw and Wong, 1992).

    Empty where nothing was compared, or where the side that is better is not known.
    """
    if row.metric not in DIFFERENCES or row.comparison_kind in (WITHIN, ASSOCIATION):
        return ""
    if row.favours in UNSIDED or row.value is None:
        return ""
    sign = 1 if row.favours == "positive" else -1
    pairs = _pairs(sign * row.value)
    text = f"Better with the therapy in about {pairs} of 100 pairs"
    if interval := interval_of(row):
        low, high = sorted(_pairs(sign * end) for end in (interval.low, interval.high))
        text += f" (the interval allows {low} to {high})"
    return text + "."


def _pairs(difference: float) -> int:
    return round(100 * NormalDist().cdf(difference / math.sqrt(2)))


def people(row: Effect) -> Element | None:
    """A proportion as a hundred people; None for any other effect."""
    if row.metric != "proportion" or row.value is None or not 0 <= row.value <= 1:
        return None
    number = round(100 * row.value)
    text = f"about {number} of 100 people: {row.outcome}"
    drawing = element(
        "svg",
        element("path", d=_dots(number, 100), class_="kb-person"),
        element("path", d=_dots(0, number), class_="kb-person kb-person-counted"),
        viewBox=f"0 0 {_DOTS * _STEP} {_DOTS * _STEP}",
        role="img",
        aria_label=f"{number} of 100 dots are filled",
        class_="kb-people",
    )
    return element("span", as_it_is(drawing), as_it_is(element("span", text)), class_="kb-hundred")


def _dots(start: int, end: int) -> str:
    """A path of lines without length, which round ends make dots, row after row from the top."""
    half = _STEP // 2
    return "".join(f"M{half + n % _DOTS * _STEP} {half + n // _DOTS * _STEP}h0" for n in range(start, end))
