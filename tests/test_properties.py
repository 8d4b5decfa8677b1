"""What holds for every text: marks change nothing, what is placed is there, and nothing makes the gate fail."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import replace
from textwrap import indent
from urllib.parse import unquote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from markdown import Markdown
from markdown.inlinepatterns import InlineProcessor as InlinePattern
from markdown.treeprocessors import InlineProcessor

from kb import rules
from kb.knowledge import KnowledgeBase
from kb.model import Fault, Page, Span
from kb.reading import claims, front_matter, page
from kb.reading.bibliography import read_bibliography
from kb.reading.citations import CitationSyntax
from kb.reading.dye import Dye, strip
from kb.reading.glossary import read_glossary
from kb.reading.page import read_page
from kb.reading.quick import fixed, needed
from kb.reading.tree import TreeFacts
from kb.settings import Settings
from test_reading import CONFIGS, DIALECT

# A quotation mark right behind a mark may curl the other way; nobody sees it.
PLAIN = replace(DIALECT, extensions=[extension for extension in DIALECT.extensions if extension != "smarty"])
# The same inputs on every machine and day, so that a test that passes goes on to pass.
EVERY = settings(
    max_examples=150, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck)
)
MANY = settings(EVERY, max_examples=400)

INLINE = [
    "word", "Two words", "naïve 😀 text", "[link](a.md)", "[link](a.md#part)", '[link](a.md "Title")', "[link](<a b.md>)",
    "![image](i.png)", "[![image](i.png)](a.md)", "[text][label]", "[label][]", "[text][nowhere]", "[label]", "[^note]", "[^gone]",
    "[@key2000]", "[see @key2000, p. 3; -@other1999]", "[@{odd key}]", "[-@key2000]", "@key2000", "me@example.org", "<http://example.org/x>",
    "`code [a](b.md) [@x]`", "``a ` b``", "**strong**", "*em*", "***both***", "_em [link](a.md)_", "~~gone~~", "\\[a](b.md)", "\\`", "\\*", "a[i][j]",
    '<a href="raw.html">raw</a>', "<a href='raw.html'>raw</a>", '<img src="i.png" alt="x">', "<span id='here'>x</span>", "<b>bold</b>", "<!-- comment [a](b.md) -->",
    "&amp;", "&copy; 2000", "<", ">", "&", '"quoted"', "it's", "...", "--", "$x_1$", "\\(y\\)", "{#id}", "{.class}", "[x]{.c}", "](", "[", "]", "![", "*", "_", "`",
    "1 < 2", "a|b", "# no heading", "  ", "(c)", "[a] (b)", "[a]: b", "[20:40]", "ABC", "23 %", "<script>x</script>", 'onclick="x"', "{{ x }}",
]  # fmt: skip
BLOCKS = [
    "# Heading", "## Heading [link](a.md) {#given}", "### Heading ###", "Heading\n=======", "Heading\n---", "#### {#only}", "---", "***",
    "[label]: a.md", "[label]: <a b.md> 'Title'", "[^note]: A note with [link](a.md).", "[^note]: One.\n\n    Two [@key2000].",
    "| a | b |\n|---|---|\n| [link](a.md) | [@key2000] |", "a | b\n--|--\n`c|d` | e", "    code [a](b.md) [@x]", "```\nfenced [a](b.md)\n```", "```python {#c .d}\nx = [1](2)\n```",
    "~~~ {.html}\n<a href=\"x\" id='y'>\n~~~", "$$\n[a](b.md)\n$$", "Term\n: Definition [link](a.md)", '=== "Tab [x]"\n\n    Text [link](a.md)', '!!! note "Title [link](a.md)"\n    Text [@key2000]',
    "<div>\n[not](a.md)\n</div>", '<div markdown id="box">\n[inside](a.md)\n</div>', "<p><a href='x'>y</a></p>", "<!-- kb: allow link-target-exists because x -->", "<!-- block\n[a](b.md)\n-->",
    "<details><summary>x</summary>y</details>", "- one\n- two [link](a.md)\n\n    three", "1. one\n2. [@key2000]", "- [ ] task", "> quoted [link](a.md)", "> # Quoted heading\n> text", "*[ABC]: abc",
    "[text]\n[label]", "line  \nbreak", "A paragraph\nof lines\nwith a [link\nover two](a.md).", "\ttab", "<<<<<<< HEAD", "[", "`", "```", "<div>", "</div>", "<a href=", "<!--", "[^note]:", "[label]:", "#", "##[x](a.md)", "-", "|", "===",
]  # fmt: skip
CONTAINERS = ["> ", "    ", "- ", "1. ", "  ", "\t"]


@st.composite
def markdown(draw: st.DrawFn) -> str:
    """A page of fragments of the dialect, whole and broken, within one another."""
    blocks = []
    for _ in range(draw(st.integers(1, 6))):
        if draw(st.booleans()):
            block = draw(st.sampled_from([" ", "", "\n", ", "])).join(
                draw(st.lists(st.sampled_from(INLINE), max_size=6))
            )
        else:
            block = draw(st.sampled_from(BLOCKS))
        for container in draw(st.lists(st.sampled_from(CONTAINERS), max_size=2)):
            block = container + indent(block, container if container == "> " else "    ").lstrip(" ")
        blocks.append(block)
    return draw(st.sampled_from(["\n\n", "\n\n", "\n"])).join(blocks) + "\n"


def read(text: str) -> Page:
    return read_page(text.encode(), "p.md", "p.md", DIALECT, str).page


@given(markdown())
@EVERY
def test_marks_change_nothing(text: str) -> None:
    plain = Markdown(extensions=[*PLAIN.extensions, CitationSyntax()], extension_configs=CONFIGS).convert(text)
    dyed = page._convert(text, "p.md", 1, PLAIN, TreeFacts(Dye()), page._Included("p.md"), str)
    for attribute in ("data-kb-markdown", "data-kb-heading"):
        dyed = re.sub(rf' {attribute}="\d*"', "", dyed)
    assert strip(dyed) == plain


def _patterns() -> list[re.Pattern[str]]:
    """The inline patterns of the dialect."""
    md = Markdown(extensions=DIALECT.extensions, extension_configs=DIALECT.configs)
    steps = (step for step in md.treeprocessors if isinstance(step, InlineProcessor))
    patterns = (pattern for step in steps for pattern in step.inlinePatterns)
    return [pattern.getCompiledRegExp() for pattern in patterns if isinstance(pattern, InlinePattern)]


MADE_UP = [
    r"ab{2}c",
    r"ab*c",
    r"x(?:yz){2}w",
    r"(?:xy){2}z",
    r"a|bc",
    r"(a)\1b",
    r"(?<!\.)\.{3}(?!\.)",
    r"(?i)abc",
    r"a(?:bc)d",
]


@pytest.mark.parametrize("expression", [*_patterns(), *map(re.compile, MADE_UP)], ids=lambda pattern: pattern.pattern)
@given(data=st.data())
@settings(EVERY, max_examples=20)
def test_what_is_passed_over_could_not_match(expression: re.Pattern[str], data: st.DataObject) -> None:
    text = data.draw(st.from_regex(expression))
    if expression.search(text):
        assert fixed(expression) in text
        assert not (needed(expression) or set(text)).isdisjoint(text)


@given(st.from_regex(claims._CLAIM))
@MANY
def test_every_claim_is_looked_at(text: str) -> None:
    assert claims._may_claim(text)


@given(markdown())
@EVERY
def test_what_is_placed_stands_there(text: str) -> None:
    facts = read(text)
    lines = text.split("\n")
    for what, span in _placed(facts):
        if span.line is not None:
            assert span.column is not None
            here = lines[span.line - 1][span.column - 1 :]
            assert what in (here[: len(what)], unquote(here)[: len(what)], html.unescape(here)[: len(what)]), (
                what,
                here,
            )


def _placed(facts: Page) -> Iterator[tuple[str, Span]]:
    """What was read, as it is written in the source, and the place where it stands according to the gate."""
    yield from ((unquote(link.target).partition("\n")[0], link.span) for link in facts.links)
    yield from ((citation.key, citation.span) for citation in facts.citations)
    yield from (("Heading", heading.span) for heading in facts.headings if heading.text.startswith("Heading"))
    yield from (("allow ", suppression.span) for suppression in facts.suppressions)
    yield from ((f"[^{note.label}]", note.span) for note in facts.undefined_footnotes)
    yield from ((label.label, label.span) for label in facts.undefined_references if label.span.length != 2)


@given(st.one_of(markdown(), st.text(max_size=300)))
@EVERY
def test_every_page_has_a_verdict_with_places_that_exist(text: str) -> None:
    text = text.replace("\r\n", "\n").replace("\r", "\n").encode("utf-8", "replace").decode()
    facts = read(text)
    kb = KnowledgeBase(
        pages=[facts], files={"p.md": "p/"}, settings=Settings(content_model=True), text_of=lambda path: text
    )
    assert_places_exist([finding.span for finding in rules.run(kb) if finding.span.path == "p.md"], text)


def assert_places_exist(spans: list[Span], text: str) -> None:
    lines = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    for span in spans:
        if span.line is not None:
            assert 1 <= span.line <= len(lines)
            assert 1 <= (span.column or 1) <= len(lines[span.line - 1]) + 1


YAML = [
    "title", "aliases", "- ", "term", ": ", ":", "\n", "\n  ", "[", "]", "{", "}", ",", "&a ", "*a", "<<: ", "!!int ", "!!binary ", "!!timestamp ",
    "!!bool ", "!!set ", "? ", "|", ">", '"', "'", "#", "---\n", "...\n", "null", "1", "1.5", "0xff", "2024-01-01", "2024-99-99", "true", ".nan", "\\x", "\\u0000",
    "\t", "%YAML 1.1\n", "é", "😀", "\u2028", "\x85", "\x00", "definition", "sources", "x", " ",
]  # fmt: skip
BIBTEX = [
    "@article", "@book", "@comment", "@string", "@preamble", "@", "{", "}", "(", ")", "key2000", ",", "author", "title", "year", "doi", " = ", "=", '"', "#", "\\", "%",
    "Freud, Sigmund", " and ", "others", "~", "1915", "{{", "}}", "\n", "\n@", " ", "é", "{\\'e}", "$", "\x00", "-", "--", "jan", "crossref", "@article{key2000, title = {x}}",
]  # fmt: skip


@given(st.lists(st.sampled_from(YAML), max_size=25).map("".join))
@MANY
def test_every_front_matter_is_read_or_at_fault(text: str) -> None:
    whole = f"---\n{text}\n---\n\nText.\n"
    fields, body, first_line, faults = front_matter.split(whole, "p.md")
    assert isinstance(fields.data, dict)
    assert whole.replace("\r", "\n").split("\n")[first_line - 1 :] == body.replace("\r", "\n").split("\n")
    assert_places_exist([fault.span for fault in faults] + list(fields.places.values()), whole)
    assert_places_exist([fault.span for fault in read(whole).faults], whole)


@given(st.lists(st.sampled_from(YAML), max_size=25).map("".join))
@MANY
def test_every_glossary_is_read_or_at_fault(text: str) -> None:
    glossary = read_glossary(text.encode(), "g.yml")
    names = [name.span for term in glossary.terms for name in (*term.names, *term.sources)]
    assert_places_exist([fault.span for fault in glossary.faults] + names, text)


@given(st.lists(st.sampled_from(BIBTEX), max_size=30).map("".join))
@MANY
def test_every_bibliography_is_read_or_at_fault(text: str) -> None:
    bibliography = read_bibliography(text.encode(), "r.bib")
    kb = KnowledgeBase(pages=[], files={}, settings=Settings(bibliography="r.bib"), bibliographies=[bibliography])
    faults: list[Fault] = list(bibliography.faults)
    assert_places_exist([fault.span for fault in faults] + [finding.span for finding in rules.run(kb)], text)
    for entry in bibliography.entries:
        line = text.replace("\r", "\n").split("\n")[(entry.span.line or 1) - 1]
        assert line[(entry.span.column or 1) - 1 :].startswith(entry.key)
