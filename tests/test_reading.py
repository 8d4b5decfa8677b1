"""What is read from one file, and where it stands."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from markdown import Markdown

from cases import EFFECTS
from kb.addresses import runs_script
from kb.dialect import Dialect
from kb.folding import folded, plain
from kb.model import LinkOrigin
from kb.reading import front_matter, page
from kb.reading.bibliography import read_bibliography
from kb.reading.cache import Cache, digest
from kb.reading.citation_groups import Item, parse_group
from kb.reading.citations import CitationSyntax
from kb.reading.dye import Dye, strip
from kb.reading.effect_syntax import EffectSyntax
from kb.reading.effects import read_effects
from kb.reading.glossary import read_glossary
from kb.reading.locate import locate
from kb.reading.page import read_page
from kb.reading.tree import TreeFacts

EXTENSIONS = [
    "admonition",
    "attr_list",
    "def_list",
    "footnotes",
    "md_in_html",
    "smarty",
    "tables",
    "toc",
    "pymdownx.arithmatex",
    "pymdownx.superfences",
    "pymdownx.tabbed",
]
CONFIGS = {
    "toc": {"permalink": True},
    "pymdownx.tabbed": {"alternate_style": True},
    # Colouring takes a mark in code apart; only what a reader would see of it differs, and nobody sees it.
    "pymdownx.highlight": {"use_pygments": False},
}
DIALECT = Dialect([*EXTENSIONS, "pymdownx.highlight"], CONFIGS, True, True)
CORPUS = sorted((Path(__file__).parent / "corpus").glob("*.md")) + sorted(
    (Path(__file__).parent / "rules").glob("*.md")
)


def read(text: str, dialect: Dialect = DIALECT) -> page.Page:
    return read_page(text.encode(), "p.md", "p.md", dialect, str).page


@pytest.mark.parametrize("file", CORPUS, ids=lambda file: file.stem)
def test_marks_change_nothing(file: Path) -> None:
    """Converted with marks and stripped of them, a text is byte for byte what it is without marks."""
    body = file.read_text(encoding="utf-8")
    plain = Markdown(
        extensions=[*DIALECT.extensions, CitationSyntax(), EffectSyntax()], extension_configs=CONFIGS
    ).convert(body)
    facts = TreeFacts(Dye())
    dyed = page._convert(body, "p.md", 1, DIALECT, facts, page._Included("p.md"), str)
    for attribute in ("data-kb-markdown", "data-kb-heading"):
        dyed = re.sub(rf' {attribute}="\d*"', "", dyed)
    assert strip(dyed) == plain


def test_headings_are_placed_and_keep_their_ids() -> None:
    facts = read("# One [link](x.md)\n\n> ## Two\n\nThree\n=====\n\n## Zwei & *drei* {#given}\n")
    assert [(h.level, h.text, h.id, h.span.line, h.span.column) for h in facts.headings] == [
        (1, "One link", "one-link", 1, 3),
        (2, "Two", "two", 3, 6),
        (1, "Three", "three", 5, 1),
        (2, "Zwei & drei", "given", 8, 4),
    ]


def test_front_matter_moves_no_line() -> None:
    facts = read("---\ntitle: T\n---\n\n\n[x](y.md)\n")
    assert [(link.target, link.span.line, link.span.column) for link in facts.links] == [("y.md", 6, 5)]


def test_line_endings_and_byte_order_mark_move_nothing() -> None:
    facts = read_page(b"\xef\xbb\xbf---\r\ntitle: T\r\n---\r\n\r\n[x](y.md)\r\n", "p.md", "p.md", DIALECT, str).page
    assert [(link.span.line, link.span.column) for link in facts.links] == [(5, 5)]


def test_links_of_markdown_and_of_raw_html_are_told_apart() -> None:
    facts = read('[a](a.md) <a href="b">b</a>\n\n<p><img src="c.png"></p>\n\n<div markdown>\n[d](d.md)\n</div>\n')
    assert [(link.target, link.tag, link.origin) for link in facts.links] == [
        ("a.md", "a", LinkOrigin.MARKDOWN),
        ("b", "a", LinkOrigin.RAW_HTML),
        ("c.png", "img", LinkOrigin.RAW_HTML),
        ("d.md", "a", LinkOrigin.MARKDOWN),
    ]


def test_what_a_page_loads_is_placed() -> None:
    text = (
        '<img src="a.png" alt="" srcset="b.png, c,d.png 2x,\n e.png (x,y) 3x"> <video poster="f.jpg" src="g.mp4"></video>\n\n'
        '<object data="h.svg"></object> <p style="color: red; background: url(\'i.png\')">x</p>\n\n'
        '<svg><use href="#own"/><image xlink:href="j.png"/></svg>\n\n<style>\n@import "k.css";\np { background: url(l.png), url(\'data:,"l"\') }\n</style>\n\n'
        '<link rel="canonical" href="m"> <link rel="stylesheet" href="n.css"> <https://example.org/?src=o>\n'
    )
    links, lines = read(text).links, text.split("\n")
    assert [f"{link.tag} {link.target}" for link in links] == [
        *("img a.png", "source b.png", "source c,d.png", "source e.png", "video f.jpg", "video g.mp4", "object h.svg"),
        *(
            "style i.png",
            "image j.png",
            "style k.css",
            "style l.png",
            'style data:,"l"',
            "link n.css",
            "a https://example.org/?src=o",
        ),
    ]
    for link in links:
        assert lines[link.span.line - 1].startswith(link.target, link.span.column - 1)


@pytest.mark.parametrize(
    ("include", "places"),
    [
        ('--8<-- "part.md"', [2, 6, 8, 10, 12]),
        ("--8<--\npart.md\n--8<--", [2, 6, 8, 10, 12]),
        ('--8<-- "part.md:6:7"', [6]),
        ('--8<-- "part.md:1:2,8:8"', [2, 8]),
        ('--8<-- "part.md:-3:"', [12]),
        ('--8<-- "part.md:mine"', [6]),
        ('--8<-- "outer.md"', [6]),
        ('--8<-- "part.md:4:4"', [None]),
    ],
)
def test_included_links_are_placed_in_the_included_file(tmp_path: Path, include: str, places: list[int | None]) -> None:
    lines = ["First.", "[a](a.md)", "", "[twice](t.md)", "<!-- --8<-- [start:mine] -->", "[b](b.md)"]
    lines += ["<!-- --8<-- [end:mine] -->", "[c](c.md)", "", "[d](d.md)", "", "[e](e.md)", "[twice](t.md)"]
    (tmp_path / "part.md").write_text("\n".join(lines), encoding="utf-8")
    (tmp_path / "outer.md").write_text('Text.\n\n--8<-- "part.md:mine"\n', encoding="utf-8")
    dialect = Dialect(["pymdownx.snippets"], {"pymdownx.snippets": {"base_path": [str(tmp_path)]}}, False)
    facts = read_page(f"Text.\n\n{include}\n".encode(), "p.md", "p.md", dialect, lambda path: Path(path).name).page
    links = [link for link in facts.links if link.target != "t.md" or "4:4" in include]
    assert [(link.span.path, link.span.line) for link in links] == [("part.md", line) for line in places]


def test_indented_lines_keep_their_columns(tmp_path: Path) -> None:
    (tmp_path / "part.md").write_text("One.\n\n    [a](a.md)\n    Text.\n", encoding="utf-8")
    options = {"base_path": [str(tmp_path)], "dedent_subsections": True}
    dialect = Dialect(["pymdownx.snippets"], {"pymdownx.snippets": options}, False)
    facts = read_page(
        b'> Text.\n\n  --8<-- "part.md:3:4"\n', "p.md", "p.md", dialect, lambda path: Path(path).name
    ).page
    assert [(link.span.path, link.span.line, link.span.column) for link in facts.links] == [("part.md", 3, 9)]


def test_numbered_ids_are_told_from_given_ones() -> None:
    facts = read("# A\n\n# A\n\n# A_2\n\n# B {#a_3}\n\n# B\n\n# B\n")
    assert [(heading.id, heading.is_numbered) for heading in facts.headings] == [
        ("a", False),
        ("a_1", True),
        ("a_2", False),
        ("a_3", False),
        ("b", False),
        ("b_1", True),
    ]


@pytest.mark.parametrize(
    ("target", "runs"),
    [
        ("javascript:x", True),
        (" JavaScript:x", True),
        ("java\nscript:x", True),
        ("data:text/html,x", True),
        ("data:image/png;base64,x", False),
        ("java script:x", False),
        ("javascript.md", False),
    ],
)
def test_addresses_that_run_a_script(target: str, runs: bool) -> None:
    assert runs_script(target) is runs


def test_prose_leaves_out_what_is_no_running_text() -> None:
    facts = read(
        'Before `code` [link](x.md) <a href="x">raw</a> <span>kept</span> [@key]\n\n## Heading\n\n> Quoted\n\n'
        "| Head |\n|---|\n| Cell |\n\n!!! note\n    In a box.\n\n    indented code\n\n```\nfenced\n```\n"
    )
    texts = [" ".join(" ".join(section.prose).split()) for section in facts.sections]
    assert texts == ["Before kept", "Cell In a box. indented code"]


def test_text_with_mark_characters_is_read_without_places() -> None:
    facts = read("[x](y.md) \U0010f0f2\n")
    assert [(link.target, link.span.line) for link in facts.links] == [("y.md", None)]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"\xff\xfe", "not text in UTF-8"),
        (b"a\0b", "NUL"),
        (b"x" * (page.LARGEST_FILE + 1), "at most"),
        (b"---\na: [\n---\n", "not valid YAML"),
    ],
)
def test_unreadable_file_is_one_fault(content: bytes, message: str) -> None:
    facts = read_page(content, "p.md", "p.md", DIALECT, str).page
    assert [message in fault.message for fault in facts.faults] == [True]


def test_failing_extension_is_a_fault_and_no_traceback() -> None:
    dialect = Dialect(["pymdownx.snippets"], {"pymdownx.snippets": {"check_paths": True}}, False)
    facts = read('--8<-- "nowhere.md"\n', dialect)
    assert "nowhere.md" in facts.faults[0].message


@pytest.mark.parametrize(
    ("text", "items"),
    [
        ("@a2000", [Item("", "a2000", "", False)]),
        ("see @a2000, pp. 3--4, and more; -@b.c_d:e", [Item("see", "a2000", ", pp. 3--4, and more", False), Item("", "b.c_d:e", "", True)]),
        ("@{odd--key}", [Item("", "odd--key", "", False)]),
    ("@{odd key}", None),
        ("@a2000.", None),
        ("me@example.org", None),
        ("@", None),
        ("@a; b", None),
        ("20:40", None),
    ],
)  # fmt: skip
def test_citation_syntax(text: str, items: list[Item] | None) -> None:
    assert parse_group(text) == items


def test_bibliography_has_places_and_people() -> None:
    text = "% note\n@book{a,\n  author = {de Maat, Saskia and {The Group}},\n  title = {{T}},\n}\n\n@article{b, title={x}}\n"
    entries = read_bibliography(text.encode(), "r.bib").entries
    assert [(e.key, e.kind, e.span.line, e.span.column) for e in entries] == [
        ("a", "book", 2, 7),
        ("b", "article", 7, 10),
    ]
    assert [(p.family, p.given) for p in entries[0].people] == [("de Maat", "Saskia"), ("The Group", "")]


def test_bibliography_has_fields_and_lines() -> None:
    text = "% note\n@string{p = {Press}}\n@book{a,\n  author = {Freud, Sigmund and\n    others},\n  publisher = p # { B},\n}\n"
    entry = read_bibliography(text.encode(), "r.bib").entries[0]
    assert (entry.first_line, entry.last_line, entry.fields["publisher"]) == (3, 7, "Press B")
    author, publisher = entry.written["author"], entry.written["publisher"]
    assert author.names == ((0, "Freud, Sigmund"), (23, "others"))
    assert [(span.line, span.column) for span in (author.at(0, 1), author.at(23, 6), publisher.at(3, 1))] == [
        (4, 13),
        (5, 5),
        (6, 15),
    ]
    assert [person.given for person in entry.people] == ["Sigmund"]


def test_entry_with_a_syntax_error_is_lost_and_hides_no_other() -> None:
    bibliography = read_bibliography(b"@book{a, title = {T}\n@book{b, title = {U}}\n", "r.bib")
    assert [entry.key for entry in bibliography.entries] == ["b"]
    assert bibliography.lost_keys == {"a"}


@pytest.mark.parametrize(
    ("latex", "text", "compared"),
    [
        (r"H{\o}glend", "Høglend", "hoglend"),
        (r"{\"O}tv{\"{o}}s", "Ötvös", "otvos"),
        (r"{\'\i}x \& \v{C}ech", "íx & Čech", "ix and cech"),
        ("The {W}ork: a first--look", "The Work: a first--look", "the work a first look"),
    ],
)
def test_latex_is_read_as_text(latex: str, text: str, compared: str) -> None:
    assert (plain(latex), folded(latex)) == (text, compared)


def test_glossary_names_are_placed() -> None:
    glossary = read_glossary(b"- term: Splitting\n  aliases:\n    - cleaving\n", "g.yml")
    assert [(name.text, name.span.line, name.span.column) for name in glossary.terms[0].names] == [
        ("Splitting", 1, 9),
        ("cleaving", 3, 7),
    ]


def test_deeply_nested_and_self_containing_yaml_end() -> None:
    assert front_matter.read_yaml("&a [*a]", "g.yml")[2][0].message.endswith("stands within '&a'")
    assert front_matter.read_yaml("[" * 5000, "g.yml")[2]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("One MBT and TFP.\n", (1, 13)),
        ("`TFP` and TFP here\n", (1, 11)),
        ("[x](TFP.md)\nTFP\n", (2, 1)),
        ("TFP <b title='TFP'>x</b>\n", None),
    ],
)
def test_word_is_located_or_not_at_all(text: str, place: tuple[int, int] | None) -> None:
    assert locate(text, re.compile("TFP"), 1, None, uses=1) == place


@pytest.mark.parametrize("damage", [b"", b"truncated", b"\0" * 64])
def test_damaged_cache_is_no_cache(tmp_path: Path, damage: bytes) -> None:
    cache = Cache(tmp_path / "c")
    cache.put(digest("a"), {"x": 1})
    cache.save()
    assert Cache(tmp_path / "c").get(digest("a")) == {"x": 1}
    (tmp_path / "c").write_bytes(damage)
    assert Cache(tmp_path / "c").get(digest("a")) is None


@pytest.mark.parametrize(("is_asked_for_all", "left"), [(True, None), (False, 2)])
def test_cache_forgets_what_was_not_asked_for(tmp_path: Path, is_asked_for_all: bool, left: int | None) -> None:
    cache = Cache(tmp_path / "c")
    cache.put("a", 1)
    cache.put("b", 2)
    cache.save()
    later = Cache(tmp_path / "c", is_asked_for_all)
    assert later.get("a") == 1
    later.save()
    assert Cache(tmp_path / "c").get("b") == left


HOSTILE_TABLES = {
    "binary": b"PK\x03\x04\xff\xfe\x00\x00" * 100,
    "nul": EFFECTS.encode() + b"a,b\0,c\n",
    "huge": b"a" * (4 * 1024 * 1024 + 1),
    "huge cell": EFFECTS.encode() + b"x" * 3_000_000 + b"," * 23,
    "many quotes": EFFECTS.encode() + b'"' * 200_001,
    "many commas": EFFECTS.encode() + b"," * 1_000_000,
    "other header": b"name,value\n1,2\n",
    "nothing": b"",
}


@pytest.mark.parametrize("name", HOSTILE_TABLES)
def test_hostile_table_is_refused_in_one_line(name: str) -> None:
    table = read_effects(HOSTILE_TABLES[name], "e.csv")
    assert not table.rows
    (fault,) = table.faults
    assert fault.span.path == "e.csv"
    assert "\n" not in fault.message
    assert len(fault.message) < 200


def test_cells_are_placed_in_characters() -> None:
    cells = ["a-b", "k", '"p. 3, ""x"""', "panic", "", " é ", "", "usual care", "o", "", "g", "0.5", *[""] * 7]
    line = ",".join([*cells, "positive", "unclear", "", "", "end", "", "", ""])
    (row,) = read_effects((EFFECTS + line + "\r\n").encode(), "e.csv").rows
    assert row.locator == 'p. 3, "x"'
    assert (row.therapy, row.value, row.k, row.note) == ("é", 0.5, None, "end")
    for column in ("citekey", "therapy", "value", "note"):
        span = row.cells[column].span
        assert span.line == 2
        assert line[(span.column or 0) - 1 :].startswith(row.cells[column].text)
