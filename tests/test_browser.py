"""The published site in a real browser: Debian's or any other Chromium, driven without a window."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

import pytest
from playwright.sync_api import Browser, Page

from conftest import NEEDS_CHROMIUM, copy_project, run_build, served

pytestmark = NEEDS_CHROMIUM
# Home, one page of each kind, and the pages that are lists.
ADDRESSES = [
    "",
    "guides/",
    "guides/is-it-right-for-me/",
    "guides/getting-urgent-help/",
    "principles/transference/",
    "mechanisms/insight/",
    "techniques/interpretation/",
    "defences/denial/",
    "indications/depression/",
    "approaches/mentalization-based-treatment/",
    "instruments/psychodynamic-diagnostic-manual/",
    "evidence/shedler-2010-and-its-critics/",
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


def test_definition_by_mouse_and_keyboard(page: Page, base: str) -> None:
    page.goto(base + "principles/transference/", wait_until="networkidle")
    popover = page.locator("#kb-popover")
    term = page.locator("a.kb-term").first
    term.scroll_into_view_if_needed()
    assert popover.is_hidden()
    term.hover()
    popover.wait_for(state="visible")
    assert popover.inner_text() == term.get_attribute("data-definition")
    popover.hover()
    page.wait_for_timeout(400)
    assert popover.is_visible(), "the pointer may enter it"
    page.mouse.move(5, 5)
    popover.wait_for(state="hidden")
    page.locator("h1").click()
    page.evaluate("document.querySelector('a.kb-term').scrollIntoView({block: 'center'})")
    focused = "document.activeElement.matches('a.kb-term')"
    for _ in range(200):
        page.keyboard.press("Tab")
        if page.evaluate(focused):
            break
    assert page.evaluate(focused)
    popover.wait_for(state="visible")
    assert page.evaluate("document.activeElement.getAttribute('aria-describedby')") == "kb-popover"
    page.keyboard.press("Escape")
    assert popover.is_hidden()
    assert page.evaluate(focused), "Esc keeps the focus"
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "principles/transference" not in url)


def test_work_behind_a_citation_is_shown(page: Page, base: str) -> None:
    page.goto(base + "principles/transference/", wait_until="networkidle")
    citation = page.locator(".kb-citation a").first
    citation.scroll_into_view_if_needed()
    citation.hover()
    popover = page.locator("#kb-popover")
    popover.wait_for(state="visible")
    assert "Studies on hysteria" in popover.inner_text()
    assert "↩" not in popover.inner_text()
    citation.click()
    assert page.evaluate("document.querySelector(location.hash).matches('.kb-references li')")


def test_definition_by_touch(phone: Page, base: str) -> None:
    phone.goto(base + "principles/transference/", wait_until="networkidle")
    term = phone.locator("a.kb-term").first
    term.scroll_into_view_if_needed()
    term.tap()
    popover = phone.locator("#kb-popover")
    popover.wait_for(state="visible")
    assert "principles/transference" in phone.url, "the first tap shows"
    box = popover.bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 360
    term.tap()
    phone.wait_for_url(lambda url: "principles/transference" not in url)


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
    from axe_playwright_python.sync_playwright import Axe

    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page = context.new_page()
    page.goto(effects, wait_until="networkidle")
    assert page.locator("body").get_attribute("data-md-color-scheme") == {"light": "default", "dark": "slate"}[scheme]
    found = Axe().run(page).response["violations"]
    assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in found] == []
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
