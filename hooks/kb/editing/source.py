"""Changes of source files: exact, checked against what stands there, and written all or not at all."""

from __future__ import annotations

import contextlib
import difflib
import os
import re
import stat
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from kb.model import Edit

_BOM = "\N{ZERO WIDTH NO-BREAK SPACE}"
_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_NEWLINE = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True, slots=True)
class Refusal:
    """An edit that was not made, and why."""

    edit: Edit
    reason: str


def apply(text: str, edits: Iterable[Edit]) -> tuple[str, list[Edit], list[Refusal]]:
    """Make `edits` in the text of one file.

    Returns the new text, the edits made and those refused: where the text at the place is not what the edit expects,
    or where two edits want to change the same characters in different ways. Line endings stay as they are; where an
    edit adds a line, it ends like the first line of the text.
    """
    starts = _line_starts(text)
    newline = match[0] if (match := _NEWLINE.search(text)) else "\n"
    placed: list[tuple[int, int, Edit]] = []
    refused: list[Refusal] = []
    for edit in dict.fromkeys(edits):
        place = _place(text, starts, edit)
        if place is None:
            refused.append(Refusal(edit, f"the text there is not '{edit.old}'"))
        else:
            placed.append((*place, edit))
    placed.sort(key=lambda item: item[:2])
    made: list[Edit] = []
    for start, end, edit in reversed(placed):
        if any(other is not edit and _overlap((start, end), (first, last)) for first, last, other in placed):
            refused.append(Refusal(edit, "another edit changes the same characters"))
        else:
            text = text[:start] + edit.new.replace("\n", newline) + text[end:]
            made.append(edit)
    return text, made[::-1], refused


def _overlap(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return one[0] == other[0] or (one[0] < other[1] and other[0] < one[1])


def _line_starts(text: str) -> list[int]:
    first = len(_BOM) if text.startswith(_BOM) else 0
    return [first, *(match.end() for match in _NEWLINE.finditer(text))]


def _place(text: str, starts: list[int], edit: Edit) -> tuple[int, int] | None:
    """Where the old text of an edit begins and ends, None where it does not stand there."""
    line, column = edit.span.line, edit.span.column
    if line is None or column is None or not 1 <= line <= len(starts):
        return None
    pattern = r"(?:\r\n|\r|\n)".join(re.escape(part) for part in edit.old.split("\n"))
    start = starts[line - 1] + column - 1
    match = re.compile(pattern).match(text, start)
    # A column behind the end of its line would be a place in the next one.
    end_of_line = next((found.start() for found in [_NEWLINE.search(text, starts[line - 1])] if found), len(text))
    return (start, match.end()) if match and start <= end_of_line else None


def read_text(path: Path) -> str:
    """The text of a file as it is, line endings and byte order mark included; raises UnicodeDecodeError."""
    return path.read_bytes().decode("utf-8")


def write_text(path: Path, text: str) -> None:
    """Replace the content of a file; who reads it meanwhile sees the old or the new. Its mode and links stay.

    Raises OSError where it cannot be written, and then leaves it as it was.
    """
    path = path.resolve()
    if not os.access(path, os.W_OK):
        raise PermissionError(13, "it is write-protected", str(path))
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(text.encode("utf-8"))
        os.chmod(name, stat.S_IMODE(path.stat().st_mode))
        os.replace(name, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(name)
        raise


def diff(old: str, new: str, path: str, new_path: str | None = None) -> str:
    """The change of one file as a unified diff."""
    before, after = (_LINE.findall(_NEWLINE.sub("\n", text)) for text in (old, new))
    lines = difflib.unified_diff(before, after, f"a/{path}", f"b/{new_path or path}")
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)
