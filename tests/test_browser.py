"""The published site in a real browser: Debian's or any other Chromium, driven without a window."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

import pytest
from playwright.sync_api import Browser, Page

from conftest import NEEDS_CHROMIUM, ROOT, copy_project, run_build, served, violations

pytestmark = NEEDS_CHROMIUM
# Home, one page of each kind, and the pages that are lists.
ADDRESSES = [
    "",
    "guides/",
    "guides/is-it-right-for-me/",
    "guides/considering-therapy/",
    "guides/getting-urgent-help/",
    "principles/transference/",
    "mechanisms/insight/",
    "techniques/interpretation/",
    "defences/denial/",
    "indications/depression/",
    "approaches/mentalization-based-treatment/",
    "instruments/psychodynamic-diagnostic-manual/",
    "evidence/shedler-2010-and-its-critics/",
    "map/",
    "about/effects-data/",
    "about/how-this-site-is-made/",
    "about/rules/",
    "about/rules/links/",
    "glossary/",
    "references/",
    "search/",
    "404.html",
]


EFFECTS_PAGE = """\
---
title: Samples
summary: Tables and plots of every form.
---

## Depression

It was {{effect:wienicke2023ipd-depression-post}}.

```effects
indication: depression
plot: true
```

```effects
pool: depression-after-treatment
plot: true
```

```effects
pool: borderline-severity
plot: true
```

```effects
indication: bulimia
plot: true
```

```guidelines
indication: depression
```
"""


@pytest.fixture(scope="session")
def effects(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a page that shows the project's own data in every form, whatever its pages show of it."""
    folder = copy_project(tmp_path_factory.mktemp("effects"))
    (folder / "docs" / "about" / "samples.md").write_text(EFFECTS_PAGE, encoding="utf-8")
    result = run_build(folder)
    assert result.returncode == 0, result.stderr
    for base in served(folder / "site"):
        yield base + "about/samples/"


