"""What must not reach a reader's browser: scripts, frames, requests to others, hidden characters, half-done merges."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from kb.knowledge import KnowledgeBase
from kb.model import Fault, Span
from kb.rules import rule

_MERGE = re.compile(r"^(?:<{7} \S.*|={7}|>{7} \S.*)$", re.MULTILINE)
# Control characters, and those that make text read in another order than it is written (Unicode, UAX 9).
_HIDDEN = re.compile(r"[\x01-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069]")


@rule("page-runs-nothing", alone=True)
def page_runs_nothing(kb: KnowledgeBase) -> Iterator[Fault]:
    """No page brings a script, a frame, a form or an event handler of its own.

    What runs in a reader's browser belongs to the theme, where it is reviewed as code.

    Bad:
        <script>...</script>, <iframe src="...">, <a onclick="...">, [x](javascript:...)
    Good:
        A link to the page that was to be embedded.
    Fix:
        Remove it, or link to what it was to show.
    """
    if not kb.settings.content_model:
        return
    for page in kb.pages:
        for content in page.active_contents:
            yield Fault(f"the page contains {content.name}", content.span, "remove it, or link to what it was to show")
        for link in page.links:
            if link.target.strip().lower().startswith(("javascript:", "data:text", "vbscript:")):
                yield Fault(f"'{link.target[:40]}' runs a script", link.span, "remove it")


@rule("resource-is-our-own", alone=True)
def resource_is_our_own(kb: KnowledgeBase) -> Iterator[Fault]:
    """Images and other files that a page loads come from the site itself.

    A request to another host tells it what somebody in distress is reading.

    Bad:
        ![Chart](https://example.org/chart.png)
    Good:
        ![Chart](chart.png)
    Fix:
        Put the file into docs, if its licence allows, or link to the page that shows it.
    """
    if not kb.settings.content_model:
        return
    for page in kb.pages:
        for link in page.links:
            if link.tag not in ("a", "area") and urlsplit(link.target).netloc:
                yield Fault(f"the page loads '{link.target}' from another host", link.span, "put the file into docs")


@rule("merge-is-finished", alone=True)
def merge_is_finished(kb: KnowledgeBase) -> Iterator[Fault]:
    """No page contains the marks of a merge that was not finished.

    Bad:
        <<<<<<< HEAD
    Good:
        One of the two versions.
    Fix:
        Decide between the two versions and remove the lines with the marks.
    """
    for page in kb.pages:
        for index, section in enumerate(page.sections):
            match = next(filter(None, map(_MERGE.search, section.prose)), None)
            if match:
                pattern = re.compile(rf"^{re.escape(match[0])}$", re.MULTILINE)
                span = kb.locate(page, index, pattern, len(match[0]))
                yield Fault("a merge was not finished here", span, "decide between the two versions")


@rule("text-hides-nothing", alone=True)
def text_hides_nothing(kb: KnowledgeBase) -> Iterator[Fault]:
    """No page contains control characters or characters that reverse the direction of text.

    They make a reviewer see another text than the one that is published.

    Bad:
        A right-to-left override (U+202E) in a sentence.
    Good:
        The sentence without it.
    Fix:
        Delete the character; most editors show it as a box or not at all.
    """
    for page in kb.pages:
        if not page.is_readable:
            continue
        text = kb.text_of(page.path).replace("\r\n", "\n").replace("\r", "\n")
        for match in _HIDDEN.finditer(text):
            line = text.count("\n", 0, match.start()) + 1
            column = match.start() - text.rfind("\n", 0, match.start())
            message = f"the hidden character U+{ord(match[0]):04X} stands here"
            yield Fault(message, Span(page.path, line, column), "delete it")
