"""Citations: every claim leads to a work that can be found, and every citation reaches the reader."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kb.folding import folded
from kb.knowledge import KnowledgeBase, works_named_by
from kb.model import VALUE, Fate, Fault, LostCitation, Name, Page, Reference, Severity, Span, YearMention
from kb.nearest import certainly, nearest_all
from kb.reading.citation_groups import parse_group
from kb.rules import rule


@rule("citation-resolves", page_by_page=True)
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
    for name in _works_named(kb):
        if name.text in kb.references or name.text in kb.lost_keys or kb.key_in_other_case(name.text):
            continue
        near = nearest_all(name.text, kb.references)
        suggestion = f"did you mean {' or '.join(f'`{key}`' for key in near)}?" if near else None
        sure = certainly(name.text, kb.references) if near else None
        edit = kb.edit(name.span, name.text, sure) if sure else None
        yield Fault(f"no reference has the key '{name.text}'", name.span, suggestion, edit)


@rule("citation-case-matches", page_by_page=True)
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
    for name in _works_named(kb):
        right = None if name.text in kb.references else kb.key_in_other_case(name.text)
        if right:
            message = f"'{name.text}' differs from the key '{right}' in capital and small letters"
            yield Fault(message, name.span, f"write `{right}`", kb.edit(name.span, name.text, right))


def _works_named(kb: KnowledgeBase) -> Iterator[Name]:
    """Every place where a doubtful page, or a file of data, names a work."""
    for page in kb.doubtful:
        yield from works_named_by(page)
    yield from kb.keys_in_data


@rule("citation-key-is-whole", page_by_page=True)
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
    for page in kb.doubtful:
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


@rule("citation-is-published", page_by_page=True)
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
    for page in kb.doubtful:
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


@rule("quotation-has-page", page_by_page=True)
def quotation_has_page(kb: KnowledgeBase) -> Iterator[Fault]:
    """A quotation of more than twelve words says on which page of the work it stands.

    Nobody can look up a sentence in a book of five hundred pages. A work without pages has paragraphs, sections,
    chapters or minutes. Examples labelled as invented are no quotations, and neither are titles.

    Bad:
        One review says "here stand more than twelve words, taken one by one from the work that is cited" [@smith2003].
    Good:
        One review says "here stand more than twelve words, taken one by one from the work ..." [@smith2003, p. 88].
    Fix:
        Add the page to the citation behind the quotation, or say it in your own words.
    """
    if kb.settings.bibliography is None:
        return
    families = {person.family for reference in kb.references.values() for person in reference.people}
    titles = {folded(reference.fields.get("title", "")) for reference in kb.references.values()}
    for page in kb.doubtful:
        if kb.kind_of(page) is None:
            continue
        for quotation in page.quotations:
            is_foreign = quotation.is_marked or quotation.groups or _names_one_of(quotation.introduction, families)
            if quotation.has_place or not is_foreign or folded(quotation.text) in titles:
                continue
            cited = [citation for index in quotation.groups for citation in page.citation_groups[index].citations]
            suggestion = f"add the page, as in `@{cited[0].key}, p. 1`" if cited else "cite the work with the page"
            span = kb.locate_words(page.path, quotation.text) or (cited[0].span if cited else Span(page.path))
            yield Fault(f"this quotation of {quotation.words} words does not name its page", span, suggestion)


def _names_one_of(text: str, families: set[str]) -> bool:
    return any(word in families for word in re.findall(r"\w+(?:[’'-](?!s\b)\w+)*", text))


@rule("year-agrees-with-reference", severity=Severity.WARNING, page_by_page=True)
def year_agrees_with_reference(kb: KnowledgeBase) -> Iterator[Fault]:
    """A year written behind a name is that of the work by this person which is cited for it.

    Otherwise the text and the list of references speak of two works, and a reader cannot tell which is meant. The year
    in which a work was first published counts too, where the entry has it as `origdate`.

    Bad:
        Freud (1915) compared mourning with melancholia [@freud1917mourning].
    Good:
        Freud (1917) compared mourning with melancholia [@freud1917mourning].
    Fix:
        Correct the year or the citation, or write `Freud [-@freud1917mourning]` and let the build write the year.
    """
    for page in kb.doubtful:
        for mention in page.year_mentions:
            following = page.citation_groups[mention.group]
            around = [citation.key for index in mention.groups for citation in page.citation_groups[index].citations]
            works = [kb.references[key] for key in around if key in kb.references]
            theirs = [work for work in works if _is_by(kb, work, mention)]
            behind = [work for work in theirs if work.key in {citation.key for citation in following.citations}]
            told = [_years_of(work) for work in theirs]
            if not behind or not all(told) or any(year in years for years in told for year in mention.years):
                continue
            text, work = " ".join(mention.text.split()), behind[0]
            message = f"'{text}' does not agree with the work cited, which is of {min(_years_of(work))}"
            suggestion = f"correct the year, cite another work than `{work.key}`, or add its `origdate`"
            yield Fault(message, _place_before(kb, mention.text, following.citations[0].span), suggestion)


def _place_before(kb: KnowledgeBase, text: str, span: Span) -> Span:
    """Where `text` stands before the citation at `span`; the citation itself where that is not certain."""
    if span.line is None or span.column is None:
        return span
    return kb.locate_words(span.path, text, (span.line, span.column)) or span


def _is_by(kb: KnowledgeBase, reference: Reference, mention: YearMention) -> bool:
    """Whether the first person named is the first author of a work."""
    if not reference.people:
        return False
    first, family = folded(re.split(r",\s|\sand\s|\s&\s", mention.names)[0]), folded(reference.people[0].family)
    if first == family:
        return True
    if not family or not first.endswith(" " + family):
        return False
    given = first.removesuffix(family).split()[-1]
    people = (person for one in kb.references.values() for person in one.people)
    namesakes = {folded(person.given) for person in people if folded(person.family) == family}
    meant = {name for name in namesakes if name.startswith(given) or given.startswith((name or given).split()[0])}
    return not meant or folded(reference.people[0].given) in meant


def _years_of(reference: Reference) -> set[int]:
    """The years of a work and of its first publication, whatever field tells them."""
    told = " ".join(reference.fields.get(name, "") for name in _YEAR_FIELDS)
    ends = [int(year) for year in re.findall(r"(?<!\d)\d{4}(?!\d)", told)]
    first, last = min(ends, default=0), max(ends, default=-1)
    is_range = re.search(r"\d{4}\s*[-–/]+\s*\d{4}", told) and last - first < _LONGEST_WORK
    return set(range(first, last + 1)) if is_range else set(ends)


_YEAR_FIELDS = ("year", "date", "origdate", "origyear", "eventdate", "note", "addendum", "titleaddon", "edition")
# In years; from further apart, two years are those of a first edition and of a later one.
_LONGEST_WORK = 12
