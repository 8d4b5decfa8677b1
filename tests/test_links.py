"""What was certainly meant comes as an edit, and only that; the edit fits the source letter for letter."""

from __future__ import annotations

from pathlib import Path

import pytest

from cases import findings_of, shown

FILES = {
    "docs/guides/b.md": "# Evidence and criticism\n\n## Guidelines of 2018\n",
    "docs/guides/with space.md": "Text.\n",
    "docs/other/moved.md": "Text.\n",
    "docs/other/index.md": "Text.\n",
    "docs/picture.png": "x",
}
RULES = (
    "link-target-exists",
    "link-case-matches",
    "link-anchor-exists",
    "link-names-the-source",
    "address-is-well-formed",
)


@pytest.mark.parametrize(
    ("source", "mended"),
    [
        ("[x](B.md#evidence-and-criticism)", "[x](b.md#evidence-and-criticism)"),
        ("[x](moved.md?y)", "[x](../other/moved.md?y)"),
        ("[x](b.md#evidense-and-criticism)", "[x](b.md#evidence-and-criticism)"),
        ("[x](b)", "[x](b.md)"),
        ("[x](b/)", "[x](b.md)"),
        ("[x](b.html)", "[x](b.md)"),
        ("[x](../b/)", "[x](b.md)"),
        ("[x](../b/index.html)", "[x](b.md)"),
        ("[x](/guides/b.md)", "[x](b.md)"),
        ("[x](with%2520space.md)", "[x](with%20space.md)"),
        ("![x](picture.png)", "![x](../picture.png)"),
        ('<a href="b.md">x</a>', '<a href="../b/">x</a>'),
        ('<img src="picture.png" alt="x">', '<img src="../../picture.png" alt="x">'),
        ("[x][y]\n\n[y]: moved.md", "[x][y]\n\n[y]: ../other/moved.md"),
        ("[x](www.example.org)", "[x](https://www.example.org)"),
        ("[x](doi:10.1037/a0018378)", "[x](https://doi.org/10.1037/a0018378)"),
        ("[x](a@example.org)", "[x](mailto:a@example.org)"),
        ("[x](htps://example.org)", "[x](https://example.org)"),
    ],
)
def test_edit_mends_the_fault(tmp_path: Path, source: str, mended: str) -> None:
    found = findings_of(tmp_path, {**FILES, "docs/guides/a.md": source}, *RULES)
    assert len(found) == 1
    edit = found[0].edit
    assert edit is not None
    assert edit.span.line is not None
    assert edit.span.column is not None
    lines = source.split("\n")
    before, line = edit.span.column - 1, lines[edit.span.line - 1]
    assert line[before : before + len(edit.old)] == edit.old
    lines[edit.span.line - 1] = line[:before] + edit.new + line[before + len(edit.old) :]
    assert "\n".join(lines) == mended
    assert findings_of(tmp_path, {"docs/guides/a.md": mended}, *RULES) == []


@pytest.mark.parametrize(
    "source",
    [
        "[x](gone.md)",
        "[x](bb.md)",
        "[x](b.md#criticism)",
        "[x](b.md#guidelines-of-2019)",
        "[x](index.md)",
        "[x](/guides/b/)",
        "[x](../other/b&amp;c/../b.html)",
        "[x](https://example.org/a b)",
    ],
)
def test_no_edit_where_there_is_any_doubt(tmp_path: Path, source: str) -> None:
    found = findings_of(tmp_path, {**FILES, "docs/guides/a.md": source}, *RULES)
    assert [finding.edit for finding in found] == [None]


def test_circle_of_folders_is_one_clear_line(tmp_path: Path) -> None:
    from kb.engine import CannotRun

    with pytest.raises(CannotRun, match=r"'docs/guides/loop' leads back to a folder above it"):
        findings_of(tmp_path, {"docs/guides/a.md": "x", "docs/guides/loop -> ..": ""})


def test_secret_is_shown_in_no_report(tmp_path: Path) -> None:
    import importlib

    from click.testing import CliRunner

    from cases import write_project
    from kb.cli import FORMATS, main

    secret = "ghp_" + "a1B2" * 9
    config = str(write_project(tmp_path, {"docs/index.md": f"---\ntitle: Home\n---\n\nUse {secret} for it.\n"}))
    for form in FORMATS:
        importlib.invalidate_caches()
        output = CliRunner().invoke(main, ["check", "--config", config, "--format", form]).output
        assert "a token of GitHub" in output
        assert secret not in output


def test_file_outside_is_not_read(tmp_path: Path) -> None:
    outside = tmp_path / "outside.md"
    outside.write_text("# Secret\n\n[x](gone.md)\n", encoding="utf-8")
    files = {
        "mkdocs.yml": "site_name: Case\ntheme: {name: mkdocs}\nplugins: []\nmarkdown_extensions:\n"
        "  - pymdownx.snippets: {base_path: [!relative $docs_dir], restrict_base_path: false}\n",
        "docs/index.md": '--8<-- "../../outside.md"\n',
        f"docs/page.md -> {outside}": "",
    }
    found = findings_of(tmp_path / "project", files)
    assert [shown(finding) for finding in found] == [
        "docs/index.md:1:9 include-stays-inside",
        "docs/page.md symbolic-link-stays-inside",
    ]
