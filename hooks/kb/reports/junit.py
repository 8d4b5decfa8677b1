"""Findings as JUnit XML, which most CI systems show: one test case a rule, failed where it found something."""

from __future__ import annotations

from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from kb.model import Finding
from kb.reports import Verdict
from kb.rules import all_rules


def write(verdict: Verdict) -> str:
    """A test suite with a case for every rule; the findings of a rule are the text of its failure."""
    by_rule: dict[str, list[Finding]] = {}
    for finding in verdict.findings:
        by_rule.setdefault(finding.rule, []).append(finding)
    rules = all_rules()
    counts = {"tests": str(len(rules)), "failures": str(len(by_rule)), "time": f"{verdict.seconds:.3f}"}
    suite = Element("testsuite", {"name": "kb", "errors": "0", **counts})
    for rule in rules.values():
        case = SubElement(suite, "testcase", {"classname": f"kb.{rule.family}", "name": rule.name, "time": "0"})
        found = by_rule.get(rule.name, [])
        if found:
            failure = SubElement(case, "failure", {"message": f"{len(found)} found", "type": rule.severity.value})
            failure.text = "\n".join(_line(finding) for finding in found)
    return ElementTree.tostring(suite, encoding="unicode", xml_declaration=True)


def _line(finding: Finding) -> str:
    return f"{finding.span.place}: {finding.message}" + (f" ({finding.suggestion})" if finding.suggestion else "")
