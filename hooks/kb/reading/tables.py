"""A CSV file with known columns -> its cells, each with its place.

The `csv` module of the standard library decides what the cells are; the places are found afterwards, and only where the
cells so found are the same.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator, Mapping, Sequence

from kb.model import Fault, Name, Span
from kb.nearest import nearest
from kb.reading.bounds import TooCostly, bounded

LARGEST_FILE = 4 * 1024 * 1024
LONGEST_CELL, MOST_ROWS = 1000, 2000
_CELL = re.compile(r'(?:^|(?<=,))(?:"((?:[^"]|"")*)"|([^,]*))(?=,|$)')
# A table calculation takes a cell that begins so for something to be worked out, or even run.
_FORMULA = re.compile(r"[=+@-]")
Row = dict[str, Name]


def read_table(
    content: bytes, path: str, columns: Sequence[str], faults_of: Callable[[Row], Iterator[Fault]]
) -> tuple[list[Row], list[Fault]]:
    """The rows of a CSV file in UTF-8, one a line, by column, and what is wrong; a row that has faults is left out."""

    def refused(message: str, suggestion: str, line: int = 1) -> tuple[list[Row], list[Fault]]:
        return [], [Fault(message, Span(path, line, 1), suggestion)]

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
        return bounded(content, lambda: _table(text, path, columns, faults_of))
    except TooCostly as error:
        fault = Fault(f"the file takes {error} to read", Span(path, 1, 1), "look for what is no row", is_passing=True)
        return [], [fault]


def _table(
    text: str, path: str, columns: Sequence[str], faults_of: Callable[[Row], Iterator[Fault]]
) -> tuple[list[Row], list[Fault]]:
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    while lines and not lines[-1]:
        lines.pop()
    header = _cells(lines[0], path, 1) if lines else []
    if isinstance(header, Fault):
        return [], [header]
    names = [cell.text for cell in header]
    if tuple(names) != tuple(columns):
        return [], [_wrong_header(columns, names, header, path)]
    if len(lines) > MOST_ROWS + 1:
        message = f"the file has {len(lines) - 1:,} rows; at most {MOST_ROWS:,} can be checked"
        return [], [Fault(message, Span(path, 1, 1), "look for what is no row")]
    rows: list[Row] = []
    faults: list[Fault] = []
    for number, line_text in enumerate(lines[1:], start=2):
        cells = _cells(line_text, path, number)
        fault = cells if isinstance(cells, Fault) else _wrong_length(cells, columns, path, number)
        if fault or isinstance(cells, Fault):
            faults += [fault] if fault else []
            continue
        row = dict(zip(columns, cells, strict=True))
        found = list(faults_of(row))
        faults += found
        if not found:
            rows.append(row)
    return rows, faults


def _wrong_length(cells: Sequence[Name], columns: Sequence[str], path: str, number: int) -> Fault | None:
    if not cells:
        return Fault("the line is empty", Span(path, number, 1), "remove it")
    if len(cells) != len(columns):
        message = f"the row has {len(cells)} cells; there are {len(columns)} columns"
        hint = "put a cell with a comma in quotation marks, and leave a cell empty rather than out"
        return Fault(message, Span(path, number, 1), hint)
    return None


def _wrong_header(columns: Sequence[str], names: Sequence[str], header: Sequence[Name], path: str) -> Fault:
    """What is wrong with the first line, at its first wrong cell."""
    for name, cell in zip(columns, header, strict=False):
        if cell.text != name:
            return Fault(f"the column '{name}' is expected here, not '{cell.text}'", cell.span, f"write `{name}`")
    line = f"the first line names {len(names)} columns; there are {len(columns)}"
    return Fault(line, Span(path, 1, 1), "write `" + ",".join(columns) + "`")


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


def faults_of_cell(
    column: str, cell: Name, required: Sequence[str], closed: Mapping[str, Sequence[str]]
) -> Iterator[Fault]:
    """What is wrong with the form of a cell, whatever the table: left empty, too long, not a known word, a formula."""
    text = cell.text
    if not text:
        if column in required:
            yield Fault(f"the column '{column}' is empty", cell.span, "every row has one")
    elif len(text) > LONGEST_CELL:
        message = f"the cell '{column}' has {len(text):,} characters; it may have {LONGEST_CELL:,}"
        yield Fault(message, cell.span._replace(length=1), "keep it to one sentence")
    elif column in closed:
        if text not in closed[column]:
            near = nearest(text, closed[column])
            hint = f"did you mean '{near}'?" if near else "write one of: " + ", ".join(closed[column])
            yield Fault(f"'{text}' is no {column.replace('_', ' ')}", cell.span, hint)
    elif _FORMULA.match(text):
        message = f"the cell '{column}' begins with '{text[0]}', which a table calculation takes for a formula"
        yield Fault(message, cell.span, "begin it with a word")
