"""One Markdown file -> the facts about it, as the site's own Markdown parser sees it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from markdown import Markdown
from markdown.extensions import Extension
from markdown.preprocessors import Preprocessor

from kb.model import Fault, Page, Section, Span
from kb.reading import front_matter
from kb.reading.bounds import TooCostly, bounded
from kb.reading.cache import digest
from kb.reading.citations import CitationSyntax
from kb.reading.dye import Dye, strip
from kb.reading.lost_citations import lost_citations
from kb.reading.published import PublishedFacts
from kb.reading.quick import quicken
from kb.reading.quotations import quotations, year_mentions
from kb.reading.tree import TreeFacts
from kb.terms import abbreviations

LARGEST_FILE = 1024 * 1024
# Links, ids, citations and the like of one page; far beyond any page that a person reads.
MOST_FACTS = 10_000


@dataclass(frozen=True)
class Dialect:
    """How a site converts Markdown: the extensions of its configuration, and whether it has citations."""

    extensions: Sequence[str | Extension]
    configs: dict[str, Any]
    has_citations: bool


class Reading(NamedTuple):
    """The facts of a page, and the absolute paths of what it includes or would include if it existed."""

    page: Page
    includes: tuple[str, ...] = ()


def read_page(content: bytes, path: str, uri: str, dialect: Dialect, name_of: Callable[[str], str]) -> Reading:
    """Read one Markdown file.

    `path` names the file in findings, `uri` is its place in the documentation folder; `name_of` turns the absolute path
    of an included file into the name for findings. Whatever is wrong with the file as such becomes a fault of the page.
    """

    def unreadable(message: str, suggestion: str, line: int = 1) -> Reading:
        return Reading(Page(path, uri, faults=(Fault(message, Span(path, line, 1), suggestion),)))

    if len(content) > LARGEST_FILE:
        return unreadable(f"the file has {len(content):,} bytes; a page has at most {LARGEST_FILE:,}", "split the page")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        return unreadable("the file is not text in UTF-8", "save it with the encoding UTF-8", line)
    if "\0" in text:
        return unreadable("the file contains a NUL character", "remove it", text[: text.index("\0")].count("\n") + 1)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    try:
        return bounded(text, lambda: _read(text, path, uri, dialect, name_of))
    except TooCostly as error:
        hint = "split the page, or look for very long lines and for what stands within itself many times over"
        fault = Fault(f"the page takes {error} to read", Span(path, 1, 1), hint, is_passing=True)
        return Reading(Page(path, uri, faults=(fault,)))


def _read(text: str, path: str, uri: str, dialect: Dialect, name_of: Callable[[str], str]) -> Reading:
    fields, body, first_line, faults = front_matter.split(text, path)
    dye = Dye(dialect.has_citations)
    facts = TreeFacts(dye, dialect.has_citations)
    includes: list[str] = []

    def unreadable(message: str, suggestion: str) -> Reading:
        page = Page(path, uri, faults=(Fault(message, Span(path, first_line, 1), suggestion),))
        return Reading(page, tuple(dict.fromkeys(includes)))

    try:
        html = _convert(body, path, first_line, dialect, facts, includes, name_of)
    except MemoryError:
        raise
    except RecursionError:
        return unreadable("the page is too deeply nested to be converted", "take some levels away")
    except Exception as error:
        # An extension may fail in any way; an editor needs the page and the reason, no traceback.
        reason = " ".join(str(error).split()) or type(error).__name__
        return unreadable(f"the page cannot be converted: {reason}", "mend what it names")
    result = PublishedFacts(dye, path)
    result.feed(html)
    result.close()
    groups = facts.citation_groups(path)
    page = Page(
        path=path,
        uri=uri,
        front_matter=fields,
        headings=tuple(result.headings),
        anchors=tuple(result.anchors),
        links=tuple(result.links),
        link_definitions=tuple(facts.link_definitions(path)),
        undefined_references=tuple(facts.left_references(path)),
        undefined_footnotes=tuple(facts.left_footnotes(path)),
        citation_groups=tuple(groups),
        lost_citations=tuple(lost_citations(dye, "".join(facts.groups), html)) if dialect.has_citations else (),
        quotations=tuple(quotations(facts.paragraphs, groups)),
        year_mentions=tuple(year_mentions(facts.paragraphs)),
        sections=tuple(_sections(facts, result)),
        suppressions=tuple(result.suppressions),
        active_contents=tuple(result.active_contents),
        faults=tuple(faults),
        version=digest(html),
    )
    if (number := _facts(page)) > MOST_FACTS:
        message = f"the page has {number:,} links, ids and citations; at most {MOST_FACTS:,} can be checked"
        return unreadable(message, "split the page")
    return Reading(page, tuple(dict.fromkeys(includes)))


def _facts(page: Page) -> int:
    """How many things on a page the rules look at one by one."""
    listed = (
        *(page.headings, page.anchors, page.links, page.link_definitions, page.undefined_references),
        *(page.undefined_footnotes, page.citations, page.suppressions, page.active_contents),
    )
    return sum(map(len, listed))


def _convert(
    body: str,
    path: str,
    first_line: int,
    dialect: Dialect,
    facts: TreeFacts,
    includes: list[str],
    name_of: Callable[[str], str],
) -> str:
    extensions = [*dialect.extensions, *([CitationSyntax()] if dialect.has_citations else []), facts]
    md = Markdown(extensions=extensions, extension_configs=dialect.configs)
    md.references = facts.references
    if "toc" in md.treeprocessors:
        toc: Any = md.treeprocessors["toc"]
        slugify = toc.slugify
        toc.slugify = lambda text, separator: slugify(strip(text), separator)
    if "snippet" in md.preprocessors:
        _dye_includes(md.preprocessors["snippet"], facts.dye, includes, name_of)
    quicken(md)
    return md.convert(facts.dye.dye(body, path, first_line))


def _dye_includes(snippets: Preprocessor, dye: Dye, includes: list[str], name_of: Callable[[str], str]) -> None:
    """Let pymdownx.snippets dye what it includes, with the lines of the included file."""
    parse: Any = snippets.parse_snippets  # type: ignore[attr-defined]
    find: Any = snippets.get_snippet_path  # type: ignore[attr-defined]
    folders: list[str] = snippets.base_path  # type: ignore[attr-defined]

    def get_snippet_path(path: str) -> Any:
        includes.extend(str(Path(folder, path)) for folder in folders)
        return find(path)

    def parse_snippets(lines: list[str], file_name: str | None = None, **options: Any) -> Any:
        if file_name is not None and not options.get("is_url"):
            includes.append(file_name)
            file_lines = Path(file_name).read_text(encoding="utf-8-sig").split("\n")
            start = _find_run(lines, file_lines)
            if start is not None:
                lines = dye.dye("\n".join(lines), name_of(file_name), start + 1).split("\n")
        return parse(lines, file_name, **options)

    snippets.parse_snippets = parse_snippets  # type: ignore[attr-defined]
    snippets.get_snippet_path = get_snippet_path  # type: ignore[attr-defined]


def _find_run(run: list[str], lines: list[str]) -> int | None:
    """Where `run` stands among `lines`, None where it stands nowhere or more than once."""
    starts = [start for start in range(len(lines) - len(run) + 1) if lines[start : start + len(run)] == run]
    return starts[0] if run and len(starts) == 1 else None


def _sections(facts: TreeFacts, result: PublishedFacts) -> Iterator[Section]:
    for number, (texts, said) in enumerate(zip(facts.prose, facts.said, strict=True)):
        index = result.heading_by_number.get(number) if number else None
        if number and index is None:
            continue
        has_content = result.content[-1 if index is None else index]
        used = dict.fromkeys(abbreviation for text in texts for abbreviation in abbreviations(text))
        yield Section(index, tuple(texts), has_content, tuple(said.paragraphs), said.has_citation, tuple(used))
