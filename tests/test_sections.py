"""The groups of a section's pages, on the real site."""

from __future__ import annotations

import re
from pathlib import Path

import yaml

from conftest import ROOT
from kb.kinds import FITS


def groups_of(site: Path, folder: str) -> dict[str, list[str]]:
    """The ids of the pages under each heading of a section's index."""
    html = (site / folder / "index.html").read_text(encoding="utf-8")
    parts = re.split(r"<h2[^>]*>", html[html.index("<article") : html.index("</article>")])[1:]
    headings = [re.sub(r"<[^>]+>|\s*&para;", "", part.partition("</h2>")[0]) for part in parts]
    links = [re.findall(r'<dt><a href="([a-z0-9-]+)/">', part) for part in parts]
    return {heading: ids for heading, ids in zip(headings, links, strict=True) if ids}


def fields_of(folder: str) -> dict[str, dict[str, object]]:
    files = [file for file in (ROOT / "docs" / folder).glob("*.md") if file.stem != "index"]
    return {file.stem: yaml.safe_load(file.read_text(encoding="utf-8").split("\n---\n")[0]) for file in files}


def test_indications_stand_under_their_certainty(site: Path) -> None:
    groups = groups_of(site, "indications")
    assert list(groups) == list(FITS.values()), "the surest first"
    fields = fields_of("indications")
    assert {id_: heading for heading, ids in groups.items() for id_ in ids} == {
        id_: FITS[str(own["fit"])] for id_, own in fields.items()
    }


def test_defences_stand_under_their_level_from_the_most_adaptive(site: Path) -> None:
    groups = groups_of(site, "defences")
    assert len(groups) == 7
    assert next(iter(groups)) == "High adaptive level"
    assert list(groups)[-1] == "Action level"
    assert "denial" in groups["Disavowal level"]
    assert sorted(id_ for ids in groups.values() for id_ in ids) == sorted(fields_of("defences"))


def test_guides_begin_with_help_and_paths(site: Path) -> None:
    groups = groups_of(site, "guides")
    assert groups["If it is urgent"] == ["getting-urgent-help"]
    fields = fields_of("guides")
    assert sorted(groups["Paths"]) == sorted(id_ for id_, own in fields.items() if own.get("path"))
    assert sorted(id_ for ids in groups.values() for id_ in ids) == sorted(fields)


def test_principles_begin_with_those_on_a_path_in_its_order(site: Path) -> None:
    groups, fields = groups_of(site, "principles"), fields_of("principles")
    path = fields_of("guides")["a-first-course"]["path"]
    assert isinstance(path, list)
    assert groups["To begin with"] == [id_ for id_ in path if id_ in fields]
    assert sorted(groups["To begin with"] + groups["Further principles"]) == sorted(fields)
