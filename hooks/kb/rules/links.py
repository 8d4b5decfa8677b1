"""Links, images, anchors, footnotes and ids: what a reader follows must lead somewhere."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from urllib.parse import unquote

from kb.addresses import split_address, without_scheme
from kb.knowledge import KnowledgeBase, Target
from kb.model import Anchor, Fault, Link, LinkOrigin, Page, Severity, Span
from kb.nearest import certainly, nearest
from kb.reading.locate import locate_each
from kb.rules import rule

_NOTE = re.compile(r"^ {0,3}\[\^([^\]\n]+)\]:", re.MULTILINE)
_NUMBERED = re.compile(r"_\d+$")
_SAYS_NOTHING = frozenset({"here", "click here", "this", "this page", "link", "this link", "more", "read more"})


@rule("link-target-exists", page_by_page=True)
def link_target_exists(kb: KnowledgeBase) -> Iterator[Fault]:
    """Every link, image and file within the site exists, in Markdown and in raw HTML.

    A reader who follows a dead link in distress does not come back.

    Bad:
        See [transference](../principles/transferance.md).
    Good:
        See [transference](../principles/transference.md).
    Fix:
        Take the suggested path. It is relative to the page and names the source file, with its ending; in raw HTML it
        is relative to the published page.
    """
    for page, link, target in _targets(kb):
        if target.exists or target.is_outside or without_scheme(link.target) or _with_right_case(kb, target.uri):
            continue
        if link.origin is LinkOrigin.RAW_HTML and target.uri in kb.files:
            message = f"raw HTML cannot link to the source file '{link.target}'; on the published page it is missing"
            meant: str | None = target.uri
            is_certain = True
        else:
            message = f"there is no file '{target.uri}' for the {_noun(link)} '{link.target}'"
            if link.origin is LinkOrigin.RAW_HTML:
                message = f"on the published page the {_noun(link)} '{link.target}' leads to nothing"
            meant, is_certain = _meant(kb, target.uri)
        yield _take(kb, page, link, meant, message, is_certain)


@rule("link-case-matches", page_by_page=True)
def link_case_matches(kb: KnowledgeBase) -> Iterator[Fault]:
    """Links are written with the same capital and small letters as the file.

    Such a link works on some computers and is dead on the web server.

    Bad:
        [Denial](Denial.md)
    Good:
        [Denial](denial.md)
    Fix:
        Take the suggested spelling.
    """
    for page, link, target in _targets(kb):
        right = None if target.exists else _with_right_case(kb, target.uri)
        if right:
            message = f"'{link.target}' differs from the file '{right}' in capital and small letters"
            yield _take(kb, page, link, right, message, is_certain=True)


@rule("link-stays-in-docs", page_by_page=True)
def link_stays_in_docs(kb: KnowledgeBase) -> Iterator[Fault]:
    """No link leads out of the documentation folder.

    What lies outside is not published: the link works in the repository and is dead on the site.

    Bad:
        [how to build it](../../README.md)
    Good:
        [how to build it](https://github.com/example/project#readme)
    Fix:
        Give the address of the file on the web, or move it into the documentation folder.
    """
    for _, link, target in _targets(kb):
        if target.is_outside and not without_scheme(link.target):
            where = "site" if link.origin is LinkOrigin.RAW_HTML else "documentation folder"
            message = f"'{link.target}' leads out of the {where}; what is there is not published with it"
            yield Fault(message, link.span, "give its address on the web, or put the file into the documentation")


@rule("link-anchor-exists")
def link_anchor_exists(kb: KnowledgeBase) -> Iterator[Fault]:
    """The part of a link after `#` is the id of something on the page it leads to.

    Otherwise the reader lands at the top of the page and has to search.

    Bad:
        [the evidence](../principles/attachment.md#evidence)
    Good:
        [the evidence](../principles/attachment.md#evidence-and-criticism)
    Fix:
        Take the suggested id. The id of a heading is its text in small letters with hyphens, unless `{#id}` sets
        another.
    """
    missing = {(uri, anchor) for uri, anchor in kb.led_to if anchor and not kb.has_anchor(uri, anchor)}
    suspected = (page for page in kb.pages if missing and not missing.isdisjoint(kb.leads_to(page)))
    for link, target in (found for page in suspected for found in kb.targets_of(page)):
        anchor = target.anchor
        if not anchor or not target.exists or kb.has_anchor(target.uri, anchor):
            continue
        if anchor == "top" or anchor.startswith((":~:", "__", "fnref")):
            continue
        if target.uri not in kb.by_uri or kb.by_uri[target.uri].faults:
            continue
        near = nearest(anchor, kb.anchors(target.uri))
        sure = certainly(anchor, kb.anchors(target.uri))
        edit = kb.edit(link.span, link.target, f"{link.target.partition('#')[0]}#{sure}") if sure else None
        message = f"there is no '#{anchor}' on the page '{target.uri}'"
        yield Fault(message, link.span, f"did you mean `#{near}`?" if near else None, edit)


@rule("link-anchor-is-stable", severity=Severity.WARNING)
def link_anchor_is_stable(kb: KnowledgeBase) -> Iterator[Fault]:
    """No link leads to an id that a heading got by its number among equal ones.

    A page with two headings "Evidence" gives the second the id `evidence_1`. When another is inserted before it, the
    link leads to that one, and nothing tells.

    Bad:
        [the evidence](../principles/attachment.md#evidence_1)
    Good:
        [the evidence](../principles/attachment.md#evidence-in-adults), with `## Evidence {#evidence-in-adults}` there
    Fix:
        Give the heading an id of its own in braces, and link to that.
    """
    numbered = {(uri, anchor) for uri, anchor in kb.led_to if _NUMBERED.search(anchor)}
    suspected = (page for page in kb.pages if numbered and not numbered.isdisjoint(kb.leads_to(page)))
    for link, target in (found for page in suspected for found in kb.targets_of(page)):
        there = kb.by_uri[target.uri].headings if target.uri in kb.by_uri else ()
        heading = next((heading for heading in there if heading.is_numbered and heading.id == target.anchor), None)
        if heading:
            message = f"'#{heading.id}' is numbered by the build and moves when a heading is added before it"
            suggestion = (
                f"give the heading '{heading.text}' at {heading.span.place} an id, `{{#...}}`, and link to that"
            )
            yield Fault(message, link.span, suggestion)


@rule("reference-link-is-defined", alone=True)
def reference_link_is_defined(kb: KnowledgeBase) -> Iterator[Fault]:
    """Every link of the form `[text][label]` has a line `[label]: target`.

    Without it the brackets are published as text.

    Bad:
        See [the manual][pdm].
    Good:
        See [the manual][pdm].

        [pdm]: ../instruments/psychodynamic-diagnostic-manual.md
    Fix:
        Add the definition, or write the target in parentheses behind the text.
    """
    for page in kb.pages:
        for undefined in page.undefined_references:
            message = f"the link label '{undefined.label}' is defined nowhere on this page"
            yield Fault(message, undefined.span, f"add a line `[{undefined.label}]: target`")


@rule("link-is-complete", alone=True)
def link_is_complete(kb: KnowledgeBase) -> Iterator[Fault]:
    """Every link in Markdown is written so that it becomes one.

    Where the parentheses do not match, the brackets and the address are published as text.

    Bad:
        See [transference](../principles/transference.md and [the map](map_(old.md).
    Good:
        See [transference](../principles/transference.md) and [the map](<map_(old.md>).
    Fix:
        Close the parenthesis. An address that has one of its own stands in angle brackets.
    """
    for page in kb.pages:
        for link in page.unfinished_links:
            message = f"this is published as text: the parentheses around '{link.label}' do not match"
            yield Fault(message, link.span, "close the parenthesis, or put the address in angle brackets")


@rule("footnote-is-defined", alone=True)
def footnote_is_defined(kb: KnowledgeBase) -> Iterator[Fault]:
    """Every footnote mark `[^label]` has a note `[^label]: text`.

    Without it the mark is published as text.

    Bad:
        The term is older.[^1]
    Good:
        The term is older.[^1]

        [^1]: Freud took it from everyday speech.
    Fix:
        Add the note, or remove the mark.
    """
    for page in kb.pages:
        for undefined in page.undefined_footnotes:
            message = f"the footnote '{undefined.label}' is defined nowhere on this page"
            yield Fault(message, undefined.span, f"add a line `[^{undefined.label}]: text`")


@rule("footnote-is-used", alone=True)
def footnote_is_used(kb: KnowledgeBase) -> Iterator[Fault]:
    """Every footnote has a mark in the text that leads to it.

    A note that nothing leads to stands at the end of the page as a riddle.

    Bad:
        The term is older.

        [^1]: Freud took it from everyday speech.
    Good:
        The term is older.[^1]

        [^1]: Freud took it from everyday speech.
    Fix:
        Add the mark where the note belongs, or remove the note.
    """
    for page in kb.pages:
        ids = {anchor.id for anchor in page.anchors}
        notes = (anchor.id.removeprefix("fn:") for anchor in page.anchors if anchor.id.startswith("fn:"))
        unused = [label for label in notes if f"fnref:{label}" not in ids]
        places = locate_each(kb.text_of(page.path), _NOTE) if unused else {}
        for label in unused:
            span = Span(page.path, *places[label], len(label) + 3) if label in places else Span(page.path)
            yield Fault(f"nothing leads to the footnote '{label}'", span, f"add `[^{label}]`, or remove the note")


@rule("link-definition-is-used", severity=Severity.WARNING, alone=True)
def link_definition_is_used(kb: KnowledgeBase) -> Iterator[Fault]:
    """Every line `[label]: target` of a page is used by a link of the page.

    An unused one is often a link that was mistyped. Definitions in a file that several pages include are left alone.

    Bad:
        See [the manual][pmd].

        [pdm]: ../instruments/psychodynamic-diagnostic-manual.md
    Good:
        See [the manual][pdm].

        [pdm]: ../instruments/psychodynamic-diagnostic-manual.md
    Fix:
        Use it, or remove the line.
    """
    for page in kb.pages:
        for definition in page.link_definitions:
            if not definition.is_used and definition.span.path == page.path:
                message = f"no link uses the label '{definition.label}'"
                yield Fault(message, definition.span, "use it, or remove the line")


@rule("link-names-the-source", severity=Severity.WARNING, page_by_page=True)
def link_names_the_source(kb: KnowledgeBase) -> Iterator[Fault]:
    """A link in Markdown names the source file, with its ending and relative to the page; so does the navigation.

    The published address works only as long as the site is built in the same way and served at the same place, and
    nobody notices when the page is renamed.

    Bad:
        [Denial](../denial/), [Denial](/defences/denial/)
    Good:
        [Denial](denial.md)
    Fix:
        Take the suggested path.
    """
    for page, link, target in _targets(kb):
        if target.by_address:
            meant = target.uri if target.uri in kb.files else None
            yield _take(kb, page, link, meant, f"'{link.target}' names the published address", is_certain=True)
    for page in kb.doubtful:
        for link in page.links:
            absolute = link.target.startswith("/") and not link.target.startswith("//")
            if absolute and link.origin is LinkOrigin.MARKDOWN and not kb.absolute_links_start_in_docs:
                path = unquote(re.split(r"[?#]", link.target)[0]).lstrip("/")
                meant = path if path in kb.files else kb.published_at(path)
                message = f"'{link.target}' begins at the root of the web server"
                # Another site may stand at the root of the server, but none has a page by the name of a source file.
                fault = _take(kb, page, link, meant, message, is_certain=path in kb.by_uri)
                yield fault if meant else fault._replace(suggestion="write the path relative to this page")
    for entry in kb.navigation:
        meant = kb.published_at(entry) if posixpath.normpath(entry) not in kb.files else None
        if meant:
            span = _place_in_navigation(kb, entry)
            message = f"the navigation names the published address '{entry}'"
            yield Fault(message, span, f"did you mean `{meant}`?", kb.edit(span, entry, meant))


@rule("navigation-entry-exists")
def navigation_entry_exists(kb: KnowledgeBase) -> Iterator[Fault]:
    """Every page that the navigation of mkdocs.yml names exists.

    Bad:
        nav: [index.md, gone.md]
    Good:
        nav: [index.md]
    Fix:
        Take the suggested path, or remove the entry.
    """
    for entry in kb.navigation:
        path, _, anchor = entry.partition("#")
        if entry.startswith("/") or (not anchor and (posixpath.normpath(path) in kb.files or kb.published_at(path))):
            continue
        span = _place_in_navigation(kb, entry)
        near, is_certain = (path, False) if path in kb.files else _meant(kb, path)
        what = "which is a part of a page and no page" if path in kb.files else "which does not exist"
        edit = kb.edit(span, entry, near) if near and is_certain else None
        yield Fault(f"the navigation names '{entry}', {what}", span, f"did you mean `{near}`?" if near else None, edit)


@rule("page-is-in-navigation", severity=Severity.WARNING)
def page_is_in_navigation(kb: KnowledgeBase) -> Iterator[Fault]:
    """Every page is named by the navigation, or by `not_in_nav` in mkdocs.yml, where a project writes its own.

    A page in no menu is found by those alone who know that it is there. `validation: omitted_files: ignore` turns this
    off, as it does in MkDocs.

    Bad:
        nav: [index.md], and a file docs/guides/start.md
    Good:
        nav: [index.md, guides/start.md]
    Fix:
        Add the page to `nav`, or its path to `not_in_nav` if it is meant to stand outside.
    """
    for uri in kb.unlisted if kb.reports_unlisted else ():
        if uri in kb.by_uri:
            message = f"the navigation in {kb.configuration} does not name this page"
            yield Fault(message, kb.by_uri[uri].start, "add it to `nav`, or to `not_in_nav`")


@rule("page-is-linked", severity=Severity.WARNING)
def page_is_linked(kb: KnowledgeBase) -> Iterator[Fault]:
    """Something leads to every page: a link, a relation, a path or a term.

    Readers go from page to page; what nothing leads to they do not meet. In a project with kinds, lists and menus do
    not count, because they lead to everything. In any other, a page that the navigation names is led to.

    Bad:
        A page that no other page links to, names in its front matter or mentions by its title.
    Good:
        A page that a guide links to.
    Fix:
        Link to it where it helps, or add the relation that holds.
    """
    if kb.settings.content_model:
        pages = list(kb.by_id.values())
    else:
        pages = [] if kb.reports_unlisted else [kb.by_uri[uri] for uri in kb.unlisted if uri in kb.by_uri]
    if not pages:
        return
    reached = {uri for page in kb.pages for uri, _ in kb.leads_to(page) if uri != page.uri}
    for relation in kb.relations:
        reached.update(kb.by_id[end].uri for end in (relation.source, relation.target) if end in kb.by_id)
    mentions = {term.page: term for term in kb.terms if term.page is not None}
    for page in pages:
        term = mentions.get(page.uri)
        if page.uri not in reached and not (term and kb.is_used(term, except_on=page)):
            yield Fault("nothing leads to this page", page.start, "link to it where it helps a reader")


@rule("id-is-unique", alone=True)
def id_is_unique(kb: KnowledgeBase) -> Iterator[Fault]:
    """No id is given twice on a page.

    A link to it leads to the first of them, and a screen reader announces the wrong thing.

    Bad:
        ## Origins {#history}
        ## Later senses {#history}
    Good:
        ## Origins {#origins}
        ## Later senses {#later-senses}
    Fix:
        Give one of them another id.
    """
    for page in kb.pages:
        first: dict[str, Anchor] = {}
        for anchor in page.anchors:
            if anchor.id in first:
                line = first[anchor.id].span.line
                where = f", first in line {line}" if line else ""
                yield Fault(f"the id '{anchor.id}' is given twice{where}", anchor.span, "give one of them another id")
            else:
                first[anchor.id] = anchor


@rule("link-has-text", alone=True)
def link_has_text(kb: KnowledgeBase) -> Iterator[Fault]:
    """Every link has a text, or an image with a description.

    A link without one cannot be seen, and a screen reader announces its address letter by letter.

    Bad:
        [](denial.md)
    Good:
        [Denial](denial.md)
    Fix:
        Write what the link leads to between the brackets.
    """
    for page in kb.pages:
        for link in page.links:
            # The highlighter gives every line of code an anchor that leads to itself.
            if link.tag == "a" and link.target and not link.text and not link.target.startswith("#__"):
                yield Fault(f"the link to '{link.target}' has no text", link.span, "say what it leads to")


@rule("link-text-says-where", severity=Severity.WARNING, alone=True)
def link_text_says_where(kb: KnowledgeBase) -> Iterator[Fault]:
    """The text of a link says what it leads to, also when it is read by itself.

    Many who use a screen reader go from link to link, and hear "here, here, this page".

    Bad:
        For defences click [here](../defences/index.md).
    Good:
        See the page on [defences](../defences/index.md).
    Fix:
        Make the name of what it leads to the text of the link.
    """
    for page in kb.pages:
        for link in page.links:
            if link.tag == "a" and link.text.casefold().strip(" .…") in _SAYS_NOTHING:
                yield Fault(
                    f"the link text '{link.text}' does not say where it leads", link.span, "name what it leads to"
                )


@rule("image-has-description", alone=True)
def image_has_description(kb: KnowledgeBase) -> Iterator[Fault]:
    """Every image has a description for those who cannot see it.

    Bad:
        ![](hierarchy.png)
    Good:
        ![Seven levels of defences, from action at the bottom to high adaptive at the top](hierarchy.png)
    Fix:
        Say between the brackets what a reader is to take from the image.
    """
    for page in kb.pages:
        for link in page.links:
            if link.tag == "img" and not link.text.strip():
                yield Fault(f"the image '{link.target}' has no description", link.span, "add it between the brackets")


@rule("external-address-is-secure", severity=Severity.WARNING, alone=True)
def external_address_is_secure(kb: KnowledgeBase) -> Iterator[Fault]:
    """Links to other sites use https.

    What is sent over http can be read and changed on the way, and on this subject what somebody reads is private.

    Bad:
        [the manual](http://example.org/manual)
    Good:
        [the manual](https://example.org/manual)
    Fix:
        Write https, and try whether the address answers.
    """
    for page in kb.pages:
        for link in page.links:
            address = split_address(link.target) if link.target[:5].lower() == "http:" else None
            if address and address.hostname not in ("localhost", "127.0.0.1", "::1"):
                yield Fault(f"'{link.target}' is not secure", link.span, "write `https://`, if the site has it")


def _targets(kb: KnowledgeBase) -> Iterator[tuple[Page, Link, Target]]:
    """Every link of the doubtful pages that leads somewhere within the site, with where it leads."""
    for page in kb.doubtful:
        for link, target in kb.targets_of(page):
            yield page, link, target


def _place_in_navigation(kb: KnowledgeBase, entry: str) -> Span:
    pattern = re.compile(rf"(?<![\w/.-]){re.escape(entry)}(?![\w/.-])")
    return kb.locate_in(kb.configuration, pattern, len(entry))


def _take(kb: KnowledgeBase, page: Page, link: Link, uri: str | None, message: str, is_certain: bool) -> Fault:
    """The fault of a link that was meant to lead to the file `uri`; its edit, if that is certain."""
    if uri is None:
        return Fault(message, link.span)
    address = kb.address_for(page, link, uri)
    edit = kb.edit(link.span, link.target, address) if is_certain else None
    return Fault(message, link.span, f"did you mean `{address}`?", edit)


def _with_right_case(kb: KnowledgeBase, uri: str) -> str | None:
    """The one file whose name differs from `uri` in case alone."""
    folded = [known for known in kb.files_by_folded_name.get(uri.casefold(), ()) if known != uri]
    return folded[0] if len(folded) == 1 else None


def _meant(kb: KnowledgeBase, uri: str) -> tuple[str | None, bool]:
    """The file that was probably meant by `uri`, and whether that is certain.

    It is where the published form names the source, where the name was encoded twice, and where one file of the site
    alone has that name, because a page was moved.
    """
    stem = uri.removesuffix(".html").removesuffix("/index")
    for candidate in (f"{stem}.md", f"{stem}/index.md", unquote(uri)):
        if candidate in kb.files:
            return candidate, True
    name = posixpath.basename(uri)
    namesakes = kb.files_by_name.get(name, ())
    if len(namesakes) == 1:
        return namesakes[0], name not in ("index.md", "README.md")
    near = nearest(name, kb.files_by_name)
    return (kb.files_by_name[near][0] if near else None), False


def _noun(link: Link) -> str:
    return {"a": "link", "img": "image"}.get(link.tag, "file")
