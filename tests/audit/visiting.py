"""What a browser loads for a page, what it complains of, and what all that weighs."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Browser

from audit.serving import file_of, sent

KB = 1024
# The bars for a reading page, compressed, in bytes.
HTML, HTML_OF_EVIDENCE, CSS, SCRIPT, FONTS, TOTAL, REQUESTS = 15 * KB, 30 * KB, 12 * KB, 15 * KB, 65 * KB, 110 * KB, 9
_KINDS = {"document": "html", "stylesheet": "css", "script": "script", "font": "fonts"}
_WATCH = """addEventListener("securitypolicyviolation", event =>
  console.error(`policy: ${event.violatedDirective} ${event.blockedURI}`))"""


@dataclass(frozen=True)
class Visit:
    """The first visit of a page: what was asked for, by kind and path, and what went wrong."""

    address: str
    weights: dict[str, int]
    requests: list[str]
    foreign: list[str] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)

    @property
    def total(self) -> int:
        return sum(self.weights.values())

    def excesses(self, html: int) -> list[str]:
        """The bars of weight that the page breaks, as words; none where all hold."""
        bars = {"html": html, "css": CSS, "script": SCRIPT, "fonts": FONTS}
        said = [
            f"{kind} {self.weights[kind] / KB:.1f} KB of {bar // KB}"
            for kind, bar in bars.items()
            if self.weights.get(kind, 0) > bar
        ]
        if self.total > TOTAL:
            said.append(f"total {self.total / KB:.1f} KB of {TOTAL // KB}")
        if len(self.requests) > REQUESTS:
            said.append(f"{len(self.requests)} requests of {REQUESTS}")
        return said


def html_bar(site: Path, address: str) -> int:
    """What the HTML of a reading page may weigh: more where it has the evidence, as tables of effects."""
    has_effects = 'class="kb-effects"' in (site / address / "index.html").read_text(encoding="utf-8")
    return HTML_OF_EVIDENCE if address.startswith("evidence/") or has_effects else HTML


def visit(browser: Browser, site: Path, base: str, address: str) -> Visit:
    """Open a page as a first visitor does, read it to its end, and note what happens."""
    context = browser.new_context(viewport={"width": 390, "height": 844})
    context.add_init_script(_WATCH)
    page = context.new_page()
    weights: dict[str, int] = {}
    requests: list[str] = []
    foreign: list[str] = []
    troubles: list[str] = []

    def note(request) -> None:  # type: ignore[no-untyped-def]
        if request.url.startswith(("data:", "blob:")):
            return
        if not request.url.startswith(base):
            foreign.append(request.url)
            return
        requests.append(urlsplit(request.url).path.lstrip("/"))
        kind = _KINDS.get(request.resource_type, "other")
        file = file_of(site, request.url)
        weights[kind] = weights.get(kind, 0) + (len(sent(file)) if file else 0)

    page.on("request", note)
    page.on("console", lambda said: troubles.append(said.text) if said.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on(
        "response", lambda answer: troubles.append(f"{answer.status} {answer.url}") if answer.status >= 400 else None
    )
    page.goto(base + address, wait_until="networkidle")
    page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
    page.wait_for_load_state("networkidle")
    context.close()
    return Visit(address, weights, requests, foreign, troubles)
