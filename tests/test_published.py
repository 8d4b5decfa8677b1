"""The site with an address, below a path of its host: what others see of it, and what stands where nothing is."""

from __future__ import annotations

import functools
import http.server
import struct
import threading
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote
from xml.etree import ElementTree

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page

from conftest import NEEDS_CHROMIUM, ROOT, run_build, violations
from kb.kinds import KINDS

ADDRESS = "https://example.org/library/"
ICON = "data:image/svg+xml,"
# What a browser takes for the colour around the page: of the first that applies.
SURROUND = (
    "[...document.querySelectorAll('meta[name=theme-color]')].find((one) => matchMedia(one.media).matches).content"
)


@pytest.fixture(scope="module")
def published(project: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("published")
    result = run_build(project, "--site-dir", str(folder / "library"), SITE_URL=ADDRESS)
    assert result.returncode == 0, result.stderr
    return folder / "library"


class _Host(http.server.SimpleHTTPRequestHandler):
    """Answers with the site's own page where nothing is, as hosts of static sites do."""

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        page = (Path(self.directory) / "library" / "404.html").read_bytes()
        self.send_response(code)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(page)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture(scope="module")
def host(published: Path) -> Iterator[str]:
    handler = functools.partial(_Host, directory=str(published.parent))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/library/"
    server.shutdown()
    server.server_close()


class _Head(HTMLParser):
    def __init__(self, file: Path) -> None:
        super().__init__()
        self.meta: dict[str, str] = {}
        self.links: list[dict[str, str]] = []
        self.feed(file.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "meta":
            name = values.get("property") or values.get("name", "")
            self.meta[name + values.get("media", "")] = values.get("content", "")
        elif tag == "link":
            self.links.append(values)


def test_page_that_is_passed_on_has_title_summary_and_picture(published: Path) -> None:
    head = _Head(published / "principles" / "transference" / "index.html").meta
    assert head["og:title"] == "Transference"
    assert head["og:type"] == "article"
    assert head["og:url"] == ADDRESS + "principles/transference/"
    assert head["og:description"] == head["description"]
    assert head["og:description"].startswith("Experiencing a present person")
    assert head["og:image"] == ADDRESS + "assets/cards/principles/transference.png"
    assert head["og:image:alt"] == "Principle: Transference"
    assert head["twitter:card"] == "summary_large_image"
    home = _Head(published / "index.html").meta
    assert home["og:image"] == ADDRESS + "assets/icons/card.png"
    assert (home["og:title"], home["og:type"]) == ("Psychodynamic Knowledge Base", "website")


def test_every_page_of_a_kind_has_its_own_picture(published: Path) -> None:
    cards = published / "assets" / "cards"
    pages = {
        f"{kind.folder}/{page.parent.name}" for kind in KINDS for page in published.glob(f"{kind.folder}/*/index.html")
    }
    contents = {file.relative_to(cards).with_suffix("").as_posix(): file.read_bytes() for file in cards.rglob("*.png")}
    assert contents.keys() == pages
    assert len(set(contents.values())) == len(pages)
    for content in contents.values():
        assert struct.unpack(">II", content[16:24]) == (1200, 630)
        assert len(content) < 60_000


def test_card_holds_the_longest_title_and_summary(published: Path) -> None:
    """Nothing is drawn into the margins, and a summary that does not fit is cut with a sign that it is."""
    pictures = [Image.open(file).convert("L") for file in (published / "assets" / "cards").rglob("*.png")]
    assert all(min(picture.crop((0, 590, 1200, 630)).getextrema()) > 200 for picture in pictures), "at the foot"
    assert all(min(picture.crop((1120, 30, 1200, 630)).getextrema()) > 200 for picture in pictures), "at the right"
    assert all(min(picture.crop((96, 200, 1104, 560)).getextrema()) < 100 for picture in pictures), "letters"


def test_site_without_address_promises_no_picture(site: Path) -> None:
    assert not (site / "assets" / "cards").exists()
    head = _Head(site / "principles" / "transference" / "index.html").meta
    assert head["og:title"] == "Transference"
    assert [name for name in head if name.startswith(("og:image", "og:url", "twitter:"))] == []


def test_pictures_are_there_and_small(published: Path) -> None:
    icons = published / "assets" / "icons"
    for name, size in (("icon-32.png", (32, 32)), ("icon-180.png", (180, 180)), ("card.png", (1200, 630))):
        content = (icons / name).read_bytes()
        assert struct.unpack(">II", content[16:24]) == size
        assert len(content) < 100_000
    for file in published.rglob("*.html"):
        head = _Head(file)
        named = [link["href"] for link in head.links if "icon" in link["rel"]]
        within, *files = named
        assert unquote(within) == ICON + (ROOT / "theme/assets/icons/icon.svg").read_text(encoding="utf-8").strip()
        assert len(files) == 2
        for href in files:
            target = published / href.removeprefix("/library/") if href.startswith("/") else file.parent / href
            assert target.is_file(), (file, href)
        assert head.meta["theme-color(prefers-color-scheme: light)"] == "#fbf8f1"
        assert head.meta["theme-color(prefers-color-scheme: dark)"] == "#161512"
    assert (published / "favicon.ico").read_bytes()[:6] == struct.pack("<3H", 0, 1, 1)


def test_sitemap_lists_every_page_once(published: Path) -> None:
    tree = ElementTree.parse(published / "sitemap.xml")
    listed = [element.text or "" for element in tree.iter("{http://www.sitemaps.org/schemas/sitemap/0.9}loc")]
    pages = {file.parent.relative_to(published).as_posix() for file in published.rglob("index.html")}
    assert sorted(listed) == sorted(ADDRESS + (f"{page}/" if page != "." else "") for page in pages)


def test_robots_are_told_of_the_sitemap(published: Path, site: Path) -> None:
    lines = ["User-agent: *", "Allow: /"]
    assert (site / "robots.txt").read_text(encoding="utf-8").split("\n") == [*lines, ""]
    assert (published / "robots.txt").read_text(encoding="utf-8").split("\n") == [
        *lines,
        f"Sitemap: {ADDRESS}sitemap.xml",
        "",
    ]


class TestInABrowser:
    pytestmark = NEEDS_CHROMIUM

    @pytest.mark.parametrize(
        ("address", "title", "target"),
        [
            ("principles/transferance/", "Transference", "principles/transference/"),
            ("a/b/c/panic-disorders", "Panic disorder", "indications/panic-disorder/"),
            ("one/two/denail/index.html", "Denial", "defences/denial/"),
            ("techniques/MBT.html", "Mentalization-based treatment", "approaches/mentalization-based-treatment/"),
        ],
    )
    def test_page_not_found_leads_to_the_nearest(
        self, page: Page, host: str, address: str, title: str, target: str
    ) -> None:
        troubles: list[str] = []
        page.on("response", lambda response: troubles.append(response.url) if response.status >= 400 else None)
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.goto(host + address, wait_until="networkidle")
        assert troubles == [host + address], "all that the page loads is found from any depth"
        assert page.locator("h1").inner_text() == "There is no such page"
        link = page.locator(".kb-nearest a", has_text=title).first
        link.click()
        page.wait_for_url(host + target)

    def test_page_not_found_says_nothing_where_nothing_is_near(self, page: Page, host: str) -> None:
        page.goto(host + "qqqqzzzz/%E0%A4%A/", wait_until="networkidle")
        assert page.locator(".kb-nearest").inner_html() == ""
        field = page.locator("#search-for")
        field.fill("panic")
        field.press("Enter")
        page.wait_for_url(host + "search/?q=panic")
        page.locator("a.kb-result").first.wait_for()

    def test_page_not_found_leads_on_without_script(self, browser: Browser, host: str) -> None:
        context = browser.new_context(java_script_enabled=False)
        page = context.new_page()
        for name in ("Principles", "Guides", "Glossary", "Search"):
            page.goto(host + "one/two/three")
            page.locator(".md-content").get_by_role("link", name=name, exact=True).click()
            page.wait_for_url(host + name.lower() + "/")
        context.close()

    @pytest.mark.parametrize("scheme", ["light", "dark"])
    @pytest.mark.parametrize("width", [320, 1280])
    def test_page_not_found_is_accessible(self, browser: Browser, host: str, scheme: str, width: int) -> None:
        context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
        page = context.new_page()
        page.goto(host + "principles/transferance/", wait_until="networkidle")
        page.locator(".kb-nearest a").first.wait_for()
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        context.close()

    def test_chosen_colours_surround_the_page(self, browser: Browser, host: str) -> None:
        """What a browser colours beside the page follows the choice, not the system, as soon as there is one."""
        context = browser.new_context(color_scheme="light")
        page = context.new_page()
        page.goto(host, wait_until="networkidle")
        assert page.evaluate(SURROUND) == "#fbf8f1"
        page.locator(".kb-colours").click()  # light
        page.locator(".kb-colours").click()  # dark
        assert page.evaluate(SURROUND) == "#161512"
        page.goto(host, wait_until="domcontentloaded")
        assert page.evaluate(SURROUND) == "#161512"
        page.locator(".kb-colours").click()  # as the system has it
        assert page.evaluate(SURROUND) == "#fbf8f1"
        context.close()
