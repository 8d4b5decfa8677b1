"""Compare what the gate believes of a documentation project with what MkDocs makes of it.

``python tests/differential.py CONFIGURATION...`` builds each project (an mkdocs.yml, or a folder with one) with MkDocs
and prints, page by page, every link, id and anchor on which the two differ, and every link that one of them warns of
and the other does not. The project is copied and built with the theme Material and with all of MkDocs' validation
switched on; plugins that are not installed have to be taken out of its configuration by hand.
"""

from __future__ import annotations

import argparse
import contextlib
import logging
import re
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

from mkdocs.commands.build import build
from mkdocs.config import load_config

from kb import engine, gate
from kb.knowledge import KnowledgeBase
from kb.model import Finding, Link, LinkOrigin, Page

ROOT = "https://site.invalid/root/"
VALIDATION = {
    "nav": {"not_found": "warn", "omitted_files": "warn"},
    "links": {"not_found": "warn", "anchors": "warn", "absolute_links": "warn", "unrecognized_links": "warn"},
}
# What a browser follows or loads, and the elements on which it does.
_TARGETS = {
    "href": ("a", "area", "link", "image", "use"),
    "xlink:href": ("a", "image", "use"),
    "src": ("img", "script", "iframe", "frame", "audio", "video", "source", "embed", "track", "input"),
    "poster": ("video",),
    "data": ("object",),
    "background": ("table", "td", "th"),
}
_CSS_URL = re.compile(
    r"""url\(\s*(?:"(?P<double>.*?)"|'(?P<single>.*?)'|(?P<bare>[^)"']*))\s*\)|@import\s+["'](?P<sheet>.*?)["']""",
    re.IGNORECASE,
)
_VOID = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
)
# What Material puts into an article, and what the build of this site does: no author wrote it.
_GENERATED_CLASSES = ("md-content__button", "headerlink", "md-source-file", "md-tags", "kb-")
# Single citations, dates of changes, fields, and what Material adds: none of them is there to be linked to.
_GENERATED_IDS = re.compile(
    r"cite-.+-\d+|\d{4}-\d\d-\d\d|filter-terms|of-author|from-year|to-year|on-topic|search-for|kb-.+|__comments"
)
_WARNING = re.compile(
    r"Doc file '(?P<page>[^']+)' contains an? (?:absolute |unrecognized relative )?link '(?P<target>[^']*)'"
)
_NAVIGATION = "the navigation"
_NOT_FOUND = re.compile(
    r"A reference to '(?P<target>[^']*)' is included in the 'nav' configuration, which is not found"
)
_OMITTED = 'The following pages exist in the docs directory, but are not included in the "nav" configuration:'
_RULES = (
    "link-target-exists",
    "link-case-matches",
    "link-anchor-exists",
    "link-names-the-source",
    "footnote-is-used",
    "navigation-entry-exists",
    "page-is-in-navigation",
)


@dataclass
class Comparison:
    """What was compared, and each difference as a line; `mistaken` are warnings of MkDocs that its own pages refute."""

    pages: int = 0
    links: int = 0
    ids: int = 0
    warnings: int = 0
    differences: list[str] = field(default_factory=list)
    only_mkdocs: list[str] = field(default_factory=list)
    only_gate: list[str] = field(default_factory=list)
    mistaken: list[str] = field(default_factory=list)


