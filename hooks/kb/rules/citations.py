"""Citations: every claim leads to a work that can be found, and every citation reaches the reader."""

from __future__ import annotations

from collections.abc import Iterator

from kb.knowledge import KnowledgeBase
from kb.model import Fault
from kb.nearest import certainly, nearest_all
from kb.rules import rule


@rule("citation-resolves")
def citation_resolves(kb: KnowledgeBase) -> Iterator[Fault]:
    """Every work that is cited, or named as a source or as further reading, is an entry of the bibliography.

    A citation of an unknown key leaves its sentence without support.

    Bad:
        The review was widely read [@shedlr2010efficacy].
    Good:
        The review was widely read [@shedler2010efficacy, p. 98].
    Fix:
        Take a suggested key, or add the work to the bibliography.
    """
    if kb.settings.bibliography is None:
        return
    for name in kb.keys_used:
        if name.text in kb.references or name.text in kb.lost_keys or kb.key_in_other_case(name.text):
            continue
        near = nearest_all(name.text, kb.references)
        suggestion = f"did you mean {' or '.join(f'`{key}`' for key in near)}?" if near else None
        sure = certainly(name.text, kb.references) if near else None
        edit = kb.edit(name.span, name.text, sure) if sure else None
        yield Fault(f"no reference has the key '{name.text}'", name.span, suggestion, edit)


@rule("citation-case-matches")
def citation_case_matches(kb: KnowledgeBase) -> Iterator[Fault]:
    """Keys are cited with the same capital and small letters as their entry has.

    For the program that writes the references they are two keys, and one of them is unknown.

    Bad:
        The review was widely read [@Shedler2010efficacy].
    Good:
        The review was widely read [@shedler2010efficacy].
    Fix:
        Take the suggested spelling.
    """
    if kb.settings.bibliography is None:
        return
    for name in kb.keys_used:
        right = None if name.text in kb.references else kb.key_in_other_case(name.text)
        if right:
            message = f"'{name.text}' differs from the key '{right}' in capital and small letters"
            yield Fault(message, name.span, f"write `{right}`", kb.edit(name.span, name.text, right))


@rule("citation-stays-out-of-headings")
def citation_stays_out_of_headings(kb: KnowledgeBase) -> Iterator[Fault]:
    """No heading contains a citation.

    It would stand in the table of contents, in the address of the section and in every link to it.

    Bad:
        ## What critics say [@fonagy2015update]
    Good:
        ## What critics say
    Fix:
        Move the citation to the sentence that rests on it.
    """
    for page in kb.pages:
        lines = {heading.span.line for heading in page.headings if heading.span.line and heading.span.path == page.path}
        for citation in page.citations:
            if citation.span.line in lines and citation.span.path == page.path:
                yield Fault(f"'{citation.key}' is cited in a heading", citation.span, "cite it in the text")
