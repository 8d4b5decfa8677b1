"""What there is to keep for reading offline: the files that pages consist of, with digests that tell which changed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

from kb.exports.cards import CARD_FOLDER
from kb.exports.names import NAMES_FILE, is_search
from kb.exports.search import INDEX_FOLDER
from kb.knowledge import KnowledgeBase

LIST_FILE = "offline.json"
NOT_KEPT_PAGE = "offline.html"
# What pages consist of; what can be downloaded from them is left out.
_SHOWN = frozenset({".html", ".css", ".js", ".woff2", ".svg", ".png", ".ico", ".jpg", ".webp", ".gif"})
# A browser fetches the worker by itself; the others are for other sites, for hosts and for the screen of a telephone.
_LEFT_OUT = frozenset(
    {"sw.js", "404.html", "favicon.ico", "assets/missing.js", "assets/icons/card.png", "assets/icons/icon-180.png"}
)
_ASSETS = "assets/"


def write_offline_list(kb: KnowledgeBase, site: Path) -> None:
    """Write the list of what the folder `site` holds, as theme/assets/offline/switch.js reads it.

    `files` maps each address, relative to the root of the site, to the first 16 hexadecimal digits of the SHA-256 of
    the file, and its size in bytes. `first` names those that are kept at once: home, urgent help, the search by name,
    and what every page loads.
    """
    files = {}
    for path in site.rglob("*"):
        name = path.relative_to(site).as_posix()
        if path.is_file() and _is_part_of_a_page(name):
            content = path.read_bytes()
            files[_address(name)] = [hashlib.sha256(content).hexdigest()[:16], len(content)]
    first = {NOT_KEPT_PAGE, NAMES_FILE, *_first_pages(kb), *(name for name in files if name.startswith(_ASSETS))}
    listed = {"first": sorted(first & files.keys()), "files": dict(sorted(files.items()))}
    text = json.dumps(listed, ensure_ascii=False, separators=(",", ":")) + "\n"
    (site / LIST_FILE).write_text(text, encoding="utf-8")


def _first_pages(kb: KnowledgeBase) -> Iterator[str]:
    for page in kb.pages:
        has_switch = page.front_matter.data.get("lists") == "offline"
        if has_switch or is_search(page) or page.uri in ("index.md", kb.settings.urgent_help):
            yield kb.files[page.uri]


def _is_part_of_a_page(name: str) -> bool:
    if name in _LEFT_OUT or name.startswith(CARD_FOLDER):
        return False
    return name == NAMES_FILE or name.startswith(INDEX_FOLDER + "/") or Path(name).suffix in _SHOWN


def _address(name: str) -> str:
    return name.removesuffix("index.html") if name == "index.html" or name.endswith("/index.html") else name
