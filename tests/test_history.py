"""What the site was at an earlier revision, and who can be told about it."""

from __future__ import annotations

import subprocess
from pathlib import Path

from click.testing import CliRunner, Result

from cases import commit, write_project
from kb import engine
from kb.cli import main
from kb.past import read_past

BEFORE = {"docs/index.md": "[ego](ego.md#drives) [other](ego.md)\n", "docs/ego.md": "# Ego\n\n## Drives\n\n## Fear\n"}
PLAIN = "site_name: Case\ntheme: {name: mkdocs}\nplugins: []\n"


def against(folder: Path, revision: str) -> Result:
    return CliRunner().invoke(main, ["check", "--config", str(folder / "mkdocs.yml"), "--against", revision])


def test_what_has_gone_and_who_links_to_it(tmp_path: Path) -> None:
    write_project(tmp_path, {"mkdocs.yml": PLAIN, **BEFORE})
    commit(tmp_path)
    assert against(tmp_path, "HEAD").exit_code == 0
    (tmp_path / "docs" / "ego.md").write_text("# Ego\n\n## Wishes\n\n## Fear\n", encoding="utf-8")
    output = against(tmp_path, "HEAD").output
    assert (
        "docs/ego.md:3:4: warning: the heading 'Drives' with the id 'drives' has gone since HEAD; "
        "still linked to at docs/index.md:1:7" in output
    )
    assert "if 'Wishes' took its place, add `{#drives}` to it" in output
    (tmp_path / "docs" / "ego.md").rename(tmp_path / "docs" / "self.md")
    output = against(tmp_path, "HEAD").output
    assert "the page 'ego.md' has gone since HEAD, and no redirect is kept; still linked to at" in output
    assert "docs/index.md:1:7, docs/index.md:1:30" in output
    assert "heading-keeps-its-id" not in output


def test_project_is_left_as_it_was(tmp_path: Path) -> None:
    write_project(tmp_path, {"mkdocs.yml": PLAIN, **BEFORE})
    commit(tmp_path)
    assert "No findings" in against(tmp_path, "HEAD").output
    project = engine.load(str(tmp_path / "mkdocs.yml"))
    assert {past.page.uri for past in read_past(project, "HEAD")} == {"ego.md", "index.md"}
    status = subprocess.run(
        ["git", "-C", str(tmp_path), "status", "--porcelain"], capture_output=True, text=True, check=True
    )
    assert status.stdout == "?? .cache/\n"


def test_documentation_that_was_not_there_yet(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("Text.\n", encoding="utf-8")
    commit(tmp_path)
    write_project(tmp_path, {"mkdocs.yml": PLAIN, **BEFORE})
    assert against(tmp_path, "HEAD").exit_code == 0


def test_what_cannot_be_compared_exits_2_with_one_line(tmp_path: Path) -> None:
    origin, clone, folder = tmp_path / "origin", tmp_path / "clone", tmp_path / "folder"
    write_project(origin, {"mkdocs.yml": PLAIN, **BEFORE})
    commit(origin)
    subprocess.run(["git", "-C", str(origin), "tag", "v1"], check=True)
    (origin / "docs" / "ego.md").write_text("# Ego\n", encoding="utf-8")
    settings = ["-c", "user.name=Case", "-c", "user.email=case@example.org", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", "-C", str(origin), *settings, "commit", "--quiet", "--all", "--message", "x"], check=True)
    subprocess.run(
        ["git", "clone", "--quiet", "--depth", "1", f"file://{origin}", str(clone)], check=True, capture_output=True
    )
    write_project(folder, {"mkdocs.yml": PLAIN, **BEFORE})
    for where, revision, message in (
        (origin, "v2", "git knows no revision 'v2'"),
        (origin, "--all", "git knows no revision '--all'"),
        (clone, "HEAD~1", "git fetch --unshallow"),
        (folder, "HEAD", "is not a git repository"),
    ):
        result = against(where, revision)
        assert result.exit_code == 2
        assert message in result.output
        assert len(result.output.splitlines()) == 1
    assert "'Drives'" in against(origin, "v1").output
