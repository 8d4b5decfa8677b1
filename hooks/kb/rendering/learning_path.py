"""What a page shows of the order of reading: the steps of a path, its own place on paths, and what comes next."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from xml.etree.ElementTree import Element

from kb.knowledge import KnowledgeBase, title_of
from kb.learning_path import minutes, missing_before, readable_after, steps
from kb.model import Page
from kb.rendering.html import Child, append, element, relative


def path(kb: KnowledgeBase, guide: Page) -> list[Element]:
    """The steps of a guide's path, each with what it adds and what it takes up; empty for a guide without one."""
    pages = steps(guide, kb)
    if not pages:
        return []
    total = sum(minutes(page) for page in pages)
    length = f"{len(pages)} pages, about {_duration(total)} of reading."
    list_ = element("ol", class_="kb-path")
    read: list[str] = []
    for page in pages:
        append(list_, _step(kb, page, read, guide))
        read.append(page.id)
    return [element("h2", "The path"), element("p", length), list_]


def _step(kb: KnowledgeBase, page: Page, read: list[str], guide: Page) -> Element:
    item = element(
        "li", link_to(page, guide), f" ({minutes(page)} min). ", str(page.front_matter.data.get("summary", ""))
    )
    taken_up = [kb.by_id[r.target] for r in kb.relations_from(page, "builds_on") if r.target in read]
    if taken_up:
        append(item, element("span", " Takes up ", *_listed(taken_up, guide), ".", class_="kb-takes-up"))
    return item


def _duration(minutes_: int) -> str:
    hours, rest = divmod(5 * round(minutes_ / 5), 60)
    parts = [f"{hours} hour" + "s" * (hours > 1)] if hours else []
    return " ".join([*parts, f"{rest} minutes"] if rest or not hours else parts)


def next_pages(kb: KnowledgeBase, page: Page, direct: Mapping[str, Iterable[str]]) -> list[Element]:
    """The pages for which a reader of this page is now prepared, and its places on paths."""
    parts: list[Element] = []
    if ready := readable_after(page, kb, direct):
        parts += [element("h3", "What you can read next"), element("p", *_listed(ready, page), ".", class_="kb-next")]
    places = [_place(page, kb.by_id[relation.source], kb) for relation in kb.relations_to(page, "path")]
    if places:
        parts += [element("h3", "On a path"), element("ul", *places, class_="kb-relations")]
    return parts


def _place(page: Page, guide: Page, kb: KnowledgeBase) -> Element:
    pages = steps(guide, kb)
    number = pages.index(page)
    item = element("li", link_to(guide, page), f", step {number + 1} of {len(pages)}")
    if number:
        append(item, "; before it ", link_to(pages[number - 1], page))
    if number + 1 < len(pages):
        append(item, "; after it ", link_to(pages[number + 1], page))
    return item


def also_needed(kb: KnowledgeBase, other: Page, page: Page, read: Iterable[str]) -> list[Child]:
    """A note on what `other` builds on beside `page` and what that presupposes; empty where there is nothing else."""
    missing = missing_before(other, {*read, page.id}, kb)
    return [" (it also builds on ", *_listed(missing, page), ")"] if missing else []


def _listed(pages: list[Page], page: Page) -> list[Child]:
    """Links to pages, with commas and a last "and"."""
    parts: list[Child] = []
    for number, other in enumerate(pages):
        parts += [" and " if number == len(pages) - 1 else ", "] if number else []
        parts.append(link_to(other, page))
    return parts


def link_to(other: Page, page: Page) -> Element:
    return element("a", title_of(other), href=relative(other.uri, page.uri))
