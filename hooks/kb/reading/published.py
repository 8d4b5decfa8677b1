"""What the converted page tells: headings, ids, targets and active content, those of raw HTML included."""

from __future__ import annotations

import re

from kb.model import ActiveContent, Anchor, Heading, Link, LinkOrigin, Span, Suppression
from kb.reading import prose
from kb.reading.dye import ATTRIBUTE, Dye, strip
from kb.reading.html import PageParser
from kb.reading.tree import FROM_MARKDOWN, HEADING_NUMBER

_SHOWS_WITHOUT_TEXT = frozenset({"img", "svg", "video", "audio", "object", "iframe", "hr", "input"})
_ACTIVE = frozenset({"script", "iframe", "object", "embed", "form", "base"})
_TARGETS = {"href": ("a", "area", "link"), "src": ("img", "script", "iframe", "audio", "video", "source", "embed")}
_SUPPRESSION = re.compile(r"\s*kb:\s*allow\s+(?P<rule>\S+)(?:\s+because\s+(?P<reason>.*\S))?\s*", re.DOTALL)


class PublishedFacts(PageParser):
    """What is read from the converted page: headings, ids and targets, those of raw HTML included."""

    def __init__(self, dye: Dye, path: str) -> None:
        super().__init__()
        self.dye = dye
        self.path = path
        self.headings: list[Heading] = []
        self.anchors: list[Anchor] = []
        self.links: list[Link] = []
        self.suppressions: list[Suppression] = []
        self.active_contents: list[ActiveContent] = []
        self._open_link: tuple[int, dict[str, str], list[str]] | None = None
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
        if tag == "a":
            self._close_link()  # as a browser does: a link ends where another begins
        for attribute, tags in _TARGETS.items():
            if tag in tags and attribute in values and not self._permalink:
                self._add_link(tag, values[attribute], FROM_MARKDOWN in values, values.get("alt", ""))
                if tag == "a":
                    self._open_link = (len(self.links) - 1, values, [])
        if self._open_link:
            self._open_link[2].append(values.get("alt", ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == "a" and self._permalink:
            self._permalink = False
        elif tag == "a":
            self._close_link()
        if self._heading and tag == self._heading[0]:
            self._add_heading()

    def _close_link(self) -> None:
        if self._open_link:
            (index, given, text), self._open_link = self._open_link, None
            content = " ".join(strip("".join(text)).split())
            name = given.get("aria-label") or content or given.get("title", "")
            self.links[index] = self.links[index]._replace(text=name)

    def close(self) -> None:
        super().close()
        self._close_link()

    def handle_comment(self, data: str) -> None:
        match = _SUPPRESSION.fullmatch(strip(data))
        if match:
            self.suppressions.append(Suppression(match["rule"], match["reason"] or "", self._span(data)))

    def handle_data(self, data: str) -> None:
        if self._open_link:
            self._open_link[2].append(data)
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
        if values.get(HEADING_NUMBER, "").isdecimal():
            self.heading_by_number[int(values[HEADING_NUMBER])] = len(self.headings) - 1
        if anchor:
            placed = values.get(ATTRIBUTE, "")
            self.anchors.append(Anchor(anchor, self._span(placed) if placed else span))

    def _add_link(self, tag: str, dyed: str, from_markdown: bool, text: str) -> None:
        target = strip(dyed)
        origin = LinkOrigin.MARKDOWN if from_markdown else LinkOrigin.RAW_HTML
        heading = len(self.headings) - 1 if self.headings else None
        self.links.append(Link(target, tag, origin, self._span(dyed, len(target)), strip(text), heading))
