"""Trials that were pooled for this site, as rows for table and plot, and what was done said in one line."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from kb import pooling
from kb.evidence import ACTIVE, CONTROLS, RATIOS
from kb.knowledge import KnowledgeBase
from kb.model import Effect, Name, Selection, Span
from kb.pooling import CORRELATION, FEWEST_TRIALS, Pooled, Trial, trials_of
from kb.reading.cache import Cache, digest

_MINUS, _SPACE = "\N{MINUS SIGN}", "\N{NO-BREAK SPACE}"
_DIGITS = 2
# The ids of the rows that an estimate rests on -> the estimate.
Pools = Mapping[tuple[str, ...], Pooled]


class Result(NamedTuple):
    """A pooled estimate on the scale of its metric, beside the row that stands for it in a table."""

    row: Effect
    pooled: Pooled
    predicted_low: float
    predicted_high: float


def pooled_estimates(kb: KnowledgeBase, cache: Cache) -> Pools:
    """The estimates that the blocks of all pages ask for; those of the same trials are computed once and kept."""
    code = digest(Path(pooling.__file__).read_bytes())
    found: dict[tuple[str, ...], Pooled] = {}
    for page in kb.pages:
        for selection in page.selections:
            for trials in trials_asked_for(kb, selection):
                estimates = [trial.estimate for trial in trials]
                key = digest(code, repr([tuple(estimate) for estimate in estimates]))
                kept = cache.get(key)
                if not isinstance(kept, Pooled):
                    kept = pooling.pool(estimates)
                    cache.put(key, kept)
                found[_name(trials)] = kept
    cache.save()
    return found


def trials_asked_for(kb: KnowledgeBase, selection: Selection) -> Iterator[list[Trial]]:
    """The trials of a block that asks for a pool, controls and active treatments apart, where there are enough."""
    if selection.pool is None:
        return
    rows = kb.rows_of(selection)
    for kinds in (CONTROLS, (ACTIVE,)):
        trials = trials_of(row for row in rows if row.comparison_kind in kinds)
        if len(trials) >= FEWEST_TRIALS:
            yield trials


def _name(trials: Sequence[Trial]) -> tuple[str, ...]:
    return tuple(row.id for trial in trials for row in trial.rows)


def decimals(number: float) -> str:
    """A computed number as the site writes it."""
    text = f"{number:.{_DIGITS}f}"
    return (text.lstrip("-") if float(text) == 0 else text).replace("-", _MINUS)


def as_row(trial: Trial) -> Effect:
    """One row for a trial, whatever it measured."""
    first = trial.rows[0]
    if len(trial.rows) == 1:
        return first
    (value,) = _on_scale(first, (trial.estimate.value,))
    values = ", ".join(decimals(row.value or 0) for row in trial.rows)
    notes = [row.note for row in trial.rows if row.note]
    notes.append(f"mean of {len(trial.rows)} measures of this trial ({values})")
    people = [row.n for row in trial.rows if row.n is not None]
    return _row(
        first,
        {"value": value, "ci_low": None, "ci_high": None, "ci_level": None, "se": math.sqrt(trial.estimate.variance)},
        outcome="; ".join(dict.fromkeys(row.outcome for row in trial.rows)),
        n=max(people) if people else None,
        note="; ".join(dict.fromkeys(notes)),
    )


def result_of(trials: Sequence[Trial], pools: Pools) -> Result | None:
    """The estimate of the trials, if it was asked for."""
    pooled = pools.get(_name(trials))
    if pooled is None:
        return None
    rows = [as_row(trial) for trial in trials]
    first = rows[0]
    people = [row.n for row in rows if row.n is not None]
    predicted_low, predicted_high = _on_scale(first, (pooled.predicted_low, pooled.predicted_high))
    note = f"95% prediction interval {_span(predicted_low, predicted_high)}; {_spread(pooled)}"
    low, value, high = _on_scale(first, (pooled.low, pooled.value, pooled.high))
    row = _row(
        first,
        {"value": value, "ci_low": low, "ci_high": high, "ci_level": 95.0, "se": pooled.se},
        id=first.pool,
        study="",
        allegiance="unclear",
        risk_of_bias="",
        supersedes="",
        k=pooled.trials,
        n=sum(people) if people else None,
        comparison="; ".join(dict.fromkeys(row.comparison_kind for row in rows)),
        population="",
        therapy="",
        outcome="",
        timepoint="",
        note=note,
    )
    return Result(row, pooled, predicted_low, predicted_high)


def _on_scale(row: Effect, numbers: Sequence[float]) -> list[float]:
    return [math.exp(number) if row.metric in RATIOS else number for number in numbers]


def _row(row: Effect, numbers: Mapping[str, float | None], **changed: object) -> Effect:
    """A row with other numbers, and with the cells that say so."""
    texts = {
        column: "" if number is None else decimals(number).replace(_MINUS, "-") for column, number in numbers.items()
    }
    cells = {**row.cells, **{column: Name(text, Span("")) for column, text in texts.items()}}
    return row._replace(**{**numbers, **changed, "cells": cells})  # type: ignore[arg-type]


def _span(low: float | None, high: float | None) -> str:
    return f"{decimals(low or 0)} to {decimals(high or 0)}"


def _spread(pooled: Pooled) -> str:
    """How much the effects of the trials differ."""
    tau, heterogeneity = decimals(pooled.tau_squared), f"{pooled.i_squared:.0f}%"
    return f"τ²{_SPACE}={_SPACE}{tau}, I²{_SPACE}={_SPACE}{heterogeneity}"


def method(trials: Sequence[Trial], result: Result) -> tuple[str, str]:
    """What was computed: what stands before and behind the citation of the data set."""
    pooled, row = result.pooled, result.row
    lowest, highest = _on_scale(row, (pooled.lowest, pooled.highest))
    estimate = f"{row.metric}{_SPACE}={_SPACE}{decimals(row.value or 0)}"
    sentences = [
        f": {estimate} (95%{_SPACE}CI{_SPACE}{_span(row.ci_low, row.ci_high)}), by a random-effects model "
        "(restricted maximum likelihood, Hartung-Knapp interval).",
        f"95% prediction interval, in which the effect of a further trial is expected: "
        f"{_span(result.predicted_low, result.predicted_high)}; {_spread(pooled)}.",
        f"Leaving out one trial at a time, the estimate lies between {decimals(lowest)} and {decimals(highest)}.",
    ]
    if any(len(trial.rows) > 1 for trial in trials):
        sentences.append(
            f"Measures of one trial were combined first, on the assumption that they correlate at {CORRELATION:g}."
        )
    return f"Computed for this site from {pooled.trials} trials", " ".join(sentences)
