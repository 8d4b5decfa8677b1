"""Findings in the Static Analysis Results Interchange Format, SARIF 2.1.0 (OASIS standard)."""

from __future__ import annotations

import json
from importlib.metadata import version
from typing import Any

from kb.model import Finding
from kb.reports import Verdict
from kb.rules import Rule, all_rules

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def write(verdict: Verdict) -> str:
    """One run with all rules and the findings as results; columns count characters."""
    driver = {
        "name": "kb",
        "version": version("kb"),
        "rules": [_rule(rule) for rule in all_rules().values()],
    }
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_result(finding) for finding in verdict.findings],
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, ensure_ascii=False, indent=2)


def _rule(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.name,
        "shortDescription": {"text": rule.summary},
        "fullDescription": {"text": rule.documentation},
        "defaultConfiguration": {"level": rule.severity.value},
    }


def _result(finding: Finding) -> dict[str, Any]:
    span = finding.span
    location: dict[str, Any] = {"artifactLocation": {"uri": span.path, "uriBaseId": "%SRCROOT%"}}
    if span.line is not None:
        location["region"] = {"startLine": span.line}
        if span.column is not None:
            location["region"] |= {"startColumn": span.column, "endColumn": span.column + span.length}
    message = finding.message + (f" ({finding.suggestion})" if finding.suggestion else "")
    return {
        "ruleId": finding.rule,
        "level": finding.severity.value,
        "message": {"text": message},
        "locations": [{"physicalLocation": location}],
    }
