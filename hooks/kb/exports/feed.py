"""What changed, as an Atom feed (RFC 4287)."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from kb.changes import PageChange
from kb.exports.names import kind_shown
from kb.knowledge import KnowledgeBase, title_of
from kb.typography import curled

FEED_FILE = "feed.xml"
_MOST = 50
_NAMESPACE = "http://www.w3.org/2005/Atom"


def feed(
    kb: KnowledgeBase, changes: Sequence[PageChange], site: str, changes_uri: str, published_at: Callable[[str], str]
) -> str:
    """The newest changes. `published_at` gives the whole address of a file by its uri, empty where there is none yet.

    Without addresses the links count from the feed itself; ids are the same with and without.
    """

    def address(uri: str) -> str:
        return published_at(uri) or kb.files.get(uri, uri)

    root = Element("feed", xmlns=_NAMESPACE)
    _text(root, "id", _id(site, "what changed"))
    _text(root, "title", f"{site}: what changed")
    _text(root, "updated", changes[0].when.isoformat())
    _text(SubElement(root, "author"), "name", site)
    SubElement(root, "link", rel="alternate", type="text/html", href=address(changes_uri))
    if published_at(FEED_FILE):
        SubElement(root, "link", rel="self", type="application/atom+xml", href=published_at(FEED_FILE))
    for change in changes[:_MOST]:
        entry = SubElement(root, "entry")
        _text(entry, "id", _id(site, change.page.uri, change.word, change.when.date().isoformat()))
        _text(entry, "title", f"{change.word}: {curled(title_of(change.page))}")
        _text(entry, "updated", change.when.isoformat())
        SubElement(entry, "link", rel="alternate", type="text/html", href=address(change.page.uri))
        SubElement(entry, "category", term=kind_shown(kb, change.page))
        _text(entry, "summary", curled(str(change.page.front_matter.data.get("summary") or "")))
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def _text(parent: Element, tag: str, text: str) -> None:
    SubElement(parent, tag).text = text


def _id(*names: str) -> str:
    return uuid.uuid5(uuid.NAMESPACE_URL, "/".join(names)).urn
