"""The first mention of a term in each section becomes a link; the first on the page carries the definition for all."""

from __future__ import annotations

from xml.etree.ElementTree import Element

from markdown import Markdown

from kb.generated import term_anchor
from kb.knowledge import KnowledgeBase
from kb.model import Page, Term
from kb.reading import prose
from kb.rendering.html import element, relative
from kb.typography import curled

GLOSSARY_PAGE = "glossary.md"


def target_of(term: Term) -> str:
    """Where a term is explained: its page, else its entry in the glossary."""
    return term.page or f"{GLOSSARY_PAGE}#{term_anchor(term)}"


def link_terms(root: Element, md: Markdown, kb: KnowledgeBase, page: Page) -> None:
    """Link the first mention of every term in every section of `page`, its own excepted."""
    linked: set[str] = set()
    defined: set[str] = set()
    parents = {child: parent for parent in root.iter() for child in parent}
    for item in list(prose.walk(root, md)):
        if isinstance(item, prose.Prose):
            _link_stretch(item, parents, kb, page, linked, defined)
        elif item.tag in prose.HEADINGS:
            linked.clear()
        elif item.get("href"):
            linked.add(_uri(item.get("href", ""), page))


def _uri(href: str, page: Page) -> str:
    """A link as the author wrote it, in the form of `target_of`."""
    path, hash_, anchor = href.partition("#")
    folder = page.folder.split("/") if page.folder else []
    for part in path.split("/"):
        if part == "..":
            folder = folder[:-1]
        elif part != ".":
            folder = [*folder, part]
    uri = "/".join(folder)
    return uri + hash_ + anchor if uri == GLOSSARY_PAGE else uri


def _link_stretch(
    item: prose.Prose,
    parents: dict[Element, Element],
    kb: KnowledgeBase,
    page: Page,
    linked: set[str],
    defined: set[str],
) -> None:
    text = item.text
    pieces: list[Element | str] = []
    done = 0
    for start, end in item.parts:
        for mention in kb.matcher.find(text[start:end]):
            target = target_of(mention.term)
            if mention.term.page == page.uri or target in linked:
                continue
            linked.add(target)
            pieces.append(text[done : start + mention.start])
            done = start + mention.end
            link = element(
                "a",
                text[start + mention.start : done],
                class_="kb-term",
                href=relative(target, page.uri),
            )
            if target not in defined:
                defined.add(target)
                link.set("data-definition", curled(mention.term.definition))
            pieces.append(link)
    if pieces:
        _replace(item, [*pieces, text[done:]], parents)


def _replace(item: prose.Prose, pieces: list[Element | str], parents: dict[Element, Element]) -> None:
    """Put `pieces`, text and elements in turn, in place of a stretch of text."""
    first = pieces[0]
    assert isinstance(first, str)
    links = [piece for piece in pieces if isinstance(piece, Element)]
    for link, following in zip(links, pieces[2::2], strict=True):
        link.tail = following if isinstance(following, str) else None
    if item.is_tail:
        parent = parents[item.element]
        position = list(parent).index(item.element) + 1
        item.element.tail = first
    else:
        parent, position = item.element, 0
        item.element.text = first
    for offset, link in enumerate(links):
        parent.insert(position + offset, link)
