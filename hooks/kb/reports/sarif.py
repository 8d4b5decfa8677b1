"""Findings in the Static Analysis Results Interchange Format, SARIF 2.1.0 (OASIS standard)."""

from __future__ import annotations

import json
from collections import Counter
from importlib.metadata import version
from typing import Any
from urllib.parse import quote

from kb.model import Edit, Finding, Span
from kb.reading.baseline import Key, key_of
from kb.reading.cache import digest
from kb.reports import Verdict
from kb.rules import Rule, all_rules

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def write(verdict: Verdict) -> str:
    """One run with all rules and the findings as results; columns count characters."""
    rules = all_rules()
    driver = {
        "name": "kb",
        "version": version("kb"),
        "rules": [_rule(rule, verdict.help_for(rule.name)) for rule in rules.values()],
    }
    index = {name: number for number, name in enumerate(rules)}
    seen: Counter[Key] = Counter()
    results = []
    for finding in verdict.findings:
        key = key_of(finding)
        seen[key] += 1
        results.append(_result(finding, index, digest(*key, str(seen[key]))))
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": results,
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, ensure_ascii=False, indent=2)


def _rule(rule: Rule, help_: str) -> dict[str, Any]:
    described = {
        "id": rule.name,
        "shortDescription": {"text": rule.summary},
        "fullDescription": {"text": rule.documentation},
        "help": {"text": f"{rule.documentation}\n\n{help_}"},
        "defaultConfiguration": {"level": rule.severity.value},
    }
    # The standard wants a whole address here, which only a site that knows its own can give.
    return described | ({"helpUri": help_} if help_.startswith(("https://", "http://")) else {})


def _result(finding: Finding, index: dict[str, int], fingerprint: str) -> dict[str, Any]:
    message = finding.message + (f" ({finding.suggestion})" if finding.suggestion else "")
    result: dict[str, Any] = {
        "ruleId": finding.rule,
        "ruleIndex": index.get(finding.rule, -1),
        "level": finding.severity.value,
        "message": {"text": message},
        "locations": [{"physicalLocation": _location(finding.span)}],
        # The same finding has the same fingerprint after lines have been added above it.
        "partialFingerprints": {"kbFinding/v1": fingerprint},
    }
    if finding.edit is not None and finding.edit.span.line and finding.edit.span.column:
        result["fixes"] = [_fix(finding.edit)]
    return result


def _location(span: Span) -> dict[str, Any]:
    location: dict[str, Any] = {"artifactLocation": _file(span.path)}
    if span.line is not None:
        location["region"] = {"startLine": span.line}
        if span.column is not None:
            location["region"] |= {"startColumn": span.column, "endColumn": span.column + span.length}
    return location


def _file(path: str) -> dict[str, str]:
    return {"uri": quote(path), "uriBaseId": "%SRCROOT%"}


def _fix(edit: Edit) -> dict[str, Any]:
    first, last = edit.span, edit.old.rpartition("\n")[2]
    lines = edit.old.count("\n")
    assert first.line is not None
    assert first.column is not None
    region = {
        "startLine": first.line,
        "startColumn": first.column,
        "endLine": first.line + lines,
        "endColumn": len(last) + (1 if lines else first.column),
    }
    replacement = {"deletedRegion": region, "insertedContent": {"text": edit.new}}
    return {
        "description": {"text": "What `kb fix` does"},
        "artifactChanges": [{"artifactLocation": _file(first.path), "replacements": [replacement]}],
    }
