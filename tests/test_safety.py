"""What readers are promised: nothing runs in a page but the site's own files, no other host learns of a visit, and a
browser keeps nothing that nobody asked it to."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path

import pytest
from markdown import markdown
from playwright.sync_api import Browser, Page

from conftest import NEEDS_CHROMIUM
from kb.rendering.safety import Safety, links_kept_apart

DATA_BLOCKS = ("application/json", "application/ld+json")
# Home, one page of each kind, those with tables and plots, and the pages that are lists.
ADDRESSES = [
    "",
    "guides/a-first-course/",
    "guides/getting-urgent-help/",
    "principles/transference/",
    "mechanisms/insight/",
    "techniques/interpretation/",
    "defences/",
    "defences/denial/",
    "indications/depression/",
    "approaches/mentalization-based-treatment/",
    "instruments/psychodynamic-diagnostic-manual/",
    "evidence/shedler-2010-and-its-critics/",
    "debates/is-it-scientific/",
    "about/effects-data/",
    "about/rules/links/",
    "glossary/",
    "references/",
    "search/",
    "about/reading-offline/",
    "offline.html",
    "404.html",
]
LISTEN = """
  window.violations = [];
  addEventListener("securitypolicyviolation", (event) =>
    window.violations.push(`${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`));
"""


class _Parts(HTMLParser):
    """What of a page a policy is about."""

    def __init__(self) -> None:
        super().__init__()
        self.policy = ""
        self.inline: list[str] = []
        self.before_policy: list[str] = []
        self.leading_out: list[tuple[str, set[str]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if values.get("http-equiv") == "Content-Security-Policy":
            self.policy = values["content"]
        elif not self.policy and tag in ("script", "link", "style", "img"):
            self.before_policy.append(tag)
        is_inline_script = tag == "script" and "src" not in values and values.get("type") not in DATA_BLOCKS
        if tag == "style" or is_inline_script:
            self.inline.append(tag)
        self.inline += [name for name in values if name == "style" or name.startswith("on")]
        if tag == "a" and values.get("href", "").startswith(("http:", "https:", "//")):
            self.leading_out.append((values["href"], set(values.get("rel", "").split())))


@pytest.fixture(scope="module")
def parts(site: Path) -> dict[str, _Parts]:
    read = {}
    for file in sorted(site.rglob("*.html")):
        read[file.relative_to(site).as_posix()] = found = _Parts()
        found.feed(file.read_text(encoding="utf-8"))
    return read


def test_every_page_has_the_policy_before_it_loads_anything(parts: dict[str, _Parts]) -> None:
    assert len(parts) > 200
    policies = {page.policy for page in parts.values()}
    assert len(policies) == 1
    (policy,) = policies
    assert "default-src 'none'" in policy
    assert "unsafe-inline" not in policy
    assert "'unsafe-eval'" not in policy
    assert [name for name, page in parts.items() if page.before_policy] == []


def test_no_page_has_script_or_style_within(parts: dict[str, _Parts]) -> None:
    assert {name: page.inline for name, page in parts.items() if page.inline} == {}


def test_links_to_other_sites_are_kept_apart(parts: dict[str, _Parts]) -> None:
    links = [(name, href, rel) for name, page in parts.items() for href, rel in page.leading_out]
    assert len(links) > 1000
    assert [(name, href) for name, href, rel in links if not rel >= {"noopener", "noreferrer"}] == []


def test_headers_file_says_the_same_and_more(site: Path, parts: dict[str, _Parts]) -> None:
    rules = (site / "_headers").read_text(encoding="utf-8").split("\n/*\n")[1]
    headers = dict(line.strip().split(": ", 1) for line in rules.splitlines())
    assert headers.pop("Content-Security-Policy") == parts["index.html"].policy + "; frame-ancestors 'none'"
    assert headers.pop("Referrer-Policy") == "no-referrer"
    assert headers.pop("X-Content-Type-Options") == "nosniff"
    assert "geolocation=()" in headers.pop("Permissions-Policy")
    assert headers == {}


@pytest.mark.parametrize(
    ("written", "published"),
    [
        ('<a href="https://e.org">', '<a rel="noopener noreferrer" href="https://e.org">'),
        ("<a href=//e.org>", '<a rel="noopener noreferrer" href=//e.org>'),
        (
            '<a class="x" HREF=\'HTTP://e.org\' rel="nofollow">',
            '<a rel="nofollow noopener noreferrer" class="x" HREF=\'HTTP://e.org\'>',
        ),
        ('<a href="x" rel=noreferrer>', '<a href="x" rel=noreferrer>'),
        ('<a href="https://e.org" rel="noreferrer noopener">', '<a href="https://e.org" rel="noreferrer noopener">'),
        ('<a href="../https:/">', '<a href="../https:/">'),
        ('<a data-href="https://e.org" href="x">', '<a data-href="https://e.org" href="x">'),
        ("<abbr href='https://e.org'>", "<abbr href='https://e.org'>"),
    ],
)
def test_only_links_to_other_sites_change(written: str, published: str) -> None:
    assert links_kept_apart(written) == published


def test_safety_reaches_raw_html_and_leaves_code_alone() -> None:
    text = '<a href="https://e.org">a</a> `<a href="https://e.org">`\n\n| a | b |\n|--:|---|\n| 1 | 2 |'
    published = markdown(text, extensions=["tables", Safety()])
    assert published.count("noopener") == 1
    assert "style" not in published
    assert published.count('class="kb-right"') == 2


class TestInABrowser:
    pytestmark = NEEDS_CHROMIUM

    @pytest.mark.parametrize("scheme", ["light", "dark"])
    @pytest.mark.parametrize("address", ADDRESSES)
    def test_nothing_breaks_the_policy(self, browser: Browser, base: str, address: str, scheme: str) -> None:
        context = browser.new_context(color_scheme=scheme)
        page = context.new_page()
        troubles, requests = watch(page)
        page.goto(base + address, wait_until="networkidle")
        if page.locator("a.kb-term").count():
            page.locator("a.kb-term").first.hover()
            page.locator("#kb-card").wait_for(state="visible")
        assert page.evaluate("violations") == []
        assert troubles == []
        assert [url for url in requests if not url.startswith((base, "data:"))] == []
        context.close()

    def test_what_the_policy_forbids_does_not_run(self, page: Page, base: str) -> None:
        watch(page)
        page.goto(base, wait_until="networkidle")
        page.evaluate(
            """() => {
              const script = Object.assign(document.createElement("script"), { textContent: "window.ran = true" });
              const style = Object.assign(document.createElement("style"), { textContent: "body { color: red }" });
              document.head.append(script, style);
            }"""
        )
        page.wait_for_function("() => violations.length === 2")
        assert page.evaluate("window.ran") is None

    def test_search_works_under_the_policy(self, page: Page, base: str) -> None:
        """Names and texts, in the header and on the page of results: Pagefind's WebAssembly and worker are let in."""
        troubles, requests = watch(page)
        page.goto(base, wait_until="networkidle")
        page.locator(".kb-search__field").fill("shadow of the object")
        page.locator(".kb-results[data-answers='shadow of the object'] a").first.wait_for()
        page.goto(base + "search/?q=panic", wait_until="networkidle")
        page.locator(".kb-results[data-answers='panic'] .kb-result__excerpt").first.wait_for()
        assert "pagefind" in " ".join(requests)
        assert page.evaluate("violations") == []
        assert troubles == []
        assert [url for url in requests if not url.startswith((base, "data:"))] == []

    def test_only_chosen_colours_are_kept(self, browser: Browser, base: str) -> None:
        context = browser.new_context(color_scheme="dark")
        page = context.new_page()
        stored = "[...Array(localStorage.length)].map((_, index) => localStorage.key(index))"
        page.goto(base + "principles/transference/", wait_until="networkidle")
        page.goto(base, wait_until="networkidle")
        assert is_dark(page)
        assert page.evaluate(stored) == []
        assert page.evaluate("sessionStorage.length") == 0
        page.locator(".kb-colours").click()
        assert not is_dark(page)
        assert page.evaluate(stored) == ["kb-colours"]
        page.goto(base + "principles/transference/", wait_until="networkidle")
        assert not is_dark(page)
        assert context.cookies() == []
        assert page.evaluate("caches.keys()") == []
        assert page.evaluate("navigator.serviceWorker.getRegistrations().then((all) => all.length)") == 0
        assert page.evaluate("indexedDB.databases()") == []
        context.close()

    def test_colours_of_the_system_need_no_script(self, browser: Browser, base: str) -> None:
        context = browser.new_context(color_scheme="dark", java_script_enabled=False)
        page = context.new_page()
        page.goto(base)
        assert page.screenshot(clip={"x": 2, "y": 300, "width": 1, "height": 1}) != light_corner(browser, base)
        context.close()


def is_dark(page: Page) -> bool:
    """Whether the ground of the page is darker than its text."""
    light = "(colour) => colour.match(/\\d+/g).slice(0, 3).reduce((sum, part) => sum + Number(part), 0)"
    ground, text = (
        page.evaluate(f"({light})(getComputedStyle(document.body).{name})") for name in ("backgroundColor", "color")
    )
    return bool(ground < text)


def light_corner(browser: Browser, base: str) -> bytes:
    page = browser.new_page(color_scheme="light")
    page.goto(base)
    picture = page.screenshot(clip={"x": 2, "y": 300, "width": 1, "height": 1})
    page.close()
    return picture


def watch(page: Page) -> tuple[list[str], list[str]]:
    """What goes wrong on a page, and what it asks for, as it happens."""
    troubles: list[str] = []
    requests: list[str] = []
    page.add_init_script(LISTEN)
    page.on("console", lambda message: troubles.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on("request", lambda request: requests.append(request.url))
    return troubles, requests