class Article(HTMLParser):
    """The links and ids within the article of a page that Material has laid out."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.links: list[str] = []
        self.ids: list[str] = []
        self._open: list[tuple[str, bool]] = []  # the tags from the article on, and whether the build made them

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        classes = values.get("class", "").split()
        if not self._open:
            if tag == "article" and "md-content__inner" in classes:
                self._open.append((tag, False))
            return
        generated = self._open[-1][1] or any(name.startswith(_GENERATED_CLASSES) for name in classes)
        if values.get("id") or (tag == "a" and values.get("name")):
            self.ids.append(values.get("id") or values["name"])
        if not generated:
            self.links += _loaded(tag, values)
        if tag not in _VOID:
            self._open.append((tag, generated))

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1] == ("style", False):
            self.links += _named_in_css(data)

    def handle_endtag(self, tag: str) -> None:
        if any(tag == name for name, _ in self._open):
            while self._open.pop()[0] != tag:
                pass


def _loaded(tag: str, values: dict[str, str]) -> Iterator[str]:
    """The targets of an element; what lies within a drawing is none."""
    for attribute, tags in _TARGETS.items():
        target = values.get(attribute)
        if tag in tags and target is not None and not (tag in ("use", "image") and target.startswith("#")):
            yield target
    if tag in ("img", "source"):
        yield from (
            candidate.split()[0] for candidate in re.split(r",\s", values.get("srcset", "")) if candidate.strip()
        )
    yield from _named_in_css(values.get("style", ""))


def _named_in_css(css: str) -> Iterator[str]:
    found = (match[match.lastgroup or 0].strip() for match in _CSS_URL.finditer(css))
    yield from (address for address in found if address and not address.startswith("#"))


def built_articles(kb: KnowledgeBase, site: Path) -> dict[str, Article]:
    """What MkDocs has made of each page, by its uri."""
    articles: dict[str, Article] = {}
    for page in kb.pages:
        file = site / kb.files[page.uri]
        articles[page.uri] = Article()
        articles[page.uri].feed((file / "index.html" if file.is_dir() else file).read_text(encoding="utf-8"))
    return articles


def compare_content(kb: KnowledgeBase, articles: dict[str, Article]) -> Comparison:
    """Compare the links and ids of every page with those of the built page."""
    comparison = Comparison()
    for page in kb.pages:
        if not page.is_readable:
            comparison.differences.append(f"{page.uri}: not read: {[fault.message for fault in page.faults]}")
            continue
        address, article = kb.files[page.uri], articles[page.uri]
        believed = Counter(_believed(kb, page, link) for link in page.links)
        rendered = Counter(_normal(urljoin(ROOT + address, link)) for link in article.links)
        comparison.pages += 1
        comparison.links += sum(rendered.values())
        comparison.ids += len(article.ids)
        comparison.differences += [f"{page.uri}: link only in the built page: {link}" for link in rendered - believed]
        comparison.differences += [f"{page.uri}: link only believed: {link}" for link in believed - rendered]
        ids = {anchor.id for anchor in page.anchors}
        missing = {id_ for id_ in set(article.ids) - ids if not _is_generated(kb, page, id_)}
        comparison.differences += [f"{page.uri}: id only in the built page: {id_}" for id_ in sorted(missing)]
        untrue = kb.anchors(page.uri) - set(article.ids)
        comparison.differences += [f"{page.uri}: id only believed: {id_}" for id_ in sorted(untrue)]
    return comparison


def _is_generated(kb: KnowledgeBase, page: Page, id_: str) -> bool:
    return bool(_GENERATED_IDS.fullmatch(id_)) or (id_ in kb.anchors(page.uri) and kb.settings.content_model)


def _believed(kb: KnowledgeBase, page: Page, link: Link) -> str:
    """The address that a link has on the site as the gate resolves it."""
    target = kb.resolve(page, link)
    left_alone = target is None or not target.exists or target.by_address or link.origin is LinkOrigin.RAW_HTML
    if target is None or left_alone or target.uri not in kb.files:
        return _normal(urljoin(ROOT + kb.files[page.uri], link.target))
    query = urlsplit(link.target).query
    anchor = f"#{target.anchor}" if target.anchor else ""
    return _normal(ROOT + kb.files[target.uri] + (f"?{query}" if query else "") + anchor)


def _normal(address: str) -> str:
    return unquote(re.sub(r"/(?:index\.html|\.)?(?=[?#]|$)", "/", address)).removesuffix("#")


def compare_warnings(findings: list[tuple[str, str]], warnings: list[str], articles: dict[str, Article]) -> Comparison:
    """Compare MkDocs' warnings of links with findings, each a page's uri, or the navigation, and a target.

    Of two ways to write the same target MkDocs warns once. It also warns of ids that its own pages have: it looks for
    them before everything on the page has been converted.
    """
    warned = {pair for text in warnings for pair in _warned(text)}
    found = {_from_root(page, target) for page, target in findings}
    mistaken = {one for one in warned - found if _is_there(one[1], articles)}
    show = "{0[0]}: {0[1]}".format
    return Comparison(
        warnings=len(warned),
        only_mkdocs=sorted(map(show, warned - found - mistaken)),
        only_gate=sorted(map(show, found - warned)),
        mistaken=sorted(map(show, mistaken)),
    )


def _is_there(target: str, articles: dict[str, Article]) -> bool:
    path, _, anchor = target.removeprefix("/").partition("#")
    return path in articles and bool(anchor) and unquote(anchor) in articles[path].ids


def _warned(text: str) -> Iterator[tuple[str, str]]:
    """What a warning is of."""
    if match := _WARNING.match(text):
        yield _from_root(match["page"], match["target"])
    elif match := _NOT_FOUND.match(text):
        yield _from_root(_NAVIGATION, match["target"])
    elif text.startswith(_OMITTED):
        yield from (_from_root(_NAVIGATION, line.removeprefix("  - ")) for line in text.splitlines()[1:])


def _from_root(page: str, target: str) -> tuple[str, str]:
    return page, urljoin("/" + page, target)


def link_findings(kb: KnowledgeBase, config: Path) -> list[tuple[str, str]]:
    """What the gate reports where MkDocs could warn too: a page, or the navigation, and a target."""
    findings = gate.judge(engine.load(str(config)), _RULES)[1].findings
    return [*_findings_on_links(kb, findings), *_findings_on_navigation(kb, findings)]


def _findings_on_links(kb: KnowledgeBase, findings: Sequence[Finding]) -> Iterator[tuple[str, str]]:
    """The links in Markdown. MkDocs warns of a note that nothing leads to as of the link from it back to its mark."""
    places = {finding.span for finding in findings}
    with_unused_notes = {finding.span.path for finding in findings if finding.rule == "footnote-is-used"}
    for page in kb.pages:
        for link in page.links:
            if link.span in places and link.origin is LinkOrigin.MARKDOWN and _is_faulty(kb, page, link):
                yield page.uri, link.target
        notes = (anchor.id for anchor in page.anchors if anchor.id.startswith("fn:"))
        yield from ((page.uri, f"#fnref:{note[3:]}") for note in notes if page.path in with_unused_notes)


def _findings_on_navigation(kb: KnowledgeBase, findings: Sequence[Finding]) -> Iterator[tuple[str, str]]:
    """What the navigation names and is not there, and what it does not name."""
    uris = {page.path: page.uri for page in kb.pages}
    for finding in findings:
        if finding.message.startswith("the navigation names"):
            yield _NAVIGATION, finding.message.split("'")[1]
        elif finding.rule == "page-is-in-navigation":
            yield _NAVIGATION, uris[finding.span.path]


def _is_faulty(kb: KnowledgeBase, page: Page, link: Link) -> bool:
    """Whether a link is at fault on this page; what several pages include may be so on one of them alone."""
    target = kb.resolve(page, link)
    if target is None or not target.exists or target.by_address:
        return True
    return bool(target.anchor) and target.anchor not in kb.anchors(target.uri)


class Warnings(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.messages.append(record.getMessage())


def build_with_warnings(config: Path, site: Path) -> list[str]:
    """Build with MkDocs, in this process, and return what it warns of."""
    warnings = Warnings()
    logging.getLogger("mkdocs").addHandler(warnings)
    try:
        settings = load_config(str(config), site_dir=str(site), theme={"name": "material"}, validation=VALIDATION)
        settings.plugins.on_startup(command="build", dirty=False)
        build(settings)
        settings.plugins.on_shutdown()
    finally:
        logging.getLogger("mkdocs").removeHandler(warnings)
    return warnings.messages


def compare(config: Path, site: Path) -> Comparison:
    """Build a project and compare it with what the gate believes."""
    warnings = build_with_warnings(config, site)
    kb = gate.read(engine.load(str(config)))
    articles = built_articles(kb, site)
    links = compare_warnings(link_findings(kb, config), warnings, articles)
    content = compare_content(kb, articles)
    return replace(links, pages=content.pages, links=content.links, ids=content.ids, differences=content.differences)


def _lines(comparison: Comparison) -> Iterator[str]:
    yield (
        f"{comparison.pages} pages, {comparison.links} links, {comparison.ids} ids compared, "
        f"{len(comparison.differences)} differences; {comparison.warnings} warnings of MkDocs, "
        f"{len(comparison.only_mkdocs)} of them not found by the gate, {len(comparison.mistaken)} refuted by its pages, "
        f"{len(comparison.only_gate)} links reported only by the gate"
    )
    yield from comparison.differences
    yield from (f"only MkDocs: {line}" for line in comparison.only_mkdocs)
    yield from (f"only MkDocs, whose page has it: {line}" for line in comparison.mistaken)
    yield from (f"only the gate: {line}" for line in comparison.only_gate)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("projects", nargs="+", type=Path)
    differ = False
    for given in parser.parse_args().projects:
        with tempfile.TemporaryDirectory() as name:
            folder = given.parent if given.is_file() else given
            copy = Path(name) / "project"
            shutil.copytree(folder, copy, ignore=shutil.ignore_patterns(".git", "site", ".cache", "node_modules"))
            with contextlib.chdir(copy):  # some extensions look for files from there
                comparison = compare(copy / (given.name if given.is_file() else "mkdocs.yml"), Path(name) / "site")
        print(f"{given}: " + "\n  ".join(_lines(comparison)))
        differ = differ or bool(comparison.differences or comparison.only_mkdocs)
    return differ


if __name__ == "__main__":
    sys.exit(main())
