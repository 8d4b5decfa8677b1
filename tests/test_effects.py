"""Effects as a reader sees them: in a sentence, in a table, in a plot."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path
from types import SimpleNamespace
from xml.etree import ElementTree

import pytest
from markdown import Markdown

from cases import EFFECTS, GUIDELINES, write_project
from kb import engine, gate
from kb.evidence import COLUMNS
from kb.intervals import interval_of
from kb.reading.cache import Cache
from kb.reading.effects import read_effects
from kb.rendering.bibliography import format_citations
from kb.rendering.effects import in_words
from kb.rendering.page import PageRendering, citation_groups
from kb.rendering.plain import of_pairs, people
from kb.rendering.pools import pooled_estimates

BIB = """\
@article{smith2003, author = {Smith, Ann and Jones, Bo and Lee, Cy}, title = {{A review}}, journal = {J}, year = {2003}}
@article{jones2010, author = {Jones, Bo}, title = {{Another}}, journal = {J}, year = {2010}}
"""
ROW = {
    "citekey": "smith2003",
    "locator": "p. 88",
    "indication": "depression",
    "population": "adults",
    "therapy": "short-term therapy",
    "comparison": "controls",
    "comparison_kind": "usual care",
    "outcome": "mood",
    "timepoint": "after treatment",
    "metric": "g",
    "value": "0.64",
    "ci_low": "0.39",
    "ci_high": "0.89",
    "ci_level": "95",
    "k": "14",
    "favours": "positive",
    "allegiance": "unclear",
}
ASSOCIATION = {"comparison": "", "comparison_kind": "association", "favours": "none", "indication": "process"}
WITHIN = {"comparison": "", "comparison_kind": "within group", "favours": "none"}
RATIO = {"metric": "OR", "value": "1.75", "ci_low": "1.20", "ci_high": "2.55", "favours": "above one"}
NO_INTERVAL = {"ci_low": "", "ci_high": "", "ci_level": ""}


def table(**rows: dict[str, str]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    for name, cells in rows.items():
        row = {**ROW, "id": f"smith2003-{name}", **cells}
        writer.writerow([row.get(column, "") for column in COLUMNS])
    return EFFECTS + out.getvalue()


DATA_SET = {"data_set": "jones2010", "locator": "row Abel, 1990"}
TRIAL = {"se": "0.2", "k": "1", "n": "80", "pool": "end", **NO_INTERVAL, **DATA_SET}
DATA = table(
    end={},
    loss={"value": "-0.20", "ci_low": "-0.45", "ci_high": "0.05", "n": "1", "k": "1", "timepoint": "one year later"},
    ratio=RATIO,
    odds={**RATIO, "value": "0.90", "ci_low": "0.50", "ci_high": "1.62"},
    change={**WITHIN, "value": "1.10", **NO_INTERVAL},
    alliance={
        **ASSOCIATION,
        "metric": "r",
        "value": "0.28",
        **NO_INTERVAL,
        "k": "295",
        "outcome": "alliance and outcome",
    },
    left={"metric": "proportion", "value": "0.125", **NO_INTERVAL, "indication": "harm", "favours": "none"},
    other={
        "comparison_kind": "active treatment",
        "comparison": "CBT",
        "indication": "panic",
        "value": "0.01",
        "ci_low": "-0.30",
        "ci_high": "0.32",
    },
    further={
        "comparison_kind": "active treatment",
        "comparison": "a treatment with a name that is much longer than any line",
        "outcome": "a scale with a name that is longer than one line of a plot",
        "indication": "panic",
        "value": "-0.5",
        **NO_INTERVAL,
        "se": "0.25",
    },
    lone={"indication": "trauma", **NO_INTERVAL},
    first={**TRIAL, "study": "Abel, 1990", "value": "0.9", "comparison_kind": "waiting list"},
    second={**TRIAL, "study": "Bell, 1995", "value": "-0.1"},
    third={**TRIAL, "study": "Cole, 2000", "value": "0.3", "outcome": "scale one"},
    fourth={**TRIAL, "study": "Cole, 2000", "value": "0.5", "outcome": "scale two"},
)
PAGE = """\
---
title: Page
summary: A page.
---

## First

Full {{effect:smith2003-end}}. Loss {{effect:smith2003-loss}}. Value {{effect:smith2003-loss value}}.
Interval {{effect:smith2003-ratio interval}}. Words {{effect:smith2003-end words}}. Code `{{effect:smith2003-end}}`.
Change {{effect:smith2003-change}}. Alliance {{effect:smith2003-alliance}}. Left {{effect:smith2003-left value}}.

