"""What changed: read from the history, shown on a page, offered as a feed."""

from __future__ import annotations

import subprocess
from pathlib import Path
from xml.etree import ElementTree

import pytest

from conftest import run_build
from kb import history

ATOM = "{http://www.w3.org/2005/Atom}"
CONFIG = """\
site_name: Case & Co.
theme: {name: material, font: false}
plugins: []
hooks: [publish.py]
extra: {kb: {content_model: true}}
"""


def page(title: str, reviewed: str = "2026-01-02") -> str:
    return (
        f"---\ntitle: {title}\nsummary: What <{title}> is.\naudience: all\nreviewed: {reviewed}\n---\n\n"
        "## In plain words\n\nIt is short. It is plain.\n\n## Who this is for\n\nAll.\n\n## Next steps\n\nNone.\n"
    )


def commit(folder: Path, date: str) -> None:
    settings = ["-c", "user.name=Case", "-c", "user.email=case@example.org", "-c", "commit.gpgsign=false"]
    for command in (["add", "--all"], [*settings, "commit", "--quiet", "--message", "x", f"--date={date}"]):
        environment = {"GIT_COMMITTER_DATE": date, "PATH": "/usr/bin:/bin", "HOME": str(folder)}
        subprocess.run(["git", "-C", str(folder), *command], check=True, capture_output=True, env=environment)


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two pages come; one is reviewed and renamed, the other mended, and a third comes and goes."""
    folder = tmp_path_factory.mktemp("changes")
    subprocess.run(["git", "init", "--quiet", str(folder)], check=True)
    guides = folder / "docs" / "guides"
    guides.mkdir(parents=True)
    (folder / ".gitignore").write_text(".cache/\nsite/\n", encoding="utf-8")
    source = Path(history.__file__).parents[1] / "publish.py"
    (folder / "publish.py").write_text(source.read_text(encoding="utf-8"), encoding="utf-8")
    (folder / "mkdocs.yml").write_text(CONFIG, encoding="utf-8")
    (folder / "docs" / "index.md").write_text("---\ntitle: Home\n---\n\n[Changes](changes.md)\n", encoding="utf-8")
    (folder / "docs" / "changes.md").write_text("---\ntitle: Changes\nlists: changes\n---\n\nText.\n", encoding="utf-8")
    (guides / "one.md").write_text(page("One"), encoding="utf-8")
    (guides / "two.md").write_text(page("Two"), encoding="utf-8")
    (guides / "gone.md").write_text(page("Gone"), encoding="utf-8")
    commit(folder, "2026-01-03T23:30:00+02:00")
    (guides / "one.md").write_text(page("One", "2026-02-02"), encoding="utf-8")
    (guides / "two.md").write_text(page("Two").replace("short", "brief"), encoding="utf-8")
    commit(folder, "2026-02-03T10:00:00+00:00")
    (guides / "one.md").rename(guides / "first.md")
    (guides / "gone.md").unlink()
    commit(folder, "2026-03-03T10:00:00+00:00")
    return folder


def shown(folder: Path) -> list[tuple[str, bool, str]]:
    found = history.changes(folder, "docs/guides")
    return [(change.path.rpartition("/")[2], change.is_new, change.when.date().isoformat()) for change in found]


def test_what_happened_to_each_page(repository: Path) -> None:
    assert shown(repository) == [
        ("first.md", False, "2026-02-03"),
        ("first.md", True, "2026-01-03"),
        ("gone.md", True, "2026-01-03"),
        ("two.md", True, "2026-01-03"),
    ]


def test_shallow_clone_takes_nothing_for_new(repository: Path, tmp_path: Path) -> None:
    def clone(depth: int) -> Path:
        folder = tmp_path / str(depth)
        subprocess.run(
            ["git", "clone", "--quiet", f"--depth={depth}", repository.as_uri(), str(folder)],
            check=True,
            capture_output=True,
        )
        return folder

    assert shown(clone(1)) == []
    assert shown(clone(2)) == [], "what its earliest commit changed cannot be told"
    assert shown(clone(3)) == [("first.md", False, "2026-02-03")]
    assert shown(clone(4)) == shown(repository)


def test_without_history_or_git_nothing_happened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert history.changes(tmp_path, "docs") == []
    monkeypatch.setenv("PATH", str(tmp_path))
    assert history.changes(tmp_path, "docs") == []


@pytest.mark.parametrize("site_url", ["", "https://example.org/kb/"])
def test_page_and_feed(repository: Path, tmp_path: Path, site_url: str) -> None:
    (repository / "mkdocs.yml").write_text(CONFIG + f"site_url: '{site_url}'\n", encoding="utf-8")
    result = run_build(repository, "--site-dir", str(tmp_path))
    assert result.returncode == 0, result.stderr
    html = (tmp_path / "changes" / "index.html").read_text(encoding="utf-8")
    assert html.index("3 February 2026") < html.index("3 January 2026")
    assert html.count("Revised \N{MIDDLE DOT} Guide") == 1
    assert html.count("New \N{MIDDLE DOT} Guide") == 2
    assert "Gone" not in html
    feed = ElementTree.parse(tmp_path / "feed.xml").getroot()
    assert feed.tag == ATOM + "feed"
    assert feed.findtext(f"{ATOM}updated") == "2026-02-03T10:00:00+00:00"
    assert feed.findtext(f"{ATOM}author/{ATOM}name") == "Case & Co."
    entries = feed.findall(f"{ATOM}entry")
    assert [entry.findtext(f"{ATOM}title") for entry in entries] == ["Revised: One", "New: One", "New: Two"]
    assert entries[0].findtext(f"{ATOM}summary") == "What <One> is."
    ids = [element.text or "" for element in feed.iter(f"{ATOM}id")]
    assert len(set(ids)) == 4
    assert all(id_.startswith("urn:uuid:") for id_ in ids)
    for element in (feed, *entries):
        assert element.findtext(f"{ATOM}id")
        assert element.findtext(f"{ATOM}updated")
        assert element.find(f"{ATOM}link[@rel='alternate']") is not None
    links = [link.get("href", "") for link in feed.iter(f"{ATOM}link")]
    assert links[-1] == f"{site_url}guides/two/"
    assert (f"{site_url}feed.xml" in links) == bool(site_url)
    assert all(link.startswith(site_url) for link in links)
    assert all((tmp_path / link.removeprefix(site_url)).exists() for link in links)


def test_site_without_history_says_so_and_has_no_feed(site: Path) -> None:
    html = (site / "about" / "what-changed" / "index.html").read_text(encoding="utf-8")
    assert "built without its history" in html
    assert "feed.xml" not in html
    assert not (site / "feed.xml").exists()
