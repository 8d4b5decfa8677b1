"""The command `kb`, as an editor and a program use it."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner, Result

from cases import write_project
from kb.cli import main
from kb.rules import all_rules

BROKEN = {"docs/index.md": "---\ntitle: Home\n---\n\nSee [page](guides/gone.md), über [page](gone.md).\n"}
SOUND = {"docs/index.md": "---\ntitle: Home\n---\n\nText.\n"}


def kb(*arguments: str) -> Result:
    return CliRunner().invoke(main, list(arguments))


def test_clean_project_exits_0(tmp_path: Path) -> None:
    result = kb("check", "--config", str(write_project(tmp_path, SOUND)))
    assert result.exit_code == 0
    assert result.output.startswith("Checked 1 page, 0 links")
    assert "no findings" in result.output


def test_findings_exit_1_with_place_excerpt_and_caret(tmp_path: Path) -> None:
    result = kb("check", "--config", str(write_project(tmp_path, BROKEN)))
    assert result.exit_code == 1
    lines = result.output.splitlines()
    assert lines[0] == (
        "docs/index.md:5:12: error: there is no file 'guides/gone.md' for the link 'guides/gone.md'  [link-target-exists]"
    )
    assert lines[1] == "    5 | See [page](guides/gone.md), über [page](gone.md)."
    assert lines[2] == " " * 19 + "^" * len("guides/gone.md")
    assert lines[-1].startswith("2 errors in 1 file")


def test_json_has_the_promised_form(tmp_path: Path) -> None:
    result = kb("check", "--format", "json", "--config", str(write_project(tmp_path, BROKEN)))
    document = json.loads(result.output)
    assert document["version"] == 1
    assert document["findings"][1] == {
        "rule": "link-target-exists",
        "severity": "error",
        "path": "docs/index.md",
        "line": 5,
        "column": 41,
        "message": "there is no file 'gone.md' for the link 'gone.md'",
        "suggestion": None,
        "help": "kb explain link-target-exists",
    }
    assert document["summary"]["errors"] == 2


def test_select_and_ignore(tmp_path: Path) -> None:
    config = str(write_project(tmp_path, BROKEN))
    assert kb("check", "--config", config, "--ignore", "link-target-exists").exit_code == 0
    assert kb("check", "--config", config, "--select", "title-is-unique").exit_code == 0
    assert kb("check", "--config", config, "--select", "link-target-exists").exit_code == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--config", "nowhere.yml"], "kb: there is no configuration 'nowhere.yml'"),
        (["--select", "link-targt-exists"], "did you mean 'link-target-exists'?"),
    ],
)
def test_what_cannot_run_exits_2_with_one_line(arguments: list[str], message: str) -> None:
    result = kb("check", *arguments)
    assert result.exit_code == 2
    assert message in result.output
    assert len(result.output.splitlines()) == 1


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ("site_name: [", "cannot be used"),
        ("site_name: X\nplugins: [no-such-plugin]\n", "no-such-plugin"),
        ("site_name: X\nextra: {kb: {bibliografy: bib}}\n", "extra.kb.bibliografy"),
        ("site_name: X\nextra: {kb: {bibliography: gone}}\n", "there is no 'gone'"),
    ],
)
def test_broken_configuration_exits_2_with_one_line(tmp_path: Path, config: str, message: str) -> None:
    result = kb("check", "--config", str(write_project(tmp_path, {"mkdocs.yml": config})))
    assert result.exit_code == 2
    assert message in result.output
    assert "Traceback" not in result.output


def test_any_mkdocs_project_works(tmp_path: Path) -> None:
    files = {
        "mkdocs.yml": "site_name: Other\ntheme: {name: mkdocs}\nnav: [index.md]\n",
        "docs/index.md": "# Hello\n\nAn API, a [@handle] and [a guide](guides/start.md#begin).\n",
        "docs/guides/start.md": "---\ntags: [x]\n---\n# Start\n\n## Begin\n",
    }
    assert kb("check", "--config", str(write_project(tmp_path, files))).exit_code == 0


def test_edit_after_edit_the_cache_tells_the_same_as_no_cache(tmp_path: Path) -> None:
    config = write_project(tmp_path, SOUND)
    page = tmp_path / "docs" / "index.md"
    part = tmp_path / "docs" / "part.txt"
    part.write_text("[x](gone.md)\n")
    assert kb("check", "--config", str(config)).exit_code == 0
    page.write_text('---\ntitle: Home\n---\n\n--8<-- "part.txt"\n')
    assert "docs/part.txt:1:5" in kb("check", "--config", str(config)).output
    part.write_text("Mended.\n")
    assert kb("check", "--config", str(config)).exit_code == 0
    part.write_text("\n[x](gone.md)\n")
    assert "docs/part.txt:2:5" in kb("check", "--config", str(config)).output
    part.unlink()
    assert kb("check", "--config", str(config)).exit_code == 0
    part.write_text("[x](gone.md)\n")
    assert "docs/part.txt:1:5" in kb("check", "--config", str(config)).output


def test_rules_are_listed_and_explained() -> None:
    listing = kb("rules").output
    for name, rule in all_rules().items():
        assert name in listing
        assert kb("explain", name).output.rstrip().endswith(rule.documentation)
    assert kb("explain", "link-targt-exists").exit_code == 2


MANY = {"docs/index.md": "---\ntitle: Home\n---\n\n" + "".join(f"[page {n}](gone{n}.md), 100% | \n" for n in range(12))}


def test_github_annotations_stay_within_its_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = str(write_project(tmp_path, MANY))
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary.md"))
    result = kb("check", "--format", "github", "--config", config)
    lines = result.output.splitlines()
    assert result.exit_code == 1
    assert [line.startswith("::error ") for line in lines] == [True] * 10 + [False]
    assert lines[0] == (
        "::error file=docs/index.md,title=link-target-exists,line=5,col=10,endColumn=18::"
        "there is no file 'gone0.md' for the link 'gone0.md'"
    )
    assert (tmp_path / "summary.md").read_text(encoding="utf-8").count("| `docs/index.md:") == 12


def test_sarif_names_rules_places_and_level(tmp_path: Path) -> None:
    document = json.loads(kb("check", "--format", "sarif", "--config", str(write_project(tmp_path, BROKEN))).output)
    assert document["version"] == "2.1.0"
    run = document["runs"][0]
    assert {rule["id"] for rule in run["tool"]["driver"]["rules"]} == set(all_rules())
    assert run["results"][0]["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "docs/index.md", "uriBaseId": "%SRCROOT%"},
        "region": {"startLine": 5, "startColumn": 12, "endColumn": 26},
    }
    assert run["results"][0]["level"] == "error"


def test_junit_has_a_case_for_each_rule(tmp_path: Path) -> None:
    suite = ElementTree.fromstring(
        kb("check", "--format", "junit", "--config", str(write_project(tmp_path, BROKEN))).output
    )
    assert suite.get("failures") == "1"
    assert len(suite.findall("testcase")) == len(all_rules())
    failure = suite.find("testcase[@name='link-target-exists']/failure")
    assert failure is not None
    assert "docs/index.md:5:12: there is no file" in (failure.text or "")


def test_terms_prints_coverage_and_candidates(tmp_path: Path) -> None:
    said = "A holding environment soothes the baby, and a holding environment fails it; XYZ. Klein and Klein.\n"
    files = {
        "docs/index.md": "---\ntitle: Home\n---\n\nText.\n",
        "docs/principles/a.md": f"---\ntitle: Splitting\n---\n\nSplitting and envy.\n\n## Envy\n\nEnvy, MBT. {said}",
        "docs/principles/b.md": f"---\ntitle: Projection\n---\n\nSplitting, a transitional object [@x]. {said}",
        "docs/glossary.yml": "- term: Envy\n- term: Treatment\n  aliases: [MBT]\n",
        "bib/references.bib": "@book{x, author = {Klein, M.}, title = {Envy}, publisher = {P}, year = {1957}}\n",
    }
    config = str(write_project(tmp_path, files))
    lines = kb("terms", "--config", config).output.splitlines()
    assert [line.split() for line in lines[:5]] == [
        ["Page", "words", "terms", "mentions", "links", "abbreviations", "unexplained"],
        ["docs/index.md", "1", "0", "0", "0", "0", "0"],
        ["docs/principles/a.md", "21", "2", "3", "3", "2", "1"],
        ["docs/principles/b.md", "20", "1", "1", "1", "1", "1"],
        ["Together", "42", "4", "4"],
    ]
    assert len({len(line) for line in lines[:4]}) == 1
    assert [line.split() for line in lines[8:]] == [
        ["Expression", "pages", "uses"],
        ["holding", "environment", "2", "4"],
        ["XYZ", "2", "2"],
    ]
    assert kb("terms", "--config", config, "--limit", "0").output.splitlines()[-1].startswith("2 more")
    assert kb("terms", "--config", "nowhere.yml").exit_code == 2
