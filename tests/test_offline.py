"""Reading offline: what is kept, when, how it is shown, and that it goes again. Served below a path, as some hosts do."""

from __future__ import annotations

import functools
import hashlib
import http.server
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from conftest import NEEDS_CHROMIUM, violations

SWITCH = "about/reading-offline/"
HELP = "guides/getting-urgent-help/"
READ, UNREAD = "principles/transference/", "principles/attachment/"
TWO_DAYS = 2 * 24 * 60 * 60 * 1000


def test_list_names_what_pages_consist_of(site: Path) -> None:
    listed = json.loads((site / "offline.json").read_text(encoding="utf-8"))
    files = listed["files"]
    assert list(files) == sorted(files)
    pages = {file.relative_to(site).as_posix().removesuffix("index.html") for file in site.rglob("*.html")}
    assert pages - files.keys() == {"404.html"}
    for address in ("", READ, "assets/site.css", "search/names.json"):
        name = address + "index.html" if address.endswith("/") or not address else address
        content = (site / name).read_bytes()
        assert files[address] == [hashlib.sha256(content).hexdigest()[:16], len(content)]
    assert any(address.startswith("pagefind/") for address in files)
    assert [address for address in files if address.endswith((".csv", ".bib", ".ris", ".map", "sw.js", ".xml"))] == []
    assert {"", HELP, SWITCH, "search/", "search/names.json", "offline.html", "assets/site.css"} <= set(listed["first"])
    assert READ not in listed["first"]
    assert set(listed["first"]) <= files.keys()


