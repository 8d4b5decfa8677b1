"""The index of a section: its pages with their summaries, in groups that their own data give."""

from __future__ import annotations

from xml.etree.ElementTree import Element

from kb.generated import group_anchor
from kb.grouping import Group, groups_of_section
from kb.kinds import Kind
from kb.knowledge import KnowledgeBase, title_of
from kb.model import Page
from kb.rendering.certainty import certainty
from kb.rendering.html import append, element, relative
from kb.rendering.learning_path import link_to


def section_index(kb: KnowledgeBase, section: Kind, index: Page) -> list[Element]:
    """Every page of the section with its summary, group by group."""
    parts: list[Element] = []
    for group in groups_of_section(kb, index):
        heading = certainty(group.fit) if group.fit else group.heading
        parts.append(element("h2", heading, id=group_anchor(group)))
        parts += _note(group, index)
        parts.append(_list(group.pages, index))
    return parts or [_list(kb.pages_in(section), index)]


def _note(group: Group, index: Page) -> list[Element]:
    if not group.note:
        return []
    note = element("p", group.note, class_="kb-group-note")
    if group.path is not None:
        append(note, link_to(group.path, index), ".")
    return [note]


def _list(pages: list[Page], index: Page) -> Element:
    entries = element("dl", class_="kb-index")
    for page in pages:
        link = element("a", title_of(page), href=relative(page.uri, index.uri))
        append(entries, element("dt", link), element("dd", str(page.front_matter.data.get("summary", ""))))
    return entries
