"""Findings as annotations on a pull request (GitHub Actions, "Workflow commands").

GitHub shows ten errors and ten warnings of a step; the rest is counted in the summary of the job.
"""

from __future__ import annotations

from kb.model import Finding, Severity
from kb.reports import Verdict
from kb.reports.text import summary

SHOWN = 10


def write(verdict: Verdict) -> str:
    """One workflow command a line, errors first, at most ten of each severity; then the summary."""
    lines = []
    for severity in Severity:
        found = [finding for finding in verdict.findings if finding.severity is severity]
        lines += [_command(finding) for finding in found[:SHOWN]]
    return "\n".join([*lines, summary(verdict)])


def write_job_summary(verdict: Verdict) -> str:
    """Every finding as a Markdown table, for the file that GITHUB_STEP_SUMMARY names."""
    rows = ["| place | finding | mend | rule |", "|---|---|---|---|"]
    for finding in verdict.findings:
        cells = (f"`{finding.span.place}`", finding.message, finding.suggestion or "", finding.rule)
        rows.append("| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |")
    return "\n".join([summary(verdict), "", *(rows if verdict.findings else [])]) + "\n"


def _command(finding: Finding) -> str:
    span = finding.span
    properties = {"file": span.path, "title": finding.rule}
    if span.line is not None:
        properties["line"] = str(span.line)
    if span.column is not None:
        properties["col"] = str(span.column)
        properties["endColumn"] = str(span.column + span.length)
    given = ",".join(f"{name}={_escape(value, property_=True)}" for name, value in properties.items())
    message = finding.message + (f"\n{finding.suggestion}" if finding.suggestion else "")
    return f"::{finding.severity.value} {given}::{_escape(message)}"


def _escape(text: str, property_: bool = False) -> str:
    text = text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    return text.replace(":", "%3A").replace(",", "%2C") if property_ else text
