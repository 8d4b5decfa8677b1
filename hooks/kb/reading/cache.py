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
import tempfile
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


def untouched(files: Iterable[str], since: int) -> bool:
    """Whether none of the files has changed since the time `since` (nanoseconds of the clock of the system).

    What was read then is what they hold; otherwise it may be half of one version and half of another.
    """
    for file in files:
        with contextlib.suppress(OSError):
            status = os.stat(file)
            if max(status.st_mtime_ns, status.st_ctime_ns) > since - _TICK:
                return False
    return True


def own_code() -> str:
    """A digest of the package itself: what another version has kept is not used."""
    return digest(*(path.read_bytes() for path in sorted(Path(__file__).parents[1].rglob("*.py"))))


class Cache:
    """Values by digest, all in one file, which is read at the first question and written by `save`.

    Values stay pickled until they are asked for.
    """

    def __init__(self, file: Path) -> None:
        self.file = file
        self._used: dict[str, bytes] = {}

    @cached_property
    def _kept(self) -> dict[str, bytes]:
        try:
            content = self.file.read_bytes()
            checksum, body = content[:4], content[4:]
            if zlib.crc32(body).to_bytes(4, "big") != checksum:
                return {}
            return dict(marshal.loads(body))
        except Exception:
            return {}

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
        """Write what was asked for or put since the start, and forget the rest.

        Another process that reads at the same time sees the file as it was or as it will be, nothing between.
        """
        if self._used == self._kept:
            return
        body = marshal.dumps(self._used)
        write_whole(self.file, zlib.crc32(body).to_bytes(4, "big") + body)


def write_whole(file: Path, content: bytes) -> None:
    """Replace a file of the cache at once, or leave it as it is where the disk does not let us."""
    with contextlib.suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=file.parent)
        try:
            with os.fdopen(handle, "wb") as temporary:
                temporary.write(content)
            os.replace(name, file)
        except OSError:
            os.unlink(name)
