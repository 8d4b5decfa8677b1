"""A forest plot as inline SVG, drawn when the site is built.

It is 320 units wide, the width of a small phone, and grows with the page. Each result has its name and number, and
beneath them its point and interval; the line of no effect runs through these alone. Colours are those of the text, so
that it reads in light, dark and print.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from textwrap import wrap
from typing import NamedTuple
from xml.etree.ElementTree import Element

from kb.evidence import ACTIVE, ASSOCIATION, RATIOS, UNSIDED, WITHIN, null_of
from kb.intervals import interval_of, standard_errors
from kb.model import Effect
from kb.rendering.html import as_it_is, element
from kb.rendering.pools import Result

_WIDTH, _MARGIN, _TOP, _FOOT = 320, 14, 8, 46
# A line of a name, and what stands beneath the name: a band with the point in its middle.
_LINE, _BAND, _MIDDLE = 14, 24, 11
_LONGEST_LINE = 38
_SMALLEST, _LARGEST = 5.0, 11.0
_MOST_TICKS = 6
_NAMES = {
    "g": "Hedges’ g",
    "d": "Cohen’s d",
    "SMD": "standardised mean difference",
    "OR": "odds ratio",
    "RR": "risk ratio",
    "RD": "risk difference",
    "r": "correlation r",
}


class Label(NamedTuple):
    """What a result is called in the plot and, in `full`, in its text; its value, and its interval if it has one."""

    short: str
    full: str
    value: str
    interval: str


def forest(
    caption: str,
    rows: Sequence[Effect],
    labels: Mapping[str, Label],
    number: int,
    pooled: tuple[Result, Label] | None = None,
) -> Element:
    """The plot of `rows`, which share a metric and the side that favours the therapy.

    `labels` are those of the rows by id; `number` tells the plots of a page apart. An estimate that was `pooled` from
    the rows stands beneath them as a diamond, with its prediction interval as a line.
    """
    first = rows[0]
    is_ratio = first.metric in RATIOS
    further = [pooled[0].predicted_low, pooled[0].predicted_high] if pooled else []
    scale, ticks = _scale(rows, is_ratio, further)
    names = [labels[row.id].short for row in rows] + ([pooled[1].short] if pooled else [])
    tops = [_TOP]
    for name in names:
        tops.append(tops[-1] + _height(name))
    bottom = tops.pop()
    metric = _NAMES.get(first.metric, first.metric)
    title_id, text_id = f"kb-forest-{number}-title", f"kb-forest-{number}-text"
    drawing = element(
        "svg",
        element("title", f"{caption}: {metric}", id=title_id),
        element("desc", _summary(rows, labels, pooled[1] if pooled else None), id=text_id),
        viewBox=f"0 0 {_WIDTH} {bottom + _FOOT}",
        role="img",
        aria_labelledby=f"{title_id} {text_id}",
        class_="kb-forest",
    )
    if first.metric != "proportion":
        x = _place(scale(null_of(first.metric)))
        bands = ((top + _height(name) - _BAND, top + _height(name)) for name, top in zip(names, tops, strict=True))
        path = "".join(f"M{x} {_place(start)}V{_place(end)}" for start, end in bands)
        drawing.append(element("path", d=path, class_="kb-forest-null"))
    precise = max(map(_precision, rows))
    for row, top in zip(rows, tops, strict=False):
        drawing.extend(_result(row, labels[row.id], top, scale, precise))
    if pooled:
        drawing.extend(_diamond(*pooled, tops[-1], scale))
    drawing.extend(_axis(ticks, scale, bottom, metric, first))
    shown = f": {metric}" + (", logarithmic scale" if is_ratio else "")
    if pooled:
        shown += ". The diamond is the pooled estimate with its interval, the line through it the prediction interval."
    legend = element("figcaption", element("strong", caption), shown)
    return element("figure", as_it_is(legend), as_it_is(drawing), class_="kb-plot")


def _place(x: float) -> str:
    return f"{x:.1f}"


def _lines_of(name: str) -> list[str]:
    return wrap(name, _LONGEST_LINE) or [name]


def _height(name: str) -> int:
    return _LINE * len(_lines_of(name)) + _BAND


def _ends(row: Effect) -> tuple[float, float]:
    found = interval_of(row)
    return (found.low, found.high) if found else (row.value or 0.0, row.value or 0.0)


def _scale(
    rows: Sequence[Effect], is_ratio: bool, further: Sequence[float]
) -> tuple[Callable[[float], float], list[float]]:
    """Where a value stands on the axis, and the values that the axis names."""
    values = [*further, *(end for row in rows for end in (*_ends(row), row.value or 0.0))]
    if is_ratio:
        # Both sides of the line are seen, so that nobody takes the line for the edge.
        values = [*(value for value in values if value > 0), 0.9, 1.1]
    elif rows[0].metric != "proportion":
        width = max(values) - min(values) or 1.0
        values += [-0.05 * width, 0.05 * width]
    into: Callable[[float], float] = math.log if is_ratio else float
    low, high = min(values), max(values)
    ticks = _ratio_ticks(low, high) if is_ratio else _ticks(low, high)
    start, end = into(min(low, ticks[0])), into(max(high, ticks[-1]))
    width = (end - start) or 1.0

    def scale(value: float) -> float:
        return _MARGIN + (into(value) - start) / width * (_WIDTH - 2 * _MARGIN)

    return scale, ticks


def _ticks(low: float, high: float) -> list[float]:
    """Round values from below `low` to above `high`."""
    size = (high - low) or 1.0
    power = 10.0 ** math.floor(math.log10(size / _MOST_TICKS))
    step = next(power * factor for factor in (1, 2, 5, 10, 20) if size / (power * factor) <= _MOST_TICKS - 2)
    return [round(index * step, 10) for index in range(math.floor(low / step), math.ceil(high / step) + 1)]


def _ratio_ticks(low: float, high: float) -> list[float]:
    """1, 2, 5, 10 and so on, downwards too; by tens where there would be too many."""
    start, end = math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1
    for factors in ((1, 2, 5), (1,)):
        steps = sorted(factor * 10.0**power for power in range(start - 1, end + 1) for factor in factors)
        first = max((step for step in steps if step <= low), default=steps[0])
        last = min((step for step in steps if step >= high), default=steps[-1])
        ticks = [step for step in steps if first <= step <= last]
        if len(ticks) <= _MOST_TICKS + 1:
            return ticks
    return [ticks[0], 1.0, ticks[-1]]


def _precision(row: Effect) -> float:
    """How precise a result is, as one over its standard error; 0 where that was not reported."""
    if row.se:
        return 1 / row.se
    low, high = _ends(row)
    level = row.ci_level if row.ci_level and 50 <= row.ci_level < 100 else 95
    if row.metric in RATIOS and low > 0:
        low, high = math.log(low), math.log(high)
    return 2 * standard_errors(level) / (high - low) if high > low else 0.0


def _result(row: Effect, label: Label, top: float, scale: Callable[[float], float], precise: float) -> list[Element]:
    middle, value = top + _height(label.short) - _BAND + _MIDDLE, scale(row.value or 0.0)
    share = _precision(row) / precise if precise else 0.0
    side = _SMALLEST + (_LARGEST - _SMALLEST) * share
    parts = _named(label, top)
    low, high = map(scale, _ends(row))
    if high > low:
        y = _place(middle)
        parts.append(element("line", x1=_place(low), x2=_place(high), y1=y, y2=y, class_="kb-forest-interval"))
    square = {"x": _place(value - side / 2), "y": _place(middle - side / 2), "width": _place(side)}
    kind = "kb-forest-point" if high > low else "kb-forest-point kb-forest-alone"
    parts.append(element("rect", **square, height=_place(side), class_=kind))
    return parts


def _named(label: Label, top: float, **attributes: str) -> list[Element]:
    """The name of a result, broken between words, and its value."""
    parts = [
        element("text", line, x=str(_MARGIN), y=_place(top + 11 + index * _LINE), **attributes)
        for index, line in enumerate(_lines_of(label.short))
    ]
    return [*parts, element("text", label.value, x=str(_WIDTH - _MARGIN), y=_place(top + 11), text_anchor="end")]


def _diamond(result: Result, label: Label, top: float, scale: Callable[[float], float]) -> list[Element]:
    """The pooled estimate: as wide as its interval, and a line as far as the next trial may reach."""
    middle = top + _height(label.short) - _BAND + _MIDDLE
    y = _place(middle)
    low, value, high = (scale(number or 0.0) for number in (result.row.ci_low, result.row.value, result.row.ci_high))
    corners = ((low, middle), (value, middle - 6), (high, middle), (value, middle + 6))
    start, end = scale(result.predicted_low), scale(result.predicted_high)
    return [
        *_named(label, top, class_="kb-forest-pooled"),
        element("line", x1=_place(start), x2=_place(end), y1=y, y2=y, class_="kb-forest-prediction"),
        element("polygon", points=" ".join(f"{_place(x)},{_place(y)}" for x, y in corners), class_="kb-forest-diamond"),
    ]


def _axis(
    ticks: Sequence[float], scale: Callable[[float], float], bottom: float, metric: str, first: Effect
) -> list[Element]:
    y = _place(bottom)
    parts = [element("line", x1=str(_MARGIN), x2=str(_WIDTH - _MARGIN), y1=y, y2=y, class_="kb-forest-axis")]
    decimals = max(len(f"{tick:g}".partition(".")[2]) for tick in ticks)
    for tick in ticks:
        x = _place(scale(tick))
        # Equal steps have equal decimals; those of a ratio, from hundredths to tens, do not.
        text = (f"{tick:g}" if first.metric in RATIOS else f"{tick:.{decimals}f}").replace("-", "\N{MINUS SIGN}")
        parts.append(element("line", x1=x, x2=x, y1=y, y2=_place(bottom + 4), class_="kb-forest-axis"))
        parts.append(element("text", text, x=x, y=_place(bottom + 16), text_anchor="middle"))
    for text, at, anchor in _sides(first):
        parts.append(element("text", text, x=str(at), y=_place(bottom + 36), text_anchor=anchor))
    return parts


def _sides(first: Effect) -> list[tuple[str, int, str]]:
    """What the two sides of the axis favour."""
    if first.favours in UNSIDED or first.comparison_kind in (WITHIN, ASSOCIATION):
        return []
    other = "← other treatment" if first.comparison_kind == ACTIVE else "← control"
    left, right = other + " better", "therapy better →"
    if first.favours in ("negative", "below one"):
        left, right = "← therapy better", other.removeprefix("← ") + " better →"
    return [(left, _MARGIN, "start"), (right, _WIDTH - _MARGIN, "end")]


def _summary(rows: Sequence[Effect], labels: Mapping[str, Label], pooled: Label | None = None) -> str:
    """What the plot shows, for those who cannot see it."""
    results = []
    for label in (*(labels[row.id] for row in rows), *filter(None, [pooled])):
        results.append(f"{label.full}: {label.value}" + (f" ({label.interval})" if label.interval else ""))
    return f"{len(rows)} result{'' if len(rows) == 1 else 's'}. {'; '.join(results)}."
