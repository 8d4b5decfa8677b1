"""A path in the browser: where a reader is, and what is remembered of it."""

from __future__ import annotations

from playwright.sync_api import Browser, Page

from conftest import NEEDS_CHROMIUM

pytestmark = NEEDS_CHROMIUM
STORED = "Object.keys(localStorage)"
GUIDE = "guides/considering-therapy/"


def test_steps_lead_from_one_to_the_next(browser: Browser, base: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(base + GUIDE)
    page.locator(".kb-path a").first.click()
    seen = [page.url]
    while (following := page.locator("nav[aria-label='Path: For a person considering therapy'] a[rel=next]")).count():
        assert page.locator(".kb-facts", has_text=f"Step {len(seen)} of 9: ").is_visible()
        following.click()
        seen.append(page.url)
    assert len(set(seen)) == 9
    page.locator("nav.kb-steps a[rel=prev]").click()
    assert page.url == seen[-2]
    context.close()


def test_nothing_is_remembered_before_it_is_asked_for(page: Page, base: str) -> None:
    for address in (GUIDE, "guides/is-it-right-for-me/"):
        page.goto(base + address)
        page.get_by_role("button", name="Remember where I am on this path").first.wait_for()
        assert page.evaluate(STORED) == []
        assert page.evaluate("document.cookie") == ""


def test_progress_is_remembered_and_forgotten(page: Page, base: str) -> None:
    page.goto(base + "guides/is-it-right-for-me/")
    page.get_by_role("button", name="Remember where I am on this path").press("Enter")
    page.get_by_role("status").get_by_text("Remembered in this browser alone.").wait_for()
    assert page.evaluate(STORED) == ["kb-paths"]
    page.locator("a[rel=next]").click()
    page.get_by_role("button", name="Forget").wait_for()
    page.goto(base + GUIDE)
    page.get_by_role("status").get_by_text("You have opened 2 of 9 steps").wait_for()
    here = page.locator(".kb-path [aria-current=step]")
    assert here.get_attribute("data-step") == "what-to-expect"
    assert page.locator(".kb-opened").count() == 2
    page.goto(base + "guides/a-first-course/")
    page.get_by_role("button", name="Remember").wait_for()
    assert page.locator(".kb-opened").count() == 0, "each path by itself"
    page.goto(base + GUIDE)
    page.get_by_role("button", name="Forget").click()
    assert page.evaluate(STORED) == []
    assert page.locator(".kb-opened, [aria-current=step]").count() == 0
    page.get_by_role("button", name="Remember where I am on this path").wait_for()


def test_broken_memory_is_no_trouble(browser: Browser, base: str) -> None:
    for script in (
        "localStorage.setItem('kb-paths', '{broken')",
        "localStorage.setItem('kb-paths', '{\"considering-therapy\": 3}')",
        "Object.defineProperty(window, 'localStorage', {get() { throw new DOMException('no', 'SecurityError') }})",
    ):
        context = browser.new_context()
        context.add_init_script(script)
        page = context.new_page()
        page.goto(base + GUIDE)
        page.locator("script[src$='assets/path.js']").wait_for(state="attached")
        offered = page.get_by_role("button", name="Remember where I am on this path")
        assert offered.count() == (0 if "defineProperty" in script else 1)
        assert page.locator(".kb-path li").count() == 9
        context.close()
