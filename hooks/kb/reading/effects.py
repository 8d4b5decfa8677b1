"""The file of effects -> rows with the place of every cell."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from kb.evidence import CLOSED, COLUMNS, COUNTS, NUMBERS, REQUIRED
from kb.model import Effect, EffectTable, Fault
from kb.reading.tables import LONGEST_CELL, Row, faults_of_cell, read_table

NUMBER = re.compile(r"-?(?:\d+\.?\d*|\.\d+)", re.ASCII)
_COUNT = re.compile(r"\d+", re.ASCII)
# What would end, or add to, the citation that is made from a row.
_IN_CITATION = re.compile(r"[\[\]{}@;]")


def read_effects(content: bytes, path: str) -> EffectTable:
    """Read a CSV file with the columns of kb.evidence, one effect a line; a row that has faults is left out.

    A number that is none stays in the row as None: a rule tells what is wrong with it.
    """
    rows, faults = read_table(content, path, COLUMNS, _faults)
    return EffectTable(tuple(map(_effect, rows)), tuple(faults))


def _faults(cells: Row) -> Iterator[Fault]:
    """What is wrong with the form of a row."""
    for column, cell in cells.items():
        if column in (*NUMBERS, *COUNTS) and 0 < len(cell.text) <= LONGEST_CELL:
            continue
        found = list(faults_of_cell(column, cell, REQUIRED, CLOSED))
        yield from found
        if not found and column == "locator" and (match := _IN_CITATION.search(cell.text)):
            yield Fault(f"a locator has no '{match[0]}'", cell.span, "write it as in `p. 98`")


def _effect(cells: Row) -> Effect:
    fields: dict[str, Any] = {column: cell.text for column, cell in cells.items()}
    for column in NUMBERS:
        fields[column] = float(fields[column]) if NUMBER.fullmatch(fields[column]) else None
    for column in COUNTS:
        fields[column] = int(fields[column]) if _COUNT.fullmatch(fields[column]) else None
    return Effect(**fields, cells=cells)
