"""What guidelines say, as a dated table."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from kb.evidence import CURRENT
from kb.knowledge import KnowledgeBase
from kb.model import Guideline, Selection
from kb.reading.citations import CITATION_CLASS, PLAIN_KEY
from kb.rendering.html import Child, as_it_is, element

_COLUMNS = ("Guideline", "For whom", "Place of psychodynamic therapy", "What it says", "Checked on")


def guideline_citation(row: Guideline) -> str:
    """The citation of a row as a group without brackets."""
    return f"@{row.citekey}" if PLAIN_KEY.fullmatch(row.citekey) else f"@{{{row.citekey}}}"


def guideline_table(kb: KnowledgeBase, chosen: Selection) -> Iterator[Element]:
    """The guidelines of a block, newest first, each with its year and the day on which it was looked up."""
    rows = kb.guidelines_of(chosen)
    subject = chosen.indication.text.replace("-", " ") if chosen.indication else ""
    caption = f"What guidelines say: {subject}"
    if not rows:
        yield element("p", element("strong", caption), ": none was checked.", class_="kb-no-data")
        return
    head = element("tr", *(element("th", name, scope="col") for name in _COLUMNS))
    body = element("tbody", *map(_row, rows))
    classes = "kb-effect-table kb-guideline-table"
    table = element("table", element("caption", caption), element("thead", head), body, class_=classes)
    yield element("div", table, class_="kb-scroll", role="group", tabindex="0", aria_label=f"Table: {caption}")


def _row(row: Guideline) -> Element:
    citation = element("span", f"[{guideline_citation(row)}]", class_=CITATION_CLASS)
    name = as_it_is(element("span", f"{row.body}, {row.document}, {row.year}"))
    # Of an older guideline a reader is told what is known of whether it still stands.
    standing: list[Child] = [element("br"), row.standing] if row.standing and row.standing != CURRENT else []
    day = f"{row.checked_on.day} {row.checked_on:%B %Y}"
    checked = element("time", day, datetime=row.checked_on.isoformat())
    return element(
        "tr",
        element("th", name, " ", citation, scope="row"),
        as_it_is(element("td", row.population)),
        as_it_is(element("td", row.place)),
        as_it_is(element("td", row.wording)),
        as_it_is(element("td", checked, *standing)),
    )


def citations_of_guidelines(kb: KnowledgeBase) -> set[str]:
    """The citation groups of every row that a page shows."""
    return {guideline_citation(row) for page in kb.pages for row in kb.guidelines_on(page)}
