"""One Markdown file -> the facts about it, as the site's own Markdown parser sees it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

from markdown import Markdown
from markdown.extensions import Extension
from markdown.preprocessors import Preprocessor
from markdown.treeprocessors import Treeprocessor
from markdown.util import ETX, STX

from kb.model import (
    ActiveContent,
    Anchor,
    Citation,
    CitationGroup,
    Fault,
    Heading,
    Link,
    LinkDefinition,
    LinkOrigin,
    Page,
    Section,
    Span,
    Suppression,
    Undefined,
)
from kb.reading import front_matter, prose
from kb.reading.citations import CitationSyntax, citation_elements, parse_group
from kb.reading.dye import ATTRIBUTE, MARK, Dye, strip

LARGEST_FILE = 1024 * 1024

_FROM_MARKDOWN = "data-kb-markdown"
_HEADING_NUMBER = "data-kb-heading"
_NO_TEXT = "\N{OBJECT REPLACEMENT CHARACTER}"
_NOT_TEXT = frozenset({"code", "pre", "kbd", "samp", "script", "style", "math", "svg", "textarea"})
_BLOCKS = prose.HEADINGS | {
    *("address", "article", "aside", "blockquote", "dd", "details", "div", "dl", "dt", "figcaption", "figure"),
    *("footer", "header", "hr", "li", "main", "nav", "ol", "p", "pre", "section", "summary"),
    *("table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul"),
}
_SHOWS_WITHOUT_TEXT = frozenset({"img", "svg", "video", "audio", "object", "iframe", "hr", "input"})
_ACTIVE = frozenset({"script", "iframe", "object", "embed", "form", "base"})
_TARGETS = {"href": ("a", "area", "link"), "src": ("img", "script", "iframe", "audio", "video", "source", "embed")}
_PLACEHOLDER = re.compile(f"{STX}[^{ETX}]*{ETX}")
_LEFT_REFERENCE = re.compile(
    r"(?<![\w\])])\[(?P<collapsed>(?:[^\[\]]|\[[^\[\]]*\])*)\] ?"
    rf"\[(?:(?P<mark>{MARK.pattern})(?P<label>[^\[\]]+)\]|\](?P<after>{MARK.pattern}))"
)
_SUPPRESSION = re.compile(r"\s*kb:\s*allow\s+(?P<rule>\S+)(?:\s+because\s+(?P<reason>.*\S))?\s*", re.DOTALL)
_LEFT_FOOTNOTE = re.compile(rf"(?P<mark>{MARK.pattern})\[\^(?P<label>[^\]\n]+)\]")


@dataclass(frozen=True)
class Dialect:
    """How a site converts Markdown: the extensions of its configuration, and whether it has citations."""

    extensions: Sequence[str | Extension]
    configs: dict[str, Any]
    has_citations: bool


@dataclass(frozen=True, slots=True)
class Reading:
    """The facts of a page, and the absolute paths of what it includes or would include if it existed."""

    page: Page
    includes: tuple[str, ...] = ()


def read_page(content: bytes, path: str, uri: str, dialect: Dialect, name_of: Callable[[str], str]) -> Reading:
    """Read one Markdown file.

    `path` names the file in findings, `uri` is its place in the documentation folder; `name_of` turns the absolute path
    of an included file into the name for findings. Whatever is wrong with the file as such becomes a fault of the page.
    """

    includes: list[str] = []

    def unreadable(message: str, suggestion: str, line: int = 1) -> Reading:
        page = Page(path, uri, faults=(Fault(message, Span(path, line, 1), suggestion),))
        return Reading(page, tuple(dict.fromkeys(includes)))

    if len(content) > LARGEST_FILE:
        return unreadable(f"the file has {len(content):,} bytes; a page has at most {LARGEST_FILE:,}", "split the page")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        return unreadable("the file is not text in UTF-8", "save it with the encoding UTF-8", line)
    if "\0" in text:
        return unreadable("the file contains a NUL character", "remove it", text[: text.index("\0")].count("\n") + 1)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    fields, body, first_line, faults = front_matter.split(text, path)
    dye = Dye()
    facts = _Facts(dye)
    try:
        html = _convert(body, path, first_line, dialect, facts, includes, name_of)
    except Exception as error:
        # An extension may fail in any way; an editor needs the page and the reason, no traceback.
        reason = " ".join(str(error).split()) or type(error).__name__
        return unreadable(f"the page cannot be converted: {reason}", "mend what it names", first_line)
    result = _Result(dye, path)
    result.feed(html)
    result.close()
    page = Page(
        path=path,
        uri=uri,
        front_matter=fields,
        headings=tuple(result.headings),
        anchors=tuple(result.anchors),
        links=tuple(result.links),
        link_definitions=tuple(facts.link_definitions(path)),
        undefined_references=tuple(facts.left_references(path)),
        undefined_footnotes=tuple(facts.left_footnotes(path)),
        citation_groups=tuple(facts.citation_groups(path)),
        sections=tuple(_sections(facts.prose, result)),
        suppressions=tuple(result.suppressions),
        active_contents=tuple(result.active_contents),
        faults=tuple(faults),
    )
    return Reading(page, tuple(dict.fromkeys(includes)))


def _convert(
    body: str,
    path: str,
    first_line: int,
    dialect: Dialect,
    facts: _Facts,
    includes: list[str],
    name_of: Callable[[str], str],
) -> str:
    extensions = [*dialect.extensions, *([CitationSyntax()] if dialect.has_citations else []), facts]
    md = Markdown(extensions=extensions, extension_configs=dialect.configs)
    md.references = facts.references
    if "toc" in md.treeprocessors:
        toc: Any = md.treeprocessors["toc"]
        slugify = toc.slugify
        toc.slugify = lambda text, separator: slugify(strip(text), separator)
    if "snippet" in md.preprocessors:
        _dye_includes(md.preprocessors["snippet"], facts.dye, includes, name_of)
    return md.convert(facts.dye.dye(body, path, first_line))


class _WithoutMarks(dict[str, Any]):
    """Link definitions by label, for labels that may carry a mark; `used` are the labels that were asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.used: set[str] = set()

    def __contains__(self, key: object) -> bool:
        return super().__contains__(strip(str(key)))

    def __getitem__(self, key: str) -> Any:
        self.used.add(strip(key))
        return super().__getitem__(strip(key))


