"""Measure the built site against its bars, and say in one table what holds.

    python -m audit [PART ...]        from the folder tests; all parts where none is named

weights     what a first visit of a reading page loads, and what the browser complains of; Chromium
axe         accessibility of every page, light and dark, at 1280 and 360 px; Chromium
vnu         the HTML of every page; Java
lighthouse  home, one page of each kind, lists and tools, as on a middling phone; Chromium and Node
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright
from rich.console import Console
from rich.table import Table

from audit.pages import addresses, reading_pages, samples
from audit.serving import hosted, sent
from audit.visiting import HTML, HTML_OF_EVIDENCE, KB, html_bar, visit
from conftest import CHROMIUM, ROOT, SWITCHES, violations

HERE = Path(__file__).parent
MODULES = HERE / "node_modules"
RUNS = 3  # of Lighthouse, whose median counts
PERFORMANCE, LCP, TBT, CLS = 98, 1.8, 100, 0.02
SCHEMES, WIDTHS = ("light", "dark"), (1280, 360)


@dataclass(frozen=True)
class Row:
    """One line of the table; what breaks the bar is told below it."""

    what: str
    measured: str
    bar: str
    broken: list[str] = field(default_factory=list)


class CannotMeasure(Exception):
    """What is missing, and what to do about it."""


# weights


def weights(site: Path, base: str) -> Iterator[Row]:
    sizes = {address: len(sent(site / address / "index.html")) for address in reading_pages(site)}
    for bar, pages in ((HTML, "HTML of every reading page"), (HTML_OF_EVIDENCE, "HTML of every page with evidence")):
        held = {address: size for address, size in sizes.items() if html_bar(site, address) == bar}
        heavy = [f"{address} {size / KB:.1f} KB" for address, size in held.items() if size > bar]
        yield Row(f"{pages}, {len(held)}", f"at most {max(held.values()) / KB:.1f} KB", f"{bar // KB} KB", heavy)
    troubles: list[str] = []
    foreign: list[str] = []
    with chromium() as browser:
        for address in samples(site):
            seen = visit(browser, site, base, address)
            troubles += [f"{address or 'home'}: {trouble}" for trouble in seen.troubles]
            foreign += [f"{address or 'home'}: {url}" for url in seen.foreign]
            parts = {kind: f"{seen.weights.get(kind, 0) / KB:.1f}" for kind in ("html", "css", "script", "fonts")}
            if address in reading_pages(site):
                yield Row(
                    f"First visit of {address}",
                    " + ".join(parts.values()) + f" = {seen.total / KB:.1f} KB, {len(seen.requests)} requests",
                    "15 (30) + 12 + 15 + 65, 110 KB, 9",
                    seen.excesses(html_bar(site, address)),
                )
    yield Row("Console errors and policy violations", str(len(troubles)), "0", troubles)
    yield Row("Requests to other hosts", str(len(foreign)), "0", foreign)


# axe


def axe(site: Path, base: str) -> Iterator[Row]:
    with chromium() as browser:
        for scheme in SCHEMES:
            for width in WIDTHS:
                found = []
                context = browser.new_context(
                    viewport={"width": width, "height": 900}, color_scheme=scheme, reduced_motion="reduce"
                )
                page = context.new_page()
                for address in addresses(site):
                    page.goto(base + address)
                    found += [f"{address or 'home'}: {rule} {html[0][:120]}" for rule, html in violations(page)]
                context.close()
                pages = len(addresses(site))
                yield Row(f"axe, {pages} pages, {scheme}, {width} px", f"{len(found)} violations", "0", found)


# vnu


def vnu(site: Path, base: str) -> Iterator[Row]:
    jar = MODULES / "vnu-jar" / "build" / "dist" / "vnu.jar"
    command = ["java", "-jar", str(jar), "--format", "json", "--errors-only", "--skip-non-html", str(site)]
    told = subprocess.run(command, capture_output=True, text=True, check=False).stderr
    try:
        messages = json.loads(told)["messages"]
    except ValueError:
        raise CannotMeasure(f"vnu gave no report: {told[:300]}") from None
    found = Counter(message["message"] for message in messages)
    places = {m["message"]: f"{m['url'].partition(site.name)[2]}:{m.get('lastLine')}" for m in messages}
    broken = [f"{count} times, as in {places[text]}: {text}" for text, count in found.most_common()]
    yield Row(f"vnu, {len(addresses(site))} pages", f"{len(messages)} errors", "0", broken)


# Lighthouse


def lighthouse(site: Path, base: str) -> Iterator[Row]:
    for address in samples(site):
        reports = [_lighthouse(base + address) for _ in range(RUNS)]

        def score(category: str, reports: list[dict] = reports) -> float:  # type: ignore[type-arg]
            return 100 * statistics.median(report["categories"][category]["score"] for report in reports)

        def value(audit: str, reports: list[dict] = reports) -> float:  # type: ignore[type-arg]
            return statistics.median(report["audits"][audit]["numericValue"] for report in reports)

        scores = {name: score(name) for name in ("performance", "accessibility", "best-practices", "seo")}
        lcp, tbt, cls = (
            value("largest-contentful-paint") / 1000,
            value("total-blocking-time"),
            value("cumulative-layout-shift"),
        )
        broken = [
            f"{name} {reached:.0f}: {_lost(reports[0], name)}"
            for name, reached in scores.items()
            if reached < (PERFORMANCE if name == "performance" else 100)
        ]
        broken += [f"LCP {lcp:.2f} s"] * (lcp > LCP) + [f"TBT {tbt:.0f} ms"] * (tbt > TBT)
        broken += [f"CLS {cls:.3f}"] * (cls > CLS)
        reached = "/".join(f"{number:.0f}" for number in scores.values())
        yield Row(
            f"Lighthouse {address or 'home'}",
            f"{reached}; {lcp:.2f} s, {tbt:.0f} ms, {cls:.3f}",
            f"{PERFORMANCE}/100/100/100; {LCP} s, {TBT} ms, {CLS}",
            broken,
        )


def _lighthouse(url: str) -> dict:  # type: ignore[type-arg]
    command = [
        "node",
        str(MODULES / "lighthouse" / "cli" / "index.js"),
        url,
        "--output=json",
        "--quiet",
        "--no-enable-error-reporting",
        "--only-categories=performance,accessibility,best-practices,seo",
        f"--chrome-flags=--headless=new {' '.join(SWITCHES)}",
    ]
    # A folder of its own, for it leaves its browser's profile behind.
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "CHROME_PATH": CHROMIUM or "", "TMPDIR": folder}
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    try:
        return json.loads(done.stdout)
    except ValueError:
        raise CannotMeasure(f"Lighthouse gave no report: {done.stderr[-300:]}") from None


def _lost(report: dict, category: str) -> str:  # type: ignore[type-arg]
    """The audits that cost a category its points."""
    lost = [
        report["audits"][part["id"]]["title"]
        for part in report["categories"][category]["auditRefs"]
        if part["weight"] and (report["audits"][part["id"]]["score"] or 0) < 1
        if report["audits"][part["id"]]["scoreDisplayMode"] not in ("notApplicable", "manual", "informative")
    ]
    return "; ".join(lost)


# the whole


PARTS: dict[str, Callable[[Path, str], Iterator[Row]]] = {
    "weights": weights,
    "axe": axe,
    "vnu": vnu,
    "lighthouse": lighthouse,
}
NEEDS = {"weights": (), "axe": (), "vnu": ("java", "npm"), "lighthouse": ("node", "npm")}
NAMES = {"java": "Java 11 or newer", "node": "Node 18 or newer", "npm": "npm"}


@contextmanager
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=SWITCHES)
        yield browser
        browser.close()


def prepare(parts: list[str]) -> None:
    """See that everything is there that the parts need, and fetch what is pinned."""
    if not CHROMIUM and parts != ["vnu"]:
        raise CannotMeasure("Chromium is missing: install the package chromium, or set CHROMIUM to its path.")
    needed = dict.fromkeys(program for part in parts for program in NEEDS[part])
    if missing := [NAMES[program] for program in needed if not shutil.which(program)]:
        without = " ".join(part for part in PARTS if not NEEDS[part])
        raise CannotMeasure(f'{" and ".join(missing)} missing. What needs neither: make audit PARTS="{without}"')
    lock, installed = HERE / "package-lock.json", MODULES / ".installed"
    if needed and (not installed.is_file() or installed.read_bytes() != lock.read_bytes()):
        command = ["npm", "ci", "--ignore-scripts", "--no-fund", "--no-audit", "--loglevel=error"]
        if subprocess.run(command, cwd=HERE, check=False).returncode:
            raise CannotMeasure("npm could not fetch what tests/audit/package-lock.json pins.")
        shutil.copy(lock, installed)


def main(arguments: list[str]) -> int:
    console = Console() if sys.stdout.isatty() else Console(width=140)
    parts = arguments or list(PARTS)
    if unknown := set(parts) - set(PARTS):
        console.print(f"No such part: {', '.join(sorted(unknown))}. There are: {', '.join(PARTS)}.")
        return 2
    table = Table("Measure", "Measured", "Bar", "Holds", title="What the site is held to")
    broken: list[tuple[str, list[str]]] = []
    try:
        prepare(parts)
        with tempfile.TemporaryDirectory() as folder:
            site = Path(folder) / "site"
            console.print("Building the site")
            built = subprocess.run(
                [sys.executable, "-m", "mkdocs", "build", "-q", "-d", str(site)], cwd=ROOT, check=False
            )
            if built.returncode:
                raise CannotMeasure("The site cannot be built.")
            with hosted(site) as base:
                for part in parts:
                    console.print(f"Measuring: {part}")
                    for row in PARTS[part](site, base):
                        table.add_row(row.what, row.measured, row.bar, "no" if row.broken else "yes")
                        broken += [(row.what, row.broken)] if row.broken else []
    except CannotMeasure as error:
        console.print(str(error), markup=False)
        return 2
    console.print(table)
    for what, reasons in broken:
        console.print(f"\n{what}", markup=False, style="bold")
        for reason in reasons:
            console.print(f"  {reason}", markup=False, highlight=False)
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
