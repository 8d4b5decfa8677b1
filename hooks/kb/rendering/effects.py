"""Rows of the data about effects as a reader sees them: in a sentence, as a table."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from xml.etree.ElementTree import Element

from kb.evidence import ACTIVE, ASSOCIATION, CONTROLS, UNSIDED, WITHIN
from kb.exports.effects import GROUPS, download_of, groups_of
from kb.knowledge import KnowledgeBase
from kb.model import Effect, Page, Selection
from kb.pooling import Trial, trials_of
from kb.reading.citations import CITATION_CLASS, PLAIN_KEY
from kb.reading.effect_syntax import (
    BLOCK_CLASS,
    GUIDELINES_CLASS,
    effect_elements,
    guidelines_of,
    parse_mention,
    selection,
)
from kb.rendering import plain
from kb.rendering.forest import Label, forest
from kb.rendering.guidelines import guideline_table
from kb.rendering.html import Child, append, as_it_is, element, relative
from kb.rendering.pools import Pools, Result, as_row, method, result_of

_SPACE = "\N{NO-BREAK SPACE}"
_MINUS = "\N{MINUS SIGN}"
_NAMES = {"RD": "risk difference"}
# With one of these in front, a point in time follows the comparison without a comma.
_IN_SENTENCE = re.compile(r"(?:after|at|before|between|by|during|from|in|over|until|up|within)\b", re.IGNORECASE)
# Fractions of a standard deviation that have a name, each up to the middle between it and the next.
_FRACTIONS = (
    *((0.0, "hardly any part"), (0.1, "about a tenth"), (0.2, "about a fifth"), (0.25, "about a quarter")),
    *((1 / 3, "about a third"), (0.5, "about half"), (2 / 3, "about two thirds"), (0.75, "about three quarters")),
    *((1.0, "about one"), (1.25, "about one and a quarter"), (1.5, "about one and a half"), (2.0, "about two")),
)
_TITLES = {
    "controls": "Compared with controls",
    "active-treatments": "Compared with active treatments",
    "within-group": "Within the treated group, without a comparison",
    "associations": "Associations",
}
_COLUMNS = ("Work", "Population and therapy", "Compared with", "Outcome and time", "Effect", "Studies, people", "Note")


# in a sentence


def citation_of(row: Effect) -> str:
    """The citation of a row as a group without brackets."""
    key = row.citekey if PLAIN_KEY.fullmatch(row.citekey) else f"{{{row.citekey}}}"
    return f"@{key}, {row.locator}" if row.locator else f"@{key}"


def shown(row: Effect, column: str) -> str:
    """A number of a row with the decimals that were reported, a typographic minus, and a per cent sign if it is one."""
    text = row.cells[column].text
    if row.metric == "proportion" and column != "ci_level" and (number := getattr(row, column)) is not None:
        digits = max(0, len(text.partition(".")[2]) - 2)
        text = f"{100 * number:.{digits}f}%"
    return text.replace("-", _MINUS)


def measured(row: Effect) -> str:
    """The value with its metric."""
    value = shown(row, "value")
    return value if row.metric == "proportion" else f"{_NAMES.get(row.metric, row.metric)}{_SPACE}={_SPACE}{value}"


def interval(row: Effect) -> str:
    """The interval with its level, empty where none was reported."""
    if row.ci_low is None or row.ci_high is None or row.ci_level is None:
        return ""
    return f"{row.ci_level:g}%{_SPACE}CI{_SPACE}{shown(row, 'ci_low')} to {shown(row, 'ci_high')}"


def sizes(row: Effect) -> list[str]:
    """How many trials and people the effect rests on, as far as that was reported."""
    found = []
    if row.k is not None:
        found.append(f"{row.k:,}{_SPACE}{_studies(row)}")
    if row.n is not None:
        found.append(f"{row.n:,}{_SPACE}participant{'' if row.n == 1 else 's'}")
    return found


def _studies(row: Effect) -> str:
    one, many = ("study", "studies") if row.comparison_kind in (WITHIN, ASSOCIATION) else ("trial", "trials")
    return one if row.k == 1 else many


def in_words(row: Effect) -> str:
    """How large an effect is and on which side.

    A standardised difference is said as a fraction of a standard deviation, which needs no convention about what is
    small or large; a proportion or a difference of risks as people in a hundred.
    """
    value = row.value or 0.0
    if row.metric == "proportion":
        return f"about {100 * value:.0f} in{_SPACE}100 people"
    size = abs(value)
    if row.metric == "RD":
        amount = f"about {100 * size:.0f} more in{_SPACE}100 people" if value > 0 else ""
        return amount or (f"about {100 * size:.0f} fewer in{_SPACE}100 people" if value < 0 else "as many people")
    words = next((name for (at, name), (after, _) in _pairs() if size <= (at + after) / 2), "more than two")
    unit = "standard deviations" if size > 1.125 else "standard deviation"
    of = " " if size > 0.875 else " of a "
    amount = f"{words}{of}{unit}"
    if row.favours in UNSIDED or size <= _FRACTIONS[1][0] / 2:
        return amount
    favoured = (value > 0) == (row.favours == "positive")
    return f"{amount} in favour of {'the therapy' if favoured else 'what it was compared with'}"


def _pairs() -> Iterator[tuple[tuple[float, str], tuple[float, str]]]:
    return zip(_FRACTIONS, (*_FRACTIONS[1:], (2.5, "")), strict=True)


def statement(row: Effect, form: str) -> str:
    """What stands in the sentence for a row, without its citation."""
    if form == "words":
        return in_words(row)
    details = [] if form == "value" else list(filter(None, [interval(row)]))
    if not form:
        details += sizes(row)
    text = measured(row) + (f" ({', '.join(details)})" if details else "")
    return text if form else text + _circumstances(row)


def _circumstances(row: Effect) -> str:
    """What an effect was compared with, and when."""
    time = (" " if _IN_SENTENCE.match(row.timepoint) else ", ") + row.timepoint if row.timepoint else ""
    if row.comparison_kind == WITHIN:
        return f" within the treated group{time}, without a comparison"
    if row.comparison_kind == ASSOCIATION:
        return f" for {row.outcome}{time}"
    return f" against {row.comparison}{time}"


def write_effects(root: Element, kb: KnowledgeBase, page: Page, pools: Pools) -> None:
    """Put what they stand for in the place of references and blocks; their citations are still to be written."""
    plots = 0
    for found, where in list(effect_elements(root)):
        if where:
            continue
        text, found.text = found.text or "", None
        if found.get("class") == GUIDELINES_CLASS:
            found.extend(guideline_table(kb, guidelines_of(text, None, page.path)))
            continue
        if found.get("class") == BLOCK_CLASS:
            for part in tables(kb, page, selection(text, None, page.path), plots, pools):
                plots += part.tag == "figure"
                found.append(part)
            continue
        id_, form = parse_mention(text)
        row = kb.effects.get(id_)
        if row is None:
            found.text = text
            continue
        if form:
            found.set("title", statement(row, ""))
        append(found, as_it_is(element("span", statement(row, form))), " ", _citation(row))


def _citation(row: Effect) -> Element:
    return element("span", f"[{citation_of(row)}]", class_=CITATION_CLASS)


# as a table


def tables(kb: KnowledgeBase, page: Page, chosen: Selection, plots: int, pools: Pools) -> Iterator[Element]:
    """The rows of a block: controls and active treatments apart and always both, changes within a group by themselves.

    `plots` is the number of plots that the page has already.
    """
    rows = kb.rows_of(chosen)
    asked = {row.comparison_kind for row in rows}
    only_others = bool(rows) and asked <= {WITHIN, ASSOCIATION}
    for name, group in groups_of(rows):
        title, kinds = _TITLES[name], GROUPS[name]
        if not group:
            if kinds in (CONTROLS, (ACTIVE,)) and not only_others:
                yield _nothing(kb, chosen, title, kinds)
            continue
        narrowed = [kind.text for kind in chosen.kinds if kind.text in kinds]
        about = group[0].indication if chosen.pool else chosen.indication.text if chosen.indication else ""
        subject = about.replace("-", " ").capitalize() + ": " if about else ""
        caption = subject + (title[0].lower() + title[1:] if subject else title)
        if narrowed and kinds == CONTROLS:
            caption += f" ({', '.join(narrowed)})"
        if chosen.pool:
            caption += ", single trials"
            for part in _pool(kb, chosen, caption, group, plots, pools):
                plots += part.tag == "figure"
                yield part
            yield from _download(kb, page, chosen, name)
            continue
        if chosen.is_plotted:
            for plot in _plots(kb, caption, group, plots):
                plots += 1
                yield plot
        yield _table(caption, [_row(row, _citation(row), *_plain(row)) for row in group])
        if plain.has_pairs(group):
            yield _assumption()
        yield from _download(kb, page, chosen, name)


def _download(kb: KnowledgeBase, page: Page, chosen: Selection, group: str) -> Iterator[Element]:
    """The way to the rows of a table as a file."""
    folder = kb.settings.data_folder
    if folder is not None:
        file = download_of(folder, chosen, group)
        link = element("a", "Download these rows", href=relative(file, page.uri), download="")
        yield element("p", link, " (CSV)", class_="kb-method")


def _nothing(kb: KnowledgeBase, chosen: Selection, title: str, kinds: Sequence[str]) -> Element:
    """What stands in the place of a table without rows: whether there are none, or none were chosen."""
    if chosen.pool:
        return element("p", element("strong", title), ": none in this set of trials.", class_="kb-no-data")
    indications = {row.indication for row in kb.rows_of(chosen)} | (
        {chosen.indication.text} if chosen.indication else set()
    )
    left = sum(row.indication in indications and row.comparison_kind in kinds for row in kb.effects.values())
    text = f"{left} in the data, not shown here" if left else "no data found"
    return element("p", element("strong", title), f": {text}.", class_="kb-no-data")


def _pool(
    kb: KnowledgeBase, chosen: Selection, caption: str, rows: Sequence[Effect], plots: int, pools: Pools
) -> Iterator[Element]:
    """The trials of a pool, one by one, and what they make together."""
    trials = trials_of(rows)
    result = result_of(trials, pools)
    shown_rows = [as_row(trial) for trial in trials]
    if chosen.is_plotted and trials:
        labels = {row.id: Label(row.study, row.study, shown(row, "value"), interval(row)) for row in shown_rows}
        yield forest(caption, shown_rows, labels, plots + 1, result and (result, _label_of(result)))
    table_rows = [_row(row, row.study) for row in shown_rows]
    if result:
        heading = f"Pooled for this site, {result.pooled.trials} trials"
        table_rows.append(_row(result.row, element("strong", heading), *_plain(result.row)))
    yield _table(caption, table_rows, "Trial")
    if result and plain.has_pairs([result.row]):
        yield _assumption()
    yield _method(trials, result)


def _label_of(result: Result) -> Label:
    row, name = result.row, f"Pooled, {result.pooled.trials} trials"
    return Label(name, f"{name}, computed for this site", shown(row, "value"), interval(row))


def _method(trials: Sequence[Trial], result: Result | None) -> Element:
    """Where the trials are from, and what was computed from them."""
    source = element("span", f"[{_source(trials[0].rows[0])}]", class_=CITATION_CLASS)
    if result is None:
        return element("p", "From the open data set ", source, ".", class_="kb-method")
    before, after = method(trials, result)
    return element("p", before, source, after, class_="kb-method")


def _source(row: Effect) -> str:
    """The citation of the work that a row is from, as a group without brackets and place."""
    return citation_of(row).removesuffix(f", {row.locator}")


def _plots(kb: KnowledgeBase, caption: str, rows: Sequence[Effect], plots: int) -> Iterator[Element]:
    """A plot for each metric and direction: what is measured in two ways cannot stand on one axis.

    The share of one arm is no comparison: it has no line of no effect, and stands in the table alone.
    """
    groups: dict[tuple[str, str], list[Effect]] = {}
    for row in rows:
        if row.value is not None and row.metric != "proportion":
            groups.setdefault((row.metric, row.favours), []).append(row)
    for group in groups.values():
        plots += 1
        yield forest(caption, group, _labels(kb, group), plots)


def _labels(kb: KnowledgeBase, rows: Sequence[Effect]) -> Mapping[str, Label]:
    """What a plot calls each row, by id: by its outcome, or by its time where another row has the same outcome."""
    short = {row.id: f"{name_of(kb, row)}, {row.outcome}" for row in rows}
    names = Counter(short.values())
    labels = {}
    for row in rows:
        name = short[row.id]
        if names[name] > 1 and row.timepoint:
            name = f"{name_of(kb, row)}, {row.timepoint}"
        full = ", ".join(filter(None, [short[row.id], row.timepoint]))
        labels[row.id] = Label(name, full, shown(row, "value"), interval(row))
    return labels


def name_of(kb: KnowledgeBase, row: Effect) -> str:
    """The first author and the year of a work."""
    reference = kb.references.get(row.citekey)
    if reference is None or not reference.people:
        return row.citekey
    year = re.search(r"\d{4}", reference.fields.get("year") or reference.fields.get("date") or "")
    others = " et al." if len(reference.people) > 2 else ""
    return f"{reference.people[0].family}{others}" + (f" {year[0]}" if year else "")


def _table(caption: str, rows: Sequence[Element], first: str = _COLUMNS[0]) -> Element:
    """A table that scrolls by itself where the screen is narrow."""
    head = element("tr", *(element("th", name, scope="col") for name in (first, *_COLUMNS[1:])))
    body = element("tbody", *rows)
    table = element("table", element("caption", caption), element("thead", head), body, class_="kb-effect-table")
    return element("div", table, class_="kb-scroll", role="group", tabindex="0", aria_label=f"Table: {caption}")


def _plain(row: Effect) -> Iterator[Element]:
    """What a row says without statistics, as far as there is a way to say it."""
    if people := plain.people(row):
        yield people
    elif pairs := plain.of_pairs(row):
        yield element("span", pairs, class_="kb-plain")


def _assumption() -> Element:
    return element("p", plain.ASSUMPTION, class_="kb-method")


def _row(row: Effect, heading: Child, *plain_words: Element) -> Element:
    """A row of the table, with what it is called at its head; plain words stand with the numbers."""
    effect = [measured(row), *filter(None, [interval(row)])]
    notes = [row.note]
    if row.supersedes:
        notes.append("replaces an earlier result of the same kind")
    if row.risk_of_bias:
        notes.append(f"risk of bias: {row.risk_of_bias}")
    if row.allegiance != "unclear":
        notes.append(f"allegiance: {row.allegiance}")
    cells: list[list[Child]] = [
        [_lines([row.population, row.therapy])],
        [row.comparison or "–"],
        [_lines([row.outcome, row.timepoint])],
        [_lines(effect), *plain_words],
        [_lines(sizes(row)) if sizes(row) else "not reported"],
        ["; ".join(filter(None, notes)) or "–"],
    ]
    return element("tr", element("th", heading, scope="row"), *(as_it_is(element("td", *c)) for c in cells))


def _lines(texts: Sequence[str]) -> Element:
    lines = element("span")
    for text in filter(None, texts):
        append(lines, *([element("br")] if len(lines) or lines.text else []), text)
    return lines


def citations_of_effects(kb: KnowledgeBase) -> set[str]:
    """The citation groups of every row that a page shows."""
    named = {citation_of(kb.effects[one.id]) for page in kb.pages for one in page.effects if one.id in kb.effects}
    listed = {
        _source(row) if selection.pool else citation_of(row)
        for page in kb.pages
        for selection in page.selections
        for row in kb.rows_of(selection)
    }
    return named | listed