def _dye_includes(snippets: Preprocessor, dye: Dye, includes: list[str], name_of: Callable[[str], str]) -> None:
    """Let pymdownx.snippets dye what it includes, with the lines of the included file."""
    parse: Any = snippets.parse_snippets  # type: ignore[attr-defined]
    find: Any = snippets.get_snippet_path  # type: ignore[attr-defined]
    folders: list[str] = snippets.base_path  # type: ignore[attr-defined]

    def get_snippet_path(path: str) -> Any:
        includes.extend(str(Path(folder, path)) for folder in folders)
        return find(path)

    def parse_snippets(lines: list[str], file_name: str | None = None, **options: Any) -> Any:
        if file_name is not None and not options.get("is_url"):
            includes.append(file_name)
            file_lines = Path(file_name).read_text(encoding="utf-8-sig").split("\n")
            start = _find_run(lines, file_lines)
            if start is not None:
                lines = dye.dye("\n".join(lines), name_of(file_name), start + 1).split("\n")
        return parse(lines, file_name, **options)

    snippets.parse_snippets = parse_snippets  # type: ignore[attr-defined]
    snippets.get_snippet_path = get_snippet_path  # type: ignore[attr-defined]


def _find_run(run: list[str], lines: list[str]) -> int | None:
    """Where `run` stands among `lines`, None where it stands nowhere or more than once."""
    starts = [start for start in range(len(lines) - len(run) + 1) if lines[start : start + len(run)] == run]
    return starts[0] if run and len(starts) == 1 else None


