"""The long lists in a browser: filtered, announced, kept in the address."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from conftest import NEEDS_CHROMIUM, ROOT, violations

pytestmark = NEEDS_CHROMIUM
STATUS = ".kb-filter [role=status]"
ENTRIES = ".kb-glossary > div:visible"
WORKS = ".kb-references > li:visible"


def test_glossary_is_filtered_by_name_while_somebody_types(page: Page, base: str) -> None:
    page.goto(base + "glossary/")
    total = page.locator(".kb-glossary > div[id]").count()
    expect(page.locator(STATUS)).to_have_text(f"{total} terms")
    field = page.get_by_label("Find a term")
    field.focus()
    page.keyboard.type("aai")
    expect(page.locator(ENTRIES)).to_have_count(1)
    expect(page.locator(ENTRIES)).to_contain_text("Adult Attachment Interview")
    expect(page.locator(STATUS)).to_have_text(f"1 of {total} terms")
    expect(page).to_have_url(base + "glossary/?q=aai")
    expect(page.locator(".kb-glossary:visible")).to_have_count(1)
    expect(page.locator("h2:visible")).to_have_text(re.compile("A"))
    page.keyboard.press("Escape")
    expect(field).to_have_value("")
    expect(field).to_be_focused()
    expect(page.locator(STATUS)).to_have_text(f"{total} terms")
    expect(page).to_have_url(base + "glossary/")


def test_glossary_looks_into_definitions_where_no_name_fits(page: Page, base: str) -> None:
    page.goto(base + "glossary/?q=overwhelming+fear")
    expect(page.get_by_label("Find a term")).to_have_value("overwhelming fear")
    expect(page.locator("#term-automatic-anxiety")).to_be_visible()
    expect(page.locator(STATUS)).to_contain_text("No term of that name")
    page.goto(base + "glossary/?q=xyzzy")
    expect(page.locator(ENTRIES)).to_have_count(0)
    expect(page.locator(STATUS)).to_contain_text("None of")


def test_letters_lead_to_entries_by_keyboard_and_stay_in_sight(page: Page, base: str) -> None:
    page.goto(base + "glossary/")
    link = page.locator(".kb-letters").get_by_role("link", name="T", exact=True)
    link.focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(base + "glossary/#letter-t")
    finder, heading = page.locator(".kb-finder").bounding_box(), page.locator("#letter-t").bounding_box()
    assert finder is not None
    assert heading is not None
    assert 0 < finder["y"] < 100
    assert finder["y"] + finder["height"] <= heading["y"] < 300
    page.get_by_label("Find a term").fill("transference")
    expect(link).to_be_visible()
    expect(
        page.locator(".kb-letters a:not([href])", has_text="Z").or_(page.locator(".kb-letters span", has_text="Z"))
    ).to_have_count(1)


def test_entry_that_a_link_leads_to_is_shown_whatever_is_filtered(page: Page, base: str) -> None:
    page.goto(base + "glossary/?q=denial#term-transference")
    expect(page.locator("#term-transference")).to_be_in_viewport()
    expect(page.get_by_label("Find a term")).to_have_value("")


LONG = [("glossary/", ".kb-glossary > div"), ("references/", ".kb-references > li"), ("map/", ".kb-map-table tr")]
IS_LAID_OUT = "entry => entry.lastElementChild.checkVisibility({ contentVisibilityAuto: true })"


@pytest.fixture
def phone(page: Page) -> Page:
    page.set_viewport_size({"width": 390, "height": 800})
    return page


@pytest.mark.parametrize(("address", "entries"), LONG)
def test_screen_reader_has_a_long_list_to_its_end_though_nobody_does_anything(
    phone: Page, base: str, address: str, entries: str
) -> None:
    phone.goto(base + address)
    last = phone.locator(entries).last
    phone.wait_for_function(IS_LAID_OUT, arg=last.element_handle())
    assert phone.locator(".kb-held").count() == 0
    tree = phone.context.new_cdp_session(phone).send("Accessibility.getFullAXTree")["nodes"]
    linked = sum(not node["ignored"] and node["role"]["value"] == "link" for node in tree)
    assert linked == phone.locator("a[href]").evaluate_all(
        "links => links.filter(link => link.checkVisibility()).length"
    )


@pytest.mark.parametrize(("address", "entries"), LONG)
def test_long_list_is_laid_out_at_once_when_a_reader_does_something_or_comes_back(
    phone: Page, base: str, address: str, entries: str
) -> None:
    phone.add_init_script("window.requestIdleCallback = () => {}")
    phone.goto(base + address)
    last = phone.locator(entries).last
    assert not last.evaluate(IS_LAID_OUT)
    phone.keyboard.press("Shift")
    assert last.evaluate(IS_LAID_OUT)
    phone.reload()
    assert last.evaluate(IS_LAID_OUT)


def test_entries_that_wait_are_held_at_their_places(phone: Page, base: str) -> None:
    """The first idle moments hold all entries that are not shown; nothing that a reader sees moves."""
    phone.add_init_script("window.waiting = []; window.requestIdleCallback = (step) => waiting.push(step)")
    phone.goto(base + "references/")
    entry = phone.locator(".kb-references > li").last
    shown = phone.locator(".kb-references > li").first.bounding_box()
    lists = phone.locator(".kb-references").count()
    phone.evaluate("count => { for (let step = 0; step < count; step += 1) waiting.shift()() }", lists)
    assert phone.locator(".kb-held").count() > 400
    assert entry.evaluate("entry => entry.clientHeight") > 50
    assert not entry.evaluate(IS_LAID_OUT)
    assert phone.locator(".kb-references > li").first.bounding_box() == shown


@pytest.mark.parametrize(("address", "entries"), LONG)
def test_without_script_a_long_list_is_laid_out_at_once(
    browser: Browser, base: str, address: str, entries: str
) -> None:
    page = browser.new_page(java_script_enabled=False)
    page.goto(base + address)
    assert page.locator(entries).last.inner_text()
    page.close()


def test_works_stand_in_a_list_for_each_letter(page: Page, base: str) -> None:
    page.goto(base + "references/")
    letters = page.locator(".kb-references").evaluate_all("lists => lists.map(list => list.getAttribute('aria-label'))")
    assert letters == sorted(set(letters))
    assert len(letters) > 20
    page.get_by_label("Author").fill("Winnicott")
    assert page.locator(".kb-references:visible").evaluate_all("lists => lists.map(list => list.ariaLabel)") == ["W"]


def test_senses_stand_by_school_with_their_sources(page: Page, base: str) -> None:
    page.goto(base + "glossary/")
    page.keyboard.press("Shift")
    lists = page.locator(".kb-senses")
    assert lists.count() >= 6
    for item in lists.locator("li").all():
        assert item.locator("b").inner_text()
        assert "../references/#ref-" in (item.locator(".kb-source a").first.get_attribute("href") or "")


def test_references_are_filtered_by_author_year_and_topic(page: Page, base: str) -> None:
    page.goto(base + "references/")
    total = page.locator(".kb-references > li").count()
    page.get_by_label("Author").fill("Winnicott")
    found = page.locator(WORKS).count()
    assert 3 < found < 20
    for text in page.locator(WORKS).all_inner_texts():
        assert "Winnicott" in text.partition(" (")[0]
    expect(page.locator(STATUS)).to_have_text(f"{found} of {total} works")
    page.get_by_label("From year").fill("1960")
    page.get_by_label("To year").fill("1965")
    for text in page.locator(WORKS).all_inner_texts():
        assert re.search(r"\((196[0-5])", text), text
    page.get_by_label("Topic").select_option("principles/holding")
    expect(page.locator("#ref-winnicott1960parent")).to_be_visible()
    expect(page.locator("#ref-winnicott1960ego")).to_be_hidden()
    address = "references/?author=Winnicott&from=1960&to=1965&topic=principles%2Fholding"
    expect(page).to_have_url(base + address)
    left = page.locator(WORKS).count()
    page.reload()
    expect(page.locator(WORKS)).to_have_count(left)
    expect(page.get_by_label("Topic")).to_have_value("principles/holding")
    page.get_by_label("Author").press("Escape")
    expect(page.locator(WORKS)).to_have_count(total)
    expect(page).to_have_url(base + "references/")


def test_every_work_has_the_year_of_the_bibliography(page: Page, base: str) -> None:
    """The script reads years from the text; together the years make up the whole list."""
    page.goto(base + "references/")
    total = page.locator(".kb-references > li").count()
    undated = sum("(n.d." in text for text in page.locator(".kb-references > li").all_text_contents())
    page.get_by_label("From year").fill("1800")
    assert page.locator(WORKS).count() == total - undated


def test_topic_takes_in_all_pages_of_a_section(page: Page, base: str) -> None:
    page.goto(base + "references/?topic=defences")
    shown = page.locator(WORKS)
    assert shown.count() == page.locator('.kb-references > li:has(div a[href^="../defences/"])').count() > 20


def test_of_many_pages_that_cite_a_work_the_first_are_shown(page: Page, base: str) -> None:
    page.goto(base + "references/#ref-freud1914remembering")
    used = page.locator("#ref-freud1914remembering > div").first
    more = used.locator("details.kb-more")
    assert more.count() == 1
    assert used.locator("a:visible").count() == 3
    left = more.locator("a").count()
    assert more.locator("summary").text_content() == f"and {left} more"
    more.locator("summary").press("Enter")
    assert used.locator("a:visible").count() == 3 + left > 5
    page.emulate_media(media="print")
    folded = page.locator(".kb-more:not([open]) a").last
    assert folded.evaluate("link => link.getBoundingClientRect().height") > 0, "nothing is lost on paper"


@pytest.mark.parametrize("address", ["glossary/", "references/"])
def test_without_script_everything_is_there(browser: Browser, base: str, address: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(base + address + "?q=denial&author=freud")
    expect(page.locator("form.kb-filter")).to_be_hidden()
    rows = page.locator(".kb-glossary > div, .kb-references > li")
    assert rows.count() == page.locator(f"{ENTRIES}, {WORKS}").count() > 300
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1280])
def test_filtered_lists_are_accessible(browser: Browser, base: str, scheme: str, width: int) -> None:
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page = context.new_page()
    for address in ("glossary/?q=transference", "references/?author=freud"):
        page.goto(base + address, wait_until="networkidle")
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    context.close()


def test_script_and_style_of_the_lists_are_loaded_there_alone(site: Path) -> None:
    loading = [file for file in site.rglob("*.html") if "assets/lists." in file.read_text(encoding="utf-8")]
    assert {file.relative_to(site).as_posix() for file in loading} == {"glossary/index.html", "references/index.html"}
    assert (ROOT / "theme" / "assets" / "lists.js").is_file()
