"""Why a finding arose at a place: what the gate saw there, what it looked up, where, and what was nearest."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass
from textwrap import wrap

from kb.knowledge import KnowledgeBase, Target, title_of
from kb.model import VALUE, Finding, Link, LinkOrigin, Page, Reference, Relation, Span
from kb.nearest import nearest_all
from kb.reports import Verdict, count
from kb.reports.text import excerpt
from kb.rules import all_rules
from kb.rules.reference import allow

_WIDTH = 100


@dataclass(frozen=True, slots=True)
class Sight:
    """Something that the gate saw in the source, and what became of looking it up."""

    span: Span
    what: str
    result: str

    def __str__(self) -> str:
        where = f"column {self.span.column}: " if self.span.column else ""
        return f"{where}{self.what}: {self.result}"


def explain(kb: KnowledgeBase, verdict: Verdict, path: str, line: int, column: int | None = None) -> str:
    """Say why the findings of a line (or of one column of it) arose; where there is none, what stands on the line."""
    lines = kb.text_of(path).split("\n")
    sights = sorted(dict.fromkeys(_sights(kb, path, line)), key=lambda sight: (sight.span.column or 0, sight.what))
    found = [finding for finding in verdict.findings if (finding.span.path, finding.span.line) == (path, line)]
    at_column = [finding for finding in found if column is None or _covers(finding.span, column)]
    parts = [_explain(kb, verdict, finding, sights, lines) for finding in at_column or found]
    if not found:
        parts.append(f"Nothing is found at {path}:{line}.\n    {lines[line - 1].strip()}")
        parts += [_wrap(f"A comment on the line before allows {text}") for text in _allowed(kb, path, line)]
    used = {sight for finding in at_column or found for sight in _at(finding, sights)}
    rest = [sight for sight in sights if sight not in used]
    if rest:
        parts.append("\n".join(["The gate sees on this line:", *(_wrap(str(sight), "  ") for sight in rest)]))
    elif not found:
        parts.append("On this line the gate sees no link, citation, id, heading or field; it may still read its words.")
    return "\n\n".join(parts)


def _covers(span: Span, column: int) -> bool:
    return span.column is not None and span.column <= column < span.column + max(1, span.length)


def _at(finding: Finding, sights: list[Sight]) -> list[Sight]:
    return [sight for sight in sights if sight.span.column == finding.span.column]


def _explain(kb: KnowledgeBase, verdict: Verdict, finding: Finding, sights: list[Sight], lines: list[str]) -> str:
    rule = all_rules().get(finding.rule)
    span = finding.span
    parts = [f"{span.place}: {finding.severity.value}: {finding.message}"]
    parts += [f"  {row}" for row in excerpt(span, lines)]
    parts += [_wrap(f"What the gate saw: {sight.what}: {sight.result}", "  ") for sight in _at(finding, sights)]
    if finding.suggestion:
        parts.append(_wrap(f"How to mend it: {finding.suggestion}", "  "))
    if finding.edit is not None:
        parts.append("  `kb fix` mends it.")
    if rule is not None:
        parts.append(_wrap(f"The rule {rule.name}: {rule.summary}", "  "))
        parts.append(f"  More about it: {verdict.more_about(rule.name)}")
        if _can_be_allowed(kb, span, lines):
            parts.append(f"  If it is wrong here, write on the line before: {allow(rule.name)}")
    return "\n".join(parts)


def _can_be_allowed(kb: KnowledgeBase, span: Span, lines: list[str]) -> bool:
    """Whether a comment on the line before would be seen: in the text of a page, not in data or front matter."""
    if span.line is None or not span.path.endswith((".md", ".txt", ".markdown")):
        return False
    if lines and lines[0].rstrip() == "---":
        end = next((number for number, line in enumerate(lines[1:], start=2) if line.rstrip() == "---"), 0)
        return span.line > end
    return True


def _allowed(kb: KnowledgeBase, path: str, line: int) -> Iterator[str]:
    for page in kb.pages:
        for suppression in page.suppressions:
            if suppression.reason and suppression.covers(Span(path, line)):
                yield f"what '{suppression.rule}' finds here, because {suppression.reason}."


def _wrap(text: str, before: str = "") -> str:
    hanging = before + "  "
    wrapped = wrap(text, _WIDTH - len(hanging), break_on_hyphens=False, break_long_words=False)
    return before + f"\n{hanging}".join(wrapped)


def _sights(kb: KnowledgeBase, path: str, line: int) -> Iterator[Sight]:
    for sight in _all_sights(kb, path):
        if (sight.span.path, sight.span.line) == (path, line):
            yield sight


def _all_sights(kb: KnowledgeBase, path: str) -> Iterator[Sight]:
    """Everything that a file shows to the gate; a file that others include shows what they make of it."""
    for page in kb.pages:
        yield from _sights_of(kb, page)
    for relation in kb.relations:
        yield Sight(relation.span, f"'{relation.kind}' names the page '{relation.target}'", _look_up_page(kb, relation))
    for reference in (entry for bibliography in kb.bibliographies for entry in bibliography.entries):
        if reference.span.path == path:
            yield Sight(reference.span, f"the work '{reference.key}'", _users(kb, reference))
    for name in kb.keys_used:
        yield Sight(name.span, f"the work '{name.text}' is named", _look_up_work(kb, name.text))
    for term in kb.terms:
        for name in term.names:
            if name.span.path == path:
                number = len(kb.pages_using(term))
                what = "term" if name is term.names[0] else f"other name of '{term.title}'"
                yield Sight(name.span, f"the {what} '{name.text}'", f"{count(number, 'page')} use it")


def _sights_of(kb: KnowledgeBase, page: Page) -> Iterator[Sight]:
    for link in page.links:
        yield Sight(link.span, f"{_noun(link)} '{link.target}'", _look_up(kb, page, link))
    for heading in page.headings:
        yield Sight(heading.span, f"heading '{heading.text}', level {heading.level}", f"its id is '#{heading.id}'")
    headings = {heading.span for heading in page.headings}
    for anchor in page.anchors:
        if anchor.span not in headings:
            yield Sight(anchor.span, f"id '#{anchor.id}'", f"a link can lead to it, as '{page.uri}#{anchor.id}'")
    for undefined in page.undefined_references:
        labels = ", ".join(f"'{definition.label}'" for definition in page.link_definitions) or "none"
        result = f"not among the labels that the page defines: {labels}; it is published as text"
        yield Sight(undefined.span, f"link label '{undefined.label}'", result)
    for undefined in page.undefined_footnotes:
        yield Sight(undefined.span, f"footnote mark '{undefined.label}'", "the page has no such note")
    for definition in page.link_definitions:
        used = "a link uses it" if definition.is_used else "no link uses it"
        yield Sight(definition.span, f"what the label '{definition.label}' stands for", used)
    for suppression in page.suppressions:
        yield Sight(suppression.span, f"comment that allows '{suppression.rule}'", suppression.reason or "no reason")
    for content in page.active_contents:
        yield Sight(content.span, content.name, "it would run, embed or style something")
    for keys, span in page.front_matter.places.items():
        if keys[-1] != VALUE and len(keys) == 1:
            yield Sight(span, f"the field '{keys[0]}'", "read from the head of the page")


def _noun(link: Link) -> str:
    made = "raw HTML " if link.origin is LinkOrigin.RAW_HTML else ""
    return made + {"a": "link", "img": "image"}.get(link.tag, f"<{link.tag}>")


def _look_up(kb: KnowledgeBase, page: Page, link: Link) -> str:
    target = kb.resolve(page, link)
    if target is None:
        return "leads out of the site, or its place cannot be known; it is not followed"
    if link.origin is LinkOrigin.RAW_HTML:
        base = f"as a browser does, from the published address '{kb.files.get(page.uri, '') or './'}'"
    else:
        base = f"from the folder of '{page.uri}'"
    if not target.exists:
        names = {posixpath.basename(uri): uri for uri in kb.files}
        near = [names[name] for name in nearest_all(posixpath.basename(target.uri), names)]
        where = f"'{target.uri}' is not among the {count(len(kb.files), 'published file')} (looked up {base})"
        return where + _nearest(near)
    return f"leads to '{target.uri}', which exists (looked up {base})" + _look_up_anchor(kb, target)


def _look_up_anchor(kb: KnowledgeBase, target: Target) -> str:
    if not target.anchor or target.uri not in kb.by_uri:
        return ""
    known = kb.anchors(target.uri)
    if target.anchor in known:
        return f"; the id '#{target.anchor}' is there"
    near = [f"#{anchor}" for anchor in nearest_all(target.anchor, known)]
    return f"; '#{target.anchor}' is not among its {count(len(known), 'id')}" + _nearest(near)


def _look_up_work(kb: KnowledgeBase, key: str) -> str:
    reference = kb.references.get(key)
    if reference is not None:
        return f"{_describe(reference)}, in {reference.span.place}"
    files = ", ".join(bibliography.path for bibliography in kb.bibliographies) or "no file"
    works = count(len(kb.references), "work")
    return f"not a key among {works} in {files}" + _nearest(nearest_all(key, kb.references))


def _describe(reference: Reference) -> str:
    people = " & ".join(person.family for person in reference.people[:2]) + (" et al." * (len(reference.people) > 2))
    title = reference.fields.get("title", "no title").replace("{", "").replace("}", "")
    return f"{people} ({reference.fields.get('year', 'n.d.')}), {title}"


def _users(kb: KnowledgeBase, reference: Reference) -> str:
    places = [name.span.place for name in kb.keys_used if name.text == reference.key]
    more = f" and {len(places) - 3} more" if len(places) > 3 else ""
    return f"named {count(len(places), 'time')}" + (f", in {', '.join(places[:3])}{more}" if places else "")


def _look_up_page(kb: KnowledgeBase, relation: Relation) -> str:
    page = kb.by_id.get(relation.target)
    if page is not None:
        return f"it exists: '{title_of(page)}', {page.path}"
    ids = count(len(kb.by_id), "page")
    return f"not an id among {ids} that have a kind" + _nearest(nearest_all(relation.target, kb.by_id))


def _nearest(names: list[str]) -> str:
    return f"; nearest: {', '.join(f'`{name}`' for name in names)}" if names else "; nothing is near"