class _Facts(Extension):
    """What is read from the element tree: citations, prose, and which links Markdown itself made."""

    def __init__(self, dye: Dye) -> None:
        super().__init__()
        self.dye = dye
        self.groups: list[str] = []
        self.prose: list[list[str]] = []
        self.blocks: list[str] = []
        self.references = _WithoutMarks()

    def extendMarkdown(self, md: Markdown) -> None:
        md.treeprocessors.register(_ReadTree(md, self), "kb-read", prose.PRIORITY)
        md.treeprocessors.register(_MarkLinks(md), "kb-mark-links", 0.5)

    def link_definitions(self, path: str) -> Iterator[LinkDefinition]:
        for label, (target, _) in self.references.items():
            place = self.dye.place(target) or Span(path)
            span = Span(place.path, place.line, place.column, max(1, len(strip(target))))
            yield LinkDefinition(strip(label), label in self.references.used, span)

    def left_references(self, path: str) -> Iterator[Undefined]:
        """Reference links that the parser left as text."""
        for match in (match for block in self.blocks for match in _LEFT_REFERENCE.finditer(block)):
            if match["after"]:
                place = self.dye.place(match["after"])
                label = match["collapsed"].replace(_NO_TEXT, "…")
                column = place.column - 2 if place and place.column else None
                span = Span(place.path, place.line, column, 2) if place else Span(path)
            else:
                label = match["label"].strip()
                place = self.dye.place(match["mark"]) or Span(path)
                span = Span(place.path, place.line, place.column, len(label))
            yield Undefined(strip(label), span)

    def left_footnotes(self, path: str) -> Iterator[Undefined]:
        """Footnote marks that the parser left as text."""
        for match in (match for block in self.blocks for match in _LEFT_FOOTNOTE.finditer(block)):
            label = strip(match["label"])
            place = self.dye.place(match["mark"]) or Span(path)
            yield Undefined(label, Span(place.path, place.line, place.column, len(label) + 3))

    def citation_groups(self, path: str) -> list[CitationGroup]:
        groups = []
        for dyed in self.groups:
            text = strip(dyed)
            items = parse_group(text) or []
            spans = self.dye.places(dyed)
            if len(spans) != len(items):
                spans = [Span(path)] * len(items)
            citations = [
                Citation(item.key, Span(span.path, span.line, span.column, len(item.key)))
                for item, span in zip(items, spans, strict=True)
            ]
            groups.append(CitationGroup(" ".join(text.split()), tuple(citations)))
        return groups


class _ReadTree(Treeprocessor):
    def __init__(self, md: Markdown, facts: _Facts) -> None:
        super().__init__(md)
        self.facts = facts

    def run(self, root: Element) -> None:
        self.facts.groups = [(element.text or "")[1:-1] for element, in_link in citation_elements(root) if not in_link]
        self.facts.blocks = list(_block_texts(root))
        self.facts.prose = [[]]
        for item in prose.walk(root, self.md):
            if isinstance(item, prose.Prose):
                self.facts.prose[-1].extend(strip(item.text[start:end]) for start, end in item.parts)
            elif item.tag in prose.HEADINGS:
                item.set(_HEADING_NUMBER, str(len(self.facts.prose)))
                self.facts.prose.append([])


def _block_texts(root: Element) -> Iterator[str]:
    """The text of each block, escapes still marked as such; what is not text stands as one character."""
    pieces: list[str] = []

    def inside(element: Element) -> Iterator[str]:
        pieces.append(element.text or "")
        for child in element:
            if child.tag in _NOT_TEXT or "arithmatex" in (child.get("class") or ""):
                pieces.append(_NO_TEXT)
            elif child.tag in _BLOCKS:
                yield from end()
                yield from inside(child)
                yield from end()
            else:
                yield from inside(child)
            pieces.append(child.tail or "")

    def end() -> Iterator[str]:
        text = "".join(pieces)
        pieces.clear()
        if "[" in text:
            yield text

    yield from inside(root)
    yield from end()


class _MarkLinks(Treeprocessor):
    """Tell the targets that MkDocs will rewrite from those in raw HTML, which it leaves alone."""

    def run(self, root: Element) -> None:
        for element in root.iter():
            if element.tag in ("a", "img"):
                element.set(_FROM_MARKDOWN, "")


def _sections(prose_by_number: list[list[str]], result: _Result) -> list[Section]:
    sections = [Section(None, _texts(prose_by_number[0] if prose_by_number else []), result.content[-1])]
    for number, texts in enumerate(prose_by_number[1:], start=1):
        index = result.heading_by_number.get(number)
        if index is not None:
            sections.append(Section(index, _texts(texts), result.content[index]))
    return sections


def _texts(texts: list[str]) -> tuple[str, ...]:
    cleaned = (_PLACEHOLDER.sub(" ", text) for text in texts)
    return tuple(text for text in cleaned if text.strip())


