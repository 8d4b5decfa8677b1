"""One Markdown file -> the facts about it, as the site's own Markdown parser sees it."""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from markdown import Markdown
from markdown.extensions import Extension
from markdown.preprocessors import Preprocessor

from kb.dialect import Dialect, Folder
from kb.model import Fault, Include, Page, Reading, Section, Span, Trace
from kb.reading import front_matter
from kb.reading.bounds import TooCostly, bounded
from kb.reading.cache import digest
from kb.reading.citations import CitationSyntax
from kb.reading.dye import Dye, Origin, strip
from kb.reading.effect_syntax import EffectSyntax
from kb.reading.locate import locate
from kb.reading.lost_citations import lost_citations
from kb.reading.published import PublishedFacts
from kb.reading.quick import quicken
from kb.reading.quotations import quotations, year_mentions
from kb.reading.traces import read_traces
from kb.reading.tree import TreeFacts
from kb.terms import abbreviations

LARGEST_FILE = 1024 * 1024
# Links, ids, citations and the like of one page, and its stretches of text; far beyond any page that a person reads.
MOST_FACTS, MOST_TEXTS = 10_000, 30_000


@dataclass
class _Included:
    """What the includes of a page turn out to be while it is converted. `text` is what stands in the file `path`."""

    path: str
    text: str = ""
    root: Path | None = None
    files: list[str] = field(default_factory=list)
    escaping: list[Include] = field(default_factory=list)
    traces: list[Trace] = field(default_factory=list)


def warm_up(dialect: Dialect) -> None:
    """Load what reading loads at first use, so that it does not count as the cost of the first page."""
    front_matter.split("", "")
    with contextlib.suppress(Exception):  # the pages will say what an extension fails of
        configs = _configs_in("", dialect.configs)
        Markdown(extensions=dialect.extensions, extension_configs=configs).convert("```python\nx = 1\n```\n")


