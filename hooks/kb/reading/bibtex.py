"""The entries of a BibTeX text with the places of their parts. pybtex decides what is what; here one listens to it.

An entry is parsed up to the line that begins the next one, so that a syntax error in one does not hide the others.
Offsets count characters from the start of the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, MutableMapping
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise
from typing import Any

from pybtex.database.input.bibtex import LowLevelParser, UndefinedMacro, month_names
from pybtex.scanner import Literal, PrematureEOF, PybtexSyntaxError, Token
from pybtex.utils import CaseInsensitiveDict

_COMMAND = re.compile(r"@[ \t]*(?P<kind>[A-Za-z]+)\s*(?P<open>[{(])")
_AT_LINE_START = re.compile(rf"^[ \t]*(?={_COMMAND.pattern})".replace("?P<kind>", "").replace("?P<open>", ""), re.M)
_COMMENT = re.compile(r"^[ \t]*@comment\s*(?=\{)", re.IGNORECASE | re.MULTILINE)
_NOTHING = re.compile(r"(?:[\s,;]+|%[^\n]*)*+")
_MEANT_AS_BIBTEX = re.compile(r"^[ \t]*(?:@|[^%\n]*[{}=])", re.MULTILINE)
_FIELD = re.compile(r"[A-Za-z][\w-]*\s*=")
# A value that goes on into the next field, or up to the brace that was to end the entry, was not closed.
_RUNS_ON = re.compile(r"[,\n]\s{0,99}[A-Za-z][\w-]*\s{0,99}=\s{0,99}(?:[{\"\d]|\Z)|\n[ \t]*\Z")
# More than any real file or entry has; what goes beyond would only take time.
_MOST_ENTRIES = 5_000
_MOST_PIECES = 1_000


@dataclass(frozen=True, slots=True)
class Problem:
    """What cannot be read as BibTeX. `edit` is what to write for the `length` characters, where that is certain."""

    message: str
    offset: int
    length: int = 1
    suggestion: str | None = None
    edit: str | None = None


@dataclass(frozen=True, slots=True)
class WrittenField:
    """A field; its name begins at `start`, its value at `value_start` if it `is_verbatim`, that is, in one piece."""

    name: str
    start: int
    value: str
    value_start: int
    is_verbatim: bool


@dataclass(slots=True)
class WrittenEntry:
    """An entry from `start` to `end`. With a problem, what comes after that in the entry is not read."""

    kind: str
    start: int
    kind_start: int
    key_start: int
    key: str = ""
    end: int = 0
    fields: list[WrittenField] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def parse(text: str) -> Iterator[WrittenEntry | Problem]:
    """The entries in their order, and the problems between them."""
    text = _without_comments(text)
    starts = [match.end() for match in _AT_LINE_START.finditer(text)]
    head = _MEANT_AS_BIBTEX.search(text, 0, starts[0] if starts else len(text))
    if head:
        yield _outside(text, head.start() + len(head[0]) - len(head[0].lstrip()), len(text))
    macros: MutableMapping[str, str] = CaseInsensitiveDict(month_names)
    found = 0
    for start, end in pairwise([*starts, len(text)]):
        for item in _Listener(text[start:end], start, macros).read():
            yield item
            found += 1
            if found == _MOST_ENTRIES:
                yield Problem("the file has too many entries; what follows is not read", start, 1, "split the file")
                return


def _without_comments(text: str) -> str:
    """The text with every `@comment{...}` blanked out, its lines kept."""
    if not _COMMENT.search(text):
        return text
    closing: dict[int, int] = {}
    opened: list[int] = []
    for brace in re.finditer(r"[{}]", text):
        if brace[0] == "{":
            opened.append(brace.start())
        elif opened:
            closing[opened.pop()] = brace.end()
    pieces, done = [], 0
    for match in _COMMENT.finditer(text):
        end = closing.get(match.end())
        if match.start() >= done and end is not None:
            pieces += [text[done : match.start()], re.sub(r"[^\n]", " ", text[match.start() : end])]
            done = end
    return "".join([*pieces, text[done:]])


def _outside(text: str, offset: int, end: int, base: int = 0) -> Problem:
    line = text[offset:end].partition("\n")[0].rstrip()
    return Problem(
        "this stands outside of every entry, where nothing is read",
        base + offset,
        len(line),
        "remove it, or begin the line with `%` if it is a remark",
    )


@cache
def _any_of(*marks: Literal) -> re.Pattern[str]:
    return re.compile("|".join(re.escape(mark.description[1:-1]) for mark in marks))


class _Listener(LowLevelParser):  # type: ignore[misc]
    """pybtex's own parser, which also notes where the parts of entries begin.

    `text` begins with a command; `base` is its offset in the whole.
    """

    current_entry_key: str | None

    def __init__(self, text: str, base: int, macros: Mapping[str, str]) -> None:
        super().__init__(text, macros=macros)
        self.base = base

    def read(self) -> Iterator[WrittenEntry | Problem]:
        position = 0
        while command := _COMMAND.search(self.text, position):
            between = _NOTHING.match(self.text, position)
            assert between is not None
            if between.end() > command.start():  # an "@" in a remark
                position = between.end()
                continue
            if between.end() < command.start():
                yield _outside(self.text, between.end(), command.start(), self.base)
            self._read_command(command)
            if command["kind"].lower() in ("string", "preamble"):
                yield from self.entry.problems
            elif command["kind"].lower() != "comment":
                yield self.entry
            if self.entry.problems:
                return
            position = self.pos
        rest = _NOTHING.match(self.text, position)
        if rest and rest.end() < len(self.text):
            yield self._after_entry(rest.end())

    def _read_command(self, command: re.Match[str]) -> None:
        self.entry = WrittenEntry(
            command["kind"], self.base + command.start(), self.base + command.start("kind"), self.base + command.end()
        )
        self.failed = False
        self.name_start, self.key_end = command.end(), -1
        self.parts: list[tuple[int, int]] = []
        self.pos = self.command_start = command.start() + 1
        if command["kind"].lower() == "comment":
            line_end = self.text.find("\n", command.end())
            self.pos = line_end if line_end >= 0 else len(self.text)
            return
        self.parse_command()
        self.entry.key = self.current_entry_key or ""
        self.entry.end = self.base + self.pos

    # what pybtex calls

    def parse_entry_body(self, body_end: Any) -> None:
        self.eat_whitespace()
        self.entry.key_start = self.base + self.pos
        super().parse_entry_body(body_end)

    def parse_entry_fields(self) -> None:
        self.key_end = self.pos
        start = self._after(self.pos)
        if self.text[start : start + 1] not in ("", ",", "}", ")", "="):
            is_field = _FIELD.match(self.text, start)
            self._fail(self._missing_comma(self.pos) if is_field else self._key_with_space())
        super().parse_entry_fields()

    def parse_field(self) -> None:
        self.eat_whitespace()
        self.name_start, self.parts = self.pos, []
        super().parse_field()
        if self.current_field_name:
            start, end = self.parts[0]
            is_verbatim = len(self.parts) == 1 and self.text[start] in '{"'
            value = self.text[start + 1 : end - 1] if is_verbatim else "".join(self.current_value)
            offset = self.base + start + is_verbatim
            self.entry.fields.append(
                WrittenField(self.current_field_name, self.base + self.name_start, value, offset, is_verbatim)
            )

    def parse_value_part(self) -> Any:
        self.eat_whitespace()
        self.parts.append((self.pos, self.pos))
        if max(len(self.parts), len(self.entry.fields)) >= _MOST_PIECES:
            self._fail(Problem("the entry has too many fields or pieces", self.base + self.pos, 1, "shorten it"))
            raise PybtexSyntaxError("too long", self)
        value = super().parse_value_part()
        self.parts[-1] = (self.parts[-1][0], self.pos)
        return value

    def skip_to(self, patterns: list[Any]) -> Token | None:
        """As pybtex, in one search for all patterns: one search each takes quadratic time."""
        match = _any_of(*patterns).search(self.text, self.pos)
        if match is None:
            return None
        start, self.pos = self.pos, match.end()
        return Token(
            self.text[start : self.pos], next(pattern for pattern in patterns if match[0] in pattern.description)
        )

    def update_lineno(self, value: str) -> None:
        """Lines are counted from offsets, once, where one is asked for."""

    def handle_error(self, error: PybtexSyntaxError) -> None:
        if isinstance(error, UndefinedMacro):
            start, name = self.parts[-1][0], str(error.args[0])
            message = f"'{name}' stands in neither braces nor quotation marks, and no @string before it defines it"
            self._fail(Problem(message, self.base + start, len(name), "write the value in braces"))
        else:
            self._fail(self._diagnosis(error))

    # what an error means

    def _fail(self, problem: Problem) -> None:
        """Only the first problem of an entry counts: the others follow from it."""
        if not self.failed:
            self.entry.problems.append(problem)
        self.failed = True

    def _diagnosis(self, error: PybtexSyntaxError) -> Problem:
        at = self.text[self.pos : self.pos + 1]
        key = self.current_entry_key
        is_entry = self.entry.kind.lower() not in ("string", "preamble")
        if is_entry and (key is None or (at == "=" and self.pos == self._after(self.key_end))):
            suggestion = f"write `@{self.entry.kind}{{key,`"
            self.current_entry_key = None
            return Problem("the entry has no key", self.entry.key_start, len(key or "x"), suggestion)
        if self.parts and self.parts[-1][0] == self.parts[-1][1]:
            return self._unfinished_value(error)
        if self.parts and _RUNS_ON.search(self.text[slice(*self.parts[-1])][:-1]):
            return self._unclosed(self.parts[-1][0])
        if isinstance(error, PrematureEOF):
            last = self._before(len(self.text))
            return Problem("the entry is not closed", self.base + last, 1, "add the missing `}` after this")
        if self.parts and _FIELD.match(self.text, self.pos):
            return self._missing_comma(self.parts[-1][1])
        if at == "%":
            return Problem("a remark cannot stand inside an entry", self.base + self.pos, 1, "move it above the entry")
        if self.current_field_name and not self.parts:
            name, hint = self.current_field_name, "look for a brace that closes the value before it too early"
            return Problem(f"no `=` follows '{name}'", self.base + self.name_start, len(name), hint)
        if self.parts:
            return Problem(
                "the value ends before this", self.base + self.pos, 1, "look for a brace that closes too early"
            )
        return Problem(f"{error.args[0]} here", self.base + min(self.pos, len(self.text) - 1), 1, "look just before it")

    def _unfinished_value(self, error: PybtexSyntaxError) -> Problem:
        start = self.parts[-1][0]
        opened = self.text[start : start + 1]
        if opened in ("{", '"'):
            if isinstance(error, PrematureEOF) or _RUNS_ON.search(self.text[start : self.pos - 1]):
                return self._unclosed(start)
            return Problem(error.args[0], self.base + self.pos - 1, 1, "remove this brace, or add the one it closes")
        name = self.current_field_name or "string"
        return Problem(f"the field '{name}' has no value", self.base + self.name_start, len(name), "write `{...}`")

    def _unclosed(self, start: int) -> Problem:
        what = "brace" if self.text[start] == "{" else "quotation mark"
        return Problem(f"the {what} opened here is never closed", self.base + start, 1, "close it where the value ends")

    def _missing_comma(self, end: int) -> Problem:
        last = self.text[end - 1]
        return Problem("a comma is missing after this", self.base + end - 1, 1, "add a comma", f"{last},")

    def _key_with_space(self) -> Problem:
        start = self.entry.key_start - self.base
        length = len(re.match(r"[^,\n}]*", self.text[start:])[0].rstrip())  # type: ignore[index]
        return Problem("the key contains a space", self.entry.key_start, length, "write it as one word")

    def _after_entry(self, offset: int) -> Problem:
        """What stands between the end of an entry and the next one."""
        end = self.entry.end - self.base
        if self.entry.key and "," in self.text[end:offset] and _FIELD.match(self.text, offset):
            message = f"the entry '{self.entry.key}' ends with this brace, before its last fields"
            return Problem(message, self.base + end - 1, 1, "look for one closing brace too many")
        return _outside(self.text, offset, len(self.text), self.base)

    def _after(self, offset: int) -> int:
        """The first offset from `offset` on that is no space."""
        space = self.WHITESPACE.match(self.text, offset)
        return int(space.end()) if space else offset

    def _before(self, offset: int) -> int:
        """The last offset before `offset` that is no space."""
        return len(self.text[:offset].rstrip()) - 1
