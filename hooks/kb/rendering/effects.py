"""Rows of the data about effects as a reader sees them: in a sentence, as a table."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from xml.etree.ElementTree import Element

from kb.evidence import ACTIVE, ASSOCIATION, CONTROLS, NULL, PART_OF, UNSIDED, WITHIN, name_of_indication
from kb.exports.effects import GROUPS, download_of, groups_of
from kb.intervals import interval_of
from kb.knowledge import KnowledgeBase
from kb.model import Effect, Page, Selection
from kb.pooling import Trial, trials_of
from kb.reading.citation_groups import PLAIN_KEY
from kb.reading.citations import CITATION_CLASS
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
from kb.rendering.pools import Pools, Result, as_row, decimals, method, result_of
from kb.rendering.tables import table, table_row

_SPACE = "\N{NO-BREAK SPACE}"
_MINUS = "\N{MINUS SIGN}"
_NAMES = {"RD": "risk difference"}
_IS_PAGE = re.compile(r"pp?\.\s*\w")
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
_COLUMNS = ("What was compared", "Outcome and time", "Effect", "Trials, people", "Source")


# in a sentence


def _cited(key: str, locator: str = "") -> str:
    """The citation of a work as a group without brackets."""
    name = f"@{key}" if PLAIN_KEY.fullmatch(key) else f"@{{{key}}}"
    return f"{name}, {locator}" if locator else name


def citation_in_text(row: Effect) -> str:
    """The citation of a row in a sentence: the work, with its page if one is known, and the data set if there is one.

    That a number was read in an abstract, or in which row of a data set, is for tables to say.
    """
    if row.data_set:
        return f"{_cited(row.citekey)}; {_cited(row.data_set)}"
    return _cited(row.citekey, row.locator if _IS_PAGE.match(row.locator) else "")


def citations_in_table(row: Effect) -> list[str]:
    """The citations of a row where there is room to say where its numbers are from: the work, and a data set if any."""
    if row.data_set:
        return [_cited(row.citekey), _cited(row.data_set, row.locator)]
    return [_cited(row.citekey, row.locator)]


def shown(row: Effect, column: str) -> str:
    """A number of a row with the decimals that were reported, a typographic minus, and a per cent sign if it is one.

    What was computed, by the keepers of a data set or here, has two decimals.
    """
    text, number = row.cells[column].text, getattr(row, column)
    if row.data_set and number is not None:
        return decimals(number)
    if row.metric == "proportion" and number is not None:
        digits = max(0, len(text.partition(".")[2]) - 2)
        text = f"{100 * number:.{digits}f}%"
    return text.replace("-", _MINUS)


def measured(row: Effect) -> str:
    """The value with its metric."""
    value = shown(row, "value")
    return value if row.metric == "proportion" else f"{_NAMES.get(row.metric, row.metric)}{_SPACE}={_SPACE}{value}"


def interval(row: Effect) -> str:
    """The interval with its level, empty where none was reported or follows from what was."""
    found = interval_of(row)
    if found is None:
        return ""
    low, high = shown(row, "ci_low"), shown(row, "ci_high")
    if found.computed_from:
        low, high = decimals(found.low), decimals(found.high)
    return f"{found.level:g}%{_SPACE}CI{_SPACE}{low} to {high}"


def sizes(row: Effect, people: tuple[str, str] = ("participant", "participants")) -> list[str]:
    """How many trials and people the effect rests on, as far as that was reported. `people`: one, many."""
    found = []
    if row.k is not None:
        found.append(f"{row.k:,}{_SPACE}{_studies(row)}")
    if row.n is not None:
        found.append(f"{row.n:,}{_SPACE}{people[row.n != 1]}")
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
        append(found, as_it_is(element("span", statement(row, form))), " ", _citation(citation_in_text(row)))


def _citation(group: str) -> Element:
    return element("span", f"[{group}]", class_=CITATION_CLASS)


def _source(row: Effect) -> list[Child]:
    """Where a row is from."""
    work, *data = citations_in_table(row)
    return [_citation(work), *(part for one in data for part in (", computed by ", _citation(one)))]


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
        indication = group[0].indication if chosen.pool else chosen.indication.text if chosen.indication else ""
        about = name_of_indication(PART_OF.get(indication, indication) if chosen.pool else indication)
        subject = about[:1].upper() + about[1:] + ": " if about else ""
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
        yield _table(caption, [_result(row, _source(row), *_plain(row)) for row in group])
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
    if chosen.is_plotted and len(trials) > 1:
        labels = {row.id: Label(row.study, row.study, decimals(row.value or 0), interval(row)) for row in shown_rows}
        yield forest(caption, shown_rows, labels, plots + 1, result and (result, _label_of(result)))
    results = [_result(row, [_citation(_cited(row.citekey))], name=row.study) for row in shown_rows]
    if result:
        heading = f"Pooled for this site, {result.pooled.trials} trials"
        results.append(_result(result.row, ["this site"], *_plain(result.row), name=heading))
    yield _table(caption, results)
    if result and plain.has_pairs([result.row]):
        yield _assumption()
    yield _method(trials, result)


def _label_of(result: Result) -> Label:
    row, name = result.row, f"Pooled, {result.pooled.trials} trials"
    return Label(name, f"{name}, computed for this site", shown(row, "value"), interval(row))


def _method(trials: Sequence[Trial], result: Result | None) -> Element:
    """Where the trials are from, and what was computed from them."""
    key = trials[0].rows[0].data_set if trials else ""
    source: list[Child] = [" of the open data set ", _citation(_cited(key))] if key else []
    if result is None:
        return element("p", f"Too few to be pooled: {len(trials)} trials", *source, ".", class_="kb-method")
    before, after = method(trials, result)
    return element("p", before, *source, after, class_="kb-method")


def _plots(kb: KnowledgeBase, caption: str, rows: Sequence[Effect], plots: int) -> Iterator[Element]:
    """A plot for each metric and direction: what is measured in two ways cannot stand on one axis.

    The share of one arm is no comparison: it has no line of no effect, and stands in the table alone. So does a result
    that has no other beside it.
    """
    groups: dict[tuple[str, str], list[Effect]] = {}
    for row in rows:
        if row.value is not None and row.metric != "proportion":
            groups.setdefault((row.metric, row.favours), []).append(row)
    for group in groups.values():
        if len(group) < 2:
            continue
        plots += 1
        yield forest(caption, group, _labels(kb, group), plots)


def _labels(kb: KnowledgeBase, rows: Sequence[Effect]) -> Mapping[str, Label]:
    """What a plot calls each row, by id: by its work, with the outcome or the time where it has more than one row."""
    works = {row.id: name_of(kb, row) for row in rows}
    long = {row.id: f"{works[row.id]}, {row.outcome}" for row in rows}
    by_work, by_outcome = Counter(works.values()), Counter(long.values())
    labels = {}
    for row in rows:
        name = works[row.id]
        if by_work[name] > 1:
            name = f"{name}, {row.timepoint}" if by_outcome[long[row.id]] > 1 and row.timepoint else long[row.id]
        full = ", ".join(filter(None, [long[row.id], row.timepoint]))
        labels[row.id] = Label(name, full, decimals(row.value or 0), interval(row))
    return labels


def name_of(kb: KnowledgeBase, row: Effect) -> str:
    """The first author and the year of a work."""
    reference = kb.references.get(row.citekey)
    if reference is None or not reference.people:
        return row.citekey
    year = re.search(r"\d{4}", reference.fields.get("year") or reference.fields.get("date") or "")
    others = " et al." if len(reference.people) > 2 else ""
    return f"{reference.people[0].family}{others}" + (f" {year[0]}" if year else "")


def _table(caption: str, results: Sequence[Element]) -> Element:
    return table(caption, _COLUMNS, results, "kb-effect-table")


def _plain(row: Effect) -> Iterator[Element]:
    """What a row says without statistics, as far as there is a way to say it."""
    if people := plain.people(row):
        yield people
    elif pairs := plain.of_pairs(row):
        yield element("span", pairs, class_="kb-plain")


def _assumption() -> Element:
    return element("p", plain.ASSUMPTION, class_="kb-method")


def _result(row: Effect, source: Sequence[Child], *plain_words: Element, name: str = "") -> Element:
    """A row of the table, which begins with its `name` if it has one; plain words stand with the numbers."""
    against = f"against {row.comparison}" if row.comparison else ""
    # A narrow column may break a line where a sentence may not.
    people = [size.replace(_SPACE, " ") for size in sizes(row, ("person", "people"))]
    heading = _lines([row.population, row.therapy, against])
    if name:
        heading.insert(0, element("strong", name))
        heading[0].tail = " "
    cells: list[list[Child]] = [
        [as_it_is(_lines([row.outcome, row.timepoint]))],
        [as_it_is(_lines([measured(row), interval(row)])), *map(as_it_is, plain_words)],
        [as_it_is(_lines(people or ["not reported"]))],
        list(source),
    ]
    return table_row(_COLUMNS, as_it_is(heading), cells, _note(row))


def _note(row: Effect) -> str:
    """What else has to be known of a row, as a sentence."""
    computed = interval_of(row)
    notes = [
        row.note.removeprefix(NULL).lstrip(),
        f"interval computed from {computed.computed_from}" if computed and computed.computed_from else "",
        "replaces an earlier result of the same kind" if row.supersedes else "",
        f"risk of bias: {row.risk_of_bias}" if row.risk_of_bias else "",
        f"allegiance: {row.allegiance}" if row.allegiance != "unclear" else "",
    ]
    text = "; ".join(filter(None, notes))
    return text[:1].upper() + text[1:]


def _lines(texts: Sequence[str]) -> Element:
    """Texts each on a line of its own, apart even where no style sheet is read."""
    lines = element("span", class_="kb-lines")
    for text in filter(None, texts):
        append(lines, element("span", text), " ")
    return lines


def citations_of_effects(kb: KnowledgeBase) -> set[str]:
    """The citation groups of every row that a page shows."""
    named = {citation_in_text(kb.effects[one.id]) for page in kb.pages for one in page.effects if one.id in kb.effects}
    selections = [selection for page in kb.pages for selection in page.selections]
    rows = [row for selection in selections for row in kb.rows_of(selection)]
    listed = {group for row in rows for group in citations_in_table(row)}
    pooled = {_cited(key) for row in rows if row.pool for key in (row.citekey, row.data_set) if key}
    return named | listed | pooled
