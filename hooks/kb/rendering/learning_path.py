"""What a page shows of the order of reading: the steps of a path, its own place on paths, and what comes next."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from xml.etree.ElementTree import Element

from kb.knowledge import KnowledgeBase, fit_of, title_of
from kb.learning_path import minutes, missing_before, readable_after, steps
from kb.model import Page
from kb.rendering.certainty import sign
from kb.rendering.html import Child, append, element, listed, relative
from kb.typography import curled


def path(kb: KnowledgeBase, guide: Page) -> list[Element]:
    """The steps of a guide's path, each with what it adds and what it takes up; empty for a guide without one."""
    pages = steps(guide, kb)
    if not pages:
        return []
    total = sum(minutes(page) for page in pages)
    length = f"{len(pages)} pages, about {_duration(total)} of reading."
    list_ = element("ol", class_="kb-path", data_path=guide.id)
    read: list[str] = []
    for page in pages:
        append(list_, _step(kb, page, read, guide))
        read.append(page.id)
    return [element("h2", "The path"), element("p", length), list_]


def _step(kb: KnowledgeBase, page: Page, read: list[str], guide: Page) -> Element:
    summary = str(page.front_matter.data.get("summary", ""))
    item = element("li", link_to(page, guide), f" ({minutes(page)} min). ", summary, data_step=page.id)
    if taken_up := _taken_up(kb, page, read):
        append(item, element("span", " Takes up ", *_links(taken_up, guide), ".", class_="kb-takes-up"))
    return item


def _taken_up(kb: KnowledgeBase, page: Page, read: Collection[str]) -> list[Page]:
    """What a step builds on, of the steps before it."""
    return [kb.by_id[r.target] for r in kb.relations_from(page, "builds_on") if r.target in read]


def _duration(minutes_: int) -> str:
    hours, rest = divmod(5 * round(minutes_ / 5), 60)
    parts = [f"{hours} hour" + "s" * (hours > 1)] if hours else []
    return " ".join([*parts, f"{rest} minutes"] if rest or not hours else parts)


def next_pages(kb: KnowledgeBase, page: Page) -> list[Element]:
    """The pages for which a reader of this page is now prepared."""
    ready = readable_after(page, kb)
    if not ready:
        return []
    return [element("h3", "What you can read next"), element("p", *_links(ready, page), ".", class_="kb-next")]


def paths_of(kb: KnowledgeBase, page: Page) -> list[tuple[Page, list[Page], int]]:
    """The paths on which a page is a step: the guide, its steps, and the number of this one, from 0."""
    guides = dict.fromkeys(relation.source for relation in kb.relations_to(page, "path"))
    paths = [(kb.by_id[guide], steps(kb.by_id[guide], kb)) for guide in guides]
    return [(guide, pages, pages.index(page)) for guide, pages in paths]


def where_on_paths(kb: KnowledgeBase, page: Page) -> list[Element]:
    """In a few words, for the head of a page, where it stands."""
    return [
        element("a", f"Step {number + 1} of {len(pages)}: {title_of(guide)}", href="#on-a-path")
        for guide, pages, number in paths_of(kb, page)
    ]


def on_paths(kb: KnowledgeBase, page: Page) -> list[Element]:
    """For each path that leads over a page: where it stands there, what it takes up, and the steps around it."""
    found = [_on_path(kb, page, *path) for path in paths_of(kb, page)]
    return [element("h2", "On a path"), *found] if found else []


def _on_path(kb: KnowledgeBase, page: Page, guide: Page, pages: list[Page], number: int) -> Element:
    where = element("p", link_to(guide, page), f": step {number + 1} of {len(pages)}")
    if taken_up := _taken_up(kb, page, [earlier.id for earlier in pages[:number]]):
        append(where, ". It takes up ", *_links(taken_up, page), ".")
    ways = element("ul")
    if number:
        append(ways, _way("Previous", "prev", link_to(pages[number - 1], page)))
    if number + 1 < len(pages):
        summary = str(pages[number + 1].front_matter.data.get("summary", ""))
        append(ways, _way("Next", "next", link_to(pages[number + 1], page), ": " + summary))
    else:
        append(ways, _way("Next", "", "This was the last step."))
    label = curled(f"Path: {title_of(guide)}")
    return element("nav", where, ways, class_="kb-steps", aria_label=label, data_path=guide.id, data_step=page.id)


def _way(label: str, rel: str, *to: Child) -> Element:
    content = element("div", *to)
    for link in content.iter("a"):
        link.set("rel", rel)
    return element("li", element("span", label), " ", content)


def also_needed(kb: KnowledgeBase, other: Page, page: Page, read: Iterable[str]) -> list[Child]:
    """A note on what `other` builds on beside `page` and what that presupposes; empty where there is nothing else."""
    missing = missing_before(other, {*read, page.id}, kb)
    return [" (it also builds on ", *_links(missing, page), ")"] if missing else []


def _links(pages: list[Page], page: Page) -> list[Child]:
    return listed([link_to(other, page) for other in pages], last=" and ")


def link_to(other: Page, page: Page) -> Element:
    """A link by the title of the page that it leads to; where that is an indication, with how sure the evidence is."""
    link = element("a", href=relative(other.uri, page.uri))
    if fit := fit_of(other):
        append(link, sign(fit, has_name=True))
    append(link, title_of(other))
    return link