def read_page(
    content: bytes, path: str, uri: str, dialect: Dialect, name_of: Callable[[str], str], root: Path | None = None
) -> Reading:
    """Read one Markdown file.

    `path` names the file in findings, `uri` is its place in the documentation folder; `name_of` turns the absolute path
    of an included file into the name for findings. Files outside the folder `root` and the folders of snippets are not
    included. Whatever is wrong with the file as such becomes a fault of the page.
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
        return bounded(content, lambda: _read(text, path, uri, dialect, name_of, root))
    except TooCostly as error:
        return too_costly(error, path, uri)


def too_costly(error: TooCostly, path: str, uri: str) -> Reading:
    """What is known of a page that takes too much time or memory."""
    hint = "split the page, or look for very long lines and for what stands within itself many times over"
    fault = Fault(f"the page takes {error} to read", Span(path, 1, 1), hint, is_passing=True)
    return Reading(Page(path, uri, faults=(fault,)))


def _read(
    text: str, path: str, uri: str, dialect: Dialect, name_of: Callable[[str], str], root: Path | None
) -> Reading:
    fields, body, first_line, faults = front_matter.split(text, path)
    found = _Included(path, text, root)
    dye = Dye(dialect.has_citations)
    facts = TreeFacts(dye, dialect.has_citations)

    def unreadable(message: str, suggestion: str) -> Reading:
        page = Page(path, uri, faults=(Fault(message, Span(path, first_line, 1), suggestion),))
        return Reading(page, tuple(dict.fromkeys(found.files)))

    try:
        html = _convert(body, path, first_line, dialect, facts, found, name_of)
    except MemoryError:
        raise
    except RecursionError:
        return unreadable("the page is too deeply nested to be converted", "take some levels away")
    except Exception as error:
        # An extension may fail in any way; an editor needs the page and the reason, no traceback.
        reason = " ".join(str(error).split()) or type(error).__name__
        return unreadable(f"the page cannot be converted: {reason}", "mend what it names")
    result = PublishedFacts(dye, path, facts.slugs, dialect.has_effects)
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
        unfinished_links=tuple(facts.left_links(path)),
        citation_groups=tuple(groups),
        lost_citations=tuple(lost_citations(dye, "".join(facts.groups), html)) if dialect.has_citations else (),
        quotations=tuple(quotations(facts.blocks, groups)),
        year_mentions=tuple(year_mentions(facts.blocks)),
        effects=(*facts.mentions(path), *result.raw_effects),
        selections=tuple(facts.selections(path)),
        guideline_blocks=tuple(facts.guideline_blocks(path)),
        sections=tuple(_sections(facts, result)),
        suppressions=tuple(result.suppressions),
        active_contents=tuple(result.active_contents),
        escaping_includes=tuple(found.escaping),
        traces=(*read_traces(text, path, "".join(result.code)), *found.traces),
        faults=tuple(faults),
        version=digest(text, html),
    )
    if (number := _facts(page)) > MOST_FACTS:
        message = f"the page has {number:,} links, ids and citations; at most {MOST_FACTS:,} can be checked"
        return unreadable(message, "split the page")
    if (number := sum(len(section.prose) + len(section.paragraphs) for section in page.sections)) > MOST_TEXTS:
        message = f"the page has {number:,} stretches of text, such as cells; at most {MOST_TEXTS:,} can be checked"
        return unreadable(message, "split the page")
    return Reading(page, tuple(dict.fromkeys(found.files)))


def _facts(page: Page) -> int:
    """How many things on a page the rules look at one by one."""
    listed = (
        *(page.headings, page.anchors, page.links, page.link_definitions, page.undefined_references),
        *(
            page.undefined_footnotes,
            page.citations,
            page.effects,
            page.selections,
            page.guideline_blocks,
            page.suppressions,
            page.active_contents,
        ),
    )
    return sum(map(len, listed)) + len(page.front_matter.places) // 2


def _convert(
    body: str,
    path: str,
    first_line: int,
    dialect: Dialect,
    facts: TreeFacts,
    found: _Included,
    name_of: Callable[[str], str],
) -> str:
    extensions = [*dialect.extensions, *_own_syntax(dialect), facts]
    folder = str(((found.root or Path()) / path).parent)
    md = Markdown(extensions=extensions, extension_configs=_configs_in(folder, dialect.configs))
    md.references = facts.references
    if "toc" in md.treeprocessors:
        toc: Any = md.treeprocessors["toc"]
        slugify = toc.slugify

        def slugify_undyed(text: str, separator: str) -> str:
            slug: str = slugify(strip(text), separator)
            facts.slugs.add(slug)
            return slug

        toc.slugify = slugify_undyed
    if "snippet" in md.preprocessors:
        _dye_includes(md.preprocessors["snippet"], facts.dye, found, name_of)
    quicken(md)
    return md.convert(facts.dye.dye(body, path, first_line))


def _configs_in(folder: str, value: Any) -> Any:
    """A part of a configuration as it is for the pages of a folder."""
    if isinstance(value, dict):
        return {key: _configs_in(folder, item) for key, item in value.items()}
    if isinstance(value, list):
        return [_configs_in(folder, item) for item in value]
    return folder if value is Folder.OF_THE_PAGE else value


def _own_syntax(dialect: Dialect) -> Iterator[Extension]:
    if dialect.has_citations:
        yield CitationSyntax()
    if dialect.has_effects:
        yield EffectSyntax()


def _dye_includes(snippets: Preprocessor, dye: Dye, found: _Included, name_of: Callable[[str], str]) -> None:
    """Let pymdownx.snippets dye what it includes, with the lines of the included file."""
    parse: Any = snippets.parse_snippets  # type: ignore[attr-defined]
    find: Any = snippets.get_snippet_path  # type: ignore[attr-defined]
    folders: list[str] = snippets.base_path  # type: ignore[attr-defined]
    open_files: list[tuple[str, str]] = []

    def get_snippet_path(path: str) -> Any:
        candidates = [Path(folder, path) for folder in folders]
        allowed = [found.root, *(Path(folder).resolve() for folder in folders)] if found.root else []
        if allowed and not any(_is_within(file, folder) for file in candidates for folder in allowed):
            found.escaping.append(_include(path, *(open_files[-1] if open_files else (found.path, found.text))))
            return os.devnull  # an empty text stands in its place, and nothing of the file is read
        found.files.extend(map(str, candidates))
        return find(path)

    def parse_snippets(lines: list[str], file_name: str | None = None, **options: Any) -> Any:
        if file_name is None or options.get("is_url") or file_name == os.devnull:
            has_marks = any("8<" in line for line in lines)  # without one, each line is left as it is
            return parse(lines, file_name, **options) if has_marks else lines
        found.files.append(file_name)
        name, text = name_of(file_name), Path(file_name).read_text(encoding="utf-8-sig")
        found.traces.extend(read_traces(text, name))
        dyed = dye.dye("\n".join(lines), name, origins=_origins(lines, text.split("\n")))
        open_files.append((name, text))
        try:
            return parse(dyed.split("\n"), file_name, **options)
        finally:
            open_files.pop()

    snippets.parse_snippets = parse_snippets  # type: ignore[attr-defined]
    snippets.get_snippet_path = get_snippet_path  # type: ignore[attr-defined]


def _is_within(file: Path, root: Path) -> bool:
    return file.resolve().is_relative_to(root)


def _include(target: str, name: str, text: str) -> Include:
    """An include with its place in the file `name`, where the target stands in it once."""
    place = locate(text, re.compile(re.escape(target)), 1, None, uses=1)
    return Include(target, Span(name, *place, len(target)) if place else Span(name))


def _origins(run: list[str], lines: list[str]) -> list[Origin]:
    """Where each line of `run` stands among `lines`: the place of the whole, or of each line that stands there once.

    The lines of a run may have lost an indentation that they had in the file.
    """
    starts = [start for start in range(len(lines) - len(run) + 1) if lines[start : start + len(run)] == run]
    if len(starts) == 1:
        return [(starts[0] + number, 0) for number in range(1, len(run) + 1)]
    places: dict[str, list[int]] = {}
    for number, line in enumerate(lines, start=1):
        places.setdefault(line.strip(), []).append(number)
    origins: list[Origin] = []
    for line in run:
        numbers = places.get(line.strip(), [])
        origins.append((numbers[0], len(lines[numbers[0] - 1]) - len(line)) if len(numbers) == 1 else None)
    return origins


def _sections(facts: TreeFacts, result: PublishedFacts) -> Iterator[Section]:
    for number, (texts, said) in enumerate(zip(facts.prose, facts.said, strict=True)):
        index = result.heading_by_number.get(number) if number else None
        if number and index is None:
            continue
        has_content = result.content[-1 if index is None else index]
        used = dict.fromkeys(abbreviation for text in texts for abbreviation in abbreviations(text))
        yield Section(index, tuple(texts), has_content, tuple(said.paragraphs), said.has_citation, tuple(used))
