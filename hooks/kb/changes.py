"""The pages that are new or were reviewed, from the history of their files."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import NamedTuple

from kb.history import Change
from kb.knowledge import KnowledgeBase
from kb.model import Page


class PageChange(NamedTuple):
    """A page that was added, or checked against its sources anew."""

    page: Page
    is_new: bool
    when: datetime.datetime

    @property
    def word(self) -> str:
        return "New" if self.is_new else "Revised"


def page_changes(kb: KnowledgeBase, changes: Iterable[Change]) -> list[PageChange]:
    """What happened to the pages that have a kind and are still there, in the same order."""
    by_path = {page.path: page for page in kb.pages if kb.kind_of(page) is not None}
    return [
        PageChange(by_path[change.path], change.is_new, change.when) for change in changes if change.path in by_path
    ]
