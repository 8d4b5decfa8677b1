"""Every template, as different people use it: by keyboard, enlarged, in other colours, without script, on paper."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from audit.pages import reading_pages, samples
from audit.serving import sent
from audit.visiting import html_bar, visit
from conftest import NEEDS_CHROMIUM, violations

pytestmark = NEEDS_CHROMIUM
READING = "principles/transference/"
TEMPLATES = [
    "",
    "guides/getting-urgent-help/",
    READING,
    "defences/",
    "indications/depression/",
    "evidence/shedler-2010-and-its-critics/",
    "about/rules/links/",
    "glossary/",
    "references/",
    "search/",
    "404.html",
]
LONGEST = ("glossary/", "references/")
STOPS = 60  # with the Tab key; long lists go on as they began
CUT = """() => [...document.querySelectorAll("body *")].filter((one) => {
  const style = getComputedStyle(one);
  const clips = [style.overflowX, style.overflowY].some((value) => value === "hidden" || value === "clip");
  const isForListening = style.clipPath !== "none" || one.tagName === "INPUT";
  if (!clips || isForListening || !one.getClientRects().length) return false;
  return one.scrollWidth > one.clientWidth + 1 || one.scrollHeight > one.clientHeight + 1;
}).map((one) => one.outerHTML.slice(0, 90))"""
# https://www.w3.org/TR/WCAG22/#text-spacing
SPACED = """* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important }
p { margin-bottom: 2em !important }"""
STOP = """() => {
  const one = document.activeElement;
  const style = getComputedStyle(one);
  const box = one.getClientRects()[0] || new DOMRect();
  const bar = document.querySelector(".md-header").getBoundingClientRect().bottom;
  const frame = one.closest(".md-header, .md-banner, .md-skip, .kb-exit");
  window.passed ||= [];
  const last = passed.findLast((other) => other.isConnected); // a card is gone with its links
  passed.push(one);
  return {
    name: one.outerHTML.slice(0, 90),
    ends: one === document.body,
    follows: !last || Boolean(last.compareDocumentPosition(one) & Node.DOCUMENT_POSITION_FOLLOWING),
    shows: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 1,
    isSeen: box.width > 0 && box.height > 0 && box.bottom > (frame ? 0 : bar) && box.top < innerHeight &&
      box.right > 0 && box.left < innerWidth,
    isInClosed: Boolean(one.closest("[popover]:not(:popover-open)")) && innerWidth < 1220,
  };
}"""


@contextmanager
def opened(browser: Browser, url: str, width: int = 1280, **how: Any) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": width, "height": 800}, **how)
    page = context.new_page()
    page.goto(url)
    yield page
    context.close()


def stops(page: Page, most: int = STOPS) -> list[dict[str, Any]]:
    """Where the Tab key leads, from the beginning of the page."""
    found = []
    for _ in range(most):
        page.keyboard.press("Tab")
        stop = page.evaluate(STOP)
        if stop["ends"]:
            break
        found.append(stop)
    return found


def is_cut(page: Page, width: int) -> list[str]:
    wide = page.evaluate("document.documentElement.scrollWidth")
    return [f"{wide} px wide"] * (wide > width) + page.evaluate(CUT)


# weight


def test_html_of_every_reading_page_is_light(site: Path) -> None:
    sizes = {address: len(sent(site / address / "index.html")) for address in reading_pages(site)}
    assert len(sizes) > 100
    assert {address: size for address, size in sizes.items() if size > html_bar(site, address)} == {}


def test_first_visit_is_light_quiet_and_stays_here(browser: Browser, site: Path, base: str) -> None:
    kinds = [address for address in samples(site) if address in reading_pages(site)]
    assert len(kinds) == 10
    for address in kinds:
        seen = visit(browser, site, base, address)
        assert seen.excesses(html_bar(site, address)) == [], address
        assert (seen.troubles, seen.foreign) == ([], []), address


def test_nothing_is_kept_that_nobody_asked_for(browser: Browser, base: str) -> None:
    with opened(browser, base + READING) as page:
        assert page.evaluate("localStorage.length + sessionStorage.length") == 0
        assert page.context.cookies() == []


# rules of axe


@pytest.mark.parametrize("address", TEMPLATES)
def test_templates_are_accessible(browser: Browser, base: str, address: str) -> None:
    """What `make audit` sees of every page, and of the longest in every way."""
    states = [("light", 1280), ("dark", 360), ("dark", 1280), ("light", 360)]
    with opened(browser, base + address, reduced_motion="reduce") as page:
        for scheme, width in states[:2] if address in LONGEST else states:
            page.emulate_media(color_scheme=scheme)
            page.set_viewport_size({"width": width, "height": 800})
            assert violations(page) == [], (scheme, width)


# keyboard


@pytest.mark.parametrize("address", TEMPLATES)
@pytest.mark.parametrize("width", [1280, 360])
def test_keyboard_passes_in_order_and_is_always_seen(browser: Browser, base: str, width: int, address: str) -> None:
    with opened(browser, base + address, width) as page:
        found = stops(page)
        assert len(found) > 5
        assert [stop["name"] for stop in found if not stop["follows"]] == []
        assert [stop["name"] for stop in found if not stop["shows"]] == []
        assert [stop["name"] for stop in found if not stop["isSeen"]] == []
        assert [stop["name"] for stop in found if stop["isInClosed"]] == []
        assert any('type="search"' in stop["name"] for stop in found), "the search is reached"
        assert any("kb-help" in stop["name"] for stop in found[:2]), "help is one key away"


def test_first_key_leads_past_the_menu(browser: Browser, base: str) -> None:
    with opened(browser, base + READING) as page:
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.closest('.kb-crumbs') !== null")


@pytest.mark.parametrize(("button", "part"), [("Menu", "#kb-menu"), ("On this page", "#kb-contents")])
def test_drawers_open_close_and_give_the_focus_back(browser: Browser, base: str, button: str, part: str) -> None:
    with opened(browser, base + READING, 360) as page:
        drawer = page.locator(part)
        opener = page.get_by_role("button", name=button)
        expect(drawer).to_be_hidden()
        opener.focus()
        page.keyboard.press("Enter")
        expect(drawer).to_be_visible()
        page.keyboard.press("Tab")
        assert page.evaluate("part => document.activeElement.matches(part + ' a')", part)
        page.keyboard.press("Escape")
        expect(drawer).to_be_hidden()
        expect(opener).to_be_focused()


def test_contents_list_leads_to_its_heading_and_goes(browser: Browser, base: str) -> None:
    with opened(browser, base + READING, 360, has_touch=True) as page:
        page.get_by_role("button", name="On this page").tap()
        page.locator("#kb-contents a", has_text="References").tap()
        expect(page.locator("#kb-contents")).to_be_hidden()
        expect(page.locator("#references")).to_be_in_viewport()


def test_menu_and_contents_list_stand_beside_a_wide_page(browser: Browser, base: str) -> None:
    with opened(browser, base + READING) as page:
        expect(page.get_by_role("button", name="Menu")).to_be_hidden()
        current = page.locator("#kb-menu [aria-current='page']")
        expect(current).to_have_text("Transference")
        expect(current).to_be_in_viewport()
        assert page.evaluate("scrollY") == 0
        page.locator("#evidence-and-criticism").evaluate("heading => heading.scrollIntoView()")
        expect(page.locator("#kb-contents [aria-current]")).to_have_text("Evidence and criticism")


# enlarged and spaced


@pytest.mark.parametrize("address", TEMPLATES)
def test_nothing_is_lost_with_text_twice_as_large_or_wide_spacing(browser: Browser, base: str, address: str) -> None:
    with opened(browser, base + address, bypass_csp=True) as page:  # for styles that are a reader's own
        size = page.evaluate("parseFloat(getComputedStyle(document.documentElement).fontSize)")
        assert is_cut(page, 1280) == []
        for widths, style in (((1280, 320), SPACED), ((1280, 640), f"html {{ font-size: {2 * size}px !important }}")):
            added = page.add_style_tag(content=style)
            for width in widths:
                page.set_viewport_size({"width": width, "height": 800})
                assert is_cut(page, width) == [], style
            added.evaluate("style => style.remove()")


# motion and colours


@pytest.mark.parametrize("address", TEMPLATES)
def test_nothing_moves_where_motion_is_unwanted(browser: Browser, base: str, address: str) -> None:
    with opened(browser, base + address, reduced_motion="reduce") as page:
        moving = page.evaluate(
            """() => [...document.querySelectorAll("*")].filter((one) => {
              const { transitionDuration, animationDuration, scrollBehavior } = getComputedStyle(one);
              const longest = Math.max(...`${transitionDuration}, ${animationDuration}`.split(",").map(parseFloat));
              return longest > 0.001 || scrollBehavior === "smooth";
            }).length"""
        )
        assert moving == 0


def test_colours_are_those_of_the_system_or_as_chosen(browser: Browser, base: str) -> None:
    ground = "getComputedStyle(document.body).backgroundColor"
    light, dark = "rgb(251, 248, 241)", "rgb(22, 21, 18)"
    with opened(browser, base + READING, color_scheme="dark") as page:
        assert page.evaluate(ground) == dark
        button = page.get_by_role("button", name="Colours")
        button.click()
        assert page.evaluate(ground) == light
        expect(button).to_have_accessible_name("Colours: light. Change")
        page.goto(base + "glossary/")
        assert page.evaluate(ground) == light
        page.get_by_role("button", name="Colours").click()
        assert page.evaluate(ground) == dark
        page.emulate_media(color_scheme="light")
        assert page.evaluate(ground) == dark
        page.get_by_role("button", name="Colours").click()
        assert page.evaluate(ground) == light
        assert page.evaluate("localStorage.length") == 0, "what the system says is not kept"


@pytest.mark.parametrize("address", TEMPLATES)
def test_forced_colours_keep_fields_signs_and_focus(browser: Browser, base: str, address: str) -> None:
    with opened(browser, base + address, forced_colors="active") as page:
        assert page.evaluate("matchMedia('(forced-colors: active)').matches")
        assert [stop["name"] for stop in stops(page, 12) if not stop["shows"]] == []
        unseen = page.evaluate(
            """() => [...document.querySelectorAll("svg *, input, button")].filter((one) => {
              if (!one.getClientRects().length || getComputedStyle(one).visibility === "hidden") return false;
              const ground = getComputedStyle(document.body).backgroundColor;
              const { fill, stroke, borderTopWidth } = getComputedStyle(one);
              if (!one.closest("svg")) return parseFloat(borderTopWidth) < 1 && !one.querySelector("svg");
              return [fill, stroke].every((colour) => colour === "none" || colour === ground);
            }).map((one) => one.outerHTML.slice(0, 90))"""
        )
        assert [one for one in unseen if not one.startswith(("<title", "<desc", "<g"))] == []


# without script


@pytest.mark.parametrize("address", TEMPLATES)
def test_everything_is_there_without_script(browser: Browser, base: str, address: str) -> None:
    with opened(browser, base + address, 360, java_script_enabled=False, color_scheme="dark") as page:
        expect(page.locator("h1")).to_be_visible()
        menu = page.locator("#kb-menu")
        expect(menu).to_be_hidden()
        page.get_by_role("button", name="Menu").click()
        expect(menu.get_by_role("link", name="Indications", exact=True)).to_be_visible()
        page.keyboard.press("Escape")
        expect(menu).to_be_hidden()
        expect(page.locator(".kb-colours")).to_be_hidden()
        field = page.locator(".md-header [type='search']")
        field.fill("denial")
        field.press("Enter")
        page.wait_for_url("**/search/?q=denial")


# print


@pytest.mark.parametrize("address", TEMPLATES)
def test_paper_has_the_text_alone(browser: Browser, base: str, address: str) -> None:
    with opened(browser, base + address, 760, color_scheme="dark") as page:
        page.emulate_media(media="print", color_scheme="dark")
        for part in (".md-header", ".md-banner", "#kb-menu", ".kb-contents", ".kb-exit", ".md-skip"):
            for one in page.locator(part).all():
                expect(one).to_be_hidden()
        expect(page.locator("h1")).to_be_visible()
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") in (
            "rgb(255, 255, 255)",
            "rgba(0, 0, 0, 0)",
        )
        assert page.evaluate("getComputedStyle(document.querySelector('h1')).color") == "rgb(0, 0, 0)"
        assert is_cut(page, 760) == []


def test_paper_has_the_address_of_every_work(browser: Browser, base: str) -> None:
    with opened(browser, base + READING) as page:
        page.emulate_media(media="print")
        links = page.locator(".kb-references a[href*='doi.org']").all()
        assert len(links) > 3
        for link in links:
            assert link.inner_text() == link.get_attribute("href")
