"""What the build adds to a page."""

from __future__ import annotations

import json
import re
from pathlib import Path
from types import SimpleNamespace
from xml.etree import ElementTree

import pypandoc
import pytest
from markdown import Markdown
from pybtex.database import parse_string

from cases import write_project
from kb import engine, gate
from kb.exports.citing import citation_files, cited, linked_data, meta_tags
from kb.exports.names import names_file
from kb.reading.cache import Cache
from kb.rendering.bibliography import Formatted, format_citations
from kb.rendering.page import PageRendering, citation_groups
from kb.rendering.tables import without_empty_headings

BIB = """\
@article{freud1915a, author = {Freud, Sigmund}, title = {{The unconscious}}, journal = {J}, year = {1915}, pages = {1--9}}
@article{freud1915b, author = {Freud, Sigmund}, title = {{Repression}}, journal = {J}, year = {1915}, doi = {10.1000/x}}
@book{freuda1936, author = {Freud, Anna}, title = {{The ego}}, publisher = {P}, year = {1936}}
@book{klein1946.notes, author = {Klein, Melanie}, title = {{Notes}}, publisher = {P}, year = {1946}}
@online{who-comment, author = {Klein, Melanie}, title = {{Comment}}, year = {n.d.}, url = {https://example.org/}}
@book{unused2000, author = {Moore, Burness}, title = {{Terms}}, publisher = {P}, year = {2000}}
"""
FILES = {
    "bib/references.bib": BIB,
    "docs/glossary.yml": "- term: Envy\n  definition: Wanting to spoil what one lacks.\n  sources: [klein1946.notes, freud1915a]\n",
    "docs/glossary.md": "---\ntitle: Glossary\nlists: glossary\n---\n\nText.\n",
    "docs/references.md": "---\ntitle: References\nlists: references\n---\n\nText.\n",
    "docs/search.md": "---\ntitle: Search\nlists: search\n---\n\nText.\n",
    "docs/defences/index.md": "---\ntitle: Defences\n---\n\nText.\n",
    "docs/defences/denial.md": """\
---
title: Denial
aliases: [denying, Keeping out]
summary: Keeping a fact out.
reviewed: 2026-11-22
builds_on: {splitting: it needs "two" rooms}
contrasts_with:
  splitting: one fact, not two
levels:
  DMRS: {level: disavowal, source: freuda1936}
further_reading: [unused2000]
---

## In plain words

Envy, denial and splitting; splitting again, `splitting`.
Claims [see @freud1915a, p. 3; -@freud1915b] and [@klein1946.notes, pp. 4--5] and [-@freuda1936].[^n] Code `[@freud1915a]`.

## More

The splitting of others, and [splitting](splitting.md) linked.

[^n]: A note [@freud1915a].
""",
    "docs/defences/splitting.md": """\
---
title: Splitting
summary: Keeping good and bad apart.
reviewed: 2026-11-22
---

Text [@freud1915b].
""",
    "docs/defences/undoing.md": """\
---
title: Undoing
summary: Taking back.
reviewed: 2026-11-22
builds_on: {denial: it takes back what denial keeps out, affect: it takes back a feeling}
---

Text.
""",
    "docs/principles/affect.md": "---\ntitle: Affect\nsummary: Feeling.\nreviewed: 2026-11-22\nsenses:\n"
    "  Freudian: {sense: what 'drives' bring up, sources: [freud1915a, freud1915b]}\n"
    "  Kleinian: {sense: what objects stir, sources: [klein1946.notes]}\n---\n\n" + "Word " * 500,
    "docs/guides/course.md": """\
---
title: Course
summary: A path.
audience: students
reviewed: 2026-11-22
path: [splitting, affect, denial, undoing]
---

Text.
""",
}


@pytest.fixture(scope="module")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> SimpleNamespace:
    folder = tmp_path_factory.mktemp("rendered")
    project = engine.load(str(write_project(folder, FILES)))
    kb = gate.read(project)
    files = project.bibliography_files
    formatted = format_citations(files, citation_groups(kb), Cache(folder / "c"))
    rendering = PageRendering(kb, formatted, "The Site")
    pages = {}
    for page in kb.pages:
        rendering.page = page
        text = (folder / page.path).read_text(encoding="utf-8")
        body = text.partition("\n---\n")[2] if text.startswith("---") else text
        extensions = ["footnotes", "smarty", "attr_list", "toc", rendering]
        pages[page.uri] = Markdown(extensions=extensions).convert(body)
    return SimpleNamespace(pages=pages, kb=kb, files=files, folder=folder, formatted=formatted)