@pytest.mark.parametrize("address", ADDRESSES)
def test_page_opens_without_error_or_foreign_request(page: Page, base: str, address: str) -> None:
    troubles: list[str] = []
    requests: list[str] = []
    page.on("console", lambda message: troubles.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on("response", lambda response: troubles.append(response.url) if response.status >= 400 else None)
    page.on("request", lambda request: requests.append(request.url))
    page.goto(base + address, wait_until="networkidle")
    assert troubles == []
    assert [url for url in requests if not url.startswith((base, "data:"))] == []
    assert page.locator("h1").count() == 1
    assert page.title()


def test_no_link_of_any_page_is_dead(site: Path, page: Page, base: str) -> None:
    """Every address and anchor within the site, as the browser resolves them, on every page."""
    anchors: dict[str, set[str]] = {}
    links: list[tuple[str, str]] = []
    for file in sorted(site.rglob("*.html")):
        address = file.relative_to(site).as_posix().removesuffix("index.html")
        page.set_content(file.read_text(encoding="utf-8").replace("<head>", f'<head><base href="{base}{address}">', 1))
        anchors[address] = set(page.eval_on_selector_all("[id]", "all => all.map(e => e.id)"))
        hrefs = page.eval_on_selector_all("a[href]", "all => all.map(e => e.getAttribute('href'))")
        links += [(address, href) for href in hrefs]
    dead = set()
    for address, href in links:
        url = urlsplit(urljoin(base + address, href))
        if f"{url.scheme}://{url.netloc}/" != base:
            continue
        target, anchor = unquote(url.path.lstrip("/")), unquote(url.fragment)
        is_there = target in anchors or (site / target).is_file()
        if not is_there or (anchor and not anchor.startswith("__") and anchor not in anchors.get(target, {anchor})):
            dead.add((address, href))
    assert len(links) > 1000
    assert dead == set()


def test_card_by_mouse(page: Page, base: str) -> None:
    page.goto(base + "principles/transference/", wait_until="networkidle")
    card = page.locator("#kb-card")
    term = page.locator("a.kb-term").first
    term.scroll_into_view_if_needed()
    assert card.count() == 0
    term.hover()
    card.wait_for(state="visible")
    assert (term.get_attribute("data-definition") or "") in card.inner_text()
    card.hover()
    page.wait_for_timeout(500)
    assert card.is_visible(), "the pointer may enter it"
    assert card.locator("a").get_attribute("href") == page.evaluate("document.querySelector('a.kb-term').href")
    citation = page.locator(".kb-citation a").first
    citation.scroll_into_view_if_needed()
    citation.hover()
    page.locator("#kb-card[aria-label='Reference']").wait_for(state="visible")
    assert page.locator(".kb-card").count() == 1, "there are never two"
    page.mouse.move(5, 500)
    card.wait_for(state="hidden")


def test_card_stands_at_its_link(page: Page, base: str) -> None:
    page.goto(base + "principles/transference/", wait_until="networkidle")
    for index in range(0, page.locator("a.kb-term").count(), 4):
        term = page.locator("a.kb-term").nth(index)
        term.evaluate("link => link.scrollIntoView({block: 'center'})")
        term.hover()
        page.locator("#kb-card").wait_for(state="visible")
        distance = page.evaluate(
            """index => {
              const line = document.querySelectorAll('a.kb-term')[index].getClientRects()[0];
              const card = document.querySelector('#kb-card').getBoundingClientRect();
              return Math.min(Math.abs(card.top - line.bottom), Math.abs(line.top - card.bottom));
            }""",
            index,
        )
        assert distance <= 5
        page.keyboard.press("Escape")
        page.mouse.move(5, 500)


def test_card_by_keyboard(page: Page, base: str) -> None:
    page.goto(base + "principles/transference/", wait_until="networkidle")
    card = page.locator("#kb-card")
    is_on_term = "document.activeElement.matches('a.kb-term')"
    for _ in range(200):
        page.keyboard.press("Tab")
        if page.evaluate(is_on_term):
            break
    assert page.evaluate(is_on_term)
    card.wait_for(state="visible")
    assert page.evaluate("document.activeElement.getAttribute('aria-describedby')") == "kb-card-text"
    page.keyboard.press("Escape")
    assert card.count() == 0
    assert page.evaluate(is_on_term), "Esc keeps the focus"
    page.evaluate(
        """() => [...document.querySelectorAll('.kb-citation a')].find(
          link => document.querySelector(link.hash + " a[href*='doi.org']")).focus()"""
    )
    card.wait_for(state="visible")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.matches('.kb-card a[href*=\"doi.org\"]')"), "Tab leads to its links"
    page.wait_for_timeout(400)
    assert card.is_visible()
    page.keyboard.press("Escape")
    assert card.count() == 0
    assert page.evaluate("document.activeElement.matches('.kb-citation a')"), "Esc leads back to the link"
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "#ref-" in url)


def test_work_behind_a_citation_is_shown(page: Page, base: str) -> None:
    page.goto(base + "principles/transference/", wait_until="networkidle")
    citation = page.locator(".kb-citation a").first
    citation.scroll_into_view_if_needed()
    citation.hover()
    card = page.locator("#kb-card")
    card.wait_for(state="visible")
    assert "Studies on hysteria" in card.inner_text()
    assert "↩" not in card.inner_text()
    ids = page.evaluate("[...document.querySelectorAll('[id]')].map(e => e.id)")
    assert len(ids) == len(set(ids))
    citation.click()
    assert page.evaluate("document.querySelector(location.hash).matches('.kb-references li')")


def test_card_by_touch_is_a_sheet(phone: Page, base: str) -> None:
    phone.goto(base + "principles/transference/", wait_until="networkidle")
    term = phone.locator("a.kb-term").first
    term.evaluate("link => link.scrollIntoView({block: 'center'})")
    term.tap()
    card = phone.locator("#kb-card")
    card.wait_for(state="visible")
    assert "principles/transference" in phone.url, "the first tap shows"
    box = card.bounding_box()
    assert box is not None
    assert (box["x"], box["width"]) == (0, 360)
    assert box["y"] + box["height"] == pytest.approx(740, abs=1)
    citation = phone.locator(".kb-citation a").first
    citation.evaluate("link => link.scrollIntoView({block: 'center'})")
    citation.tap()
    phone.locator("#kb-card[aria-label='Reference']").wait_for(state="visible")
    assert phone.locator(".kb-card").count() == 1
    phone.locator("h2").first.evaluate("heading => heading.scrollIntoView({block: 'center'})")
    phone.locator("h2").first.tap(position={"x": 5, "y": 5})
    assert card.count() == 0, "a tap beside it closes it"
    term.evaluate("link => link.scrollIntoView({block: 'center'})")
    term.tap()
    card.wait_for(state="visible")
    term.tap()
    phone.wait_for_url(lambda url: "principles/transference" not in url)


