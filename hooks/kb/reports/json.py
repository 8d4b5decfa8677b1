"""Findings for a program."""

from __future__ import annotations

import json
from dataclasses import asdict

from kb.model import Finding
from kb.reports import Verdict

VERSION = 1


def write(verdict: Verdict) -> str:
    """The verdict as JSON: `version`, `findings` and `summary`.

    Paths are relative to the repository; lines and columns count from 1 in characters and are null where the place
    cannot be known. `help` is the address of what the site says about the rule, or the command that prints it.
    """
    summary = {
        "errors": verdict.errors,
        "warnings": verdict.warnings,
        **asdict(verdict.counts),
        "seconds": round(verdict.seconds, 3),
    }
    findings = [_finding(finding, verdict.help_for(finding.rule)) for finding in verdict.findings]
    document = {"version": VERSION, "findings": findings, "summary": summary}
    return json.dumps(document, ensure_ascii=False, indent=2)


def _finding(finding: Finding, help_: str) -> dict[str, object]:
    return {
        "rule": finding.rule,
        "severity": finding.severity.value,
        "path": finding.span.path,
        "line": finding.span.line,
        "column": finding.span.column,
        "message": finding.message,
        "suggestion": finding.suggestion,
        "help": help_,
    }