def test_citations_are_author_date_links(rendered: SimpleNamespace) -> None:
    html = rendered.pages["defences/denial.md"]
    assert 'see <a href="#ref-freud1915a" id="cite-freud1915a-1">S. Freud, 1915b, p. 3</a>' in html
    assert '<a href="#ref-freud1915b" id="cite-freud1915b-1">1915a</a>' in html
    assert '<a href="#ref-klein1946.notes" id="cite-klein1946.notes-1">Klein, 1946, pp. 4–5</a>' in html
    assert "<code>[@freud1915a]</code>" in html


def test_references_are_alphabetical_with_links_back(rendered: SimpleNamespace) -> None:
    html = rendered.pages["defences/denial.md"]
    references = html[html.index('id="references"') : html.index('id="further-reading"')]
    keys = [part.partition('"')[0] for part in references.split('id="ref-')[1:]]
    assert keys == ["freuda1936", "freud1915b", "freud1915a", "klein1946.notes"]
    assert 'href="https://doi.org/10.1000/x"' in references
    assert 'href="#cite-freud1915a-2"' in references
    assert "1–9" in references
    assert "unused2000" in html[html.index('id="further-reading"') :]
    assert "data-search-exclude" in references


def test_footnotes_keep_working(rendered: SimpleNamespace) -> None:
    html = rendered.pages["defences/denial.md"]
    assert 'id="fn:n"' in html
    assert 'href="#fn:n"' in html
    assert 'id="cite-freud1915a-2"' in html


def test_first_mention_in_each_section_is_a_link(rendered: SimpleNamespace) -> None:
    html = rendered.pages["defences/denial.md"]
    first, second = html[html.index('id="in-plain-words"') :].split('id="more"')
    assert first.count('class="kb-term"') == 2
    assert 'href="../glossary.md#term-envy"' in first
    assert 'data-definition="Keeping good and bad apart." href="splitting.md">splitting</a>; splitting again' in first
    assert second[: second.index("footnote")].count('class="kb-term"') == 1


def test_relations_stand_on_both_pages_with_their_reason(rendered: SimpleNamespace) -> None:
    denial, splitting = rendered.pages["defences/denial.md"], rendered.pages["defences/splitting.md"]
    assert (
        '<a href="splitting.md">Splitting</a>: it needs &ldquo;two&rdquo; rooms'
        in denial[denial.index(">Builds on<") :]
    )
    assert '<a href="denial.md">Denial</a>: it needs' in splitting[splitting.index(">Needed for<") :]
    assert "one fact, not two" in denial[denial.index(">See also<") :]
    assert "one fact, not two" in splitting[splitting.index(">See also<") :]


def test_head_of_a_page(rendered: SimpleNamespace) -> None:
    html = rendered.pages["defences/denial.md"]
    head = html[: html.index('id="in-plain-words"')]
    assert '<p class="kb-summary" data-pagefind-meta="summary, kind:Defence">Keeping a fact out.</p>' in head
    for expected in (
        '<p class="kb-also" data-search-exclude="">Also called denying, Keeping out</p>',
        "minute",
        '<time datetime="2026-11-22">',
        "denying",
        "disavowal",
        "22 November 2026",
        "../references.md#ref-freuda1936",
    ):
        assert expected in head
    assert "The Site. (2026, November 22). <em>Denial</em>." in html


def test_search_page_needs_no_address_of_its_own(rendered: SimpleNamespace) -> None:
    html = rendered.pages["search.md"]
    assert '<form class="kb-search-form" role="search">' in html
    assert "action=" not in html
    assert "<noscript><p>Searching needs JavaScript" in html
    assert 'href="glossary.md"' in html


def test_names_of_pages_and_terms(rendered: SimpleNamespace) -> None:
    entries = {entry["address"]: entry for entry in json.loads(names_file(rendered.kb))}
    assert entries["defences/denial/"]["kind"] == "Defence"
    assert entries["glossary/#term-envy"]["kind"] == "Glossary term"
    assert "search/" not in entries
    assert list(entries) == sorted(entries)


