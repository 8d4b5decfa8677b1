"""Which pages of the built site are measured, found in the site itself."""

from __future__ import annotations

from pathlib import Path

from audit.serving import sent
from kb.kinds import KINDS

_OTHERS = ("", "glossary/", "references/", "search/", "map/")


def addresses(site: Path) -> list[str]:
    """Every page, by its address."""
    files = sorted(site.rglob("*.html"))
    return [file.relative_to(site).as_posix().removesuffix("index.html") for file in files]


def reading_pages(site: Path) -> list[str]:
    """Every page of a kind."""
    folders = tuple(f"{kind.folder}/" for kind in KINDS)
    return [address for address in addresses(site) if address.startswith(folders) and address.count("/") == 2]


def samples(site: Path) -> list[str]:
    """The heaviest page of each kind, so that all others are lighter, and the pages that are lists or tools."""
    heaviest: dict[str, str] = {}
    by_weight = sorted(reading_pages(site), key=lambda address: (len(sent(site / address / "index.html")), address))
    for address in by_weight:
        heaviest[address.partition("/")[0]] = address
    there = [address for address in _OTHERS if (site / address / "index.html").is_file()]
    return [there[0], *(heaviest[kind.folder] for kind in KINDS if kind.folder in heaviest), *there[1:]]
