"""Citations: every claim leads to a work that can be found, and every citation reaches the reader."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kb.knowledge import KnowledgeBase
from kb.model import Fate, Fault, LostCitation, Page
from kb.nearest import certainly, nearest_all
from kb.reading.citations import parse_group
from kb.reading.front_matter import VALUE
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


@rule("citation-key-is-whole")
def citation_key_is_whole(kb: KnowledgeBase) -> Iterator[Fault]:
    """No citation has a key that is read only in part.

    A key ends before a mark that no letter or digit follows, such as the full stop in `[@smith2003analysis.]`, and
    before two marks in a row. What is left over spoils the group: it is published as it stands in the source.

    Bad:
        It can mean any way in which the past shapes the present [@smith2003analysis.].
    Good:
        It can mean any way in which the past shapes the present [@smith2003analysis].
    Fix:
        Remove the mark. A key of which it is a part stands in braces: `[@{smith--2003}]`.
    """
    for page in kb.pages:
        for lost in page.lost_citations:
            if not _is_cut(kb, lost):
                continue
            rest = lost.key.removeprefix(lost.read)
            edit = None
            if lost.key in kb.references:
                suggestion = f"write `@{{{lost.key}}}`"
                edit = kb.edit(lost.span, lost.key, f"{{{lost.key}}}")
            else:
                suggestion = f"put a space or a comma after `@{lost.read}`, or remove '{rest}'"
                if rest.strip(".,:;!?") == "":
                    edits = (kb.edit(lost.span, lost.key + old, lost.read + new) for old, new in _AFTER_KEY)
                    edit = next(filter(None, edits), None)
            yield Fault(f"of '@{lost.key}' only '{lost.read}' would be read as the key", lost.span, suggestion, edit)


# What may follow a key that ends in a mark too many, and what follows it without the mark.
_AFTER_KEY = (("]", "]"), (";", ";"), (",", ","), (" ", ", "))


def _is_cut(kb: KnowledgeBase, lost: LostCitation) -> bool:
    """Whether the key of a citation is what keeps it from being one."""
    is_spoilt = lost.fate is Fate.TEXT and lost.in_brackets and not lost.is_complete and lost.key != lost.read
    return is_spoilt and _means_a_work(kb, lost)


def _means_a_work(kb: KnowledgeBase, lost: LostCitation) -> bool:
    """Whether something that looks like a citation can be nothing else: an "@" may also stand before a name."""
    for key in (lost.key, lost.read):
        if key in kb.references or key in kb.lost_keys or kb.key_in_other_case(key):
            return True
    return lost.in_brackets and certainly(lost.read, kb.references) is not None


_WHERE = {
    Fate.LINK: ("in the text of a link, where no citation is published", "put the citation behind the link"),
    Fate.ATTRIBUTE: ("in a title or an alternative text, where no citation is published", "cite the work in the text"),
    Fate.GONE: ("in a part of the source that is not published", "cite the work where it is shown"),
}


@rule("citation-is-published")
def citation_is_published(kb: KnowledgeBase) -> Iterator[Fault]:
    """Every citation in the source is a citation on the published page.

    In raw HTML, in the text of a link, in a title, in a cell too many of a table or without brackets, a reader sees the
    bare key or nothing at all. Code, comments, mathematics and escaped brackets are left alone.

    Bad:
        See [the review [@shedler2010efficacy]](https://example.org). As @shedler2010efficacy says ...
    Good:
        See [the review](https://example.org) [@shedler2010efficacy]. As Shedler [-@shedler2010efficacy] says ...
    Fix:
        Write the citation in brackets, in Markdown, in the running text.
    """
    for page in kb.pages:
        for lost in page.lost_citations:
            if not _means_a_work(kb, lost) or _is_cut(kb, lost):
                continue
            if lost.fate in _WHERE:
                where, suggestion = _WHERE[lost.fate]
            elif not lost.in_brackets:
                where, suggestion = "without brackets", f"write `[@{lost.read}]`, or `[-@{lost.read}]` after the name"
            elif not lost.is_complete:
                where, suggestion = "in brackets with something else", f"write `[see @{lost.read}, p. 3; @other]`"
            else:
                where, suggestion = "in raw HTML, where no citation is read", "write this part in Markdown"
            yield Fault(f"'@{lost.key}' stands {where}", lost.span, suggestion)
        yield from _in_data(kb, page)


_GROUP = re.compile(r"\[([^\[\]]*@[^\[\]]*)\]")


def _in_data(kb: KnowledgeBase, page: Page) -> Iterator[Fault]:
    """Citations in the fields of a page, which are published as plain text."""
    for field, value in page.front_matter.data.items():
        for text in _texts(value):
            for item in (item for group in _GROUP.findall(text) for item in parse_group(group) or ()):
                if item.key in kb.references:
                    span = page.front_matter.places.get((field, VALUE), page.start)
                    message = f"'@{item.key}' stands in the field '{field}', where no citation is published"
                    yield Fault(message, kb.within(span, item.key), "cite the work in the text")


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        if "@" in value:
            yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)


@rule("citation-stays-out-of-headings", alone=True)
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
