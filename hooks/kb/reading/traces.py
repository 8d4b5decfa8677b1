"""What a source file holds that was not meant for readers: an unfinished merge, hidden characters, secrets."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain, islice

from kb.model import Span, Trace, TraceKind

# Of more no report could say anything new.
_MOST = 1000
_MERGE = re.compile(r"^(?P<begin><{7} \S.*)$|^(?P<middle>={7})$|^(?P<end>>{7} \S.*)$", re.MULTILINE)
# Control characters, those that make text read in another order than it is written (Unicode, UAX 9), and letters that
# nobody sees (tags; sound only in the flags of England, Scotland and Wales).
_HIDDEN = re.compile(
    r"[\x01-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]"
    r"|(?<![\U0001F3F4\U000E0020-\U000E007F])[\U000E0001\U000E0020-\U000E007F]"
)
_MAY_BE_HIDDEN = re.compile(r"[\x01-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\U000e0001-\U000e007f]")
_SECRETS = {
    "a private key": re.compile(r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY(?: BLOCK)?-----"),
    "an access key of AWS": re.compile(r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"),
    "a token of GitHub": re.compile(r"\b(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{40,})"),
    "a token of GitLab": re.compile(r"\bglpat-[\w-]{20,}"),
    "a token of Slack": re.compile(r"\bxox[abeoprs]-[0-9A-Za-z-]{10,}|hooks\.slack\.com/services/T\w+/B\w+/\w{20,}"),
    "a key of Google": re.compile(r"\bAIza[\w-]{35}\b"),
    "a live key of Stripe": re.compile(r"\b[rs]k_live_[0-9A-Za-z]{20,}"),
    "a token of a package index": re.compile(r"\bpypi-AgE[\w-]{50,}|\bnpm_[A-Za-z0-9]{36}\b"),
    "a signed token (JWT)": re.compile(r"\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{20,}"),
}
# What is to be found in every source with a secret, so that most texts are searched once.
_SIGNS = re.compile(
    r"-----BEGIN |AKIA|ASIA|gh[pousr]_|github_pat_|glpat-|xox[a-s]-|slack\.com|AIza|k_live_|AgE|npm_|eyJ"
)
_PASSWORD = re.compile(
    r"""\b(?P<name>password|passwd|passphrase|secret|api[_-]?key|access[_-]?token)["']?\s*[:=]\s*["'](?P<value>[^"'\s]{8,200})["']""",
    re.IGNORECASE,
)
_PASSWORD_SIGNS = ("passw", "passphrase", "secret", "key", "token")
_PLACEHOLDER = re.compile(
    r"example|change|your|xxx|\*\*\*|\.\.\.|…|[<>{}$%]|placeholder|1234567|dummy|password", re.IGNORECASE
)


def read_traces(text: str, path: str, code: str = "") -> tuple[Trace, ...]:
    """The traces in a file in the order of their kinds. `code` is what its published form shows as code.

    Marks of a merge that stand in code are an example of them. A secret is placed by its line alone, so that no report
    shows it.
    """
    lines = _Lines(text, path)
    traces = chain(_merges(text, lines, code), _hidden(text, lines), _secrets(text, lines))
    return tuple(islice(traces, _MOST))


class _Lines:
    """Offsets of one text -> places."""

    def __init__(self, text: str, path: str) -> None:
        self.text = text
        self.path = path
        self._offset, self._line = 0, 1

    def span(self, offset: int, length: int = 1) -> Span:
        if offset < self._offset:
            self._offset, self._line = 0, 1
        self._line += self.text.count("\n", self._offset, offset)
        self._offset = offset
        return Span(self.path, self._line, offset - self.text.rfind("\n", 0, offset), length)


def _merges(text: str, lines: _Lines, code: str) -> Iterator[Trace]:
    """The first mark of each conflict; one whose beginning is gone shows its middle and end."""
    if "<<<<<<< " not in text and ">>>>>>> " not in text:
        return
    shown = set(code.splitlines())
    is_open = has_middle = False
    for match in _MERGE.finditer(text):
        if match[0] in shown:
            continue
        if match["begin"]:
            is_open = True
            yield Trace(TraceKind.MERGE, "begin", lines.span(match.start(), len(match[0])))
        elif match["middle"]:
            has_middle = True
        else:
            if has_middle and not is_open:
                yield Trace(TraceKind.MERGE, "end", lines.span(match.start(), len(match[0])))
            is_open = has_middle = False


def _hidden(text: str, lines: _Lines) -> Iterator[Trace]:
    if not _MAY_BE_HIDDEN.search(text):
        return
    for match in _HIDDEN.finditer(text):
        yield Trace(TraceKind.HIDDEN, f"U+{ord(match[0]):04X}", lines.span(match.start()))


def _secrets(text: str, lines: _Lines) -> Iterator[Trace]:
    if _SIGNS.search(text):
        for name, pattern in _SECRETS.items():
            for match in pattern.finditer(text):
                if not _PLACEHOLDER.search(match[0]):
                    yield Trace(TraceKind.SECRET, name, _line_of(lines, match))
    folded = text.casefold()
    if not any(sign in folded for sign in _PASSWORD_SIGNS):
        return
    for match in _PASSWORD.finditer(text):
        value = match["value"]
        if re.search(r"\d", value) and re.search(r"[A-Za-z]", value) and not _PLACEHOLDER.search(value):
            yield Trace(TraceKind.PASSWORD, f"a value for '{match['name']}'", _line_of(lines, match))


def _line_of(lines: _Lines, match: re.Match[str]) -> Span:
    return Span(lines.path, lines.span(match.start()).line)