def test_lists(rendered: SimpleNamespace) -> None:
    glossary = rendered.pages["glossary.md"]
    names = ("<dt>Affect<", "<dt>Denial ", "<dt>Envy<", "<dt>Keeping out<", "<dt>Splitting<")
    places = [glossary.index(name) for name in names]
    assert places == sorted(places)
    assert "<dt>Denial <span>also denying, Keeping out</span></dt>" in glossary
    assert '<dd>see <a href="#term-denial">Denial</a></dd>' in glossary
    assert "<dt>denying<" not in glossary, "it would stand beside its own term"
    assert 'href="references.md#ref-klein1946.notes"' in glossary
    assert '<li><b>Freudian</b>: what &lsquo;drives&rsquo; bring up <span class="kb-source">(' in glossary
    assert glossary.count('href="references.md#ref-klein1946.notes"') == 2
    references = rendered.pages["references.md"]
    klein = references[references.index('id="ref-klein1946.notes"') :]
    assert 'In the glossary: <a href="glossary.md#term-affect">Affect</a>, <a href="glossary.md#term-envy">' in klein
    assert 'Further reading on: <a href="defences/denial.md">Denial</a>' in references
    assert references.count('id="ref-') == 6
    assert "Klein, M. (n.d.). <em>" in references
    assert '<a href="defences/splitting.md">Splitting</a>' in references
    assert "Keeping good and bad apart." in rendered.pages["defences/index.md"]


def test_section_groups_its_pages(rendered: SimpleNamespace) -> None:
    index = rendered.pages["defences/index.md"]
    groups = re.split(r"<h2[^>]*>", index[: index.index("The hierarchies side by side")])
    assert groups[1].startswith("Disavowal<"), "with a capital letter"
    assert re.findall(r"<dt><a[^>]*>(.*?)</a>", groups[1]) == ["Denial"]
    assert groups[2].startswith("Not in the DMRS<")
    assert re.findall(r"<dt><a[^>]*>(.*?)</a>", groups[2]) == ["Splitting", "Undoing"]


def test_letters_without_entries_are_no_links(rendered: SimpleNamespace) -> None:
    bar = rendered.pages["glossary.md"]
    bar = bar[bar.index('<nav aria-label="Letters"') : bar.index("</nav>")]
    assert bar.count("<li>") == 26
    assert '<a href="#letter-d">D</a>' in bar
    assert "<li><span>B</span></li>" in bar
    letters = re.findall(r'href="#(letter-\w+)"', bar)
    assert letters == [f"letter-{letter}" for letter in "adeksu"]
    assert [id_ for id_ in letters if f'id="{id_}"' not in rendered.pages["glossary.md"]] == []


def test_a_path_shows_its_steps_and_what_each_takes_up(rendered: SimpleNamespace) -> None:
    path = rendered.pages["guides/course.md"]
    path = path[path.index(">The path<") :]
    assert "4 pages, about 5 minutes of reading." in path
    assert '<a href="../principles/affect.md">Affect</a> (3 min). Feeling.' in path
    takes_up = 'Takes up <a href="../defences/denial.md">Denial</a> and <a href="../principles/affect.md">Affect</a>.'
    assert takes_up in path
    assert [path.index(f">{title}</a> (") for title in ("Splitting", "Affect", "Denial", "Undoing")] == sorted(
        path.index(f">{title}</a> (") for title in ("Splitting", "Affect", "Denial", "Undoing")
    )


def test_a_page_says_what_comes_next(rendered: SimpleNamespace) -> None:
    splitting, denial = rendered.pages["defences/splitting.md"], rendered.pages["defences/denial.md"]
    affect = rendered.pages["principles/affect.md"]
    assert '<a href="denial.md">Denial</a>.' in splitting[splitting.index(">What you can read next<") :]
    assert "What you can read next" not in denial
    assert '(it also builds on <a href="../principles/affect.md">Affect</a>)' in denial
    assert '(it also builds on <a href="../defences/denial.md">Denial</a>)' in affect


