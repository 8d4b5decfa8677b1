"""What the build adds to a page: citations, term links, the box at its head, relations, references, how to cite it."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from xml.etree.ElementTree import Element

from markdown import Markdown
from markdown.extensions import Extension
from markdown.treeprocessors import Treeprocessor

from kb.changes import PageChange
from kb.exports.citing import file_of
from kb.generated import map_anchor, reference_anchor
from kb.kinds import RELATIONS, Kind
from kb.knowledge import KnowledgeBase, aliases_of, fit_of, further_reading, levels_of, title_of
from kb.learning_path import minutes, steps
from kb.model import Page
from kb.reading import prose
from kb.reading.citations import CitationSyntax, citation_elements
from kb.reading.effect_syntax import EffectSyntax
from kb.rendering import lists
from kb.rendering.bibliography import Formatted
from kb.rendering.certainty import certainty
from kb.rendering.effects import citations_of_effects, write_effects
from kb.rendering.guidelines import citations_of_guidelines
from kb.rendering.html import append, as_it_is, day, element, folded, relative
from kb.rendering.learning_path import also_needed, link_to, next_pages, on_paths, path, where_on_paths
from kb.rendering.pools import Pools
from kb.rendering.references import group_of, source_note
from kb.rendering.safety import Safety
from kb.rendering.tables import without_empty_headings
from kb.rendering.terms import link_terms


class PageRendering(Extension):
    """Renders the pages of a knowledge base, one after the other. `page` is the one that is converted next."""

    def __init__(
        self,
        kb: KnowledgeBase,
        formatted: Formatted,
        site_name: str,
        pools: Pools | None = None,
        changes: Sequence[PageChange] = (),
    ) -> None:
        super().__init__()
        self.kb = kb
        self.formatted = formatted
        self.site_name = site_name
        self.pools = pools or {}
        self.changes = changes
        self.page: Page | None = None
        self.address: str | None = None

    def extendMarkdown(self, md: Markdown) -> None:
        CitationSyntax().extendMarkdown(md)
        if self.kb.settings.effects is not None:
            EffectSyntax().extendMarkdown(md)
        Safety().extendMarkdown(md)
        md.treeprocessors.register(_RenderPage(md, self), "kb-render", prose.PRIORITY)


class _RenderPage(Treeprocessor):
    def __init__(self, md: Markdown, rendering: PageRendering) -> None:
        super().__init__(md)
        self.rendering = rendering

    def run(self, root: Element) -> None:
        page = self.rendering.page
        if page is not None:
            render(root, self.md, page, self.rendering)


def citation_groups(kb: KnowledgeBase) -> set[str]:
    """Every group of citations that rendering will ask for, as source text."""
    groups = {group.text for page in kb.pages for group in page.citation_groups}
    groups |= {group_of(term.sources) for term in kb.glossary.terms}
    groups |= {group_of(sense.sources) for term in kb.terms for sense in term.senses}
    groups |= citations_of_effects(kb) | citations_of_guidelines(kb)
    groups |= {"@" + level.source.text for page in kb.pages for level in levels_of(page)}
    return groups


def assets_of(kb: KnowledgeBase, page: Page) -> list[str]:
    """The styles and scripts that this page needs beyond those of every page."""
    match page.front_matter.data.get("lists"):
        case "map":
            return ["assets/map.css", "assets/map.js"]
        case "glossary" | "references":
            return ["assets/lists.css", "assets/lists.js"]
        case "offline":
            return [f"assets/offline/{name}" for name in ("offline.css", "kept.js", "switch.js")]
    return ["assets/path.js"] if steps(page, kb) or kb.relations_to(page, "path") else []


def render(root: Element, md: Markdown, page: Page, rendering: PageRendering) -> None:
    """Complete the tree of a converted page."""
    kb, formatted = rendering.kb, rendering.formatted
    without_empty_headings(root)
    write_effects(root, kb, page, rendering.pools)
    cited = _write_citations(root, formatted)
    link_terms(root, md, kb, page)
    kind = kb.kind_of(page)
    if kind is not None:
        for position, part in enumerate(_head(kb, page, kind, formatted)):
            root.insert(position, part)
    written = len(root)
    append(root, *lists.lists_of(kb, page, formatted, rendering.changes))
    append(root, *path(kb, page), *on_paths(kb, page))
    if kind is not None and kind.is_concept:
        append(root, *_connections(kb, page))
    append(root, *_references(kb, page, cited, formatted))
    if kind is not None:
        append(root, *_cite_this_page(page, rendering))
    for part in root[written:]:
        part.set("data-search-exclude", "")


# citations


def _write_citations(root: Element, formatted: Formatted) -> dict[str, int]:
    """Replace the citation groups by their published form; return how often each work is cited."""
    counts: dict[str, int] = {}
    for span, in_link in list(citation_elements(root)):
        if in_link:
            continue
        text = " ".join((span.text or "")[1:-1].split())
        span.text = None
        written = formatted.group(text)
        for link in list(written.iter("a")):
            key = link.get("href", "").removeprefix("#ref-")
            link.attrib.pop("role", None)
            if key not in formatted.references:
                link.tag = "strong"
                link.attrib.clear()
                continue
            counts[key] = counts.get(key, 0) + 1
            link.set("id", f"cite-{key}-{counts[key]}")
        append(span, as_it_is(written))
    return counts


def _references(kb: KnowledgeBase, page: Page, cited: dict[str, int], formatted: Formatted) -> list[Element]:
    further = [name.text for name in further_reading(page) if name.text not in cited]
    parts: list[Element] = []
    for title, keys in (("References", set(cited)), ("Further reading", set(further))):
        if keys:
            items = [_reference(key, cited.get(key, 0), formatted) for key in formatted.references if key in keys]
            parts += [
                element("h2", title),
                element("ul", *items, class_="kb-references"),
            ]
    return parts


def _reference(key: str, times_cited: int, formatted: Formatted) -> Element:
    item = element("li", as_it_is(formatted.reference(key)), id=reference_anchor(key))
    if times_cited:
        back = element("span", class_="kb-back")
        for number in range(1, times_cited + 1):
            label = "Back to the text" if times_cited == 1 else f"Back to the text, citation {number} of {times_cited}"
            mark = "↩" if number == 1 else str(number)
            append(
                back,
                "\N{NO-BREAK SPACE}",
                element("a", mark, href=f"#cite-{key}-{number}", aria_label=label, title=label),
            )
        append(item, back)
    return item


# the head of a page


def _head(kb: KnowledgeBase, page: Page, kind: Kind, formatted: Formatted) -> list[Element]:
    """What stands between the title and the first section, in the same order on every page."""
    data = page.front_matter.data
    summary = element("p", str(data.get("summary", "")), class_="kb-summary")
    summary.set("data-pagefind-meta", f"summary, kind:{kind.name.capitalize()}")
    parts = [summary, _facts(kb, page)]
    if not kind.is_concept:
        return parts
    if aliases := aliases_of(page):
        parts.insert(0, element("p", "Also called ", ", ".join(aliases), class_="kb-also", data_search_exclude=""))
    rows: list[tuple[str, list[Element | str]]] = []
    for field, label in (
        ("edition", "Edition"),
        ("design", "Design"),
        ("comparison", "Comparison"),
    ):
        if isinstance(data.get(field), str):
            rows.append((label, [data[field]]))
    if isinstance(positions := data.get("positions"), list):
        rows.append(("Positions", ["; ".join(map(str, positions))]))
    rows += _levels(page, formatted)
    rows += _related(kb, page)
    if rows:
        box = element("dl", class_="kb-glance", data_search_exclude="")
        for label, value in rows:
            append(box, element("div", element("dt", label), element("dd", *value)))
        parts.append(box)
    return parts


def _facts(kb: KnowledgeBase, page: Page) -> Element:
    """How sure it is, how long it takes, when it was last checked, and where it stands on paths."""
    data = page.front_matter.data
    facts = element("ul", class_="kb-facts", data_search_exclude="")
    if fit := fit_of(page):
        append(facts, element("li", certainty(fit)))
    length = minutes(page)
    append(facts, element("li", f"{length} minute{'s' * (length > 1)} to read"))
    if isinstance(reviewed := data.get("reviewed"), datetime.date):
        append(facts, element("li", "Reviewed ", element("time", day(reviewed), datetime=reviewed.isoformat())))
    append(facts, *(element("li", place) for place in where_on_paths(kb, page)))
    return facts


def _levels(page: Page, formatted: Formatted) -> list[tuple[str, list[Element | str]]]:
    return [
        (level.hierarchy, [level.level + " ", source_note("@" + level.source.text, page, formatted)])
        for level in levels_of(page)
    ]


def _related(kb: KnowledgeBase, page: Page) -> list[tuple[str, list[Element | str]]]:
    """The relations without a reason, from both ends, as short lists."""
    rows = []
    for kind in RELATIONS:
        if kind.has_reason or kind.field == "path":
            continue
        forward = [relation.target for relation in kb.relations_from(page, kind.field)]
        inverse = [relation.source for relation in kb.relations_to(page, kind.field)]
        for label, ids in ((kind.forward, forward), (kind.inverse, inverse)):
            if ids:
                rows.append((label, folded([link_to(kb.by_id[id_], page) for id_ in ids])))
    return rows


# relations with reasons


def _connections(kb: KnowledgeBase, page: Page) -> list[Element]:
    read = kb.presupposed(page.id)
    below = [(kb.by_id[r.target], r.reason) for r in kb.relations_from(page, "builds_on")]
    needed_for = [(kb.by_id[r.source], r.reason) for r in kb.relations_to(page, "builds_on")]
    see_also = [(kb.by_id[r.target], r.reason) for r in kb.relations_from(page, "contrasts_with")]
    see_also += [(kb.by_id[r.source], r.reason) for r in kb.relations_to(page, "contrasts_with")]
    parts: list[Element] = []
    for title, related in (("Builds on", below), ("Needed for", needed_for), ("See also", see_also)):
        if related:
            items = element("ul", class_="kb-relations")
            for other, reason in related:
                note = also_needed(kb, other, page, read) if related is needed_for else []
                append(items, element("li", link_to(other, page), ": " + reason, *note))
            parts += [element("h3", title), items]
    parts += next_pages(kb, page)
    if parts and kb.map_page is not None:
        there = relative(f"{kb.map_page.uri}#{map_anchor(page)}", page.uri)
        parts.append(element("p", element("a", "See it on the map", href=there), class_="kb-on-map"))
    return [element("h2", "How it connects"), *parts] if parts else []


# how to cite


def _cite_this_page(page: Page, rendering: PageRendering) -> list[Element]:
    reviewed = page.front_matter.data.get("reviewed")
    date = f"{reviewed.year}, {reviewed:%B} {reviewed.day}" if isinstance(reviewed, datetime.date) else "n.d."
    text: list[Element | str] = [f"{rendering.site_name}. ({date}). ", element("em", title_of(page)), "."]
    if rendering.address:
        text += [" ", element("a", rendering.address, href=rendering.address)]
    files = element("p", "For reference managers: ", class_="kb-cite-files")
    for number, (ending, name) in enumerate((("bib", "BibTeX"), ("ris", "RIS"), ("json", "CSL-JSON"))):
        link = element("a", name, href=relative(file_of(page, ending), page.uri), download=f"{page.id}.{ending}")
        append(files, ", " if number else "", link)
    return [
        element("h2", "Cite this page"),
        element("p", *text, class_="kb-cite"),
        files,
    ]