def test_script_of_the_reading_pages_is_small() -> None:
    assert len(gzip.compress((ROOT / "theme" / "assets" / "kb.js").read_bytes())) < 4096


def test_citation_can_be_copied_and_its_records_loaded(browser: Browser, base: str) -> None:
    context = browser.new_context(permissions=["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.goto(base + "principles/transference/", wait_until="networkidle")
    page.get_by_role("button", name="Copy the citation").click()
    said = page.locator(".kb-said[role='status']")
    said.get_by_text("Copied").wait_for()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith("Psychodynamic Knowledge Base. (2026,")
    for link in page.locator(".kb-cite-files a").all():
        response = page.request.get(urljoin(page.url, link.get_attribute("href") or ""))
        assert response.ok
        assert "Transference" in response.text()
    context.close()


@pytest.mark.parametrize("address", ["guides/getting-urgent-help/", "indications/acute-suicidal-crisis/"])
def test_page_about_crisis_can_be_left_at_once(page: Page, base: str, address: str) -> None:
    page.route("https://www.bbc.co.uk/**", lambda route: route.fulfill(body="Weather"))
    page.goto(base)
    page.goto(base + address)
    page.get_by_role("link", name="Leave this page quickly").click()
    page.wait_for_url("https://www.bbc.co.uk/**")
    page.go_back()
    assert address not in page.url


@pytest.mark.parametrize("address", ADDRESSES)
def test_help_and_header_are_low_on_a_phone_and_stay(phone: Page, base: str, address: str) -> None:
    phone.set_viewport_size({"width": 320, "height": 640})
    phone.goto(base + address, wait_until="networkidle")
    for place in (0, 400):
        phone.evaluate(f"window.scrollTo(0, {place})")
        assert phone.evaluate("document.querySelector('.kb-help').getBoundingClientRect().top") == 0
        assert phone.evaluate("document.querySelector('.kb-help').getBoundingClientRect().height") >= 24
        assert phone.evaluate("document.querySelector('.md-header').getBoundingClientRect().bottom") <= 72.5


@pytest.mark.parametrize("address", ADDRESSES)
def test_nothing_is_cut_on_a_small_phone(phone: Page, base: str, address: str) -> None:
    phone.set_viewport_size({"width": 320, "height": 640})
    phone.goto(base + address, wait_until="networkidle")
    assert phone.evaluate("document.documentElement.scrollWidth") <= 320


def test_everything_is_there_without_script(browser: Browser, base: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(base + "defences/denial/")
    for heading in ("In plain words", "How it connects", "References", "Cite this page"):
        assert page.locator("h2", has_text=heading).is_visible()
    page.locator("a.kb-term").first.click()
    assert "defences/denial" not in page.url
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1280])
def test_effects_are_accessible(browser: Browser, effects: str, scheme: str, width: int) -> None:
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page = context.new_page()
    page.goto(effects, wait_until="networkidle")
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert ground == {"light": "rgb(251, 248, 241)", "dark": "rgb(22, 21, 18)"}[scheme]
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    context.close()


def test_effects_need_no_script(browser: Browser, effects: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(effects)
    assert page.locator("svg.kb-forest").count() >= 4
    assert page.locator("svg.kb-forest .kb-forest-diamond").count() == 2
    assert page.locator(".kb-effect-table").count() == page.locator(".kb-effect-table caption").count() >= 6
    assert page.locator("svg.kb-people").first.is_visible()
    assert "of 100 pairs" in page.locator(".kb-effects").first.inner_text()
    ids = page.evaluate("[...document.querySelectorAll('[id]')].map(e => e.id)")
    assert len(ids) == len(set(ids))
    links = page.locator("a[download]")
    addresses = [urljoin(effects, link.get_attribute("href") or "") for link in links.all()]
    assert len(addresses) >= 5
    for address in addresses:
        response = page.request.get(address)
        assert response.ok
        assert response.text().startswith("id,citekey,locator,")
    context.close()


def test_urgent_help_is_one_tap_away_on_every_page(site: Path) -> None:
    for file in site.rglob("*.html"):
        assert 'class="kb-help"' in file.read_text(encoding="utf-8"), file
