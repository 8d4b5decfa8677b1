"""What the search finds, and how it behaves, in a real browser."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from playwright.sync_api import Browser, Page, expect

from conftest import NEEDS_CHROMIUM, ROOT, copy_project, run_build, served, violations
from kb.exports import search

QUERIES = yaml.safe_load((ROOT / "tests" / "data" / "queries.yml").read_text(encoding="utf-8"))
FIELD = ".kb-search__field"
PANEL = ".kb-results__panel"
SOURCES = "default-src 'self'; img-src 'self' data:; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'"
pytestmark = NEEDS_CHROMIUM


@pytest.fixture(scope="session")
def names(site: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((site / "search" / "names.json").read_text(encoding="utf-8"))
    return found


def ask(page: Page, question: str) -> list[str]:
    """Put a question on the page of results; the addresses found, without the root of the site."""
    page.locator("#search-for").fill(question)
    page.locator(".kb-results--page[data-answers]").wait_for(state="attached")
    page.wait_for_function(
        "question => document.querySelector('.kb-results--page').dataset.answers === question", arg=question
    )
    root = page.url.partition("search")[0]
    links = page.eval_on_selector_all(".kb-results--page a.kb-result", "links => links.map(link => link.href)")
    return [link.removeprefix(root) for link in links]


def address_of(expected: str, names: list[dict[str, Any]]) -> str | None:
    """The address of a page of the list of queries; None where it does not exist."""
    uri, _, term = expected.partition("#")
    addresses = {entry["address"]: entry["title"] for entry in names}
    if term:
        return next((address for address, title in addresses.items() if title == term and "#" in address), None)
    address = uri.removesuffix("index.md").removesuffix(".md") + "/"
    return address if address in addresses else None


def test_queries_find_their_page_among_the_first_three(page: Page, base: str, names: list[dict[str, Any]]) -> None:
    page.goto(base + "search/")
    missed, asked = {}, 0
    for query in QUERIES:
        address = address_of(query["page"], names)
        if address is None:
            continue
        asked += 1
        first = ask(page, query["query"])[:3]
        if address not in first:
            missed[query["query"]] = first
    assert asked >= 60
    assert len(missed) <= 0.05 * asked, missed


def test_every_name_finds_its_own_first(page: Page, base: str, names: list[dict[str, Any]]) -> None:
    page.goto(base + "search/")
    wrong = page.evaluate(
        """async () => {
            const {prepare, find} = await import("../assets/search/names.js");
            const entries = await (await fetch("names.json")).json();
            const known = prepare(entries);
            return entries.flatMap((entry) => [entry.title, ...entry.aliases].flatMap((name) => {
                const [first] = find(known, name, 3);
                return first && first.entry === entry ? [] : [[name, first && first.entry.address]];
            }));
        }"""
    )
    assert len(names) > 150
    assert wrong == []


@pytest.mark.parametrize(
    ("query", "title"),
    [
        ("countertransference", "Countertransference"),
        ("counter-transference", "Countertransference"),
        ("counter transference", "Countertransference"),
        ("contertransferance", "Countertransference"),
        ("INTELLECTUALIZATION", "Intellectualisation"),
        ("countertrans", "Countertransference"),
        ("unconscious dynamic", "Dynamic unconscious"),
        ("what is insight?", "Insight"),
        ("ubertragung", "Transference"),
        ("PDM2", "Psychodynamic Diagnostic Manual"),
        ("behavioral therapy", "Cognitive behavioural therapy"),
        ("qqqqqq", None),
        ("  ", None),
        ("?!", None),
    ],
)
def test_names_are_found_however_they_are_written(page: Page, base: str, query: str, title: str | None) -> None:
    page.goto(base + "search/")
    found = page.evaluate(
        """async (query) => {
            const {prepare, find} = await import("../assets/search/names.js");
            const known = prepare(await (await fetch("names.json")).json());
            return find(known, query, 5).map(({ entry }) => entry.title);
        }""",
        query,
    )
    assert found[:1] == ([title] if title else [])


@pytest.mark.parametrize(
    ("one", "other", "slips"),
    [("abc", "abc", 0), ("abc", "abd", 1), ("abc", "acb", 1), ("abc", "ab", 1), ("abcd", "badc", 2), ("abc", "xyz", 3)],
)
def test_slips_are_counted(page: Page, base: str, one: str, other: str, slips: int) -> None:
    page.goto(base + "search/")
    count = "async ([one, other]) => (await import('../assets/search/names.js')).slips(one, other, 2)"
    assert page.evaluate(count, [one, other]) == slips
    assert page.evaluate(count, [other, one]) == slips


# the field in the header


def test_nothing_is_loaded_before_a_reader_searches(page: Page, base: str) -> None:
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url.removeprefix(base)))
    page.goto(base + "principles/transference/", wait_until="networkidle")
    loaded = [url for url in requests if re.match("search/|pagefind/|assets/search/", url)]
    assert loaded == []
    with page.expect_response("**/search/names.json"):
        page.locator(FIELD).focus()
    assert not any(url.startswith("pagefind/") for url in requests), "the texts wait for a question"
    assert all(not url.startswith("http") for url in requests), "every request stays on this site"


def type_into_field(page: Page, question: str) -> None:
    page.locator(FIELD).click()
    page.keyboard.type(question)
    page.locator(f"{PANEL} [data-answers='{question}']").wait_for()


def test_results_work_by_keyboard(page: Page, base: str) -> None:
    page.goto(base + "principles/transference/")
    type_into_field(page, "denial")
    first = page.locator(f"{PANEL} a.kb-result").first
    assert "Denial" in first.inner_text()
    assert "Defence" in first.inner_text(), "its kind"
    assert "Not letting in a painful fact" in first.inner_text(), "its summary"
    expect(page.locator(f"{PANEL} [role=status]")).to_contain_text("for “denial”")
    page.keyboard.press("ArrowDown")
    expect(first).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(page.locator(f"{PANEL} a.kb-result").nth(1)).to_be_focused()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    expect(page.locator(FIELD)).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(page.locator(".kb-results__all")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator(PANEL)).to_be_hidden()
    expect(page.locator(FIELD)).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url(base + "defences/denial/")


def test_results_close_when_the_focus_leaves(page: Page, base: str) -> None:
    page.goto(base + "principles/transference/")
    type_into_field(page, "denial")
    page.mouse.click(300, 800)
    expect(page.locator(PANEL)).to_be_hidden()
    page.locator(FIELD).click()
    expect(page.locator(PANEL)).to_be_visible()
    for _ in range(12):
        page.keyboard.press("Tab")
    expect(page.locator(PANEL)).to_be_hidden()


def test_enter_leads_to_an_address_that_can_be_kept(page: Page, base: str) -> None:
    page.goto(base + "principles/transference/")
    type_into_field(page, "panic attacks")
    page.keyboard.press("Enter")
    page.wait_for_url(base + "search/?q=panic+attacks")
    expect(page.locator(".kb-results--page a.kb-result").first).to_contain_text("Panic disorder")
    assert page.title().startswith("panic attacks")
    page.locator("#search-for").fill("grief")
    page.wait_for_url(base + "search/?q=grief")
    page.reload()
    expect(page.locator("#search-for")).to_have_value("grief")
    expect(page.locator(".kb-results--page a.kb-result").first).to_contain_text("Grief")


def test_results_are_tapped_on_a_phone(phone: Page, base: str) -> None:
    phone.set_viewport_size({"width": 320, "height": 640})
    phone.goto(base + "principles/transference/")
    type_into_field(phone, "borderline")
    result = phone.locator(f"{PANEL} a.kb-result").first
    box = phone.locator(PANEL).bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 320
    result.tap()
    phone.wait_for_url(base + "indications/borderline-personality-disorder/")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1280])
def test_search_is_accessible(browser: Browser, base: str, scheme: str, width: int) -> None:
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page = context.new_page()
    page.goto(base + "search/?q=splitting+the+mind")
    page.locator(".kb-results--page[data-answers]").wait_for()
    assert violations(page, ".kb-search-page") == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.goto(base + "principles/transference/")
    type_into_field(page, "defence")
    assert violations(page, ".kb-search") == []
    context.close()


# the page of results


def test_texts_are_searched_after_names_and_say_where(page: Page, base: str) -> None:
    page.goto(base + "search/?q=aetiology+of+hysteria")
    page.locator(".kb-results--page[data-answers]").wait_for()
    assert page.locator(".kb-result__excerpt mark").count() > 0
    part = page.locator(".kb-result__parts a").first
    target = part.get_attribute("href") or ""
    part.click()
    page.wait_for_url(target)
    assert page.evaluate("Boolean(document.getElementById(location.hash.slice(1)))")


def test_results_stand_below_the_field_in_lines_of_reading_length(page: Page, base: str) -> None:
    page.goto(base + "search/?q=does+it+work")
    page.locator(".kb-results--page[data-answers]").wait_for()
    field, title, summary = (
        page.locator(f".kb-search-page {part}").first.bounding_box() or {"x": 0, "width": 0}
        for part in ("input", ".kb-result__title", ".kb-result__summary")
    )
    assert abs(field["x"] - title["x"]) <= 1
    assert 300 < summary["width"] <= 600, "about 68 characters"


def test_search_obeys_a_strict_policy(page: Page, base: str) -> None:
    def with_policy(route: Any) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, headers={**answer.headers, "content-security-policy": SOURCES})

    page.route("**/*", with_policy)
    page.goto(base + "search/?q=hysteria")
    page.locator(".kb-results--page[data-answers]").wait_for()
    assert page.locator(".kb-result__excerpt mark").count() > 0
    assert "names alone" not in page.locator(".kb-search-page [role=status]").inner_text()


def test_without_the_index_names_still_answer(page: Page, base: str) -> None:
    page.route("**/pagefind/**", lambda route: route.abort())
    page.goto(base + "search/?q=transference")
    expect(page.locator(".kb-search-page [role=status]")).to_contain_text("these are names alone")
    expect(page.locator(".kb-results--page a.kb-result").first).to_contain_text("Transference")


def test_what_is_asked_is_never_taken_for_markup(page: Page, base: str) -> None:
    page.goto(base + "search/?q=%3Cimg+src%3Dx+onerror%3D%22document.title%3D%27broken%27%22%3E")
    page.locator(".kb-results--page[data-answers]").wait_for(state="attached")
    assert page.locator(".kb-search-page img").count() == 0
    assert "<img" in page.locator(".kb-search-page [role=status]").inner_text()


def test_page_of_results_says_what_to_do_without_script(browser: Browser, base: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(base + "principles/transference/")
    page.locator(FIELD).fill("denial")
    page.keyboard.press("Enter")
    page.wait_for_url(base + "search/?q=denial")
    assert page.locator("noscript p", has_text="Searching needs JavaScript").is_visible()
    page.get_by_role("link", name="glossary", exact=True).click()
    page.wait_for_url(base + "glossary/")
    context.close()


@pytest.fixture(scope="module")
def below(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a site in a subfolder whose pages are files, not folders."""
    folder = copy_project(tmp_path_factory.mktemp("below"))
    configuration = folder / "mkdocs.yml"
    configuration.write_text(
        configuration.read_text(encoding="utf-8") + "\nuse_directory_urls: false\n", encoding="utf-8"
    )
    result = run_build(folder)
    assert result.returncode == 0, result.stderr
    for base in served(folder):
        yield base + "site/"


