"""Evidence: every number is possible, says what it was compared with, and stands beside those that contradict it."""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Iterator

from kb.cycles import cycles
from kb.evidence import (
    ACTIVE,
    ASSOCIATION,
    COUNTS,
    DIFFERENCES,
    FORMS,
    NUMBERS,
    PART_OF,
    POOLABLE,
    RATIOS,
    RAW,
    UNFAVOURABLE,
    UNSIDED,
    WITHIN,
    null_of,
)
from kb.intervals import interval_of, standard_errors
from kb.knowledge import KnowledgeBase
from kb.model import Effect, Fault, Name, Severity
from kb.nearest import certainly, nearest_all
from kb.pooling import FEWEST_TRIALS, estimate_of, trials_of
from kb.rules import rule


@rule("effects-can-be-read")
def effects_can_be_read(kb: KnowledgeBase) -> Iterator[Fault]:
    """The file of effects is a CSV file in UTF-8 with the columns of the data dictionary, and words known to it.

    A row that cannot be read is missing from every table and plot.

    Bad:
        smith2003-mood-end,smith2003,p. 88,depresion,adults,...
    Good:
        smith2003-mood-end,smith2003,p. 88,depression,adults,...
    Fix:
        Correct the cell that is named. A cell with a comma stands in quotation marks.
    """
    yield from kb.effect_table.faults


@rule("effect-id-is-unique")
def effect_id_is_unique(kb: KnowledgeBase) -> Iterator[Fault]:
    """No two rows of effects have the same id.

    A text that refers to it would show one of them, and nobody could tell which was meant.

    Bad:
        smith2003-mood-end in two rows, after treatment and a year later
    Good:
        smith2003-mood-end and smith2003-mood-year
    Fix:
        Give one of the rows a name of its own, or remove it where it is the same effect.
    """
    for row in kb.effect_table.rows:
        first = kb.effects[row.id]
        if first is not row:
            hint = "add a word that tells them apart"
            yield Fault(f"the id '{row.id}' is already that of line {first.span.line}", row.span, hint)


_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)+")


@rule("effect-id-is-plain")
def effect_id_is_plain(kb: KnowledgeBase) -> Iterator[Fault]:
    """The id of an effect is the key of its work, the outcome and the time, in small letters joined by hyphens.

    Such an id can be typed, says what it stands for, and stays the same when the row is corrected.

    Bad:
        Smith_Mood
    Good:
        smith2003-mood-end
    Fix:
        Write the id as `citekey-outcome-time`, and correct it where pages refer to it.
    """
    for row in kb.effect_table.rows:
        if not _ID.fullmatch(row.id):
            yield Fault(f"the id '{row.id}' is not in small letters and digits joined by hyphens", row.span, _AS_ID)
        elif not row.id.startswith(_slug(row.citekey) + "-"):
            yield Fault(f"the id '{row.id}' does not begin with the key of its work", row.span, _AS_ID)


_AS_ID = "write it as in `smith2003-mood-end`"


