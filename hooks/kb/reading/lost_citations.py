"""Citations of the source that the published page does not have: source and result compared, by means of the dye.

Behind every "@" that could begin a citation there is a mark. A mark that the parser took into a citation is accounted
for; the others are looked for in the published page: in code, comments and mathematics nothing was meant to be cited.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from kb.model import Fate, LostCitation, Span
from kb.reading.citation_groups import PLAIN_KEY, parse_group
from kb.reading.dye import MARK, Dye, strip
from kb.reading.html import PageParser

_AT = re.compile(rf"-?@(?P<brace>\{{?)(?P<mark>{MARK.pattern})(?P<key>[^\s,;{{}}\[\]|\"<>]*)")
_PUNCTUATION = ".,:;!?…’'\")*_~`"
_PARAGRAPH_END = re.compile(r"\n[ \t]*\n")
_MOST = 1000
# How far from its "@" the brackets of a citation group are looked for, in characters.
_REACH = 500

_QUIET = frozenset({"code", "pre", "samp", "script", "style", "textarea", "svg", "math", "template"})
_QUIET_CLASSES = frozenset({"arithmatex", "highlight", "MathJax_Preview", "mermaid"})
_VOID = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
)
# Attributes whose value a reader may see or hear; the value of any other is no text.
_READ = frozenset({"title", "alt", "aria-label", "aria-description", "placeholder", "label", "summary", "content"})


def lost_citations(dye: Dye, citations: str, html: str) -> Iterator[LostCitation]:
    """The places that look like a citation and became none, up to more of them than a page can have.

    `citations` are the citation groups that the parser found, with their marks, and `html` the published page with its.
    """
    return islice(_lost_citations(dye, citations, html), _MOST)


def _lost_citations(dye: Dye, citations: str, html: str) -> Iterator[LostCitation]:
    found = {match[0] for match in MARK.finditer(citations)}
    fates: dict[str, Fate] | None = None
    for text in dye.texts:
        for match in _AT.finditer(text):
            if match["mark"] in found or text[max(0, match.start() - 1) : match.start()] in ("\\", "/"):
                continue
            fates = _fates(html) if fates is None else fates
            fate = fates.get(match["mark"], Fate.GONE)
            group = _group(text, match.start())
            if fate is Fate.NOT_MEANT or group is None:
                continue
            yield _lost(dye, match, group, fate)


def _lost(dye: Dye, match: re.Match[str], group: str, fate: Fate) -> LostCitation:
    key = strip(match["key"])
    if not match["brace"] and key.endswith(tuple(_PUNCTUATION)) and not group:
        key = key.rstrip(_PUNCTUATION)  # in a sentence, a mark behind the key belongs to the sentence
    read = PLAIN_KEY.match(key)
    place = dye.place(match["mark"])
    span = Span(place.path, place.line, place.column, max(1, len(key))) if place else Span("")
    is_complete = "[" not in group and parse_group(group) is not None
    return LostCitation(key, key if match["brace"] or not read else read[0], fate, bool(group), is_complete, span)


def _group(text: str, at: int) -> str | None:
    """What stands between the brackets around `at`: empty where there are none, None where they are escaped."""
    before = text[max(0, at - _REACH) : at]
    before = _PARAGRAPH_END.split(before)[-1]
    depth = 0
    for offset in range(len(before) - 1, -1, -1):
        if before[offset] == "]":
            depth += 1
        elif before[offset] == "[" and depth:
            depth -= 1
        elif before[offset] == "[":
            backslashes = len(before[:offset]) - len(before[:offset].rstrip("\\"))
            if backslashes % 2:
                return None
            inside = before[offset + 1 :] + _PARAGRAPH_END.split(text[at : at + _REACH])[0]
            return strip(_up_to_bracket(inside))
    return ""


def _up_to_bracket(text: str) -> str:
    depth = 0
    for offset, letter in enumerate(text):
        if letter == "[":
            depth += 1
        elif letter == "]" and depth:
            depth -= 1
        elif letter == "]":
            return text[:offset]
    return ""


def _fates(html: str) -> dict[str, Fate]:
    """What became of each mark that the published page carries."""
    reader = _Fates()
    reader.feed(html)
    reader.close()
    return reader.fates


class _Fates(PageParser):
    def __init__(self) -> None:
        super().__init__()
        self.fates: dict[str, Fate] = {}
        self._quiet: list[str] = []
        self._quiet_text: list[str] = []
        self._links = 0

    def _note(self, text: str, fate: Fate) -> None:
        for match in MARK.finditer(text):
            self.fates.setdefault(match[0], fate)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            self._note(value or "", Fate.ATTRIBUTE if name in _READ else Fate.NOT_MEANT)
        classes = next((value or "" for name, value in attrs if name == "class"), "").split()
        if tag not in _VOID and (self._quiet or tag in _QUIET or not _QUIET_CLASSES.isdisjoint(classes)):
            self._quiet.append(tag)
        self._links += tag == "a"

    def handle_endtag(self, tag: str) -> None:
        if tag in self._quiet:
            while self._quiet.pop() != tag:
                pass
        self._links -= tag == "a" and self._links > 0

    def handle_data(self, data: str) -> None:
        if self._quiet:
            self._quiet_text.append(data)
        else:
            self._note(data, Fate.LINK if self._links else Fate.TEXT)

    def handle_comment(self, data: str) -> None:
        self._note(data, Fate.NOT_MEANT)

    def close(self) -> None:
        super().close()
        self._note("".join(self._quiet_text), Fate.NOT_MEANT)  # colouring may put tags between the characters of a mark

    def handle_decl(self, decl: str) -> None:
        self._note(decl, Fate.NOT_MEANT)

    def unknown_decl(self, data: str) -> None:
        self._note(data, Fate.NOT_MEANT)

    def handle_pi(self, data: str) -> None:
        self._note(data, Fate.NOT_MEANT)
