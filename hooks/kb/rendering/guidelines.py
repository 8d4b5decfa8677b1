"""What guidelines say, as a dated table."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from kb.evidence import CURRENT, name_of_indication
from kb.knowledge import KnowledgeBase
from kb.model import Guideline, Selection
from kb.reading.citation_groups import PLAIN_KEY
from kb.reading.citations import CITATION_CLASS
from kb.rendering.html import as_it_is, day, element
from kb.rendering.tables import table, table_row

_COLUMNS = ("Guideline", "For whom", "Place of the therapy", "What it says")


def guideline_citation(row: Guideline) -> str:
    """The citation of a row as a group without brackets."""
    return f"@{row.citekey}" if PLAIN_KEY.fullmatch(row.citekey) else f"@{{{row.citekey}}}"


def guideline_table(kb: KnowledgeBase, chosen: Selection) -> Iterator[Element]:
    """The guidelines of a block, newest first, each with its year and the day on which it was looked up."""
    rows = kb.guidelines_of(chosen)
    subject = name_of_indication(chosen.indication.text) if chosen.indication else ""
    caption = f"What guidelines say: {subject}"
    if not rows:
        yield element("p", element("strong", caption), ": none was checked.", class_="kb-no-data")
        return
    yield table(caption, _COLUMNS, list(map(_row, rows)), "kb-effect-table kb-guideline-table")


def _row(row: Guideline) -> Element:
    citation = element("span", f"[{guideline_citation(row)}]", class_=CITATION_CLASS)
    name = element("span", f"{row.body}, {row.document}, {row.year}")
    checked = element("time", day(row.checked_on), datetime=row.checked_on.isoformat())
    # Of an older guideline a reader is told what is known of whether it still stands.
    standing = f"; {row.standing}" if row.standing and row.standing != CURRENT else ""
    wording = element("span", row.wording, element("br"), element("small", "Checked on ", checked, standing))
    heading = element("span", as_it_is(name), " ", citation)
    cells = [element("span", row.population), element("span", row.place), wording]
    return table_row(_COLUMNS, heading, [[as_it_is(cell)] for cell in cells])


def citations_of_guidelines(kb: KnowledgeBase) -> set[str]:
    """The citation groups of every row that a page shows."""
    return {guideline_citation(row) for page in kb.pages for row in kb.guidelines_on(page)}
