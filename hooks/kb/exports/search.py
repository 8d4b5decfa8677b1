"""The published pages -> an index of every word, which Pagefind (https://pagefind.app) makes and reads."""

from __future__ import annotations

import base64
import json
import subprocess
from collections.abc import Mapping
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from kb.exports.names import is_search
from kb.knowledge import KnowledgeBase

INDEX_FOLDER = "pagefind"
# A page is its article, without what is marked as a list that the build made, and without the signs behind headings.
_ARTICLE = "article"
_LEFT_OUT = ["[data-search-exclude]", ".headerlink"]
# Pagefind brings ready-made search pages, and stemming for no language; this site has its own.
_UNUSED = ("pagefind-*ui.*", "pagefind-highlight.js", "wasm.unknown.*")


class IndexingFailed(Exception):
    """Pagefind refused something, in its own words."""


def write_index(kb: KnowledgeBase, site: Path, language: str) -> None:
    """Index what the folder `site` holds of the pages.

    The pages that the build itself makes, such as those that explain the rules, are not in it. Terms without a page
    need not be: all that there is to know of them stands among the names.
    """
    addresses = sorted(kb.files[page.uri] for page in kb.pages if not is_search(page))
    config = {"root_selector": _ARTICLE, "exclude_selectors": _LEFT_OUT, "force_language": language}
    with _Pagefind() as pagefind:
        index = pagefind.ask("NewIndex", config=config)["index_id"]
        for address in addresses:
            html = _file(site, address).read_text(encoding="utf-8")
            pagefind.ask("AddFile", index_id=index, url="/" + address, file_contents=html)
        # Told to write the files itself, Pagefind answers before the last of them is whole on the disk.
        files = pagefind.ask("GetFiles", index_id=index)["files"]
    for file in files:
        if not any(fnmatch(file["path"], pattern) for pattern in _UNUSED):
            target = site / INDEX_FOLDER / file["path"]
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(base64.b64decode(file["content"]))


def _file(site: Path, address: str) -> Path:
    return site / address / "index.html" if address.endswith("/") or not address else site / address


class _Pagefind:
    """Pagefind as a service that answers one question after the other.

    Its own Python package sends the same messages, but waits a tenth of a second for each answer; and if Pagefind walks
    through the folder itself, the order of pages in the index changes from one build to the next.
    """

    def __enter__(self) -> _Pagefind:
        from pagefind_bin import get_executable

        self._process = subprocess.Popen(
            [get_executable(), "--service"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.communicate()

    def ask(self, type_: str, **details: object) -> Mapping[str, Any]:
        """Send one message and return the answer; IndexingFailed where it is an error, or where there is none."""
        assert self._process.stdin is not None
        message = json.dumps({"message_id": 1, "payload": {"type": type_, **details}})
        self._process.stdin.write(base64.b64encode(message.encode()) + b",")
        self._process.stdin.flush()
        answer: Mapping[str, Any] = json.loads(base64.b64decode(self._answer()))["payload"]
        if answer["type"] == "Error":
            raise IndexingFailed(answer["message"])
        return answer

    def _answer(self) -> bytes:
        """What Pagefind says up to the next comma, which ends each answer."""
        assert self._process.stdout is not None
        answer = bytearray()
        while (letter := self._process.stdout.read(1)) != b",":
            if not letter:
                raise IndexingFailed("Pagefind ended before it was done")
            answer += letter
        return bytes(answer)
