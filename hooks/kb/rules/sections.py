"""The sections that a page of a kind must have: readers find the same thing at the same place."""

from __future__ import annotations

from collections.abc import Iterator

from kb.knowledge import KnowledgeBase
from kb.model import Fault, Heading, Page
from kb.nearest import nearest
from kb.rules import rule


@rule("required-section-is-present", alone=True)
def required_section_is_present(kb: KnowledgeBase) -> Iterator[Fault]:
    """A page has every section that its kind requires, each a heading of the second level.

    The sections on criticism, risks and when not to are required because they are the ones that get left out.

    Bad:
        A technique without "## When not to use".
    Good:
        A technique with all eight sections.
    Fix:
        Add the section where the message says, with content.
    """
    for page, headings, required in _with_sections(kb):
        texts = [heading.text for heading in headings]
        for index, section in enumerate(required):
            if section in texts:
                continue
            following = next((texts.index(other) for other in required[index + 1 :] if other in texts), None)
            near = nearest(section, [text for text in texts if text not in required])
            if following is not None:
                span, where = headings[following].span, "before this one"
            elif headings:
                span, where = headings[-1].span, "after this one"
            else:
                span, where = page.start, "on this page"
            suggestion = f"rename `## {near}`?" if near else f"add `## {section}`"
            yield Fault(f"the section '{section}' is missing {where}", span, suggestion)


@rule("sections-are-in-order", alone=True)
def sections_are_in_order(kb: KnowledgeBase) -> Iterator[Fault]:
    """The required sections stand in the order of the kind's template, once each.

    Bad:
        ## Evidence and criticism
        ## Aim
    Good:
        ## Aim
        ## Evidence and criticism
    Fix:
        Move the section to its place.
    """
    for page, headings, required in _with_sections(kb):
        kind = kb.kind_of(page)
        assert kind is not None
        present = [heading for heading in headings if heading.text in required]
        highest: Heading | None = None
        for heading in present:
            if highest is not None and required.index(heading.text) <= required.index(highest.text):
                again = heading.text == highest.text
                message = f"the section '{heading.text}' " + (
                    "is there twice" if again else f"belongs before '{highest.text}'"
                )
                yield Fault(message, heading.span, "join the two" if again else "move it there")
            else:
                highest = heading
        if kind.is_free:
            yield from _free_ends(headings, kind.first, kind.last)


def _free_ends(headings: list[Heading], first: tuple[str, ...], last: tuple[str, ...]) -> Iterator[Fault]:
    texts = [heading.text for heading in headings]
    for index, section in enumerate(first):
        if section in texts and texts.index(section) > index and texts[index] not in first:
            yield Fault(
                f"the section '{texts[index]}' belongs after '{section}'", headings[index].span, "move it there"
            )
    for section in last:
        if section in texts and texts.index(section) < len(texts) - len(last):
            yield Fault(
                f"'{section}' is the last section of a page", headings[texts.index(section)].span, "move it down"
            )


@rule("section-has-content", alone=True)
def section_has_content(kb: KnowledgeBase) -> Iterator[Fault]:
    """No required section is empty.

    Bad:
        ## Risks and misuse

        ## Evidence and criticism
    Good:
        ## Risks and misuse

        A series of questions becomes an interrogation.
    Fix:
        Write the section. Where nothing is known, say so; that is content.
    """
    for page, _, required in _with_sections(kb):
        content = {section.heading: section.has_content for section in page.sections}
        for index, heading in enumerate(page.headings):
            if heading.level != 2 or heading.text not in required:
                continue
            inner = [index]
            for deeper in range(index + 1, len(page.headings)):
                if page.headings[deeper].level <= 2:
                    break
                inner.append(deeper)
            if not any(content.get(number, True) for number in inner):
                yield Fault(
                    f"the section '{heading.text}' is empty", heading.span, "write it, if only what is not known"
                )


def _with_sections(kb: KnowledgeBase) -> Iterator[tuple[Page, list[Heading], tuple[str, ...]]]:
    """Every readable page that has a kind, its headings of the second level, and the sections it must have."""
    for page in kb.pages:
        kind = kb.kind_of(page)
        if kind is not None and not page.faults:
            yield page, [heading for heading in page.headings if heading.level == 2], kind.sections
