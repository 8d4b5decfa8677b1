"""The page that says what is new and what was revised."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from xml.etree.ElementTree import Element

from kb.changes import PageChange
from kb.exports.feed import FEED_FILE
from kb.exports.names import kind_shown
from kb.knowledge import KnowledgeBase, title_of
from kb.model import Page
from kb.rendering.html import append, day, element, relative
from kb.rendering.learning_path import link_to

_MOST = 100


def what_changed(kb: KnowledgeBase, changes: Sequence[PageChange], page: Page) -> list[Element]:
    """The newest changes by day, with the summaries of the pages."""
    if not changes:
        return [element("p", "This copy of the site was built without its history, so nothing can be listed here.")]
    feed = element("a", "feed", href=relative(FEED_FILE, page.uri))
    parts = [element("p", "With a feed reader you can follow the ", feed, ".", class_="kb-feed")]
    for date, group in groupby(changes[:_MOST], key=lambda change: change.when.date()):
        entries = element("dl", class_="kb-index")
        for change in sorted(group, key=lambda change: (title_of(change.page).casefold(), change.page.uri)):
            about = element("span", f"{change.word} \N{MIDDLE DOT} {kind_shown(kb, change.page)}", class_="kb-change")
            summary = str(change.page.front_matter.data.get("summary") or "")
            append(entries, element("dt", link_to(change.page, page), " ", about), element("dd", summary))
        title = element("time", day(date), datetime=date.isoformat())
        parts += [element("h2", title, id=date.isoformat()), entries]
    if len(changes) > _MOST:
        parts.append(element("p", f"Only the newest {_MOST} changes are shown."))
    return parts
