"""What the converted page tells: headings, ids, targets and active content, those of raw HTML included."""

from __future__ import annotations

import re
from collections.abc import Set as AbstractSet

from kb.addresses import runs_script
from kb.model import ActiveContent, Anchor, EffectMention, Heading, Link, LinkOrigin, Span, Suppression
from kb.reading import prose
from kb.reading.dye import ATTRIBUTE, MARK, Dye, strip
from kb.reading.effect_syntax import EFFECT_CLASS, LANGUAGES, mention
from kb.reading.html import PageParser
from kb.reading.tree import FROM_MARKDOWN, HEADING_NUMBER

_SHOWS_WITHOUT_TEXT = frozenset({"img", "svg", "video", "audio", "object", "iframe", "hr", "input"})
_ACTIVE = frozenset(
    {"script", "style", "iframe", "frame", "frameset", "object", "embed", "applet", "portal", "form", "base"}
)
_TARGETS = {
    "href": ("a", "area", "link", "image", "use"),
    "xlink:href": ("a", "image", "use"),
    "src": ("img", "script", "iframe", "frame", "audio", "video", "source", "embed", "track", "input"),
    "poster": ("video",),
    "data": ("object",),
    "background": ("table", "td", "th"),
}
# The kinds of `<link>` for which a browser fetches something; others only say something about the page.
_LOADING = frozenset(
    {
        *("stylesheet", "icon", "apple-touch-icon", "manifest"),
        *("preload", "modulepreload", "prefetch", "preconnect", "dns-prefetch", "prerender"),
    }
)
# One address of a `srcset` with what follows it, if anything does (HTML standard, "parse a srcset attribute").
_CANDIDATE = re.compile(r"[\s,]*(?:(?P<alone>\S*[^\s,]),+(?=\s|$)|(?P<described>\S*[^\s,])(?:[^,(]|\([^()]*\)?)*)")
_CSS_ADDRESS = re.compile(
    r"""\burl\(\s*(?:"(?P<double>[^"]+)|'(?P<single>[^']+)|(?P<bare>[^"')]+))|\bimport\s+["'](?P<sheet>[^"']+)""",
    re.IGNORECASE,
)
_RAW_EFFECT = re.compile(rf"\{{\{{[ \t]*effect:[ \t]*{MARK.pattern}[^{{}}\n]*\}}\}}")
# What the Markdown extension for tables writes; the rendering makes a class of it.
_ALIGNMENT = re.compile(r"text-align: (?:center|left|right);")
_SUPPRESSION = re.compile(r"\s*kb:\s*allow\s+(?P<rule>\S+)(?:\s+because\s+(?P<reason>.*\S))?\s*", re.DOTALL)


