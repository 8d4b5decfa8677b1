"""The interval of an effect: as it was reported, or as its standard error or its number of people gives it."""

from __future__ import annotations

import math
from typing import NamedTuple

from kb.evidence import POOLABLE, RATIOS, WITHIN
from kb.model import Effect

_LEVEL = 95.0


class Interval(NamedTuple):
    """Two ends in the unit of the effect, the level in per cent, and from what they were computed, if they were."""

    low: float
    high: float
    level: float
    computed_from: str = ""


def standard_errors(level: float) -> float:
    """How many standard errors an interval reaches to each side; `level` is in per cent, as 95 for 1.96 of them."""
    from statistics import NormalDist  # slow to load, and many projects have no data about effects

    return NormalDist().inv_cdf(0.5 + level / 200)


def interval_of(row: Effect) -> Interval | None:
    """The interval of a row; None where neither it nor what it takes to compute it was reported.

    Ratios are computed as logarithms; a correlation in one group by Fisher's transformation.
    """
    if row.ci_low is not None and row.ci_high is not None and row.ci_level is not None:
        return Interval(row.ci_low, row.ci_high, row.ci_level)
    if row.value is None or row.comparison_kind == WITHIN:
        return None
    normal = standard_errors(_LEVEL)
    if row.metric in POOLABLE and row.se and row.se > 0:
        half = normal * row.se
        if row.metric not in RATIOS:
            return Interval(row.value - half, row.value + half, _LEVEL, "the standard error")
        if row.value > 0:
            middle = math.log(row.value)
            return Interval(math.exp(middle - half), math.exp(middle + half), _LEVEL, "the standard error")
    if row.metric == "r" and row.n and row.n > 3 and row.k in (None, 1) and abs(row.value) < 1:
        middle, half = math.atanh(row.value), normal / math.sqrt(row.n - 3)
        return Interval(math.tanh(middle - half), math.tanh(middle + half), _LEVEL, "the number of people")
    return None
