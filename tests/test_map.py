"""The map of all relations: what is drawn, what the table says and what the pages declare are the same."""

from __future__ import annotations

import gzip
import re
from collections import Counter
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path, PurePosixPath

import pytest
from playwright.sync_api import Browser, Page

from conftest import NEEDS_CHROMIUM, violations
from kb import engine, gate
from kb.knowledge import KnowledgeBase, title_of
from kb.typography import curled


@dataclass
class Published(HTMLParser):
    """What stands in the published drawing and table, by the ids of pages."""

    drawn: dict[str, str] = field(default_factory=dict)
    drawn_edges: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    listed: dict[str, str] = field(default_factory=dict)
    listed_edges: Counter[tuple[str, str, str]] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        super().__init__()
        self.is_in_drawing = self.is_in_row_heading = self.is_in_title = False
        self.relation = self.source = self.link = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        self.relation = found.get("data-relation", self.relation)
        if tag == "title":
            self.is_in_title = True
        elif tag == "svg":
            self.is_in_drawing = "kb-map-drawing" in found.get("class", "") or self.is_in_drawing
        elif tag == "path" and "data-ends" in found:
            source, target = found["data-ends"].split()
            self.drawn_edges[self.relation, source, target] += 1
        elif tag == "h2":
            self.is_in_drawing = False
        elif tag == "th":
            self.is_in_row_heading = found.get("scope") == "row"
        elif tag == "td":
            self.is_in_row_heading = False
        elif tag == "a" and self.is_in_drawing:
            self.link = PurePosixPath(found["href"]).name
            assert found["id"] == f"map-{self.link}"
            self.drawn[self.link] = ""
        elif tag == "a" and self.is_in_row_heading:
            self.source = self.link = PurePosixPath(found["href"]).name
            self.listed[self.link] = ""
        elif tag == "a" and self.source:
            self.listed_edges[self.relation, self.source, PurePosixPath(found["href"]).name] += 1

    def handle_endtag(self, tag: str) -> None:
        if tag == "a":
            self.link = ""
        elif tag == "title":
            self.is_in_title = False
        elif tag == "table":
            self.source = ""

    def handle_data(self, data: str) -> None:
        if self.is_in_title:
            return
        if self.link and self.is_in_drawing:
            self.drawn[self.link] += data
        elif self.link and self.is_in_row_heading:
            self.listed[self.link] += data


@pytest.fixture(scope="module")
def kb(project: Path) -> KnowledgeBase:
    return gate.read(engine.load(str(project / "mkdocs.yml")))


@pytest.fixture(scope="module")
def html(site: Path) -> str:
    return (site / "map" / "index.html").read_text(encoding="utf-8")


def test_map_table_and_data_are_the_same(kb: KnowledgeBase, html: str) -> None:
    published = Published()
    published.feed(html)
    edges = {(relation.kind, relation.source, relation.target) for relation in kb.relations}
    titles = {id_: curled(title_of(kb.by_id[id_])) for _, *ends in edges for id_ in ends}
    assert len(edges) > 500
    assert published.drawn == titles, "every name is given whole"
    assert published.listed == titles
    assert published.drawn_edges == Counter(edges)
    assert published.listed_edges == Counter(edges)


def test_entries_stand_in_columns_by_kind_and_title(kb: KnowledgeBase, html: str) -> None:
    drawing = html[html.index('class="kb-map-drawing"') : html.index("kb-map-table")]
    shown = re.findall(r'<a [^>]*id="map-([\w-]+)"', drawing)
    keys = []
    columns = re.findall(r'aria-label="(\w+)" role="group" transform="translate\((\d+) 0\)"', drawing)
    for id_ in shown:
        kind = kb.kind_of(kb.by_id[id_])
        assert kind is not None
        keys.append((kind.name, title_of(kb.by_id[id_]).casefold()))
    names = list(dict.fromkeys(name for name, _ in keys))
    assert names == [
        *("principle", "mechanism", "defence", "technique", "approach", "instrument"),
        *("indication", "guide", "evidence", "debate"),
    ]
    assert keys == sorted(keys, key=lambda key: (names.index(key[0]), key[1]))
    assert len(columns) == len(names)
    assert [int(x) for _, x in columns] == sorted(int(x) for _, x in columns)


