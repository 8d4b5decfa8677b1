"""The fields at the head of a page: closed by kind, so that a slip is caught and not silently ignored."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from functools import partial
from itertools import islice

from kb.kinds import Kind
from kb.knowledge import KnowledgeBase, title_of
from kb.model import Fault, Page
from kb.reading.cache import digest
from kb.reading.schema import explain
from kb.rules import MOST_IN_ONE_FILE, rule


@rule("front-matter-fits-kind", page_by_page=True)
def front_matter_fits_kind(kb: KnowledgeBase) -> Iterator[Fault]:
    """The front matter has the fields of the page's kind, all that are required, no others, each in its form.

    A misspelt field is otherwise ignored without a word, and what it was to say is missing from the site.

    Bad:
        sumary: The bond and the shared work of client and therapist.
    Good:
        summary: The bond and the shared work of client and therapist.
    Fix:
        Take the suggested name or form. CONTRIBUTING.md lists the fields of each kind.
    """
    if not kb.settings.content_model:
        return
    for page in kb.doubtful:
        if page.faults:
            continue
        kind = kb.kind_of(page)
        fields = digest(kind.name if kind else "", pickle.dumps(page.front_matter.data))
        if not kb.remember(f"fits {fields}", partial(_fits, kind, page)):
            yield from islice(_misfits(kind, page), MOST_IN_ONE_FILE + 1)


def _fits(kind: Kind | None, page: Page) -> bool:
    return not any(_misfits(kind, page))


def _misfits(kind: Kind | None, page: Page) -> Iterator[Fault]:
    from pydantic import ValidationError  # slow to load, and mostly the answer is known

    from kb.schemas import SectionFields

    schema = kind.fields if kind else SectionFields
    try:
        schema.model_validate(page.front_matter.data)
    except ValidationError as error:
        yield from explain(error, schema, (), page.front_matter.places, page.start)


@rule("title-is-unique")
def title_is_unique(kb: KnowledgeBase) -> Iterator[Fault]:
    """No two pages have the same title.

    In search results and navigation they could not be told apart.

    Bad:
        title: Denial on two pages
    Good:
        title: Denial and title: Denial of illness
    Fix:
        Change one of the titles.
    """
    if not kb.settings.content_model:
        return
    first: dict[str, Page] = {}
    for page in kb.pages:
        if page.faults:
            continue
        earlier = first.setdefault(title_of(page).casefold(), page)
        if earlier is not page:
            message = f"the title '{title_of(page)}' is already taken by {earlier.path}"
            yield Fault(message, page.front_matter.places.get(("title",), page.start), "change one of the titles")
