"""The file of effects -> rows with the place of every cell.

The `csv` module of the standard library decides what the cells are; the places are found afterwards, and only where the
cells so found are the same.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from typing import Any

from kb.evidence import CLOSED, COLUMNS, COUNTS, NUMBERS, REQUIRED
from kb.model import Effect, EffectTable, Fault, Name, Span
from kb.nearest import nearest
from kb.reading.bounds import TooCostly, bounded

LARGEST_FILE = 4 * 1024 * 1024
LONGEST_CELL = 1000
_CELL = re.compile(r'(?:^|(?<=,))(?:"((?:[^"]|"")*)"|([^,]*))(?=,|$)')
NUMBER = re.compile(r"-?(?:\d+\.?\d*|\.\d+)", re.ASCII)
_COUNT = re.compile(r"\d+", re.ASCII)
# A table calculation takes a cell that begins so for something to be worked out, or even run.
_FORMULA = re.compile(r"[=+@-]")
# What would end, or add to, the citation that is made from a row.
_IN_CITATION = re.compile(r"[\[\]{}@;]")


def read_effects(content: bytes, path: str) -> EffectTable:
    """Read a CSV file with the columns of kb.evidence, one effect a line; a row that has faults is left out.

    A number that is none stays in the row as None: a rule tells what is wrong with it.
    """

    def refused(message: str, suggestion: str, line: int = 1) -> EffectTable:
        return EffectTable((), (Fault(message, Span(path, line, 1), suggestion),))

    if len(content) > LARGEST_FILE:
        return refused(f"the file has {len(content):,} bytes; it may have {LARGEST_FILE:,}", "look for what is no row")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        return refused("the file is not text in UTF-8", "save it as CSV with the encoding UTF-8", line)
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        return refused("the file contains a NUL character", "save it as CSV, not as a workbook", line)
    try:
        return bounded(content, lambda: _table(text, path))
    except TooCostly as error:
        fault = Fault(f"the file takes {error} to read", Span(path, 1, 1), "look for what is no row", is_passing=True)
        return EffectTable((), (fault,))


def _table(text: str, path: str) -> EffectTable:
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    while lines and not lines[-1]:
        lines.pop()
    header = _cells(lines[0], path, 1) if lines else []
    if isinstance(header, Fault):
        return EffectTable((), (header,))
    names = [cell.text for cell in header]
    if tuple(names) != COLUMNS:
        return EffectTable((), (_wrong_header(names, header, path),))
    rows: list[Effect] = []
    faults: list[Fault] = []
    for number, line_text in enumerate(lines[1:], start=2):
        cells = _cells(line_text, path, number)
        found = [cells] if isinstance(cells, Fault) else list(_faults(cells, path, number))
        faults += found
        if not found and not isinstance(cells, Fault):
            rows.append(_effect(dict(zip(COLUMNS, cells, strict=True))))
    return EffectTable(tuple(rows), tuple(faults))


def _wrong_header(names: Sequence[str], header: Sequence[Name], path: str) -> Fault:
    """What is wrong with the first line, at its first wrong cell."""
    for name, cell in zip(COLUMNS, header, strict=False):
        if cell.text != name:
            return Fault(f"the column '{name}' is expected here, not '{cell.text}'", cell.span, f"write `{name}`")
    line = f"the first line names {len(names)} columns; there are {len(COLUMNS)}"
    return Fault(line, Span(path, 1, 1), "write `" + ",".join(COLUMNS) + "`")


def _cells(line: str, path: str, number: int) -> list[Name] | Fault:
    """The cells of a line, each where its text begins."""
    try:
        values = next(csv.reader([line], strict=True), [])
    except csv.Error as error:
        hint = "write a quotation mark within a cell twice, and keep every row on one line"
        return Fault(f"the line is no row of a CSV file: {error}", Span(path, number, 1), hint)
    matches = list(_CELL.finditer(line))
    written = [match[2] if match[1] is None else match[1].replace('""', '"') for match in matches]
    is_placed = written == values
    cells = []
    for index, value in enumerate(values):
        text, column = value.strip(), None
        if is_placed:
            match = matches[index]
            start = match.start(1) if match[1] is not None else match.start(2)
            column = start + len(value) - len(value.lstrip()) + 1 if text else start + 1
        cells.append(Name(text, Span(path, number, column, max(1, len(text)))))
    return cells


def _faults(cells: Sequence[Name], path: str, number: int) -> Iterator[Fault]:
    """What is wrong with the form of a row."""
    if not cells:
        yield Fault("the line is empty", Span(path, number, 1), "remove it")
        return
    if len(cells) != len(COLUMNS):
        message = f"the row has {len(cells)} cells; there are {len(COLUMNS)} columns"
        hint = "put a cell with a comma in quotation marks, and leave a cell empty rather than out"
        yield Fault(message, Span(path, number, 1), hint)
        return
    for column, cell in zip(COLUMNS, cells, strict=True):
        text = cell.text
        if not text:
            if column in REQUIRED:
                yield Fault(f"the column '{column}' is empty", cell.span, "every row has one")
        elif len(text) > LONGEST_CELL:
            message = f"the cell '{column}' has {len(text):,} characters; it may have {LONGEST_CELL:,}"
            yield Fault(message, cell.span._replace(length=1), "keep it to one sentence")
        elif column in (*NUMBERS, *COUNTS):
            continue
        elif column in CLOSED:
            if text not in CLOSED[column]:
                near = nearest(text, CLOSED[column])
                hint = f"did you mean '{near}'?" if near else "write one of: " + ", ".join(CLOSED[column])
                yield Fault(f"'{text}' is no {column.replace('_', ' ')}", cell.span, hint)
        elif _FORMULA.match(text):
            message = f"the cell '{column}' begins with '{text[0]}', which a table calculation takes for a formula"
            yield Fault(message, cell.span, "begin it with a word")
        elif column == "locator" and (match := _IN_CITATION.search(text)):
            yield Fault(f"a locator has no '{match[0]}'", cell.span, "write it as in `p. 98`")


def _effect(cells: dict[str, Name]) -> Effect:
    fields: dict[str, Any] = {column: cell.text for column, cell in cells.items()}
    for column in NUMBERS:
        fields[column] = float(fields[column]) if NUMBER.fullmatch(fields[column]) else None
    for column in COUNTS:
        fields[column] = int(fields[column]) if _COUNT.fullmatch(fields[column]) else None
    return Effect(**fields, cells=cells)
