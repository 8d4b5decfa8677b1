"""The rows that tables and plots show, as CSV files whose names follow from what the blocks select."""

from __future__ import annotations

import csv
import io
import posixpath
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from kb.evidence import ACTIVE, ASSOCIATION, COLUMNS, CONTROLS, WITHIN
from kb.knowledge import KnowledgeBase
from kb.model import Effect, Selection
from kb.reading.cache import digest

# What is shown together, by the name that it has in files.
GROUPS = {
    "controls": CONTROLS,
    "active-treatments": (ACTIVE,),
    "within-group": (WITHIN,),
    "associations": (ASSOCIATION,),
}
_LONGEST_NAME = 80


def groups_of(rows: Iterable[Effect]) -> Iterator[tuple[str, list[Effect]]]:
    """The rows that stand in one table, by the name of their group; empty groups too."""
    rows = list(rows)
    for name, kinds in GROUPS.items():
        yield name, [row for row in rows if row.comparison_kind in kinds]


def download_of(folder: str, selection: Selection, group: str) -> str:
    """The uri of the file that holds the rows of one group of a block."""
    chosen = [name.text for name in (*selection.ids, selection.indication, selection.pool) if name]
    kinds = [kind.text for kind in selection.kinds]
    written = [chosen[0], *([f"{len(chosen)}-rows"] if len(chosen) > 1 else []), *kinds, group]
    name = re.sub(r"[^a-z0-9]+", "-", "-".join(written).lower()).strip("-")[:_LONGEST_NAME]
    is_plain = len(chosen) == 1 and re.fullmatch(r"[a-z0-9-]+", chosen[0]) and len(name) < _LONGEST_NAME
    # Ids and pools that read alike without their other characters are told apart by what they are.
    suffix = "" if is_plain else "-" + digest(*chosen, "", *kinds)[:8]
    prefix = "pool-" if selection.pool else ""
    return posixpath.join(folder.strip("/"), f"{prefix}{name}{suffix}.csv")


def downloads(kb: KnowledgeBase) -> dict[str, str]:
    """The files with the rows of all blocks, by uri; blocks that select the same share one."""
    folder = kb.settings.data_folder
    if folder is None:
        return {}
    return {
        download_of(folder, selection, group): rows_as_csv(rows)
        for page in kb.pages
        for selection in page.selections
        for group, rows in groups_of(kb.rows_of(selection))
        if rows
    }


def rows_as_csv(rows: Iterable[Effect]) -> str:
    """The rows as they stand in the data, with the same columns."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in rows:
        writer.writerow([row.cells[column].text for column in COLUMNS])
    return out.getvalue()


def whole_file(folder: str, source: str) -> str:
    """The uri at which the file of all effects is published."""
    return posixpath.join(folder.strip("/"), Path(source).name)
