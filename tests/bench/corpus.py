"""A deterministic knowledge base of any size, sound in every way, to measure the gate with.

A page has about 900 words, 25 links, 10 citations and the sections of a principle; all pages share 500 works and 120
terms. The same size always gives the same files, byte for byte.
"""

from __future__ import annotations

import random
from pathlib import Path

WORDS_PER_PAGE = 900
LINKS_PER_PAGE = 25
CITATIONS_PER_PAGE = 10
REFERENCES = 500
TERMS = 120

_SECTIONS = (
    "In plain words",
    "What it means",
    "What it looks like",
    "How schools differ",
    "Evidence and criticism",
    "Common misunderstandings",
)
_WORDS = [
    "the",
    "a",
    "of",
    "and",
    "to",
    "in",
    "that",
    "it",
    "as",
    "is",
    "with",
    "for",
    "by",
    "on",
    "from",
    "this",
    "at",
    "one",
    "which",
    "what",
    "when",
    "who",
    "how",
    "they",
    "their",
    "about",
    "person",
    "feeling",
    "wish",
    "memory",
    "parent",
    "session",
    "meeting",
    "silence",
    "story",
    "dream",
    "fear",
    "anger",
    "shame",
    "loss",
    "hope",
    "trust",
    "room",
    "speaks",
    "listens",
    "notices",
    "returns",
    "begins",
    "asks",
    "answers",
    "waits",
    "learns",
    "repeats",
    "changes",
    "grows",
    "holds",
    "finds",
    "loses",
    "keeps",
    "slowly",
    "often",
    "early",
    "later",
    "once",
    "again",
    "quietly",
    "clearly",
    "together",
    "alone",
    "perhaps",
    "always",
    "never",
    "sometimes",
    "later",
    "inside",
]
_SYLLABLES = ("ba", "ke", "li", "mo", "nu", "ra", "se", "ti", "vo", "zu", "dal", "fen", "gir", "hol", "jun", "par")

CONFIG = """\
site_name: Measured
theme: {name: material, font: false}
plugins: []
markdown_extensions:
  - admonition
  - attr_list
  - def_list
  - footnotes
  - md_in_html
  - smarty
  - tables
  - toc: {permalink: true}
  - pymdownx.details
  - pymdownx.superfences
  - pymdownx.tabbed: {alternate_style: true}
  - pymdownx.snippets: {base_path: [!relative $docs_dir]}
exclude_docs: glossary.yml
extra:
  kb:
    bibliography: bib
    glossary: docs/glossary.yml
    content_model: true
    strict: true
"""
# What stands in for the project's own build: the same pages, theme and extensions, and nothing of ours.
STOCK = CONFIG.partition("extra:")[0]


def write_corpus(folder: Path, pages: int) -> None:
    """Write a project of `pages` pages, with the configurations mkdocs.yml (gate) and stock.yml (MkDocs alone)."""
    chance = random.Random(pages)
    names = _names(chance, TERMS)
    docs = folder / "docs" / "principles"
    docs.mkdir(parents=True)
    (folder / "bib").mkdir()
    (folder / "mkdocs.yml").write_text(CONFIG, encoding="utf-8")
    (folder / "stock.yml").write_text(STOCK, encoding="utf-8")
    (folder / "bib" / "references.bib").write_text("\n".join(map(_reference, range(REFERENCES))), encoding="utf-8")
    (folder / "docs" / "glossary.yml").write_text("\n".join(map(_term, range(TERMS), names)), encoding="utf-8")
    (folder / "docs" / "index.md").write_text("---\ntitle: Measured\n---\n\nHome.\n", encoding="utf-8")
    for number in range(pages):
        (docs / f"page-{number}.md").write_text(_page(number, pages, names, chance), encoding="utf-8")


def _names(chance: random.Random, count: int) -> list[str]:
    names: dict[str, None] = {}
    while len(names) < count:
        names["".join(chance.choice(_SYLLABLES) for _ in range(4))] = None
    return list(names)


def _key(number: int) -> str:
    return f"author{number:03}"


def _reference(number: int) -> str:
    return (
        f"@article{{{_key(number)},\n  author = {{Author{number:03}, Given{number:03}}},\n"
        f"  title = {{{{Study number {number}}}}},\n  journal = {{Journal of Measures}},\n"
        f"  volume = {{{number % 40 + 1}}},\n  pages = {{{number + 1}--{number + 9}}},\n"
        f"  year = {{{1950 + number % 70}}},\n}}\n"
    )


def _term(number: int, name: str) -> str:
    definition = f"What comes before the meeting of kind number {number}."
    return f"- term: {name}\n  definition: {definition}\n  sources: [{_key(number)}]\n"


def _page(number: int, pages: int, names: list[str], chance: random.Random) -> str:
    before = f"\nbuilds_on:\n  page-{number - 1}: it comes first" if number else ""
    head = (
        f"---\ntitle: Concept {number}\nsummary: What is said here about matter {number}.\n"
        f"reviewed: 2026-01-01{before}\n---\n"
    )
    inserts = [_link(chance.randrange(pages), chance) for _ in range(LINKS_PER_PAGE)]
    inserts += [f"[@{_key((number * CITATIONS_PER_PAGE + n) % REFERENCES)}]" for n in range(CITATIONS_PER_PAGE)]
    inserts += [chance.choice(names) for _ in range(10)] + [names[number % TERMS]]
    chance.shuffle(inserts)
    plain = "This is about what people feel.\nThey learn it early.\nIt can change."
    parts = [head, f"## {_SECTIONS[0]}", plain]
    words = (WORDS_PER_PAGE - 2 * LINKS_PER_PAGE) // (len(_SECTIONS) - 1)
    for place, section in enumerate(_SECTIONS[1:]):
        parts += [f"## {section}", *_sentences(words, inserts[place :: len(_SECTIONS) - 1], chance)]
    return "\n\n".join(parts) + "\n"


def _link(number: int, chance: random.Random) -> str:
    anchor = chance.choice(["", "", "#what-it-means", "#evidence-and-criticism"])
    return f"[concept {number}](page-{number}.md{anchor})"


def _sentences(words: int, inserts: list[str], chance: random.Random) -> list[str]:
    """Paragraphs of short sentences, with the inserts spread over them."""
    sentences: list[str] = []
    while words > 0:
        length = chance.randint(6, 12)
        words -= length
        said = [chance.choice(_WORDS) for _ in range(length)]
        if inserts:
            said.insert(chance.randrange(1, length), inserts.pop())
        sentence = " ".join(said)
        sentences.append(sentence[0].upper() + sentence[1:] + ".")
    sentences += [f"It also names {insert}." for insert in inserts]
    return ["\n".join(sentences[start : start + 5]) for start in range(0, len(sentences), 5)]
