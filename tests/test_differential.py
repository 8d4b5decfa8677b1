"""What the gate believes of the real site is what MkDocs makes of it, and both warn of the same links."""

from __future__ import annotations

import random
import re
from pathlib import Path

from cases import write_project
from conftest import copy_project
from differential import built_articles, compare, compare_content
from kb import engine, gate

# Links that MkDocs would warn of; `{}` stands for what tells one from another.
PLANTED = [
    "A [link](nowhere-{}.md) here.",
    "A [link](../nowhere/{}.md#part) here.",
    "A [link](../index.md#no-such-heading-{}) here.",
    "A [link](#no-such-heading-{}) here.",
    "A picture ![of a tree](tree-{}.png) here.",
    "A [link][label-{}] here.\n\n[label-{}]: gone-{}.md",
    'A [link](gone-{}.md "with a title") here.',
    "A [link](<gone {}.md>) here.",
    "A [link](gone-{}/) here.",
    "A [link](/absolute/{}/) here.",
    "A [link](../Index-{}.md) here.",
]


def test_links_and_ids_are_those_of_the_built_pages(project: Path, site: Path) -> None:
    kb = gate.read(engine.load(str(project / "mkdocs.yml")))
    compared = compare_content(kb, built_articles(kb, site))
    assert compared.differences == []
    assert compared.pages >= len(list((project / "docs").rglob("*.md")))
    assert compared.links > 50
    assert compared.ids > 1000


def test_planted_links_are_found_where_mkdocs_warns(tmp_path: Path) -> None:
    folder = copy_project(tmp_path / "project")
    config = folder / "mkdocs.yml"
    text = config.read_text(encoding="utf-8")
    config.write_text(re.sub(r"^hooks:\n(?:  .*\n)+", "", text, flags=re.MULTILINE), encoding="utf-8")
    chance = random.Random(1)
    pages = sorted((folder / "docs").glob("*/*.md"))
    for number, sentence in enumerate(PLANTED * 3):
        page = chance.choice(pages)
        planted = sentence.replace("{}", str(number))
        page.write_text(page.read_text(encoding="utf-8") + f"\n{planted}\n", encoding="utf-8")
    compared = compare(config, tmp_path / "site")
    assert compared.only_mkdocs == []
    assert compared.only_gate == []
    assert compared.warnings >= len(PLANTED) * 3


def test_navigation_is_at_fault_where_mkdocs_warns(tmp_path: Path) -> None:
    entries = [
        *("index.md", "guides/a.md", "./guides/b.md", "guides/a.md#part", "guides/gone.md", "Guides/a.md", "gone.png"),
        *("guides/", "nothing/", "guides/a", "guides/a/", "guides/a.html", "https://example.org/"),
    ]
    nav = "".join(f'  - "{number}": "{entry}"\n' for number, entry in enumerate(entries))
    pages = {f"docs/guides/{name}.md": f"# {name}\n\n## Part\n" for name in ("index", "a", "b", "left-out")}
    config = write_project(tmp_path, {"mkdocs.yml": f"site_name: Case\nplugins: []\nnav:\n{nav}", **pages})
    compared = compare(config, tmp_path / "site")
    assert compared.differences == compared.only_mkdocs == compared.only_gate == []
    assert compared.warnings == 11
