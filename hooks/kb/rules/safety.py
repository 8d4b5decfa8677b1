"""What must not reach a reader's browser: scripts, frames, requests to others, hidden characters, half-done merges."""

from __future__ import annotations

from collections.abc import Iterator

from kb.addresses import runs_script, split_address
from kb.knowledge import KnowledgeBase
from kb.model import Fault, Severity, Span, Trace, TraceKind
from kb.rules import rule


@rule("page-runs-nothing", alone=True)
def page_runs_nothing(kb: KnowledgeBase) -> Iterator[Fault]:
    """No page brings a script, a frame, a form, an event handler, a style or a redirection of its own.

    What runs in a reader's browser and how a page looks belong to the theme, where they are reviewed as code. Browsers
    ignore such things within a page: the site's content-security policy tells them to.

    Bad:
        <script>...</script>, <iframe src="...">, <a onclick="...">, [x](javascript:...), <p style="...">
    Good:
        A link to the page that was to be embedded; a class of the site's style sheet.
    Fix:
        Remove it, link to what it was to show, or ask for a class.
    """
    if not kb.settings.content_model:
        return
    for page in kb.pages:
        for content in page.active_contents:
            instead = (
                "use a class of the site's style sheet" if "style" in content.name else "link to what it was to show"
            )
            yield Fault(f"the page contains {content.name}", content.span, f"remove it, or {instead}")
        for link in page.links:
            if runs_script(link.target):
                yield Fault(f"'{link.target[:40]}' runs a script", link.span, "remove it")


@rule("resource-is-our-own", alone=True)
def resource_is_our_own(kb: KnowledgeBase) -> Iterator[Fault]:
    """Images, styles and other files that a page loads come from the site itself, also those named in a style.

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
            address = split_address(link.target) if link.tag not in ("a", "area") else None
            if address is not None and address.netloc:
                yield Fault(f"the page loads '{link.target}' from another host", link.span, "put the file into docs")


@rule("merge-is-finished")
def merge_is_finished(kb: KnowledgeBase) -> Iterator[Fault]:
    """No page, bibliography, glossary or configuration contains the marks of a merge that was not finished.

    The reader would meet both versions, or a file of data would not be read at all. Marks that are shown as code are an
    example, and left alone.

    Bad:
        <<<<<<< HEAD
    Good:
        One of the two versions.
    Fix:
        Decide between the two versions and remove the lines with the marks.
    """
    for trace in _traces(kb, TraceKind.MERGE):
        yield Fault("a merge was not finished here", trace.span, "decide between the two versions")


@rule("text-hides-nothing")
def text_hides_nothing(kb: KnowledgeBase) -> Iterator[Fault]:
    """No page or file of data contains control characters, reversed directions of text or letters that nobody sees.

    They make a reviewer see another text than the one that is published.

    Bad:
        A right-to-left override (U+202E) in a sentence.
    Good:
        The sentence without it.
    Fix:
        Delete the character; most editors show it as a box or not at all.
    """
    for trace in _traces(kb, TraceKind.HIDDEN):
        yield Fault(f"the hidden character {trace.name} stands here", trace.span, "delete it")


@rule("text-holds-no-secret", severity=Severity.WARNING)
def text_holds_no_secret(kb: KnowledgeBase) -> Iterator[Fault]:
    """No page, bibliography, glossary or configuration contains a private key, an access token or a password.

    What is published once can be read for ever. The finding names the line and does not show the secret. Values that
    are called a password are looked for in projects with kinds alone; elsewhere they are mostly examples.

    Bad:
        password = "a real one", -----BEGIN PRIVATE KEY-----
    Good:
        password = "<your password>"
    Fix:
        Make the secret invalid where it was issued, then remove it; the history of the repository still has it.
    """
    for kind in (TraceKind.SECRET, TraceKind.PASSWORD):
        for trace in _traces(kb, kind):
            if kind is TraceKind.SECRET or kb.settings.content_model:
                message = f"this line seems to contain {trace.name}"
                yield Fault(message, trace.span, "make it invalid where it was issued, then remove it")


@rule("include-stays-inside")
def include_stays_inside(kb: KnowledgeBase) -> Iterator[Fault]:
    """No page includes a file from outside the repository.

    It would publish what happens to stand on the machine that builds the site. The gate does not read it.

    Bad:
        --8<-- "../../../etc/passwd"
    Good:
        --8<-- "shared/urgent-help.md"
    Fix:
        Copy the text into the documentation, if it is meant to be public.
    """
    for page in kb.pages:
        for include in page.escaping_includes:
            message = f"the included file '{include.target}' lies outside the repository"
            yield Fault(message, include.span, "copy the text into the documentation, if it is meant to be public")


@rule("symbolic-link-stays-inside")
def symbolic_link_stays_inside(kb: KnowledgeBase) -> Iterator[Fault]:
    """No symbolic link in the documentation leads out of the repository or nowhere.

    It would publish what happens to stand on the machine that builds the site, and is dead on every other. The gate
    does not read what it leads to.

    Bad:
        docs/notes -> /home/somebody/notes
    Good:
        docs/index.md -> ../README.md
    Fix:
        Put the file itself into the documentation, or remove the link.
    """
    for link in kb.symbolic_links:
        where = "leads out of the repository" if link.exists else "leads to something that does not exist"
        message = f"the symbolic link '{link.path}' {where}"
        yield Fault(message, Span(link.path), "put the file itself here, or remove the link")


@rule("file-is-small", severity=Severity.WARNING)
def file_is_small(kb: KnowledgeBase) -> Iterator[Fault]:
    """No image or other file of the documentation is larger than 1 MiB.

    On a phone with a weak connection a page with such a file does not come up. Pages have the same limit.

    Bad:
        docs/principles/clinic.png with 6,000,000 bytes
    Good:
        The same picture at the size at which it is shown.
    Fix:
        Scale the picture down, or save it in a format that is smaller.
    """
    if not kb.settings.content_model:
        return
    for path, size in kb.large_files.items():
        yield Fault(f"the file has {size:,} bytes; readers wait for it", Span(path), "make it smaller than 1 MiB")


def _traces(kb: KnowledgeBase, kind: TraceKind) -> Iterator[Trace]:
    """The traces of a kind in pages and in what they include, and in files of data; each once."""
    traces = [trace for page in kb.pages for trace in page.traces if trace.kind is kind]
    return iter(dict.fromkeys([*traces, *(trace for trace in kb.data_traces if trace.kind is kind)]))