| a |
|---|
| {{effect:smith2003-left words}} |

```effects
indication: depression
plot: true
```

Beside:
```effects
indication: panic
plot: true
```

```effects
indication: trauma
plot: true
```

```effects
ids: [smith2003-change]
```

```effects
indication: grief
```

```effects
pool: end
plot: true
```

```guidelines
indication: panic
```

```guidelines
indication: grief
```

````
```effects
indication: grief
```
````
"""
RECOMMENDATIONS = """\
g-old,NICE,NG1,2013,jones2010,panic,adults,later choice,Allows it.,2026-11-02,"older, not confirmed as current"
g-new,WHO,mhGAP,2023,jones2010,panic,adults,mentioned,Mentions it.,2026-11-12,
g-other,WHO,mhGAP,2023,jones2010,anorexia,adults,mentioned,Says little.,2026-11-12,
"""
SPACE, MINUS = "\N{NO-BREAK SPACE}", "\N{MINUS SIGN}"


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> SimpleNamespace:
    folder = tmp_path_factory.mktemp("effects")
    files = {
        "bib/references.bib": BIB,
        "bib/effects.csv": DATA,
        "bib/guidelines.csv": GUIDELINES + RECOMMENDATIONS,
        "docs/principles/p.md": PAGE,
    }
    project = engine.load(str(write_project(folder, files)))
    kb, verdict = gate.judge(project)
    formatted = format_citations(project.bibliography_files, citation_groups(kb), Cache(folder / "c"))
    pools = pooled_estimates(kb, Cache(folder / "p"))
    rendering = PageRendering(kb, formatted, "The Site", pools)
    rendering.page = kb.by_uri["principles/p.md"]
    extensions = ["smarty", "attr_list", "tables", "toc", "pymdownx.superfences", rendering]
    html = Markdown(extensions=extensions).convert(PAGE.partition("\n---\n")[2])
    text = re.sub(r"<[^>]+>", "", html).replace(SPACE, " ")
    return SimpleNamespace(html=html, text=text, kb=kb, findings=verdict.findings, plots=_plots(html))


def _plots(html: str) -> list[ElementTree.Element]:
    return [ElementTree.fromstring(plot) for plot in re.findall(r"<svg.*?</svg>", html, re.DOTALL)]


@pytest.mark.parametrize(
    "sentence",
    [
        "Full g = 0.64 (95% CI 0.39 to 0.89, 14 trials) against controls after treatment (Smith et al., 2003, p. 88).",
        f"Loss g = {MINUS}0.20 (95% CI {MINUS}0.45 to 0.05, 1 trial, 1 participant) against controls, one year later (",
        f"Value g = {MINUS}0.20 (Smith et al., 2003, p. 88).",
        "Interval OR = 1.75 (95% CI 1.20 to 2.55) (Smith",
        "Words about two thirds of a standard deviation in favour of the therapy (Smith",
        "Code {{effect:smith2003-end}}.",
        "Change g = 1.10 (14 studies) within the treated group after treatment, without a comparison (",
        "Alliance r = 0.28 (295 studies) for alliance and outcome after treatment (",
        "Left 12.5% (Smith",
        "about 12 in 100 people (Smith",
    ],
)
def test_effect_is_written_in_a_sentence(shown: SimpleNamespace, sentence: str) -> None:
    assert sentence in shown.text


def test_effect_brings_its_citation_along(shown: SimpleNamespace) -> None:
    assert '<span class="kb-effect"><span>g\xa0=\xa00.64' in shown.html
    assert 'href="#ref-smith2003" id="cite-smith2003-1"' in shown.html
    references = shown.html[shown.html.index('id="references"') :]
    assert 'id="ref-smith2003"' in references
    assert "ref-smith2003" in shown.kb.anchors("principles/p.md")
    assert {name.text for name in shown.kb.keys_used} == {"smith2003", "jones2010"}


def test_controls_and_active_treatments_are_both_shown(shown: SimpleNamespace) -> None:
    assert "<caption>Depression: compared with controls</caption>" in shown.html
    assert "Compared with active treatments: no data found." in shown.text
    assert "<caption>Panic: compared with active treatments</caption>" in shown.html
    assert shown.text.count("no data found") == 1 + 1 + 2 + 1  # depression, panic, grief, trauma


def test_changes_within_a_group_stand_by_themselves(shown: SimpleNamespace) -> None:
    for part in re.findall(r"<table.*?</table>", shown.html, re.DOTALL):
        is_within = "1.10" in part
        assert is_within == ("Within the treated group, without a comparison" in part)
        assert not (is_within and "0.64" in part)


def test_table_is_accessible(shown: SimpleNamespace) -> None:
    first = _tables(shown.html)[1]  # behind the table of the page itself
    assert "<caption>Depression: compared with controls</caption>" in first
    columns = re.findall(r'<th scope="col">(.*?)</th>', first)
    assert columns == ["What was compared", "Outcome and time", "Effect", "Trials, people", "Source"]
    # On a phone each cell says the name of its column.
    assert re.findall(r'<t[hd] data-label="(.*?)"', first) == 4 * columns
    assert first.count("<tr") - first.count("kb-note") == 1 + 4


def test_plots_share_neither_metric_nor_id(shown: SimpleNamespace) -> None:
    titles = [plot.findtext("title") for plot in shown.plots]
    assert titles == [
        "Depression: compared with controls: Hedges’ g",
        "Depression: compared with controls: odds ratio",
        "Panic: compared with active treatments: Hedges’ g",
        "Depression: compared with controls, single trials: Hedges’ g",
    ]
    ids = [part.get("id") for plot in shown.plots for part in plot.iter() if part.get("id")]
    assert len(ids) == len(set(ids)) == 8
    for plot in shown.plots:
        assert plot.get("role") == "img"
        assert set((plot.get("aria-labelledby") or "").split()) <= set(ids)


def test_plot_shows_points_within_intervals(shown: SimpleNamespace) -> None:
    for plot in shown.plots[:3]:
        for number, line in enumerate(part for part in plot.iter() if part.get("class") == "kb-forest-interval"):
            points = [part for part in plot.iter() if (part.get("class") or "").startswith("kb-forest-point")]
            point = points[number]
            middle = float(point.get("x", "")) + float(point.get("width", "")) / 2
            assert 0 <= float(line.get("x1", "")) < middle < float(line.get("x2", "")) <= 320
        description = plot.findtext("desc") or ""
        assert "Smith et al. 2003, mood, after treatment: " in description
    sides = [part.text for part in shown.plots[2].iter("text")][-2:]
    assert sides == ["← other treatment better", "therapy better →"]


def test_trials_are_pooled_and_say_so(shown: SimpleNamespace) -> None:
    pool = shown.text[shown.text.index("Computed for this site") :]
    assert pool.startswith("Computed for this site from 3 trials of the open data set (Jones, 2010): g = 0.40 (95% CI ")
    for part in (
        "random-effects model (restricted maximum likelihood, Hartung-Knapp interval)",
        "95% prediction interval, in which the effect of a further trial is expected: ",
        "τ² = 0.",
        "I² = ",
        "Leaving out one trial at a time, the estimate lies between 0.15 and 0.65.",
        "combined first, on the assumption that they correlate at 0.8.",
    ):
        assert part in pool
    (table_of_pool,) = (part for part in _tables(shown.html) if "Pooled for this site" in part)
    assert re.findall(r"<strong>(.*?)</strong>", table_of_pool) == [
        *("Abel, 1990", "Bell, 1995", "Cole, 2000"),
        "Pooled for this site, 3 trials",
    ]
    assert "Mean of 2 measures of this trial (0.30, 0.50)" in table_of_pool
    assert "240 people" in table_of_pool


def test_single_trials_stand_beside_no_review(shown: SimpleNamespace) -> None:
    for part in _tables(shown.html):
        assert not ("Abel, 1990" in part and "0.64" in part)
    assert sum("Abel, 1990" in part for part in _tables(shown.html)) == 1


def test_pooled_estimate_is_a_diamond_as_wide_as_its_interval(shown: SimpleNamespace) -> None:
    diamonds = [part for plot in shown.plots for part in plot.iter("polygon")]
    assert len(diamonds) == 1
    corners = [float(corner.partition(",")[0]) for corner in diamonds[0].get("points", "").split()]
    (prediction,) = (part for part in shown.plots[3].iter("line") if part.get("class") == "kb-forest-prediction")
    assert 0 <= float(prediction.get("x1", "")) < corners[0] < corners[1] < corners[2]
    assert corners[2] < float(prediction.get("x2", "")) <= 320
    assert "Pooled, 3 trials, computed for this site: 0.40 (95%" in (shown.plots[3].findtext("desc") or "").replace(
        SPACE, " "
    )


def test_difference_is_said_as_pairs_of_people(shown: SimpleNamespace) -> None:
    first, _, _, alone, pool, _ = (part for part in _tables(shown.html) if "kb-effect-table" in part)
    assert "Better with the therapy in about 67 of 100 pairs" in first
    assert "(the interval allows 61 to 74)." in first  # 0.39 to 0.89
    assert "in about 44 of 100 pairs (the interval allows 38 to 51)" in first  # -0.20
    assert "pairs" not in alone, "a change within a group says nothing of pairs"
    assert pool.count("of 100 pairs") == 1, "the pooled row alone"
    assert shown.text.count("normal distribution") == 4


@pytest.mark.parametrize(
    ("value", "favours", "words"),
    [
        ("0", "positive", "about 50 of 100 pairs."),
        ("-0.5", "negative", "about 64 of 100 pairs."),
        ("0.5", "negative", "about 36 of 100 pairs."),
        ("0.5", "unclear", ""),
        ("0.5", "none", ""),
    ],
)
def test_pairs_know_the_side_of_the_therapy(value: str, favours: str, words: str) -> None:
    text = table(x={**NO_INTERVAL, "value": value, "favours": favours})
    (row,) = read_effects(text.encode(), "effects.csv").rows
    assert of_pairs(row).endswith(words)
    assert bool(of_pairs(row)) == bool(words)


def test_proportion_is_shown_as_a_hundred_people() -> None:
    (row,) = read_effects(table(x={**NO_INTERVAL, "metric": "proportion", "value": "0.126"}).encode(), "e.csv").rows
    drawn = people(row)
    assert drawn is not None
    assert "".join(drawn.itertext()) == "about 13 of 100 people: mood"
    (svg,) = drawn.iter("svg")
    empty, counted = svg.iter("path")
    assert svg.get("role") == "img"
    assert svg.get("aria-label") == "13 of 100 dots are filled"
    assert (counted.get("d", "").count("M"), empty.get("d", "").count("M")) == (13, 87)
    assert not [part for part in drawn.iter() if part.get("id")]


def test_guidelines_are_dated_and_say_where_they_were_read(shown: SimpleNamespace) -> None:
    (found,) = (part for part in _tables(shown.html) if "What guidelines say" in part)
    rows = re.sub(r"<[^>]+>", "|", found[found.index("<tbody") :])
    assert re.sub(r"\|+", "|", rows).split("|")[1:-1] == [
        *("WHO, mhGAP, 2023", " ", "(", "Jones, 2010", ")"),
        *("adults", "mentioned", "Mentions it.", "Checked on ", "12 November 2026"),
        *("NICE, NG1, 2013", " ", "(", "Jones, 2010", ")"),
        *("adults", "later choice", "Allows it.", "Checked on ", "2 November 2026"),
        "; older, not confirmed as current",
    ]
    assert "What guidelines say: grief: none was checked." in shown.text
    assert "Says little" not in shown.text
    assert "ref-jones2010" in shown.kb.anchors("principles/p.md")


def _tables(html: str) -> list[str]:
    return re.findall(r"<table.*?</table>", html, re.DOTALL)


def test_ratio_stands_on_a_logarithmic_scale(shown: SimpleNamespace) -> None:
    assert "odds ratio, logarithmic scale" in shown.text
    ticks = {
        part.text: float(part.get("x", ""))
        for part in shown.plots[1].iter("text")
        if part.get("text-anchor") == "middle"
    }
    assert abs((ticks["2"] - ticks["1"]) - (ticks["5"] - ticks["2"]) * 0.30103 / 0.39794) < 0.2


def test_page_with_effects_has_no_finding_about_evidence(shown: SimpleNamespace) -> None:
    evidence = [finding for finding in shown.findings if "effect" in finding.rule or "statistic" in finding.rule]
    assert not evidence


@pytest.mark.parametrize(
    ("value", "metric", "favours", "words"),
    [
        ("0.64", "g", "positive", "about two thirds of a standard deviation in favour of the therapy"),
        ("-0.5", "d", "positive", "about half of a standard deviation in favour of what it was compared with"),
        ("-1.5", "SMD", "negative", "about one and a half standard deviations in favour of the therapy"),
        ("1.02", "g", "positive", "about one standard deviation in favour of the therapy"),
        ("3", "g", "positive", "more than two standard deviations in favour of the therapy"),
        ("0.01", "g", "positive", "hardly any part of a standard deviation"),
        ("0.1", "RD", "positive", "about 10 more in 100 people"),
        ("-0.1", "RD", "positive", "about 10 fewer in 100 people"),
        ("0.54", "proportion", "none", "about 54 in 100 people"),
    ],
)
def test_size_is_said_in_words(tmp_path: Path, value: str, metric: str, favours: str, words: str) -> None:
    data = table(x={"value": value, "metric": metric, "favours": favours, **NO_INTERVAL})
    kb = gate.read(engine.load(str(write_project(tmp_path, {"bib/effects.csv": data}))))
    assert in_words(kb.effects["smith2003-x"]).replace(SPACE, " ") == words


@pytest.mark.parametrize(
    ("cells", "low", "high"),
    [
        ({"se": "0.25", "value": "0.10"}, -0.39, 0.59),
        ({**RATIO, "se": "0.2", "value": "2", **NO_INTERVAL}, 1.351, 2.960),
        ({"metric": "r", "value": "0.6", "n": "21", "k": "", **ASSOCIATION}, 0.227, 0.819),
        ({"metric": "r", "value": "0.6", "n": "2100", "k": "10", **ASSOCIATION}, None, None),
        ({**WITHIN, "se": "0.25"}, None, None),
        ({}, None, None),
    ],
)
def test_interval_follows_from_the_error(cells: dict[str, str], low: float | None, high: float | None) -> None:
    text = table(x={**NO_INTERVAL, "indication": "process", **cells})
    (row,) = read_effects(text.encode(), "effects.csv").rows
    found = interval_of(row)
    if low is None or high is None:
        assert found is None
    else:
        assert found is not None
        assert found[:3] == pytest.approx((low, high, 95), abs=1e-3)
        assert found.computed_from


def test_table_says_that_an_interval_was_computed(shown: SimpleNamespace) -> None:
    (panic,) = (part for part in _tables(shown.html) if "Panic: compared with active" in part)
    assert "95%\xa0CI\xa0\N{MINUS SIGN}0.99 to \N{MINUS SIGN}0.01" in panic
    assert panic.count("nterval computed from the standard error") == 1


def test_names_in_a_plot_are_whole_and_off_the_line_of_no_effect(shown: SimpleNamespace) -> None:
    panic = shown.plots[2]
    texts = [part.text or "" for part in panic.iter("text")]
    assert not any("…" in text for text in texts)
    assert "Smith et al. 2003, a scale with a name that is longer than one line of a plot" in " ".join(texts)
    tops = [float(part.get("y", "")) for part in panic.iter("text") if part.get("x") == "14"][:-1]
    (line,) = (part for part in panic.iter("path") if part.get("class") == "kb-forest-null")
    bands = [tuple(map(float, band)) for band in re.findall(r" ([\d.]+)V([\d.]+)", line.get("d", ""))]
    assert len(bands) == 2
    assert all(not start < top < end for top in tops for start, end in bands)


def test_single_result_is_not_drawn(shown: SimpleNamespace) -> None:
    assert not any("Trauma" in (plot.findtext("title") or "") for plot in shown.plots)
    assert "Trauma: compared with controls" in shown.text


def test_number_of_a_data_set_is_cited_with_trial_and_data(tmp_path: Path) -> None:
    data = table(
        x={"data_set": "jones2010", "locator": "row Smith, 2003", "value": "0.644", **NO_INTERVAL, "se": "0.2"}
    )
    page = "Text {{effect:smith2003-x}}.\n\n```effects\nids: [smith2003-x]\n```\n"
    files = {"bib/references.bib": BIB, "bib/effects.csv": data, "docs/principles/p.md": page}
    project = engine.load(str(write_project(tmp_path, files)))
    kb = gate.read(project)
    formatted = format_citations(project.bibliography_files, citation_groups(kb), Cache(tmp_path / "c"))
    rendering = PageRendering(kb, formatted, "The Site", {})
    rendering.page = kb.by_uri["principles/p.md"]
    html = Markdown(extensions=["tables", "pymdownx.superfences", rendering]).convert(page)
    text = re.sub(r"<[^>]+>", "", html).replace(SPACE, " ")
    assert (
        "g = 0.64 (95% CI 0.25 to 1.04, 14 trials) against controls after treatment (Jones, 2010; Smith et al." in text
    )
    assert "(Smith et al., 2003), computed by (Jones, 2010, row Smith, 2003)" in text
    assert {"ref-smith2003", "ref-jones2010"} <= kb.anchors("principles/p.md")
