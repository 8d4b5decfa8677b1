"""What was read once and need not be read again, found by the content that it was read from.

A cache that is missing, damaged, from another version or on a full disk costs time, never a wrong verdict. It
lives in the project's own folder, which the gate trusts as it trusts the project's hooks; values are pickled.
"""

from __future__ import annotations

import contextlib
import hashlib
import marshal
import os
import pickle
import struct
import time
import zlib
from collections.abc import Iterable
from functools import cached_property
from pathlib import Path
from typing import Any


def digest(*parts: bytes | str) -> str:
    """A name for content: equal names mean equal parts."""
    sha = hashlib.sha256()
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        sha.update(len(data).to_bytes(8, "big"))
        sha.update(data)
    return sha.hexdigest()


# A file system may give a change the time of its last tick, some milliseconds ago.
_TICK = 50_000_000


class Contents:
    """What files hold, each read once in a run, and whether they still do."""

    def __init__(self) -> None:
        self._started = time.time_ns()
        self._digests: dict[str, str | None] = {}

    def digest_of(self, file: str) -> str | None:
        """A name for what a file holds; None where it cannot be read."""
        if file not in self._digests:
            try:
                with open(file, "rb") as opened:
                    self._digests[file] = digest(opened.read())
            except OSError:
                self._digests[file] = None
        return self._digests[file]

    def digest_of_all(self, files: Iterable[str]) -> str:
        """A name for what files hold, those that do not exist included."""
        return digest(*(part for file in files for part in (file, self.digest_of(file) or "missing")))

    def are_untouched(self, files: Iterable[str]) -> bool:
        """Whether none of the files, or folders, has changed since the run began.

        What was read then is what they hold; otherwise it may be half of one version and half of another.
        """
        for file in files:
            with contextlib.suppress(OSError):
                status = os.stat(file)
                if max(status.st_mtime_ns, status.st_ctime_ns) > self._started - _TICK:
                    return False
        return True


def own_code() -> str:
    """A digest of the package itself: what another version has kept is not used."""
    return digest(*(path.read_bytes() for path in sorted(Path(__file__).parents[1].rglob("*.py"))))


class Cache:
    """Values by digest, all in one file, which is read at the first question and written by `save`.

    Values stay pickled until they are asked for. The file is a row of pieces, each with its checksum; what is new is
    written behind the others, so that one new value costs no more than itself. Where it `is_asked_for_all`, values that
    a run does not ask for are of no use any more.
    """

    def __init__(self, file: Path, is_asked_for_all: bool = True) -> None:
        self.file = file
        self._is_asked_for_all = is_asked_for_all
        self._used: dict[str, bytes] = {}
        self._is_damaged = False
        self._size = self._size_when_whole = 0

    @cached_property
    def _kept(self) -> dict[str, bytes]:
        kept: dict[str, bytes] = {}
        try:
            content = memoryview(self.file.read_bytes())
        except OSError:
            return kept
        try:
            while content:
                checksum, length, body = *_HEAD.unpack_from(content), content[_HEAD.size :]
                if len(body) < length or zlib.crc32(body[:length]) != checksum:
                    raise ValueError
                kept.update(marshal.loads(body[:length]))
                content = body[length:]
                self._size += _HEAD.size + length
                self._size_when_whole = self._size_when_whole or self._size
        except Exception:  # what stands behind a piece that was not written to its end is lost
            self._is_damaged = True
        return kept

    @property
    def exists(self) -> bool:
        """Whether anything was kept at all."""
        return self.file.exists()

    def __contains__(self, key: str | None) -> bool:
        return key in self._kept

    def get(self, key: str) -> Any | None:
        """The value kept under `key`, or None."""
        pickled = self._kept.get(key)
        if pickled is None:
            return None
        try:
            value = pickle.loads(pickled)
        except Exception:
            return None
        self._used[key] = pickled
        return value

    def put(self, key: str, value: Any) -> None:
        """Keep `value`."""
        self.put_pickled(key, pickle.dumps(value, protocol=pickle.HIGHEST_PROTOCOL))

    def put_pickled(self, key: str, pickled: bytes) -> None:
        """Keep a value that another process has pickled."""
        self._used[key] = pickled

    def save(self) -> None:
        """Write what was put since the start; where much of the file is of no use any more, forget that.

        Another process that reads at the same time sees the values as they were or as they will be, nothing between.
        """
        new = {key: pickled for key, pickled in self._used.items() if self._kept.get(key) != pickled}
        piece = _piece(new) if new else b""
        unused = len(self._kept.keys() - self._used.keys()) if self._is_asked_for_all else 0
        is_wasteful = unused > _MOST_UNUSED * len(self._used)
        if self._is_damaged or is_wasteful or self._size + len(piece) > _MOST_GROWN * self._size_when_whole:
            write_whole(self.file, _piece(self._used))
        elif new:
            _write_behind(self.file, piece)


_HEAD = struct.Struct("<IQ")  # of a piece: its checksum and its length in bytes
# More unused values than this for each used one are worth writing the file anew.
_MOST_UNUSED = 0.25
# So is a file that has become so many times as long as it was when it was last written whole.
_MOST_GROWN = 1.25


def _piece(values: dict[str, bytes]) -> bytes:
    body = marshal.dumps(values)
    return _HEAD.pack(zlib.crc32(body), len(body)) + body


def _write_behind(file: Path, piece: bytes) -> None:
    """Add a piece at the end of a file of the cache, in one step, so that two processes do not mix theirs."""
    with contextlib.suppress(OSError):
        handle = os.open(file, os.O_WRONLY | os.O_APPEND | getattr(os, "O_BINARY", 0))
        try:
            os.write(handle, piece)
        finally:
            os.close(handle)


def write_whole(file: Path, content: bytes) -> None:
    """Replace a file of the cache at once, or leave it as it is where the disk does not let us."""
    import tempfile  # slow to load, and often nothing is written

    with contextlib.suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=file.parent)
        try:
            with os.fdopen(handle, "wb") as temporary:
                temporary.write(content)
            os.replace(name, file)
        except OSError:
            os.unlink(name)
