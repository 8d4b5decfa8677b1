"""Addresses over time: what once could be linked to can still be reached."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from kb.addresses import split_address
from kb.knowledge import KnowledgeBase, Past
from kb.model import Fault, Heading, Link, Page, Severity, Span
from kb.nearest import nearest
from kb.rules import rule

_SHOWN = 3


@rule("redirect-leads-somewhere")
def redirect_leads_somewhere(kb: KnowledgeBase) -> Iterator[Fault]:
    """Every redirect of the plugin mkdocs-redirects leads to a page that exists, and to an id that is on it.

    Otherwise an old address leads to a dead one.

    Bad:
        redirect_maps: {old.md: principles/transferance.md}
    Good:
        redirect_maps: {old.md: principles/transference.md}
    Fix:
        Take the suggested path. It is relative to the documentation folder and names the source file.
    """
    sources = _redirected(kb)
    for redirect in kb.redirects:
        target, _, anchor = redirect.target.partition("#")
        if _is_elsewhere(target) or _source_of(target) in sources:
            continue
        uri = posixpath.normpath(target)
        if uri not in kb.files:
            near = nearest(uri, kb.files)
            message = f"the redirect of '{redirect.source}' leads to '{target}', which does not exist"
            yield Fault(message, redirect.span, f"did you mean `{near}`?" if near else None)
        elif anchor and uri in kb.by_uri and not kb.has_anchor(uri, anchor) and not kb.by_uri[uri].faults:
            near = nearest(anchor, kb.anchors(uri))
            message = f"the redirect of '{redirect.source}' leads to '#{anchor}', which is not on the page '{uri}'"
            yield Fault(message, redirect.span, f"did you mean `#{near}`?" if near else None)


@rule("redirect-begins-at-no-page")
def redirect_begins_at_no_page(kb: KnowledgeBase) -> Iterator[Fault]:
    """No redirect of the plugin mkdocs-redirects stands in the place of a page that exists.

    The redirect is written over the page, and nobody can read it any more.

    Bad:
        redirect_maps: {guides/start.md: index.md}, and a file docs/guides/start.md
    Good:
        redirect_maps: {guides/begin.md: guides/start.md}
    Fix:
        Remove the redirect, or the page.
    """
    for redirect in kb.redirects:
        if redirect.source in kb.by_uri:
            message = f"the redirect of '{redirect.source}' hides the page that stands there"
            yield Fault(message, redirect.span, "remove the redirect, or the page")


@rule("redirect-is-direct", severity=Severity.WARNING)
def redirect_is_direct(kb: KnowledgeBase) -> Iterator[Fault]:
    """No redirect of the plugin mkdocs-redirects leads to another redirect.

    In a chain the reader waits twice; in a circle, for ever.

    Bad:
        redirect_maps: {a.md: b.md, b.md: c.md}
    Good:
        redirect_maps: {a.md: c.md, b.md: c.md}
    Fix:
        Let it lead to where the last one leads.
    """
    following = {_source_of(redirect.source): redirect for redirect in kb.redirects}
    for redirect in kb.redirects:
        passed = [_source_of(redirect.source)]
        last = redirect
        while (step := _source_of(last.target)) in following and step not in passed:
            passed.append(step)
            last = following[step]
        if step in passed:
            way = " -> ".join([*passed, step])
            yield Fault(f"the redirect of '{redirect.source}' leads in a circle: {way}", redirect.span, "break it")
        elif last is not redirect:
            message = f"the redirect of '{redirect.source}' leads to another redirect"
            yield Fault(message, redirect.span, f"let it lead to `{last.target}`")


@rule("page-keeps-its-address", severity=Severity.WARNING, on_request=True)
def page_keeps_its_address(kb: KnowledgeBase) -> Iterator[Fault]:
    """Every page that there was still answers at its address. Asked with `kb check --against REF` only.

    Others have linked to it, in slides, papers and forums, and will not hear that it has moved.

    Bad:
        docs/principles/ego.md was renamed to self.md.
    Good:
        docs/principles/ego.md was renamed to self.md, and a redirect leads from the one to the other.
    Fix:
        Add a redirect, with the plugin mkdocs-redirects: `redirect_maps: {principles/ego.md: principles/self.md}`.
    """
    links = _links_by_uri(kb)
    redirected = _redirected(kb)
    for past in kb.request.past or ():
        page = past.page
        if _survives(kb, past) is None and page.uri not in redirected:
            same = [known for known in kb.files_by_name.get(posixpath.basename(page.uri), ()) if known in kb.by_uri]
            new = same[0] if len(same) == 1 else "NEW.md"
            message = f"the page '{page.uri}' has gone since {kb.request.revision}, and no redirect is kept"
            leading = [link for link, _ in links.get(page.uri, ())]
            yield Fault(message + _who(leading), Span(page.path), f"add a redirect, `{page.uri}: {new}`")


@rule("heading-keeps-its-id", severity=Severity.WARNING, on_request=True)
def heading_keeps_its_id(kb: KnowledgeBase) -> Iterator[Fault]:
    """Every id of a heading that there was is still on its page. Asked with `kb check --against REF` only.

    Who follows an old link to a section otherwise lands at the top of the page and has to search. A page that has moved
    is looked for where its redirect leads.

    Bad:
        `## Common criticism` became `## Evidence and criticism`.
    Good:
        `## Evidence and criticism {#common-criticism}`, or `<a id="common-criticism"></a>` before the new heading.
    Fix:
        Give the heading that took its place the old id, or put an `<a id="..."></a>` where the text went.
    """
    links = _links_by_uri(kb)
    redirected = _redirected(kb)
    for past in kb.request.past or ():
        page = _survives(kb, past) or kb.by_uri.get(redirected.get(past.page.uri, ""))
        if page is None or page.faults:
            continue
        ids = kb.anchors(page.uri)
        for index, heading in enumerate(past.page.headings):
            if heading.id and heading.id not in ids:
                leading = [link for link, anchor in links.get(page.uri, ()) if anchor == heading.id]
                message = (
                    f"the heading '{heading.text}' with the id '{heading.id}' has gone since {kb.request.revision}"
                )
                heir = _heir(past.page, index, page)
                suggestion = f'add `<a id="{heading.id}"></a>` where its text went'
                if heir is not None:
                    suggestion = f"if '{heir.text}' took its place, add `{{#{heading.id}}}` to it; else {suggestion}"
                yield Fault(message + _who(leading), heir.span if heir else Span(page.path), suggestion)


def _is_elsewhere(target: str) -> bool:
    address = split_address(target)
    return address is None or bool(address.scheme or address.netloc)


def _source_of(uri: str) -> str:
    """The source of a redirect, or its target, as the file it names."""
    return uri if _is_elsewhere(uri) else posixpath.normpath(uri.partition("#")[0])


def _redirected(kb: KnowledgeBase) -> dict[str, str]:
    """The uri of every page for which a redirect is kept, and the file where that leads."""
    return {_source_of(redirect.source): _source_of(redirect.target) for redirect in kb.redirects}


def _survives(kb: KnowledgeBase, past: Past) -> Page | None:
    """The page that stands at the address of an earlier one."""
    if past.page.uri in kb.by_uri:
        return kb.by_uri[past.page.uri]
    uri = kb.published_at(past.address)
    return kb.by_uri.get(uri) if uri is not None else None


def _heir(before: Page, index: int, now: Page) -> Heading | None:
    """The heading that stands where one has gone: with its text, or alone between the same neighbours.

    None where there is no such heading.
    """
    gone = before.headings[index]
    same_text = [heading for heading in now.headings if heading.text == gone.text]
    if len(same_text) == 1:
        return same_text[0]
    ids = {heading.id: number for number, heading in enumerate(now.headings)}
    above = next((ids[h.id] for h in reversed(before.headings[:index]) if h.id in ids), -1)
    below = next((ids[h.id] for h in before.headings[index + 1 :] if h.id in ids), len(now.headings))
    then = {heading.id for heading in before.headings}
    between = [h for h in now.headings[above + 1 : below] if h.id not in then and h.level == gone.level]
    return between[0] if len(between) == 1 else None


def _links_by_uri(kb: KnowledgeBase) -> dict[str, list[tuple[Link, str]]]:
    """The links of the site that lead to a page, whether it exists or not, each with the anchor that it names."""
    links: dict[str, list[tuple[Link, str]]] = {}
    for page in kb.pages if kb.request.past else ():
        for link, target in kb.targets_of(page):
            links.setdefault(target.uri, []).append((link, target.anchor))
    return links


def _who(links: list[Link]) -> str:
    if not links:
        return ""
    places = ", ".join(link.span.place for link in links[:_SHOWN])
    more = f" and {len(links) - _SHOWN} more" if len(links) > _SHOWN else ""
    return f"; still linked to at {places}{more}"