def _slug(key: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", key.lower()).strip("-")


# The smallest and the largest number that a column can hold; both may be reached.
_BOUNDS: dict[str, tuple[float, float]] = {"ci_level": (50, 99.99), "i2": (0, 100), "k": (1, 1e5), "n": (1, 1e9)}
_BOUNDS_OF_METRIC: dict[str, tuple[float, float]] = {"RD": (-1, 1), "r": (-1, 1), "proportion": (0, 1)}


@rule("effect-number-is-possible")
def effect_number_is_possible(kb: KnowledgeBase) -> Iterator[Fault]:
    """Every number of an effect is a plain number that its column and metric can have, and an interval has two ends.

    A proportion lies between 0 and 1, a correlation between -1 and 1, a ratio above 0; studies and participants are
    whole numbers; an interval says its level.

    Bad:
        proportion,54
    Good:
        proportion,0.54
    Fix:
        Look the number up in the work, and write it with a point and without a unit.
    """
    for row in kb.effect_table.rows:
        for column in (*NUMBERS, *COUNTS):
            cell, number = row.cells[column], getattr(row, column)
            if cell.text and (number is None or not math.isfinite(number)):
                kind = "whole number" if column in COUNTS else "plain number"
                yield Fault(f"'{cell.text[:20]}' is no {kind}", cell.span, _AS_NUMBER)
            elif number is not None and (problem := _impossible(row, column, number)):
                yield Fault(problem, cell.span, "compare it with the work")
        low, high, level = (row.cells[column] for column in ("ci_low", "ci_high", "ci_level"))
        if bool(low.text) != bool(high.text):
            empty = high if low.text else low
            yield Fault("the interval has only one end", empty.span, "give both or none")
        elif low.text and not level.text:
            yield Fault("the interval does not say its level", level.span, "write `95` where it is that of 95 %")


_AS_NUMBER = "write it with digits and a point, as in `0.64`"


def _impossible(row: Effect, column: str, number: float) -> str | None:
    bounds = _BOUNDS.get(column)
    if column in ("value", "ci_low", "ci_high"):
        if row.metric in RATIOS and number <= 0:
            return f"{row.metric} is above 0, not {number:g}"
        bounds = _BOUNDS_OF_METRIC.get(row.metric)
    if column == "se" and number <= 0:
        return f"a standard error is above 0, not {number:g}"
    if bounds and not bounds[0] <= number <= bounds[1]:
        name = row.metric if column not in _BOUNDS else column
        return f"{name} lies between {bounds[0]:g} and {bounds[1]:g}, not at {number:g}"
    return None


@rule("effect-lies-in-its-interval")
def effect_lies_in_its_interval(kb: KnowledgeBase) -> Iterator[Fault]:
    """The value of an effect lies within its interval.

    Where it does not, one of the three numbers was copied wrongly, or a sign was lost.

    Bad:
        g,0.64,0.93,0.39
    Good:
        g,0.64,0.39,0.93
    Fix:
        Compare the three numbers with the work.
    """
    for row in kb.effect_table.rows:
        if row.value is None or row.ci_low is None or row.ci_high is None:
            continue
        if not row.ci_low <= row.value <= row.ci_high:
            message = f"the value {row.value:g} does not lie between {row.ci_low:g} and {row.ci_high:g}"
            yield Fault(message, row.cells["value"].span, "compare the three numbers with the work")


# How far a reported interval may be from the one that its standard error gives, beside rounding.
_TOLERANCE = 0.1
# Student's t at 97.5 %, by degrees of freedom from 1 on: what intervals of few studies or people are made with.
_STUDENT = (12.71, 4.30, 3.18, 2.78, 2.57, 2.45, 2.36, 2.31, 2.26, 2.23, 2.20, 2.18, 2.16, 2.14, 2.13, 2.12, 2.11, 2.10)


@rule("effect-agrees-with-its-error")
def effect_agrees_with_its_error(kb: KnowledgeBase) -> Iterator[Fault]:
    """The interval of an effect is as wide as its standard error makes it.

    The two say the same in two ways: an interval at the level of 95 reaches 1.96 standard errors to both sides, for
    odds and risk ratios on the scale of logarithms. Rounding, and the wider intervals of few studies, are allowed for.

    Bad:
        g,0.64,0.39,0.89,95,0.25
    Good:
        g,0.64,0.39,0.89,95,0.13
    Fix:
        Compare them with the work. A standard deviation is no standard error; that of a ratio is of its logarithm.
    """
    for row in kb.effect_table.rows:
        if row.metric not in (*DIFFERENCES, *RATIOS, "RD") or not row.se or row.se < 0:
            continue
        low, high, level = row.ci_low, row.ci_high, row.ci_level
        if low is None or high is None or level is None or not 50 <= level < 100 or low >= high:
            continue
        if row.metric in RATIOS:
            if low <= 0:
                continue
            rounding = _rounding(row, "ci_low") / low + _rounding(row, "ci_high") / high
            low, high = math.log(low), math.log(high)
        else:
            rounding = _rounding(row, "ci_low") + _rounding(row, "ci_high")
        normal = standard_errors(level)
        widest = normal * _student(row) / standard_errors(95)
        half, slack = (high - low) / 2, rounding / 2
        smallest = normal * (row.se - _rounding(row, "se")) * (1 - _TOLERANCE) - slack
        largest = widest * (row.se + _rounding(row, "se")) * (1 + _TOLERANCE) + slack
        if not smallest <= half <= largest:
            message = f"the interval would have a standard error of {half / normal:.3f}, not {row.se:g}"
            yield Fault(message, row.cells["se"].span, "compare both with the work")


def _rounding(row: Effect, column: str) -> float:
    """How far a number may be from what it was rounded from."""
    return 0.5 * 10.0 ** -len(row.cells[column].text.partition(".")[2])


def _student(row: Effect) -> float:
    """How many standard errors an interval of 95 % may reach, by the number of studies or of participants."""
    freedom = row.k - 1 if row.k and row.k > 1 else row.n - 2 if row.n else None
    if freedom is None or freedom < 1 or freedom > len(_STUDENT):
        return 2.1 if freedom else standard_errors(95)
    return _STUDENT[freedom - 1]


@rule("effect-names-its-comparison")
def effect_names_its_comparison(kb: KnowledgeBase) -> Iterator[Fault]:
    """Every effect says what it was compared with, unless it is a change within a group or an association.

    Against a waiting list much works well. What favours the therapy is a sign for a difference, and above or below one
    for a ratio; `none` says that neither side is the therapy, `unclear` that the source seen does not say which is.

    Bad:
        comparison empty, comparison_kind "usual care"
    Good:
        comparison "routine care by the family doctor", comparison_kind "usual care"
    Fix:
        Write in the column `comparison` what the other group was given.
    """
    for row in kb.effect_table.rows:
        cell = row.cells["comparison"]
        if row.comparison_kind in (WITHIN, ASSOCIATION):
            if cell.text:
                yield Fault(f"'{row.comparison_kind}' has no comparison", cell.span, "leave the cell empty")
        elif not cell.text:
            yield Fault("the effect does not say what it was compared with", cell.span, "name the other group")
        favours = row.cells["favours"]
        if row.comparison_kind == WITHIN and row.favours != "none":
            yield Fault("a change within a group favours no side", favours.span, "write `none`")
        elif row.favours not in UNSIDED and (row.metric in RATIOS) != row.favours.endswith(" one"):
            allowed = "above one, below one" if row.metric in RATIOS else "positive, negative"
            yield Fault(f"'{row.favours}' tells no side of {row.metric}", favours.span, f"write one of: {allowed}")


@rule("effect-supersedes-another")
def effect_supersedes_another(kb: KnowledgeBase) -> Iterator[Fault]:
    """What an effect supersedes is another row, which does not supersede it in turn.

    Bad:
        supersedes: smith2003-mod-end
    Good:
        supersedes: smith2003-mood-end
    Fix:
        Take the id of the row that this one replaces.
    """
    for row in kb.effect_table.rows:
        if row.supersedes and row.supersedes not in kb.effects:
            yield _unknown(kb, row.cells["supersedes"])
    edges = {row.id: [row.supersedes] for row in kb.effects.values() if row.supersedes in kb.effects}
    for cycle in cycles(edges):
        row = kb.effects[cycle[-2]]
        trail = " → ".join(f"'{name}'" for name in cycle)
        yield Fault(
            f"rows supersede each other: {trail}", row.cells["supersedes"].span, "the older one supersedes none"
        )


@rule("indication-shows-both-sides", severity=Severity.WARNING)
def indication_shows_both_sides(kb: KnowledgeBase) -> Iterator[Fault]:
    """Every indication with effects has one that shows no advantage or a disadvantage, or a note that says so.

    A collection without a null result has left something out.

    Bad:
        three rows on panic, all of them in favour of the therapy
    Good:
        the same with a fourth that is not, or a note that begins "null:" or "unfavourable:"
    Fix:
        Add the row. Where none was ever reported, say so in a note: `null: no trial has reported ...`.
    """
    by_indication: dict[str, list[Effect]] = defaultdict(list)
    for row in kb.effect_table.rows:
        by_indication[row.indication].append(row)
    for indication, rows in by_indication.items():
        if not any(map(_is_unfavourable, rows)):
            hint = "add a null or unfavourable result, or a note that begins 'null:' and says who looked for one"
            span = rows[0].cells["indication"].span
            yield Fault(f"every effect for '{indication}' is in favour of the therapy", span, hint)


def _is_unfavourable(row: Effect) -> bool:
    if row.note.lower().startswith(UNFAVOURABLE):
        return True
    if row.value is None or row.comparison_kind in (WITHIN, ASSOCIATION):
        return False
    null = null_of(row.metric)
    if row.ci_low is not None and row.ci_high is not None and row.ci_low <= null <= row.ci_high:
        return True
    if row.favours in UNSIDED:
        return False
    return row.value <= null if row.favours in ("positive", "above one") else row.value >= null


@rule("effect-exists")
def effect_exists(kb: KnowledgeBase) -> Iterator[Fault]:
    """Every effect that a page refers to is a row of the data.

    A reference to an unknown row would stand on the page as it does in the source.

    Bad:
        The difference was {{effect:smith2003-mod-end}}.
    Good:
        The difference was {{effect:smith2003-mood-end}}.
    Fix:
        Take a suggested id, or add the row to the file of effects.
    """
    for page in kb.pages:
        named = [Name(mention.id, mention.span) for mention in page.effects]
        named += [name for selection in page.selections for name in selection.ids]
        for name in named:
            if name.text not in kb.effects:
                yield _unknown(kb, name)


def _unknown(kb: KnowledgeBase, name: Name) -> Fault:
    near = nearest_all(name.text, kb.effects)
    suggestion = f"did you mean {' or '.join(f'`{one}`' for one in near)}?" if near else None
    sure = certainly(name.text, kb.effects)
    edit = kb.edit(name.span, name.text, sure) if sure else None
    return Fault(f"no effect has the id '{name.text}'", name.span, suggestion, edit)


@rule("effect-has-its-form")
def effect_has_its_form(kb: KnowledgeBase) -> Iterator[Fault]:
    """What a reference asks of an effect is known, and the row has it.

    Without a form the effect is written with interval, numbers and comparison; the forms are `value`, `interval` and
    `words`. An interval must have been reported, or follow from an error; words exist for differences, risks and
    proportions.

    Bad:
        The difference was {{effect:smith2003-mood-end size}}.
    Good:
        The difference was {{effect:smith2003-mood-end words}}.
    Fix:
        Take one of the forms, or none.
    """
    for page in kb.pages:
        for mention in page.effects:
            row = kb.effects.get(mention.id)
            if mention.form not in FORMS:
                near = nearest_all(mention.form, FORMS[1:])
                hint = f"did you mean `{near[0]}`?" if near else "write `value`, `interval`, `words` or nothing"
                yield Fault(f"an effect has no form '{mention.form}'", mention.form_span, hint)
            elif row and mention.form == "interval" and interval_of(row) is None:
                yield Fault(f"'{row.id}' has neither interval nor error", mention.form_span, "leave the form out")
            elif row and mention.form == "words" and row.metric in (*RATIOS, RAW, "r"):
                message = f"there are no words for the size of {row.metric}"
                yield Fault(message, mention.form_span, "write `value` or `interval`")


@rule("effect-is-published", alone=True)
def effect_is_published(kb: KnowledgeBase) -> Iterator[Fault]:
    """Every reference to an effect stands in the running text, where it can be written out with its citation.

    In a heading, in the text of a link or in raw HTML, a reader would see the bare id. Code shows it as it is.

    Bad:
        ## An effect of {{effect:smith2003-mood-end value}}
    Good:
        ## How large is the effect?
    Fix:
        Move it into a sentence.
    """
    for page in kb.pages:
        for mention in page.effects:
            if mention.lost_in:
                yield Fault(
                    f"the effect '{mention.id}' stands in {mention.lost_in}", mention.span, "put it in the text"
                )


@rule("effect-block-can-be-read", alone=True)
def effect_block_can_be_read(kb: KnowledgeBase) -> Iterator[Fault]:
    """A block of effects says which rows it shows: those of an indication, or those that it names.

    Bad:
        ```effects
        indication: depresion
        ```
    Good:
        ```effects
        indication: depression
        comparison_kind: [waiting list, usual care]
        plot: true
        ```
    Fix:
        Correct the line that is named.
    """
    for page in kb.pages:
        for selection in page.selections:
            yield from selection.faults


@rule("comparisons-stay-apart")
def comparisons_stay_apart(kb: KnowledgeBase) -> Iterator[Fault]:
    """A block of effects shows changes within a group by themselves, never beside comparisons between groups.

    People who seek help when they feel worst get better without any treatment too. Beside differences between groups, a
    change within a group looks like an effect, and a large one.

    Bad:
        ids: [smith2003-mood-end, smith2003-mood-change], the second within a group
    Good:
        one block for each
    Fix:
        Put the rows that compare nothing in a block of their own.
    """
    for page in kb.pages:
        for selection in page.selections:
            rows = kb.rows_of(selection)
            kinds = {row.comparison_kind for row in rows}
            if WITHIN in kinds and len(kinds) > 1:
                name = next(name for name in selection.ids if _is_within(kb, name))
                yield Fault(f"'{name.text}' compares no groups, and others here do", name.span, "show it by itself")
            for kind in selection.kinds:
                if kind.text in (WITHIN, ASSOCIATION):
                    hint = "name the rows with `ids: [...]`"
                    yield Fault(f"'{kind.text}' is no comparison that a block can be limited to", kind.span, hint)


def _is_within(kb: KnowledgeBase, name: Name) -> bool:
    row = kb.effects.get(name.text)
    return row is not None and row.comparison_kind == WITHIN


@rule("superseded-effect-has-its-successor")
def superseded_effect_has_its_successor(kb: KnowledgeBase) -> Iterator[Fault]:
    """A page that shows an effect which was superseded shows the one that superseded it too; so does a block.

    Bad:
        The first review found {{effect:smith2003-mood-end}}.
    Good:
        The first review found {{effect:smith2003-mood-end}}, the second {{effect:smith2013-mood-end}}.
    Fix:
        Refer to the newer row, or to both.
    """
    for page in kb.pages:
        on_page = {row.id for row in kb.effects_on(page)} if page.effects or page.selections else set()
        for mention in page.effects:
            yield from _without_successor(kb, Name(mention.id, mention.span), on_page)
        for selection in page.selections:
            in_block = {name.text for name in selection.ids}
            for name in selection.ids:
                yield from _without_successor(kb, name, in_block)


def _without_successor(kb: KnowledgeBase, name: Name, beside: set[str]) -> Iterator[Fault]:
    missing = [one for one in kb.successors.get(name.text, []) if one not in beside]
    if name.text in kb.effects and missing:
        yield Fault(f"'{name.text}' was superseded by '{missing[0]}'", name.span, f"show `{missing[0]}` too")


@rule("pooled-row-is-complete")
def pooled_row_is_complete(kb: KnowledgeBase) -> Iterator[Fault]:
    """A row that may be pooled is the result of one trial, which it names, with its standard error or interval.

    A trial without either has no weight, and a review beside the trials that it reviewed would count them twice.

    Bad:
        study empty, pool "depression-end"
    Good:
        study "Smith, 2003", se 0.25, k 1, pool "depression-end"
    Fix:
        Complete the row from its source, or leave the column `pool` empty.
    """
    for row in kb.effect_table.rows:
        if not row.pool:
            continue
        cells = row.cells
        if not row.study:
            yield Fault("a row that is pooled names its trial", cells["study"].span, "write it as in `Smith, 2003`")
        if row.k is not None and row.k != 1:
            hint = "pool the single trials"
            yield Fault(f"the row rests on {row.k:,} studies and cannot be pooled", cells["k"].span, hint)
        if row.metric in POOLABLE and estimate_of(row) is None:
            hint = "give its standard error or its interval with the level"
            yield Fault("the row has no value and error to be pooled by", cells["se"].span, hint)


@rule("pool-holds-like-with-like")
def pool_holds_like_with_like(kb: KnowledgeBase) -> Iterator[Fault]:
    """The trials of a pool come from one data set, compare the same kinds of things, and measure the same on one scale.

    Controls are not active treatments, a change within a group and an association compare nothing, and a mean over them
    is a number about nobody. Controls of different kinds may share a pool: a block can limit it with `comparison_kind`.
    Trials of persistent depression may share one with those of depression.

    Bad:
        one trial against a waiting list and one against another therapy, in the same pool
    Good:
        a pool for each
    Fix:
        Give the row another pool, or none.
    """
    for rows in kb.pools.values():
        first = rows[0]
        for row in rows:
            yield from _faults_in_pool(row, first)


def _faults_in_pool(row: Effect, first: Effect) -> Iterator[Fault]:
    cells, hint = row.cells, "give it a pool of its own, or none"
    if row.comparison_kind in (WITHIN, ASSOCIATION):
        yield Fault(f"'{row.comparison_kind}' compares nothing and is not pooled", cells["comparison_kind"].span, hint)
    elif (row.comparison_kind == ACTIVE) != (first.comparison_kind == ACTIVE):
        yield Fault(f"the pool '{row.pool}' mixes controls and active treatments", cells["comparison_kind"].span, hint)
    if row.metric not in POOLABLE:
        yield Fault(f"{row.metric} is not pooled", cells["metric"].span, hint)
    if row.favours in UNSIDED:
        yield Fault("a row that is pooled says which sign favours the therapy", cells["favours"].span, hint)
    for column in ("data_set", "indication", "metric", "favours"):
        written, expected = (one.cells[column].text for one in (row, first))
        if PART_OF.get(written, written) != PART_OF.get(expected, expected):
            message = f"the pool '{row.pool}' has '{expected or 'nothing'}' in line {first.span.line}"
            yield Fault(message, cells[column].span, hint)


@rule("pool-exists")
def pool_exists(kb: KnowledgeBase) -> Iterator[Fault]:
    """The pool that a block asks for exists, and what the block leaves of it are three trials at least.

    Bad:
        pool: depresion-end
    Good:
        pool: depression-end
    Fix:
        Take the suggested name, or more kinds of comparison.
    """
    for page in kb.pages:
        for selection in page.selections:
            if selection.pool is None:
                continue
            name = selection.pool.text
            if name not in kb.pools:
                near = nearest_all(name, kb.pools)
                hint = f"did you mean {' or '.join(f'`{one}`' for one in near)}?" if near else None
                sure = certainly(name, kb.pools)
                edit = kb.edit(selection.pool.span, name, sure) if sure else None
                yield Fault(f"no pool has the name '{name}'", selection.pool.span, hint, edit)
                continue
            trials = len(trials_of(kb.rows_of(selection)))
            if trials < FEWEST_TRIALS:
                hint = "leave `comparison_kind` out, or name the rows with `ids`"
                yield Fault(
                    f"{trials} trials are too few to be pooled; it takes {FEWEST_TRIALS}", selection.pool.span, hint
                )


@rule("guidelines-can-be-read")
def guidelines_can_be_read(kb: KnowledgeBase) -> Iterator[Fault]:
    """The file of guidelines is a CSV file in UTF-8 with its columns, ids, words known to it, years and dates.

    A row that cannot be read is missing from every page.

    Bad:
        nice2022depression-adults,NICE,NG222,22,nice2022depression,depression,...
    Good:
        nice2022depression-adults,NICE,NG222,2022,nice2022depression,depression,...
    Fix:
        Correct the cell that is named. Dates are written as in `2026-11-22`.
    """
    yield from kb.guideline_table.faults
    first: dict[str, int | None] = {}
    for row in kb.guideline_table.rows:
        if row.id in first:
            hint = "add a word that tells them apart"
            yield Fault(f"the id '{row.id}' is already that of line {first[row.id]}", row.span, hint)
        first.setdefault(row.id, row.span.line)
        if not _ID.fullmatch(row.id):
            hint = "write it as in `nice2022depression-adults`"
            yield Fault(f"the id '{row.id}' is not in small letters and digits joined by hyphens", row.span, hint)
        if row.year > row.checked_on.year:
            span = row.cells["checked_on"].span
            yield Fault(f"the guideline is of {row.year} and was checked before", span, "compare year and date")


_OLD = 5


@rule("guideline-is-recent", severity=Severity.WARNING)
def guideline_is_recent(kb: KnowledgeBase) -> Iterator[Fault]:
    """A guideline was no more than five years old when it was checked, or its row says whether it still stands.

    Guidelines are replaced, and a reader takes what stands on a page for what is advised today. The column `standing`
    tells what is known of an older one: `current when checked` where the body still listed it as current on the day in
    `checked_on`; `older, not confirmed as current` where nobody could find out, which the page then says beside it;
    `replaced` where it is shown as history. Each makes this rule silent for five years after `checked_on`, counted to
    the last day on which any page of the site was reviewed.

    Bad:
        year 2013, checked_on 2026-11-22, standing empty
    Good:
        year 2013, checked_on 2026-11-22, standing "current when checked"
    Fix:
        Look the guideline up where it is published. Take the newer one, or write what is known into `standing`.
    """
    for row in kb.guideline_table.rows:
        if row.checked_on.year - row.year > _OLD and not row.standing:
            message = f"the guideline of {row.year} was older than five years when it was checked"
            yield Fault(message, row.cells["year"].span, "look for a newer one, or fill in `standing`")
        elif kb.last_review and kb.last_review.year - row.checked_on.year > _OLD:
            message = f"the guideline was last checked in {row.checked_on.year}"
            yield Fault(message, row.cells["checked_on"].span, "look it up again")


@rule("guideline-block-can-be-read", alone=True)
def guideline_block_can_be_read(kb: KnowledgeBase) -> Iterator[Fault]:
    """A block of guidelines names the indication whose guidelines it shows.

    Bad:
        ```guidelines
        indication: depresion
        ```
    Good:
        ```guidelines
        indication: depression
        ```
    Fix:
        Correct the line that is named.
    """
    for page in kb.pages:
        for selection in page.guideline_blocks:
            yield from selection.faults