class PublishedFacts(PageParser):
    """What is read from the converted page: headings, ids and targets, those of raw HTML included."""

    def __init__(self, dye: Dye, path: str, slugs: AbstractSet[str] = frozenset(), has_effects: bool = False) -> None:
        """`slugs` are the ids that the texts of the headings make, before equal ones are told apart by a number."""
        super().__init__()
        self.dye = dye
        self.path = path
        self.slugs = slugs
        self.code: list[str] = []
        self.has_effects = has_effects
        self.raw_effects: list[EffectMention] = []
        self._in_effect = False
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
        self._code_depth = 0
        self._in_style = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag in prose.HEADINGS:
            self._heading, self._heading_text = (tag, values), []
        elif tag == "a" and "headerlink" in values.get("class", "").split():
            self._permalink = True
        elif "id" in values or (tag == "a" and "name" in values):
            self._add_anchor(values)
        self._in_effect = values.get("class") in (EFFECT_CLASS, *LANGUAGES.values())
        self._code_depth += tag in ("pre", "code")
        self._in_style = tag == "style"
        self._add_active_contents(tag, values)
        if tag in _SHOWS_WITHOUT_TEXT:
            self.content[len(self.headings) - 1] = True
        if tag == "a":
            self._close_link()  # as a browser does: a link ends where another begins
        self._add_links(tag, values)
        if self._open_link:
            self._open_link[2].append(values.get("alt", ""))

    def handle_endtag(self, tag: str) -> None:
        if tag in ("pre", "code"):
            self._code_depth = max(0, self._code_depth - 1)
        self._in_style = self._in_effect = False
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
        if self._code_depth:
            self.code.append(strip(data))
        elif self.has_effects and not self._in_effect and "effect:" in data:
            self._add_raw_effects(data)
        if self._in_style:
            self._add_css(data)
        if self._open_link:
            self._open_link[2].append(data)
        if self._heading:
            if not self._permalink:
                self._heading_text.append(data)
        elif data.strip():
            self.content[len(self.headings) - 1] = True

    def _add_raw_effects(self, data: str) -> None:
        """References to effects that the parser left as text, because they stand in raw HTML."""
        for match in _RAW_EFFECT.finditer(data):
            self.raw_effects.append(mention(match[0], self.dye, self.path, "raw HTML"))

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
        placed = values.get(ATTRIBUTE, "")
        base, _, number = anchor.rpartition("_")
        is_numbered = not placed and number.isdecimal() and base in self.slugs and anchor not in self.slugs
        self.headings.append(Heading(int(tag[1]), text, anchor, span, is_numbered))
        self.content[len(self.headings) - 1] = False
        if values.get(HEADING_NUMBER, "").isdecimal():
            self.heading_by_number[int(values[HEADING_NUMBER])] = len(self.headings) - 1
        if anchor:
            self.anchors.append(Anchor(anchor, self._span(placed) if placed else span))

    def _add_active_contents(self, tag: str, values: dict[str, str]) -> None:
        names = [f"<{tag}>"] if tag in _ACTIVE else []
        for name, value in values.items():
            if name == "http-equiv" and tag == "meta":
                names.append('<meta http-equiv="...">')
            elif name == "style" and not _ALIGNMENT.fullmatch(value):
                names.append("style")
            elif name.startswith("on"):
                names.append(name)
            elif ":" in value and tag not in _TARGETS.get(name, ()) and runs_script(strip(value)):
                names.append(f"a script in `{name}`")
        for name in names:
            self.active_contents.append(ActiveContent(name, self._span(values.get(ATTRIBUTE, ""))))

    def _add_links(self, tag: str, values: dict[str, str]) -> None:
        if self._permalink or (tag == "link" and _LOADING.isdisjoint(values.get("rel", "").lower().split())):
            return
        text = values.get("alt", "")
        for attribute, value in values.items():
            if tag in _TARGETS.get(attribute, ()) and not _is_part_of_drawing(tag, value):
                self._add_link(tag, value, FROM_MARKDOWN in values and attribute in ("href", "src"), text)
                if tag == "a":
                    self._open_link = (len(self.links) - 1, values, [])
            elif attribute == "srcset" and tag in ("img", "source"):
                for match in _CANDIDATE.finditer(value):
                    self._add_link("source", match["alone"] or match["described"], False, text)
            elif attribute == "style":
                self._add_css(value)

    def _add_css(self, css: str) -> None:
        for match in _CSS_ADDRESS.finditer(css):
            address = match[match.lastgroup or 0].strip()
            if not strip(address).startswith("#"):
                self._add_link("style", address, False, "")

    def _add_link(self, tag: str, dyed: str, from_markdown: bool, text: str) -> None:
        target = strip(dyed)
        origin = LinkOrigin.MARKDOWN if from_markdown else LinkOrigin.RAW_HTML
        place = self.dye.start_of(dyed)
        span = Span(place.path, place.line, place.column, max(1, len(target))) if place else Span(self.path)
        heading = len(self.headings) - 1 if self.headings else None
        self.links.append(Link(target, tag, origin, span, strip(text), heading))


def _is_part_of_drawing(tag: str, target: str) -> bool:
    return tag in ("use", "image") and strip(target).startswith("#")
