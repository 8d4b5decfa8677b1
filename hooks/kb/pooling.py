"""Random-effects meta-analysis: rows of trials -> one estimate.

The model is the one of the R package metafor, `rma(yi, vi, test="knha")`: the variance between trials by restricted
maximum likelihood, the interval by Hartung and Knapp.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from kb.evidence import RATIOS
from kb.intervals import standard_errors
from kb.model import Effect

# How much measures of one trial are taken to agree, where they are combined; nobody reports it.
CORRELATION = 0.8
# With fewer the variance between trials cannot be told from chance.
FEWEST_TRIALS = 3


class Estimate(NamedTuple):
    """An effect on an unbounded scale (a difference, or the logarithm of a ratio) and its sampling variance."""

    value: float
    variance: float


class Pooled(NamedTuple):
    """The mean effect of trials with its 95 % interval, and how much the effects of trials differ.

    `predicted_low` and `predicted_high` bound the effect of a further trial. `i_squared` is a percentage; `lowest` and
    `highest` are the smallest and the largest mean when each trial in turn is left out.
    """

    trials: int
    value: float
    se: float
    low: float
    high: float
    predicted_low: float
    predicted_high: float
    tau_squared: float
    i_squared: float
    lowest: float
    highest: float


class Trial(NamedTuple):
    """A trial with its rows, one a measure, and what they say together."""

    study: str
    rows: tuple[Effect, ...]
    estimate: Estimate


def estimate_of(row: Effect) -> Estimate | None:
    """A row as it can be pooled: ratios as logarithms; None where value, or error and interval, are missing."""
    if row.value is None:
        return None
    low, high, level = row.ci_low, row.ci_high, row.ci_level
    if row.metric in RATIOS:
        if row.value <= 0:
            return None
        low, high = (math.log(end) if end and end > 0 else None for end in (low, high))
    value = math.log(row.value) if row.metric in RATIOS else row.value
    if row.se is not None:
        return Estimate(value, row.se**2) if row.se > 0 else None
    if low is None or high is None or level is None or not 50 <= level < 100 or low >= high:
        return None
    return Estimate(value, ((high - low) / 2 / standard_errors(level)) ** 2)


def trials_of(rows: Iterable[Effect]) -> list[Trial]:
    """The trials that rows are about, in their order; rows that cannot be pooled are left out."""
    measures: dict[str, list[tuple[Effect, Estimate]]] = {}
    for row in rows:
        estimate = estimate_of(row)
        if estimate is not None:
            measures.setdefault(row.study, []).append((row, estimate))
    return [
        Trial(study, tuple(row for row, _ in found), combine([estimate for _, estimate in found]))
        for study, found in measures.items()
    ]


def combine(measures: Sequence[Estimate], correlation: float = CORRELATION) -> Estimate:
    """The mean of several measures of one trial, whose errors are correlated (Borenstein et al., 2009, chapter 24)."""
    errors = [math.sqrt(measure.variance) for measure in measures]
    own = sum(measure.variance for measure in measures)
    shared = correlation * (sum(errors) ** 2 - own)
    return Estimate(sum(measure.value for measure in measures) / len(measures), (own + shared) / len(measures) ** 2)


def pool(trials: Sequence[Estimate]) -> Pooled:
    """The random-effects model of at least FEWEST_TRIALS trials."""
    tau_squared, value, se = _fit(trials)
    student = _student(len(trials) - 1)
    spread = student * math.sqrt(tau_squared + se**2)
    typical = _typical_variance(trials)
    without = [_fit([*trials[:index], *trials[index + 1 :]])[1] for index in range(len(trials))]
    return Pooled(
        trials=len(trials),
        value=value,
        se=se,
        low=value - student * se,
        high=value + student * se,
        predicted_low=value - spread,
        predicted_high=value + spread,
        tau_squared=tau_squared,
        i_squared=100 * tau_squared / (tau_squared + typical),
        lowest=min(without),
        highest=max(without),
    )


def _student(degrees: int) -> float:
    """The value that Student's t with so many degrees of freedom, 1 at least, exceeds either way in 5 % of cases."""
    from mpmath import mp  # needed by sites with pools alone

    def excess(value: float) -> float:
        within = degrees / (degrees + value * value)
        return float(mp.betainc(degrees / 2, 0.5, 0, within, regularized=True)) - 0.05

    return _root(excess, 1.9, 13)


def _root(function: Callable[[float], float], low: float, high: float) -> float:
    """Where a function that changes its sign between `low` and `high` is zero, to twelve decimals at least."""
    from mpmath import fp

    return float(fp.findroot(function, (low, high), solver="bisect", tol=1e-12, maxsteps=200, verify=False))


def _fit(trials: Sequence[Estimate]) -> tuple[float, float, float]:
    """The variance between trials, their mean, and its standard error by Hartung and Knapp."""
    tau_squared = _between(trials)
    weights = [1 / (trial.variance + tau_squared) for trial in trials]
    mean = _mean(trials, weights)
    off = sum(weight * (trial.value - mean) ** 2 for trial, weight in zip(trials, weights, strict=True))
    return tau_squared, mean, math.sqrt(off / (len(trials) - 1) / sum(weights))


def _mean(trials: Sequence[Estimate], weights: Sequence[float]) -> float:
    return sum(weight * trial.value for trial, weight in zip(trials, weights, strict=True)) / sum(weights)


def _between(trials: Sequence[Estimate]) -> float:
    """The variance between trials at which the slope of the restricted likelihood is zero; 0 where it only falls."""

    def slope(tau_squared: float) -> float:
        weights = [1 / (trial.variance + tau_squared) for trial in trials]
        mean = _mean(trials, weights)
        squares = sum(weight**2 for weight in weights)
        off = sum((weight * (trial.value - mean)) ** 2 for trial, weight in zip(trials, weights, strict=True))
        return off - sum(weights) + squares / sum(weights)

    if slope(0.0) <= 0:
        return 0.0
    # Beyond the whole spread of the values the likelihood falls.
    values = [trial.value for trial in trials]
    return _root(slope, 0.0, 2 * len(trials) * (max(values) - min(values)) ** 2)


def _typical_variance(trials: Sequence[Estimate]) -> float:
    """The sampling variance of a typical trial (Higgins and Thompson, 2002)."""
    weights = [1 / trial.variance for trial in trials]
    return (len(trials) - 1) * sum(weights) / (sum(weights) ** 2 - sum(weight**2 for weight in weights))
