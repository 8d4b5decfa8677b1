"""The file of guidelines -> rows with the place of every cell."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator
from typing import Any

from kb.evidence import GUIDELINE_CLOSED, GUIDELINE_COLUMNS, GUIDELINE_REQUIRED
from kb.model import Fault, Guideline, GuidelineTable
from kb.reading.tables import Row, faults_of_cell, read_table

_YEAR = re.compile(r"(?:19|20)\d\d", re.ASCII)


def read_guidelines(content: bytes, path: str) -> GuidelineTable:
    """Read a CSV file with the columns of kb.evidence, one recommendation a line; a row that has faults is left out."""
    rows, faults = read_table(content, path, GUIDELINE_COLUMNS, _faults)
    return GuidelineTable(tuple(map(_guideline, rows)), tuple(faults))


def _faults(cells: Row) -> Iterator[Fault]:
    for column, cell in cells.items():
        yield from faults_of_cell(column, cell, GUIDELINE_REQUIRED, GUIDELINE_CLOSED)
    year, checked = cells["year"], cells["checked_on"]
    if year.text and not _YEAR.fullmatch(year.text):
        yield Fault(f"'{year.text[:20]}' is no year", year.span, "write it as in `2022`")
    if checked.text and _date(checked.text) is None:
        yield Fault(f"'{checked.text[:20]}' is no date", checked.span, "write it as in `2026-11-22`")


def _date(text: str) -> datetime.date | None:
    try:
        date = datetime.date.fromisoformat(text)
    except ValueError:
        return None
    return date if date.isoformat() == text else None


def _guideline(cells: Row) -> Guideline:
    fields: dict[str, Any] = {column: cell.text for column, cell in cells.items()}
    fields["year"] = int(fields["year"])
    fields["checked_on"] = _date(fields["checked_on"])
    return Guideline(**fields, cells=cells)
