"""Files that cannot be read as what they are."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from kb.kinds import BY_FOLDER
from kb.knowledge import KnowledgeBase
from kb.model import Fault
from kb.rules import rule
from kb.terms import fold


@rule("page-can-be-read", alone=True)
def page_can_be_read(kb: KnowledgeBase) -> Iterator[Fault]:
    """Every page is text in UTF-8, of at most 1 MiB, with front matter in valid YAML, and can be converted.

    What cannot be read cannot be checked, and is published garbled or not at all. MkDocs takes broken front matter
    for text and shows it to the reader.

    Bad:
        title: Transference: a first look
    Good:
        title: "Transference: a first look"
    Fix:
        Mend the line named. In YAML, a value that contains a colon and a space belongs in quotes.
    """
    for page in kb.pages:
        yield from page.faults


@rule("bibliography-can-be-read")
def bibliography_can_be_read(kb: KnowledgeBase) -> Iterator[Fault]:
    """Every entry of the bibliography is valid BibTeX.

    An entry with a syntax error is lost, and with it every citation of the work.

    Bad:
        @book{bowlby1988secure, author = {Bowlby, John} title = {A Secure Base}}
    Good:
        @book{bowlby1988secure, author = {Bowlby, John}, title = {A Secure Base}}
    Fix:
        Look for a missing comma, brace or quotation mark at the line named or just before it.
    """
    for bibliography in kb.bibliographies:
        yield from bibliography.faults


@rule("glossary-can-be-read")
def glossary_can_be_read(kb: KnowledgeBase) -> Iterator[Fault]:
    """The glossary file is a YAML list of entries with the fields term, aliases, definition and sources.

    An entry that cannot be read leaves its term unexplained.

    Bad:
        - term: Splitting
          alias: splitting of the ego
    Good:
        - term: Splitting
          aliases: [splitting of the ego]
    Fix:
        Use the field names above; lists stand in brackets or one item a line after a dash.
    """
    yield from kb.glossary.faults


@rule("file-name-is-plain", alone=True)
def file_name_is_plain(kb: KnowledgeBase) -> Iterator[Fault]:
    """A page's file name consists of small letters, digits and hyphens.

    It is the page's id and its address; capitals, spaces and accents make links that work on some computers only.

    Bad:
        docs/principles/Dynamic Unconscious.md
    Good:
        docs/principles/dynamic-unconscious.md
    Fix:
        Rename the file, and the links to it.
    """
    for page in kb.pages:
        if kb.kind_of(page) is not None and not re.fullmatch(r"[a-z0-9]+(?:-[a-z0-9]+)*", page.id):
            yield Fault(f"the file name '{page.id}.md' is not plain", page.start, "small letters, digits and hyphens")


@rule("file-name-is-unique")
def file_name_is_unique(kb: KnowledgeBase) -> Iterator[Fault]:
    """No two pages have the same file name, in whatever folders.

    The name is the id by which relations find a page.

    Bad:
        docs/principles/defence.md and docs/defences/defence.md
    Good:
        docs/principles/defence.md and docs/defences/denial.md
    Fix:
        Rename one of them.
    """
    for page in kb.pages:
        if kb.kind_of(page) is not None and kb.by_id[page.id] is not page:
            yield Fault(f"the name '{page.id}' is already taken by {kb.by_id[page.id].path}", page.start, "rename one")


@rule("folder-names-the-kind")
def folder_names_the_kind(kb: KnowledgeBase) -> Iterator[Fault]:
    """A page of a kind stands directly in the folder of its kind, and that folder has the right name.

    The folder makes the kind: in a folder with a slip in its name, a page has no fields and no required sections, and
    nothing says so.

    Bad:
        docs/principle/transference.md
    Good:
        docs/principles/transference.md
    Fix:
        Move the page. Folders with names of their own, such as `about`, are left alone.
    """
    if not kb.settings.content_model:
        return
    for page in kb.pages:
        first, _, deeper = page.folder.partition("/")
        if first in BY_FOLDER:
            if deeper:
                message = f"'{page.uri}' stands in a folder within the folder of its kind"
                yield Fault(message, page.start, f"move it to `{first}/`")
        elif first and (meant := _kind_folder_meant(first)):
            message = f"the folder '{first}' is not that of a kind of page"
            yield Fault(message, page.start, f"did you mean `{meant}`?")


# How many letters a name may be off and still be a slip for another; more than one only in a long name.
_SHORT_NAME = 8


@cache
def _kind_folder_meant(name: str) -> str | None:
    """The folder of a kind that `name` is another spelling of, or a slip for."""
    from rapidfuzz.distance import OSA

    for folder, kind in BY_FOLDER.items():
        allowed = 1 if len(name) < _SHORT_NAME else 2
        if fold(name) in (fold(folder), fold(kind.name)) or OSA.distance(name, folder, score_cutoff=allowed) <= allowed:
            return folder
    return None