def test_search_works_below_a_folder_and_with_files_as_addresses(page: Page, below: str) -> None:
    page.goto(below + "principles/transference.html")
    type_into_field(page, "hysteria")
    page.keyboard.press("Enter")
    page.wait_for_url(below + "search.html?q=hysteria")
    page.locator(".kb-results--page[data-answers]").wait_for()
    links = page.eval_on_selector_all(".kb-search-page ol a", "links => links.map(link => link.href)")
    assert len(links) > 2
    for link in links:
        assert link.startswith(below)
        assert page.request.get(link).ok, link
    ask(page, "denial")
    page.locator(".kb-results--page a.kb-result").first.click()
    page.wait_for_url(below + "defences/denial.html")


# the index


@pytest.fixture(scope="session")
def indexed(site: Path) -> dict[str, dict[str, Any]]:
    """What Pagefind keeps of each page, by address."""
    fragments = (gzip.decompress(file.read_bytes()) for file in (site / "pagefind").rglob("*.pf_fragment"))
    pages = (json.loads(fragment.partition(b"{")[1] + fragment.partition(b"{")[2]) for fragment in fragments)
    return {page["url"]: page for page in pages}


def test_index_holds_the_pages_with_kind_and_summary(indexed: dict[str, dict[str, Any]]) -> None:
    page = indexed["/principles/transference/"]
    assert page["meta"]["title"] == "Transference"
    assert page["meta"]["kind"] == "Principle"
    assert page["meta"]["summary"].startswith("Experiencing a present person")
    assert "When we meet someone new" in page["content"]
    assert "/" in indexed
    assert not [url for url in indexed if url.startswith(("/search/", "/about/rules/", "/404"))]


def test_index_holds_no_lists_and_no_navigation(indexed: dict[str, dict[str, Any]]) -> None:
    text = "\n".join(page["content"] for page in indexed.values())
    for left_out in (
        "American Psychologist",  # the list of references
        "Cite this page",
        "Also called",  # the box at the head
        "What you can read next",
        "Read the page",  # the glossary
        "In crisis? Get urgent help",  # the banner
        "¶",
    ):
        assert left_out not in text, left_out
    assert len(indexed["/defences/"]["content"]) < 1000, "the entries of a section"


def test_builtin_search_is_gone(site: Path) -> None:
    files = [file.relative_to(site).as_posix() for file in site.rglob("*") if file.is_file()]
    assert [file for file in files if re.search(r"search_index|workers/|lunr", file)] == []
    assert [file for file in files if file.startswith("pagefind/") and "ui" in file] == []


def test_refusal_of_the_index_is_said() -> None:
    with search._Pagefind() as pagefind, pytest.raises(search.IndexingFailed):
        pagefind.ask("Nonsense")