def test_map_is_light(html: str) -> None:
    assert len(gzip.compress(html.encode())) < 30 * 1024


def test_a_page_leads_to_its_place_on_the_map(site: Path, html: str) -> None:
    page = (site / "principles" / "transference" / "index.html").read_text(encoding="utf-8")
    assert '<a href="../../map/#map-transference">See it on the map</a>' in page
    assert 'id="map-transference"' in html
    assert "assets/map." not in page, "what the map alone needs, no other page loads"


SHOWN = "document.querySelectorAll('.kb-map-drawing a:not([hidden])').length"
ROWS = "[...document.querySelectorAll('.kb-map-table tr:has(td)')].filter(row => row.getClientRects().length).length"
LINES = "document.querySelectorAll('.kb-map-lines path:not([hidden])').length"
ITEMS = "[...document.querySelectorAll('.kb-map-table li')].filter(item => item.getClientRects().length).length"


def open_map(page: Page, address: str) -> None:
    page.goto(address)
    page.locator(".kb-map-filter").wait_for(state="visible")


def steps_of(kb: KnowledgeBase, guide: str) -> set[str]:
    return {
        guide,
        *(relation.target for relation in kb.relations if (relation.kind, relation.source) == ("path", guide)),
    }


class TestInTheBrowser:
    pytestmark = NEEDS_CHROMIUM

    def test_filter_by_keyboard(self, page: Page, base: str, kb: KnowledgeBase) -> None:
        open_map(page, base + "map/")
        box = page.get_by_role("checkbox", name="Techniques")
        for _ in range(60):
            if box.evaluate("box => box === document.activeElement"):
                break
            page.keyboard.press("Tab")
        page.keyboard.press("Space")
        page.wait_for_url("**/map/?kind=technique")
        techniques = {one.id for one in kb.related if one.folder == "techniques"}
        within = [edge for edge in kb.edges if {edge.source, edge.target} <= techniques]
        assert page.evaluate(SHOWN) == page.evaluate(ROWS) == len(techniques)
        assert page.evaluate(LINES) == page.evaluate(ITEMS) == len(within)
        said = page.get_by_role("status").inner_text()
        assert said.startswith(f"{len(techniques)} pages and {len(within)} relations of {len(kb.related)} ")
        page.get_by_role("button", name="Show everything").press("Enter")
        page.wait_for_function(f"() => {SHOWN} === {len(kb.related)}")
        assert page.evaluate(LINES) == len(kb.edges)
        page.wait_for_url("**/map/")

    def test_choice_in_the_address(self, page: Page, base: str, kb: KnowledgeBase) -> None:
        open_map(page, base + "map/?path=a-first-course")
        shown = page.evaluate(
            "[...document.querySelectorAll('.kb-map-drawing a:not([hidden])')].map(a => a.id.slice(4))"
        )
        assert set(shown) == steps_of(kb, "a-first-course")
        page.get_by_role("combobox").select_option("considering-therapy")
        page.wait_for_url("**/map/?path=considering-therapy")
        open_map(page, base + "map/?path=nothing&kind=nothing")
        assert page.evaluate(SHOWN) == len(kb.related), "what the site does not know is not asked for"

    @pytest.mark.parametrize("query", ["", "?path=a-first-course"])
    def test_lines_meet_their_entries_and_no_name_is_cut(self, page: Page, base: str, query: str) -> None:
        open_map(page, base + "map/" + query)
        page.evaluate("document.fonts.ready")
        wrong = page.evaluate(
            """() => {
              const drawing = document.querySelector('.kb-map-drawing');
              const box = id => document.querySelector(`#map-${id} rect`).getBoundingClientRect();
              const wrong = [];
              for (const line of drawing.querySelectorAll('.kb-map-lines path:not([hidden])')) {
                const matrix = line.getScreenCTM();
                const ends = [line.getPointAtLength(0), line.getPointAtLength(line.getTotalLength())]
                  .map(point => point.matrixTransform(matrix));
                line.dataset.ends.split(' ').forEach((id, index) => {
                  const {left, right, top, bottom} = box(id), {x, y} = ends[index];
                  const isAtEdge = Math.min(Math.abs(x - left), Math.abs(x - right)) < 2;
                  if (!isAtEdge || y < top || y > bottom) wrong.push(line.dataset.ends);
                });
              }
              const edge = drawing.getBoundingClientRect().right;
              for (const text of drawing.querySelectorAll('a:not([hidden]) text')) {
                const own = text.parentNode.querySelector('rect').getBoundingClientRect();
                const box = text.getBoundingClientRect();
                if (box.right > Math.min(own.right + 10, edge) || box.bottom > own.bottom) wrong.push(text.textContent);
              }
              return wrong;
            }"""
        )
        assert wrong == []

    def test_lines_of_an_entry_stand_out(self, page: Page, base: str, kb: KnowledgeBase) -> None:
        open_map(page, base + "map/")
        page.locator("#map-transference").focus()
        own = [edge for edge in kb.edges if "transference" in (edge.source, edge.target)]
        assert page.locator(".kb-map-lines .kb-on").count() == len(own)
        near = {edge.source for edge in own} | {edge.target for edge in own} - {"transference"}
        assert page.locator(".kb-map-drawing .kb-near").count() == len(near - {"transference"})
        page.locator("#map-insight").focus()
        assert page.locator(".kb-here").get_attribute("id") == "map-insight"
        page.keyboard.press("Tab")
        following = page.evaluate("document.activeElement.id")
        assert following == "map-insight-through-transference-work", "reading order"

    def test_who_comes_from_a_page_is_led_to_it(self, page: Page, phone: Page, base: str) -> None:
        open_map(page, base + "map/#map-undoing")
        assert page.locator(".kb-here").get_attribute("id") == "map-undoing"
        open_map(phone, base + "map/#map-undoing")
        assert not phone.locator(".kb-map-drawing").is_visible()
        top = phone.evaluate(
            "document.querySelector('.kb-map-table th a[href$=\"/undoing/\"]').getBoundingClientRect().top"
        )
        assert 72 < top < 740

    def test_drawing_keeps_its_size_on_a_tablet(self, page: Page, base: str) -> None:
        page.set_viewport_size({"width": 800, "height": 900})
        open_map(page, base + "map/")
        box = page.locator(".kb-map-drawing").bounding_box()
        assert box is not None
        assert box["width"] > 1100, "it is scrolled and not shrunk"
        assert page.evaluate("document.documentElement.scrollWidth") <= 800

    def test_without_script_all_is_there(self, browser: Browser, base: str, kb: KnowledgeBase) -> None:
        context = browser.new_context(java_script_enabled=False, viewport={"width": 1280, "height": 900})
        page = context.new_page()
        page.goto(base + "map/")
        assert not page.locator(".kb-map-filter").is_visible()
        assert page.locator(".kb-map-drawing a").count() == len(kb.related)
        page.locator("#map-denial").click()
        assert page.url.endswith("/defences/denial/")
        context.close()

    @pytest.mark.parametrize("scheme", ["light", "dark"])
    @pytest.mark.parametrize("width", [360, 1280])
    def test_map_is_accessible(self, browser: Browser, base: str, scheme: str, width: int) -> None:
        context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
        page = context.new_page()
        open_map(page, base + "map/?kind=indication&kind=approach")
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        context.close()