class _Server(http.server.SimpleHTTPRequestHandler):
    """Serves the site, counts what is asked for, and keeps readers waiting while `goes_on` is not set."""

    goes_on = threading.Event()
    asked: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        self.asked.append(self.path)
        self.goes_on.wait(30)
        super().do_GET()

    def end_headers(self) -> None:
        self.send_header("Cache-Control", "no-cache")
        super().end_headers()

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def server(site: Path, tmp_path: Path) -> Iterator[str]:
    (tmp_path / "library").symlink_to(site)
    _Server.goes_on.set()
    _Server.asked.clear()
    made = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Server, directory=str(tmp_path)))
    threading.Thread(target=made.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{made.server_port}/library/"
    _Server.goes_on.set()
    made.shutdown()
    made.server_close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    made = browser.new_context(viewport={"width": 1280, "height": 900})
    yield made
    made.close()


def turn_on(page: Page, server: str) -> None:
    page.goto(server + SWITCH, wait_until="networkidle")
    page.get_by_role("button", name="Keep the pages I read").click()
    page.get_by_role("button", name="Remove what is kept").wait_for()
    page.get_by_text("Pages that you read are kept.").wait_for()
    page.wait_for_function("() => navigator.serviceWorker.controller !== null")


def read(page: Page, address: str) -> None:
    """Open a page and wait until its copy is kept."""
    page.goto(address, wait_until="networkidle")
    page.wait_for_function("address => caches.match(address).then(Boolean)", arg=address)


class TestInABrowser:
    pytestmark = NEEDS_CHROMIUM

    def test_pages_that_were_read_are_there_offline(self, context: BrowserContext, server: str) -> None:
        page = context.new_page()
        turn_on(page, server)
        read(page, server + READ)
        assert page.locator(".kb-kept").count() == 0, "the page online is no copy"
        context.set_offline(True)
        page.goto(server + READ)
        expect(page.locator(".kb-kept[role='status']")).to_contain_text(" This copy was kept on ")
        assert page.locator("h1").inner_text().startswith("Transference")
        assert page.evaluate("getComputedStyle(document.querySelector('.kb-summary')).fontFamily").startswith(
            '"KB Serif"'
        )
        page.goto(server + HELP + "?x=1#crisis-lines")
        expect(page.locator(".kb-kept")).to_contain_text(" This copy was kept on ")
        assert page.locator("a[href='tel:112']").count() == 1
        page.goto(server)
        expect(page.locator(".kb-kept")).to_contain_text(" This copy was kept on ")
        context.set_offline(False)
        expect(page.locator(".kb-kept")).to_contain_text("You are online again.")
        page.get_by_role("link", name="Load it again").click()
        expect(page.locator(".kb-kept")).to_have_count(0)

    def test_other_pages_say_kindly_that_they_are_not_kept(self, context: BrowserContext, server: str) -> None:
        page = context.new_page()
        turn_on(page, server)
        read(page, server + READ)
        context.set_offline(True)
        page.goto(server + UNREAD)
        assert page.url == server + UNREAD
        assert page.locator("h1").inner_text() == "This page is not kept"
        kept = page.locator(".kb-kept-pages a")
        expect(kept.filter(has_text="Transference")).to_have_count(1)
        assert page.evaluate("getComputedStyle(document.querySelector('h1')).fontFamily").startswith('"KB Serif"')
        kept.filter(has_text="Transference").click()
        page.wait_for_url(server + READ)
        page.goto(server + UNREAD)
        page.locator(".md-content").get_by_role("link", name="Getting urgent help").first.click()
        page.wait_for_url(server + HELP)
        assert page.locator("h1").inner_text().startswith("Getting urgent help")
        page.goto(server + UNREAD)
        context.set_offline(False)
        expect(page.locator("h1")).to_contain_text("Attachment", timeout=30_000)

    def test_names_can_be_searched_offline_and_searches_are_not_kept(
        self, context: BrowserContext, server: str
    ) -> None:
        page = context.new_page()
        turn_on(page, server)
        page.goto(server + "search/?q=panic", wait_until="networkidle")
        context.set_offline(True)
        page.goto(server + "search/?q=transference")
        expect(page.locator("a.kb-result").first).to_contain_text("Transference")
        keys = "caches.keys().then((names) => caches.open(names[0])).then((all) => all.keys()).then((all) => all.map((one) => one.url))"
        assert [url for url in page.evaluate(keys) if "?" in url or "panic" in url] == []

    def test_whole_site_and_then_only_what_changed(self, context: BrowserContext, server: str) -> None:
        page = context.new_page()
        page.goto(server + SWITCH, wait_until="networkidle")
        page.get_by_role("button", name="Keep the whole site").click()
        page.get_by_text("The whole site is kept:").wait_for(timeout=60_000)
        page.wait_for_function("() => navigator.serviceWorker.controller !== null")
        page.evaluate(
            """async (address) => {
              const [name] = await caches.keys();
              await (await caches.open(name)).put(address, new Response("An older page."));
            }""",
            server + UNREAD,
        )
        _Server.asked.clear()
        page.get_by_role("button", name="Fetch what has changed").click()
        page.get_by_text("1 file was fetched. The whole site is kept:").wait_for()
        asked = {path.removeprefix("/library/") for path in _Server.asked}
        assert asked - {"sw.js", "assets/offline/kept.js"} == {"offline.json", UNREAD}
        context.set_offline(True)
        page.goto(server + UNREAD)
        assert page.locator("h1").inner_text().startswith("Attachment")
        page.goto(server + "search/?q=shadow of the object")
        page.locator(".kb-result__excerpt").first.wait_for()

    def test_switch_removes_everything(self, context: BrowserContext, server: str) -> None:
        page = context.new_page()
        turn_on(page, server)
        read(page, server + READ)
        page.goto(server + SWITCH, wait_until="networkidle")
        button = page.get_by_role("button", name="Remove what is kept")
        button.focus()
        page.keyboard.press("Enter")
        page.get_by_text("Everything was removed. Nothing is kept on this device.").wait_for()
        assert page.evaluate("document.activeElement.textContent") == "Keep the pages I read"
        page.goto(server + READ, wait_until="networkidle")
        assert page.evaluate("caches.keys()") == []
        assert page.evaluate("navigator.serviceWorker.getRegistrations().then((all) => all.length)") == 0
        context.set_offline(True)
        with pytest.raises(Exception, match="ERR_INTERNET_DISCONNECTED"):
            page.goto(server + READ)

    def test_no_button_is_shown_before_it_says_what_it_does(self, context: BrowserContext, server: str) -> None:
        page = context.new_page()
        page.route("**/offline.json", lambda route: None)  # never answered
        page.goto(server + SWITCH)
        expect(page.get_by_role("button", name="Keep the pages I read")).to_be_visible()
        assert page.locator(".kb-keeping button:visible").all_text_contents() == ["Keep the pages I read"]

    def test_slow_connection_shows_a_copy_of_today_but_no_older_one(self, context: BrowserContext, server: str) -> None:
        page = context.new_page()
        turn_on(page, server)
        read(page, server + READ)
        _Server.goes_on.clear()
        page.goto(server + READ, wait_until="commit")
        expect(page.locator(".kb-kept")).to_contain_text("The connection is slow.", timeout=20_000)
        _Server.goes_on.set()
        read(page, server + READ)
        page.evaluate(
            """async ([address, age]) => {
              const [name] = await caches.keys();
              const all = await caches.open(name);
              const copy = await all.match(address);
              const headers = new Headers(copy.headers);
              headers.set("x-kept-since", Date.now() - age);
              await all.put(address, new Response(await copy.blob(), { headers }));
            }""",
            [server + READ, TWO_DAYS],
        )
        _Server.goes_on.clear()
        threading.Timer(6, _Server.goes_on.set).start()  # longer than the worker waits for the network
        page.goto(server + READ, wait_until="networkidle")
        assert page.locator(".kb-kept").count() == 0
        since = "address => caches.match(address).then((copy) => Date.now() - Number(copy.headers.get('x-kept-since')))"
        assert page.evaluate(since, server + READ) < TWO_DAYS / 2

    def test_page_that_is_gone_is_not_kept_any_longer(self, context: BrowserContext, server: str) -> None:
        page = context.new_page()
        turn_on(page, server)
        gone = server + "principles/gone/"
        page.evaluate(
            """async (address) => {
              const [name] = await caches.keys();
              await (await caches.open(name)).put(address, new Response("What was there."));
            }""",
            gone,
        )
        response = page.goto(gone)
        assert response is not None
        assert response.status == 404
        page.wait_for_function("address => caches.match(address).then((copy) => !copy)", arg=gone)

    @pytest.mark.parametrize("scheme", ["light", "dark"])
    @pytest.mark.parametrize("width", [320, 1280])
    def test_switch_and_offline_page_are_accessible(self, browser: Browser, base: str, scheme: str, width: int) -> None:
        context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
        page = context.new_page()
        for address in (SWITCH, "offline.html"):
            page.goto(base + address, wait_until="networkidle")
            assert violations(page) == []
            assert page.evaluate("document.documentElement.scrollWidth") <= width
        context.close()

    def test_switch_says_that_it_needs_script(self, browser: Browser, base: str) -> None:
        context = browser.new_context(java_script_enabled=False)
        page = context.new_page()
        page.goto(base + SWITCH)
        assert page.get_by_text("Keeping pages needs JavaScript").is_visible()
        context.close()
