"""In which order pages can be read: what a page presupposes, what becomes readable after it, the steps of a path."""

from __future__ import annotations

import math
from collections.abc import Collection

from kb.knowledge import KnowledgeBase, title_of
from kb.model import Page

# Words a minute of adults who read English silently (Brysbaert, 2019, Journal of Memory and Language, 109, 104047).
WORDS_A_MINUTE = 238


def missing_before(page: Page, read: Collection[str], kb: KnowledgeBase) -> list[Page]:
    """The pages that `page` builds on directly and that are not among those read, by title."""
    targets = [kb.by_id[relation.target] for relation in kb.relations_from(page, "builds_on")]
    return sorted((target for target in targets if target.id not in read), key=title_of)


def readable_after(page: Page, kb: KnowledgeBase) -> list[Page]:
    """The pages for which a reader is prepared who has read `page` and all that it presupposes, by title."""
    read = kb.presupposed(page.id) | {page.id}
    needing = [kb.by_id[relation.source] for relation in kb.relations_to(page, "builds_on")]
    return [other for other in needing if not missing_before(other, read, kb)]


def steps(guide: Page, kb: KnowledgeBase) -> list[Page]:
    """The pages of a path, in reading order; none for a guide without a path."""
    return [kb.by_id[relation.target] for relation in kb.relations_from(guide, "path")]


def minutes(page: Page) -> int:
    """How long reading a page takes, in whole minutes, at least one."""
    words = sum(len(paragraph.text.split()) for section in page.sections for paragraph in section.paragraphs)
    return max(1, math.ceil(words / WORDS_A_MINUTE))