def test_a_step_says_where_it_stands_on_its_path(rendered: SimpleNamespace) -> None:
    denial, splitting = rendered.pages["defences/denial.md"], rendered.pages["defences/splitting.md"]
    assert '<li><a href="#on-a-path">Step 3 of 4: Course</a></li>' in denial
    nav = denial[denial.index('<nav aria-label="Path: Course"') : denial.index("</nav>")]
    assert 'data-path="course"' in nav
    assert 'data-step="denial"' in nav
    assert '<a href="../guides/course.md">Course</a>: step 3 of 4. It takes up <a href="splitting.md">' in nav
    assert '<span>Previous</span> <div><a href="../principles/affect.md" rel="prev">Affect</a></div>' in nav
    assert '<span>Next</span> <div><a href="undoing.md" rel="next">Undoing</a>: Taking back.</div>' in nav
    assert 'rel="prev"' not in splitting
    assert "It takes up" not in splitting
    undoing = rendered.pages["defences/undoing.md"]
    assert 'rel="next"' not in undoing
    assert "This was the last step." in undoing
    assert "on-a-path" not in rendered.pages["guides/course.md"]


def test_hierarchies_stand_side_by_side(rendered: SimpleNamespace) -> None:
    table = rendered.pages["defences/index.md"]
    table = table[table.index("<table") :]
    assert '<th scope="col">DMRS</th>' in table
    denial = table[table.index('<a href="denial.md">Denial</a></th>') :]
    assert "disavowal" in denial[: denial.index("</tr>")]
    assert 'href="../references.md#ref-freuda1936"' in table
    undoing = table[table.index('<a href="undoing.md">Undoing</a></th>') :]
    assert undoing.partition("</th>")[2].lstrip().startswith('<td data-label="DMRS"><div></div></td>')


def test_empty_corner_of_a_table_is_no_heading() -> None:
    root = ElementTree.fromstring("<div><tr><th /><th>A</th><th><b>B</b></th></tr></div>")
    without_empty_headings(root)
    assert [cell.tag for cell in root[0]] == ["td", "th", "th"]


def test_unchanged_citations_start_no_pandoc(rendered: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pypandoc, "convert_text", lambda *_, **__: pytest.fail("pandoc was started"))
    again = format_citations(rendered.files, citation_groups(rendered.kb), Cache(rendered.folder / "c"))
    assert again == rendered.formatted


def test_one_pandoc_run_and_the_order_of_citations_does_not_count(
    rendered: SimpleNamespace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs: list[str] = []
    convert = pypandoc.convert_text

    def counted(source: str, **options: object) -> str:
        runs.append(source)
        return str(convert(source, **options))

    monkeypatch.setattr(pypandoc, "convert_text", counted)
    backwards = sorted(citation_groups(rendered.kb), reverse=True)
    assert format_citations(rendered.files, backwards, Cache(tmp_path)) == rendered.formatted
    assert len(runs) == 1


def test_unknown_citation_stays_visible() -> None:
    assert Formatted({}, {}).group("@gone2000").text == "[@gone2000]"


def test_records_of_a_page_for_reference_managers(rendered: SimpleNamespace) -> None:
    page = rendered.kb.by_uri["defences/denial.md"]
    records = citation_files(rendered.kb, "The Site & Co.", lambda page: f"https://example.org/{page.id}/")
    assert 'href="denial/denial.bib"' in rendered.pages["defences/denial.md"]
    entry = next(iter(parse_string(records["defences/denial/denial.bib"], "bibtex").entries.values()))
    assert entry.fields["title"] == "{Denial}"
    assert entry.fields["date"] == "2026-11-22"
    assert str(entry.persons["author"][0]) == r"{The Site \& Co.}"
    record = json.loads(records["defences/denial/denial.json"])[0]
    assert record["URL"] == "https://example.org/denial/"
    assert record["issued"] == {"date-parts": [[2026, 11, 22]]}
    assert records["defences/denial/denial.ris"].startswith("TY  - ELEC\r\nAU  - The Site & Co.,\r\nTI  - Denial\r\n")
    assert records["defences/denial/denial.ris"].endswith("ER  - \r\n")
    assert ("citation_title", "Denial") in meta_tags(cited(page, "The Site", None))


def test_linked_data_names_the_subject_of_a_page(rendered: SimpleNamespace) -> None:
    page = rendered.kb.by_uri["defences/denial.md"]
    written = linked_data(rendered.kb, page, cited(page, "</script>", "https://example.org/"))
    assert "<" not in written
    data = json.loads(written)
    assert data["@context"] == "https://schema.org"
    assert data["mainEntity"]["@type"] == "DefinedTerm"
    assert data["mainEntity"]["alternateName"] == ["denying", "Keeping out"]
    assert data["dateModified"] == "2026-11-22"
