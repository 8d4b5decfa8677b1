"""Facts of files kept between runs, found by the content that they were read from.

A cache that is missing, damaged, from another version or on a full disk costs time, never a wrong verdict. It
lives in the project's own folder, which the gate trusts as it trusts the project's hooks; values are pickled.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import pickle
import tempfile
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


class Cache:
    """Values by digest, one file each."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def get(self, key: str) -> Any | None:
        """The value kept under `key`, or None."""
        try:
            return pickle.loads((self.folder / key).read_bytes())
        except Exception:
            return None

    def put(self, key: str, value: Any) -> None:
        """Keep `value`; another process reading at the same time sees all of it or nothing."""
        with contextlib.suppress(OSError):
            self.folder.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=self.folder)
            try:
                with os.fdopen(handle, "wb") as file:
                    pickle.dump(value, file, protocol=pickle.HIGHEST_PROTOCOL)
                os.replace(name, self.folder / key)
            except OSError:
                os.unlink(name)

    def keep_only(self, keys: set[str]) -> None:
        """Forget every value that was not used, so that the cache does not grow with every edit."""
        with contextlib.suppress(OSError):
            for file in self.folder.iterdir():
                if file.name not in keys:
                    file.unlink(missing_ok=True)
