"""Marks that travel through the Markdown parser and tell where in the source something stood.

The parser decides what is a link; nobody guesses. Before conversion an invisible mark is put behind every place where a
target could begin. Whatever the parser made of that place carries the mark along: into an attribute where it is a
link, into code where it is not. Read from the result, the mark names the line and column.

A mark is a number written in private-use characters, which no Markdown syntax, slug or word pattern takes for text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import unquote

from kb.model import Span

_OPEN, _CLOSE, _ZERO = 0x10F0F0, 0x10F0F1, 0x10F0F2
_LONGEST_NUMBER = 9
_DIGITS = {chr(_ZERO + digit): str(digit) for digit in range(10)}
_TO_MARK = {str(digit): chr(_ZERO + digit) for digit in range(10)}
_FIRST = chr(_OPEN)
MARK = re.compile(f"{chr(_OPEN)}([{chr(_ZERO)}-{chr(_ZERO + 9)}]+){chr(_CLOSE)}")
_ESCAPED_MARK = re.compile(r"(?:%F4%8F%83%B[0-9A-F])+", re.IGNORECASE)
_ANY_MARK_CHARACTER = re.compile(f"[{chr(_OPEN)}-{chr(_ZERO + 9)}]")

# An attribute that marks an element whose own attribute must stay as it is, because the parser compares its value.
ATTRIBUTE = "data-kb-place"
_ATTRIBUTE_TEXT = re.compile(rf' {ATTRIBUTE}=(?:"{MARK.pattern}"|{MARK.pattern} )')

# Each pattern matches up to the point behind which a mark goes. At the start of a line that is "## " before a heading's
# text, "[label]: " or "[label]: <" before a target, and the first line of a block that shows data.
_LINE_PLACES = re.compile(
    r"""
    ^(?: [ \t>]*\#{1,6}(?![.)!])[ \t]*
       | [ ]{0,3}\[(?!\^)[^\]\n]+\]:[ \t]*(?:<(?=[^\s<>]*+>))?(?=\S)
       | [ \t>]*(?:`{3,}|~{3,})[ \t]*(?:effects|guidelines)[ \t]*\n[ \t>]*(?![ \t>`~]) )
    """,
    re.VERBOSE | re.MULTILINE,
)
# Elsewhere; every alternative begins with a character, so that the search leaps from one to the next.
_PLACES = re.compile(
    r"""
    \]\([ \t]*(?:<(?=[^<>]*+>\s*["')]))?(?!["'\s])             # "](" or "](<" before a target
    | \](?: \ ?\[(?![\]\n^]|-?@) | \[\](?!\{) )                # "][" before a label, or behind an empty one
    | @(?<![\w.%+-]@)\{?(?=\w) | -(?<![\w.%+-]-)@\{?(?=\w)     # "@" or "-@" before a citation key
    | <!--[ \t]*kb:[ \t]*                                      # "<!-- kb:" before a suppression
    | \{(?<!\\\{)\{[ \t]*effect:[ \t]*                        # "{{effect:" before the id of an effect
    """,
    re.VERBOSE,
)
# The same for what stands in angle brackets, or in the braces of an attribute list.
_RAW_PLACES = re.compile(
    r"""
    (?P<attribute> (?<![\w?&;=/%.-])(?:href|src|poster)\s*=[ \t]*["']?(?=\S) )     # 'href="' before a target
    | (?P<quoted> \b(?:data|background)\s*=\s*["'] )           # the same of names that are also words
    | (?P<css> \burl\([ \t]*["']? | (?<=@)import\s+["'] )     # "url(" before a target in a style
    | (?P<automatic> <(?:https?|ftp):// )                      # "<https://" within a target
    """,
    re.VERBOSE,
)
# Before these a mark goes in front, so that what follows stays untouched.
_FRONTS = re.compile(r"\[(?<!\\\[)\^(?=[^\]\n]{1,500}+\](?!:))")
_UNDERLINED = re.compile(r"^(?!\w+[.)]\s)(?=\w[^\n]*\n(?:=+|-+)[ \t]*$)", re.MULTILINE)
# Before each address of a `srcset` a mark goes.
_SRCSET = re.compile(r"""\bsrcset\s*=\s*(?:"(?P<double>[^"<>]*)"|'(?P<single>[^'<>]*)')""", re.IGNORECASE)
_CANDIDATE = re.compile(r"(?:^|,)\s*(?=[^\s,])")
# Before these an attribute goes that carries the mark: `{#id`, `{: .class #id`, `id="..."` and `onclick="..."` in a
# tag, `style` among them, and what follows the name of a tag that runs, embeds or styles something.
_IDS = re.compile(
    r"""
    (?P<list> (?<=\{)(?=[^{}\n]*+\}) )
    | (?P<active> <(?:script|style|i?frame|frameset|object|embed|applet|portal|form|base|meta)\b )
    | (?P<tag> <[a-zA-Z][^<>\n]*?\s(?=(?:id|name|style|formaction|on[a-z]+)\s*=\s*["'][^"'\n]*["']) )
    """,
    re.VERBOSE | re.IGNORECASE,
)
_IN_LIST = re.compile(r"#(?=[\w-])|\b(?:on[a-z]+|style)=")

# The number of a line in its file, and how many characters were taken off its start; None where that is not known.
Origin = tuple[int, int] | None


class Dye:
    """The marks put into the text of one page and of the files it includes; `texts` are these with their marks."""

    def __init__(self, has_citations: bool = True) -> None:
        self._has_citations = has_citations  # where there are none, an "@" may be an extension's own, as in "@user"
        self._spans: list[Span] = []
        self.texts: list[str] = []

    def _mark(self, span: Span) -> str:
        self._spans.append(span)
        number = str(len(self._spans) - 1)
        return chr(_OPEN) + "".join(_TO_MARK[digit] for digit in number) + chr(_CLOSE)

    def dye(self, text: str, path: str, first_line: int = 1, origins: Sequence[Origin] | None = None) -> str:
        """Return `text` with a mark at every place where something locatable could begin.

        `first_line` is the number of the text's first line in the file `path`. Where the text is not one stretch of the
        file, `origins` tells for each of its lines where it stands.
        """
        if _ANY_MARK_CHARACTER.search(text):
            return text
        cuts: list[tuple[int, str, bool]] = []
        for match in _LINE_PLACES.finditer(text):
            cuts.append((match.end(), "", False))
        for match in _PLACES.finditer(text):
            if self._has_citations or match[0][0] not in "@-":
                cuts.append((match.end(), "", False))
        for match in _FRONTS.finditer(text):
            cuts.append((match.start(), "", False))
        if "\n=" in text or "\n-" in text:
            for match in _UNDERLINED.finditer(text):
                cuts.append((match.start(), "", False))
        if "<" in text or "{" in text:
            for match in _RAW_PLACES.finditer(text):
                cuts.append((match.end(), "", False))
            for srcset in _SRCSET.finditer(text):
                value = srcset.lastgroup or ""
                for match in _CANDIDATE.finditer(srcset[value]):
                    cuts.append((srcset.start(value) + match.end(), "", False))
            for match in _IDS.finditer(text):
                if match.lastgroup != "list" or _IN_LIST.search(text, match.end(), text.index("}", match.end())):
                    cuts.append((match.end(), match.lastgroup or "", True))
        cuts.sort(key=lambda cut: (cut[0], cut[2]))
        pieces: list[str] = []
        done, line, line_start = 0, first_line, 0
        for offset, form, as_attribute in cuts:
            pieces.append(text[done:offset])
            line += text.count("\n", done, offset)
            newline = text.rfind("\n", done, offset)
            line_start = newline + 1 if newline >= 0 else line_start
            done = offset
            at = _IN_LIST.search(text, offset).start() if form == "list" else offset  # type: ignore[union-attr]
            column = at - line_start + 1
            origin = (line, 0) if origins is None else origins[line - first_line]
            mark = self._mark(Span(path, origin[0], column + origin[1]) if origin else Span(path))
            if not as_attribute:
                pieces.append(mark)
            elif form == "tag":
                pieces.append(f'{ATTRIBUTE}="{mark}" ')
            elif form == "active":
                pieces.append(f' {ATTRIBUTE}="{mark}"')
            else:
                colon = 1 if text[offset : offset + 1] == ":" else 0
                pieces.append(text[offset : offset + colon] + f" {ATTRIBUTE}={mark} ")
                done = offset + colon
        pieces.append(text[done:])
        self.texts.append("".join(pieces))
        return self.texts[-1]

    def place(self, text: str) -> Span | None:
        """The place that the first mark in `text` names, None where it carries none."""
        match = MARK.search(text) or MARK.search(_reveal(text))
        return self._place_of(match) if match else None

    def start_of(self, text: str) -> Span | None:
        """The place where `text` itself begins, its first mark standing at its start or further on in it."""
        match = MARK.match(text) or MARK.search(_reveal(text))
        if match is None:
            return None
        span, before = self._place_of(match), match.start()
        if span is None:
            return None
        return span._replace(column=span.column - before) if span.column and span.column > before else span

    def places(self, text: str) -> list[Span]:
        """The places that all marks in `text` name, in order."""
        found = [self._place_of(match) for match in MARK.finditer(_reveal(text))]
        return [span for span in found if span is not None]

    def _place_of(self, match: re.Match[str]) -> Span | None:
        """The place that a mark names, None where the page made it up, as with `&#x10F0F0;`."""
        number = int("".join(_DIGITS[character] for character in match[1][:_LONGEST_NUMBER]))
        return self._spans[number] if number < len(self._spans) else None


def _reveal(text: str) -> str:
    """Turn percent-encoded marks back into characters; leave every other escape alone."""
    if "%F4%8F" not in text and "%f4%8f" not in text:
        return text
    return _ESCAPED_MARK.sub(lambda match: unquote(match[0]), text)


def strip(text: str) -> str:
    """`text` as it would be without any mark."""
    if _FIRST not in text and "%F4%8F" not in text and "%f4%8f" not in text:
        return text
    return MARK.sub("", _reveal(_ATTRIBUTE_TEXT.sub("", text)))
