"""The real site, built as an editor and as a machine would build it."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from conftest import copy_project, run_build


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_build_says_what_it_did_and_nothing_else(project: Path) -> None:
    result = run_build(project)
    lines = (result.stdout + result.stderr).splitlines()
    assert [re.sub(r"in [\d.]+ seconds|: /.*", "", line) for line in lines] == [
        lines[0],
        "INFO    -  Cleaning site directory",
        "INFO    -  Building documentation to directory",
        "INFO    -  Documentation built ",
    ]
    assert lines[0].startswith("INFO    -  No findings in ")


def test_build_is_the_same_bytes_whatever_order_and_clock(project: Path, tmp_path: Path) -> None:
    """Another folder, cold caches, another clock, another hash seed, and folders listed backwards."""
    other = copy_project(tmp_path)
    backwards = (
        "import os; walk = os.walk\n"
        "def back(top, **o):\n"
        "    for folder, dirs, files in walk(top, **o):\n"
        "        dirs.reverse(); files.reverse(); yield folder, dirs, files\n"
        "os.walk = back\n"
        "listdir, scandir = os.listdir, os.scandir\n"
        "os.listdir = lambda *a: listdir(*a)[::-1]\n"
        "from mkdocs.__main__ import cli; cli(['build', '--quiet'])"
    )
    environment = {
        "SOURCE_DATE_EPOCH": "2000000000",
        "PYTHONHASHSEED": "7",
        "PATH": "/usr/bin:/bin",
        "HOME": str(tmp_path),
    }
    result = subprocess.run(
        [sys.executable, "-c", backwards], cwd=other, env=environment, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr
    first, second = contents(project / "site"), contents(other / "site")
    assert first.keys() == second.keys()
    assert [name for name in first if first[name] != second[name]] == []


def test_errors_end_the_build_and_leave_the_site_as_it_was(tmp_path: Path) -> None:
    folder = copy_project(tmp_path)
    (folder / "site").mkdir()
    (folder / "site" / "index.html").write_text("published before")
    page = folder / "docs" / "principles" / "transference.md"
    text = page.read_text(encoding="utf-8")
    page.write_text(text.rstrip("\n") + "\n\nA claim [@nobody2000], and [a page](nowhere.md).\n", encoding="utf-8")
    line = text.rstrip("\n").count("\n") + 3
    result = run_build(folder)
    assert result.returncode == 1
    assert f"docs/principles/transference.md:{line}:11: error: no reference has the key 'nobody2000'" in result.stderr
    assert f"docs/principles/transference.md:{line}:37: error: there is no file" in result.stderr
    assert "Nothing was published" in result.stdout
    assert "Traceback" not in result.stderr
    assert contents(folder / "site") == {"index.html": b"published before"}


def preview(folder: Path) -> subprocess.CompletedProcess[str]:
    """One build as `mkdocs serve` makes it."""
    script = (
        "from mkdocs.config import load_config; from mkdocs.commands.build import build\n"
        "config = load_config(); config.plugins.on_startup(command='serve', dirty=False); build(config)"
    )
    return subprocess.run([sys.executable, "-c", script], cwd=folder, capture_output=True, text=True, check=False)


def test_preview_shows_errors_and_goes_on(tmp_path: Path) -> None:
    folder = copy_project(tmp_path)
    page = folder / "docs" / "principles" / "transference.md"
    page.write_text(page.read_text(encoding="utf-8") + "\nA claim [@nobody2000].\n", encoding="utf-8")
    result = preview(folder)
    assert result.returncode == 0
    assert "nobody2000" in result.stderr
    shown = (folder / "site" / "principles" / "transference" / "index.html").read_text(encoding="utf-8")
    assert "nobody2000" in shown
    assert "Content-Security-Policy" not in shown, "MkDocs puts a script into the pages of a preview"


def test_preview_survives_everything_at_once(tmp_path: Path) -> None:
    folder = copy_project(tmp_path)
    bibliography = folder / "bib" / "references.bib"
    bibliography.write_text(bibliography.read_text("utf-8") + "\n@book{broken, title = {x\n", encoding="utf-8")
    (folder / "docs" / "principles" / "bytes.md").write_bytes(b"---\ntitle: \xff\n---\n")
    (folder / "docs" / "principles" / "yaml.md").write_text("---\ntitle: [\n---\n\nText.\n")
    (folder / "docs" / "principles" / "snippet.md").write_text('--8<-- "nowhere.md"\n')
    (folder / "docs" / "defences" / "odd.md").write_text(
        "---\ntitle: 3\naliases:\nsummary: [x]\nbuilds_on: x\nlevels: {DMRS: x, V: {level: 1}}\nreviewed: soon\n"
        "further_reading: x\n---\n\nText [@nobody].\n"
    )
    (folder / "docs" / "glossary.yml").write_text("term: x\n")
    result = preview(folder)
    assert result.returncode == 0, result.stderr
    assert "Traceback" not in result.stderr
    for name in ("references.bib", "bytes.md", "yaml.md", "snippet.md", "odd.md", "glossary.yml"):
        assert name in result.stderr
    assert "cannot be shown" in (folder / "site" / "principles" / "bytes" / "index.html").read_text(encoding="utf-8")


# What an editor may do by mistake: the change, and where the gate must say so.
SLIPS = {
    "a cited entry is deleted": (
        "bib/references.bib",
        lambda text: re.sub(r"@article\{shedler2010efficacy,.*?\n\}\n", "", text, flags=re.DOTALL),
        r"docs/evidence/shedler-2010-and-its-critics\.md:\d+:\d+: error: no reference has the key 'shedler2010efficacy'",
    ),
    "an alias is deleted": (
        "docs/approaches/mentalization-based-treatment.md",
        lambda text: re.sub(r", MBT|MBT, ?|\[MBT\]", "", text, count=1),
        r"docs/\S+\.md:\d+:\d+: error: the abbreviation 'MBT' is explained nowhere",
    ),
    "a required section is deleted": (
        "docs/techniques/interpretation.md",
        lambda text: text.replace("## When not to use\n", ""),
        r"docs/techniques/interpretation\.md:\d+:\d+: error: the section 'When not to use' is missing before this one",
    ),
    "a page is renamed": (
        "mkdocs.yml",
        lambda text: text,
        r"docs/\S+\.md:\d+:\d+: error: there is no file 'guides/getting-urgent-help\.md'",
    ),
}


@pytest.mark.parametrize("slip", SLIPS)
def test_slip_is_reported_at_its_line(slip: str, tmp_path: Path) -> None:
    folder = copy_project(tmp_path)
    file, change, expected = SLIPS[slip]
    path = folder / file
    before = path.read_text(encoding="utf-8")
    path.write_text(change(before), encoding="utf-8")
    if slip == "a page is renamed":
        page = folder / "docs" / "guides" / "getting-urgent-help.md"
        page.rename(page.with_name("urgent-help.md"))
    else:
        assert change(before) != before
    command = [sys.executable, "-m", "kb", "check"]
    result = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert result.returncode == 1
    assert re.search(expected, result.stdout), result.stdout


def test_deleted_anchor_is_reported_where_it_is_linked(tmp_path: Path) -> None:
    folder = copy_project(tmp_path)
    page = folder / "docs" / "guides" / "is-it-right-for-me.md"
    link = "[criticism](../principles/attachment.md#evidence-and-criticism)"
    page.write_text(page.read_text(encoding="utf-8") + f"\nSee {link}.\n", encoding="utf-8")
    line = page.read_text(encoding="utf-8").count("\n")
    command = [sys.executable, "-m", "kb", "check", "--select", "link-anchor-exists"]
    assert subprocess.run(command, cwd=folder, capture_output=True, check=False).returncode == 0
    target = folder / "docs" / "principles" / "attachment.md"
    target.write_text(target.read_text(encoding="utf-8").replace("## Evidence and criticism", "## Evidence"), "utf-8")
    result = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert f"docs/guides/is-it-right-for-me.md:{line}:17: error: there is no '#evidence-and-criticism'" in result.stdout
