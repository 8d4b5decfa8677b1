"""Where a reader reports a problem with a page."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from mkdocs.config import load_config
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

from cases import write_project
from kb.engine import report_address
from kb.project import CannotRun

REPORT = re.compile(r'<p class="kb-mend".*?<a href="([^"]+)"', re.DOTALL)


def address(folder: Path, report: str, site_url: str = "") -> str:
    config = load_config(config_file=str(write_project(folder, {})), site_url=site_url)
    files = Files([File(uri, config.docs_dir, config.site_dir, True) for uri in ("a/b.md", "about/contribute.md")])
    found = next(iter(files))
    page = Page('Envy & "gratitude"?', found, config)
    return report_address(report, page, files)


def test_page_of_the_site(tmp_path: Path) -> None:
    assert address(tmp_path, "about/contribute.md#report") == "../../about/contribute/#report"
    with pytest.raises(CannotRun, match=r"there is no page 'nowhere\.md'"):
        address(tmp_path, "nowhere.md#report")


def test_title_and_address_are_filled_in(tmp_path: Path) -> None:
    template = "https://example.org/new?title={title}&body={address}"
    asked = parse_qs(urlsplit(address(tmp_path, template, "https://example.org/kb/")).query)
    assert asked == {"title": ['Envy & "gratitude"?'], "body": ["https://example.org/kb/a/b/"]}
    assert parse_qs(urlsplit(address(tmp_path, template)).query)["body"] == ["a/b.md"]


def test_every_page_of_the_site_says_where(site: Path) -> None:
    pages = [file for file in site.rglob("*.html") if file.name not in ("404.html", "offline.html")]
    assert len(pages) > 200
    target = (site / "about" / "how-to-contribute" / "index.html").read_text(encoding="utf-8")
    assert 'id="report-a-mistake"' in target
    for file in pages:
        found = REPORT.search(file.read_text(encoding="utf-8"))
        assert found, file
        path, _, anchor = found[1].partition("#")
        assert (file.parent / path / "index.html").resolve() == (site / "about/how-to-contribute/index.html").resolve()
        assert anchor == "report-a-mistake"
        assert "Edit this page" not in file.read_text(encoding="utf-8"), "nobody said where"