class _Result(HTMLParser):
    """What is read from the converted page: headings, ids and targets, those of raw HTML included."""

    def __init__(self, dye: Dye, path: str) -> None:
        super().__init__(convert_charrefs=True)
        self.dye = dye
        self.path = path
        self.headings: list[Heading] = []
        self.anchors: list[Anchor] = []
        self.links: list[Link] = []
        self.suppressions: list[Suppression] = []
        self.active_contents: list[ActiveContent] = []
        self._open_links: list[tuple[int, dict[str, str], list[str]]] = []
        self.heading_by_number: dict[int, int] = {}
        self.content: dict[int, bool] = {-1: False}
        self._heading: tuple[str, dict[str, str]] | None = None
        self._heading_text: list[str] = []
        self._permalink = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag in prose.HEADINGS:
            self._heading, self._heading_text = (tag, values), []
        elif tag == "a" and "headerlink" in values.get("class", "").split():
            self._permalink = True
        elif "id" in values or (tag == "a" and "name" in values):
            self._add_anchor(values)
        if tag in _ACTIVE:
            self.active_contents.append(ActiveContent(f"<{tag}>", self._span(values.get(ATTRIBUTE, ""))))
        for name in values:
            if name.startswith("on"):
                self.active_contents.append(ActiveContent(name, self._span(values.get(ATTRIBUTE, ""))))
        if tag in _SHOWS_WITHOUT_TEXT:
            self.content[len(self.headings) - 1] = True
        for attribute, tags in _TARGETS.items():
            if tag in tags and attribute in values and not self._permalink:
                self._add_link(tag, values[attribute], _FROM_MARKDOWN in values, values.get("alt", ""))
                if tag == "a":
                    self._open_links.append((len(self.links) - 1, values, []))
        for _, _, text in self._open_links:
            text.append(values.get("alt", ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == "a" and self._permalink:
            self._permalink = False
        elif tag == "a" and self._open_links:
            index, given, text = self._open_links.pop()
            content = " ".join(strip("".join(text)).split())
            name = given.get("aria-label") or content or given.get("title", "")
            self.links[index] = replace(self.links[index], text=name)
        if self._heading and tag == self._heading[0]:
            self._add_heading()

    def handle_comment(self, data: str) -> None:
        match = _SUPPRESSION.fullmatch(strip(data))
        if match:
            self.suppressions.append(Suppression(match["rule"], match["reason"] or "", self._span(data)))

    def handle_data(self, data: str) -> None:
        for _, _, text in self._open_links:
            text.append(data)
        if self._heading:
            if not self._permalink:
                self._heading_text.append(data)
        elif data.strip():
            self.content[len(self.headings) - 1] = True

    def _span(self, text: str, length: int = 1) -> Span:
        span = self.dye.place(text)
        return Span(span.path, span.line, span.column, max(1, length)) if span else Span(self.path)

    def _add_anchor(self, values: dict[str, str]) -> None:
        anchor = strip(values.get("id") or values.get("name") or "")
        if anchor:
            self.anchors.append(Anchor(anchor, self._span(values.get(ATTRIBUTE, ""))))

    def _add_heading(self) -> None:
        assert self._heading is not None
        (tag, values), self._heading = self._heading, None
        dyed = "".join(self._heading_text)
        text = " ".join(strip(dyed).split())
        span = self._span(dyed, len(text))
        anchor = strip(values.get("id", ""))
        self.headings.append(Heading(int(tag[1]), text, anchor, span))
        self.content[len(self.headings) - 1] = False
        if values.get(_HEADING_NUMBER, "").isdecimal():
            self.heading_by_number[int(values[_HEADING_NUMBER])] = len(self.headings) - 1
        if anchor:
            placed = values.get(ATTRIBUTE, "")
            self.anchors.append(Anchor(anchor, self._span(placed) if placed else span))

    def _add_link(self, tag: str, dyed: str, from_markdown: bool, text: str) -> None:
        target = strip(dyed)
        origin = LinkOrigin.MARKDOWN if from_markdown else LinkOrigin.RAW_HTML
        self.links.append(Link(target, tag, origin, self._span(dyed, len(target)), strip(text)))
