"""The map of all relations: a column for each kind or two, drawn when the site is built, and the same as a table.

Entries stand in the order of the alphabet, so that they can be found, and every name is given whole. The drawing is as
wide as the page allows; where it has no room, the table stands in its place.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from textwrap import wrap
from xml.etree.ElementTree import Element

from kb.generated import map_anchor
from kb.kinds import FITS, KINDS, RELATIONS, Kind
from kb.knowledge import KnowledgeBase, fit_of, title_of
from kb.model import Page, Relation
from kb.rendering.certainty import sign
from kb.rendering.html import Child, append, element, relative
from kb.rendering.learning_path import link_to

# The kinds in their columns from left to right; kinds that share one are about as many as their neighbours.
COLUMNS = (
    ("principle",),
    ("mechanism", "defence"),
    ("technique",),
    ("approach", "instrument"),
    ("indication", "guide"),
    ("evidence", "debate"),
)
# Room at the left for the lines within the first column; a column, and the room for lines between two.
_LEFT, _COLUMN, _GAP = 36, 156, 37
_HEADING, _BETWEEN, _ROW, _LINE = 26, 14, 24, 15
# Where a line of text stands in its row, and how many characters of the site's serif fit into a column.
_BASE, _LONGEST_LINE = 16, 22
_GLYPH = 15
_BULGE = 34


@dataclass(frozen=True, slots=True)
class _Row:
    """Where an entry stands: its column, its upper edge, and the lines of its name."""

    column: int
    top: int
    lines: tuple[str, ...]

    @property
    def height(self) -> int:
        return _ROW + _LINE * (len(self.lines) - 1)

    @property
    def middle(self) -> int:
        return self.top + self.height // 2


def relation_map(kb: KnowledgeBase, page: Page) -> list[Element]:
    """All of the page of the map but its text."""
    nodes = _nodes(kb)
    return [
        _filter(kb, nodes),
        _key(kb),
        element(
            "p", element("a", "Pass over the drawing, to the table", href="#the-same-as-a-table"), class_="kb-map-pass"
        ),
        _drawing(kb, nodes, page),
        element("h2", "The same as a table", id="the-same-as-a-table"),
        _table(kb, nodes, page),
    ]


def _nodes(kb: KnowledgeBase) -> dict[Kind, list[Page]]:
    """The pages that have a relation, by kind in the order of the columns, each kind by title."""
    ids = {page.id for page in kb.related}
    kinds = {kind.name: kind for kind in KINDS}
    nodes = {}
    for kind in (kinds[name] for column in COLUMNS for name in column):
        if pages := [page for page in kb.pages_in(kind) if page.id in ids]:
            nodes[kind] = pages
    return nodes


# layout


def _layout(nodes: Mapping[Kind, Sequence[Page]]) -> tuple[dict[str, _Row], dict[Kind, tuple[int, int]]]:
    """The rows by id, and for each kind the column and the height of its heading."""
    rows: dict[str, _Row] = {}
    headings: dict[Kind, tuple[int, int]] = {}
    kinds = {kind.name: kind for kind in nodes}
    for column, names in enumerate(COLUMNS):
        top = 0
        for kind in (kinds[name] for name in names if name in kinds):
            headings[kind] = column, top
            top += _HEADING
            for page in nodes[kind]:
                rows[page.id] = _Row(column, top, _lines(title_of(page), bool(fit_of(page))))
                top += rows[page.id].height
            top += _BETWEEN
    return rows, headings


def _lines(title: str, has_glyph: bool) -> tuple[str, ...]:
    longest = _LONGEST_LINE - (3 if has_glyph else 0)
    return tuple(wrap(title, longest, break_long_words=False, break_on_hyphens=False)) or (title,)


def _left(column: int) -> int:
    return _LEFT + column * (_COLUMN + _GAP)


# the drawing


def _drawing(kb: KnowledgeBase, nodes: Mapping[Kind, Sequence[Page]], page: Page) -> Element:
    rows, headings = _layout(nodes)
    height = max(row.top + row.height for row in rows.values()) + 4 if rows else 0
    svg = element("svg", viewBox=f"0 0 {_left(len(COLUMNS)) - _GAP} {height}", class_="kb-map-drawing")
    lines = element("g", class_="kb-map-lines", aria_hidden="true")
    for relation in RELATIONS:
        edges = [_edge(edge, rows) for edge in kb.edges if edge.kind == relation.field]
        if edges:
            lines.append(element("g", *edges, data_relation=relation.field))
    svg.append(lines)
    for kind, (column, top) in headings.items():
        name = _plural(kb, kind)
        group = element("g", role="group", aria_label=name, transform=f"translate({_left(column)} 0)")
        group.append(element("text", name, y=str(top + _BASE), class_="kb-map-kind", aria_hidden="true"))
        group.extend(_node(other, page, rows[other.id]) for other in nodes[kind])
        svg.append(group)
    return element("div", svg, class_="kb-map", role="region", tabindex="0", aria_label="Map")


def _edge(edge: Relation, rows: dict[str, _Row]) -> Element:
    start, end = rows[edge.source], rows[edge.target]
    x, y, drop = _left(start.column), start.middle, end.middle - start.middle
    if start.column == end.column:
        is_left = start.column in (0, len(COLUMNS) - 1)
        bulge = min(_BULGE, 10 + abs(drop) // 10) * (-1 if is_left else 1)
        path = f"M{x if is_left else x + _COLUMN} {y}c{bulge} 0 {bulge} {drop} 0 {drop}"
    else:
        forward = 1 if start.column < end.column else -1
        x += _COLUMN if forward == 1 else 0
        width = _left(end.column) + (0 if forward == 1 else _COLUMN) - x
        path = f"M{x} {y}c{width // 2} 0 {width - width // 2} {drop} {width} {drop}"
    return element("path", d=path, data_ends=f"{edge.source} {edge.target}")


def _node(other: Page, page: Page, row: _Row) -> Element:
    """An entry as one link."""
    link = element("a", id=map_anchor(other), href=relative(other.uri, page.uri))
    link.append(element("rect", y=str(row.top), height=str(row.height)))
    text = element("text", y=str(row.top + _BASE))
    if fit := fit_of(other):
        glyph = sign(fit, has_name=True)
        glyph.attrib |= {"x": "4", "y": str(row.top + 6), "width": "12", "height": "12"}
        link.append(glyph)
    for number, line in enumerate(row.lines):
        is_last = number == len(row.lines) - 1
        part = element("tspan", line + ("" if is_last else " "), x=str(4 + (_GLYPH if fit else 0)))
        if number:
            part.set("dy", str(_LINE))
        text.append(part)
    link.append(text)
    return link


def _plural(kb: KnowledgeBase, kind: Kind) -> str:
    index = kb.by_uri.get(f"{kind.folder}/index.md")
    return title_of(index) if index is not None else kind.folder.capitalize()


def _key(kb: KnowledgeBase) -> Element:
    """What the lines and signs mean."""
    items = []
    for name, kinds in groupby(RELATIONS, lambda kind: kind.field if kind.has_reason or kind.field == "path" else ""):
        present = [kind for kind in kinds if any(edge.kind == kind.field for edge in kb.edges)]
        if present:
            line = element("svg", element("path", d="M0 4H32"), viewBox="0 0 32 8", aria_hidden="true")
            label = ", ".join(kind.forward for kind in present).capitalize()
            items.append(element("li", line, label, data_relation=name or present[0].field))
    present_fits = {fit_of(page) for page in kb.related}
    items += [element("li", sign(fit), FITS[fit]) for fit in FITS if fit in present_fits]
    return element("ul", *items, class_="kb-map-key", aria_label="Key")


# the filter


def _filter(kb: KnowledgeBase, nodes: Mapping[Kind, Sequence[Page]]) -> Element:
    """The form, which the script shows: without script it could not do anything."""
    kinds = element("fieldset", element("legend", "Kinds"))
    for kind, pages in nodes.items():
        box = element("input", type="checkbox", name="kind", value=kind.name)
        append(kinds, element("label", box, f" {_plural(kb, kind)} ", element("small", str(len(pages)))))
    guides = dict.fromkeys(edge.source for edge in kb.edges if edge.kind == "path")
    choices = [element("option", "All pages", value="")]
    choices += [element("option", title_of(kb.by_id[guide]), value=guide) for guide in guides]
    path = element("label", "Path ", element("select", *choices, name="path"))
    return element(
        "form",
        kinds,
        element("p", path, " ", element("button", "Show everything", type="reset", class_="kb-control")),
        element("p", f"{len(kb.related)} pages and {len(kb.edges)} relations are shown.", role="status"),
        class_="kb-map-filter",
        aria_label="What the map shows",
        hidden="hidden",
    )


# the table


def _table(kb: KnowledgeBase, nodes: Mapping[Kind, Sequence[Page]], page: Page) -> Element:
    """A row for each page, with every relation that it declares."""
    declared: dict[str, list[Relation]] = {}
    for edge in kb.edges:
        declared.setdefault(edge.source, []).append(edge)
    columns = element("tr", element("th", "Page", scope="col"), element("th", "Its relations", scope="col"))
    table = element(
        "table",
        element("caption", "Each relation stands once, with the page that declares it."),
        element("thead", columns),
        class_="kb-map-table",
    )
    for kind, pages in nodes.items():
        heading = element("tr", element("th", _plural(kb, kind), colspan="2", scope="rowgroup"))
        body = element("tbody", heading, class_="kb-long")
        for other in pages:
            name = element("th", link_to(other, page), scope="row")
            cell = element("td", *_declared(kb, declared.get(other.id, []), page))
            append(body, element("tr", name, cell))
        append(table, body)
    return table


def _declared(kb: KnowledgeBase, edges: Sequence[Relation], page: Page) -> Iterator[Child]:
    names = {kind.field: kind.forward for kind in RELATIONS}
    for kind, group in groupby(edges, lambda edge: edge.kind):
        targets = (element("li", link_to(kb.by_id[edge.target], page)) for edge in group)
        yield element("div", element("span", names[kind]), element("ul", *targets), data_relation=kind)
