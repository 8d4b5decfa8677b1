"""Findings as annotations on a pull request (GitHub Actions, "Workflow commands").

GitHub shows ten annotations of a step; all findings stand in the summary of the job.
"""

from __future__ import annotations

from kb.model import Finding
from kb.reports import Verdict

SHOWN = 10
# GitHub refuses a summary of more than 1 MiB altogether.
_LARGEST_SUMMARY = 1_000_000


def write(verdict: Verdict) -> str:
    """One workflow command a line, errors first, at most ten; then the summary."""
    lines = [_command(finding, verdict.more_about(finding.rule)) for finding in verdict.errors_first[:SHOWN]]
    return "\n".join([*lines, verdict.summary])


def write_job_summary(verdict: Verdict) -> str:
    """The findings as a Markdown table, errors first, for the file that GITHUB_STEP_SUMMARY names."""
    if not verdict.findings:
        return verdict.summary + "\n"
    rows = [verdict.summary, "", "| | place | finding | mend | rule |", "|---|---|---|---|---|"]
    size = sum(len(row) for row in rows)
    for number, finding in enumerate(verdict.errors_first):
        row = _row(finding, verdict.more_about(finding.rule))
        size += len(row.encode()) + 1
        if size > _LARGEST_SUMMARY:
            rows += ["", f"And {len(verdict.findings) - number} more."]
            break
        rows.append(row)
    return "\n".join(rows) + "\n"


def _row(finding: Finding, help_: str) -> str:
    rule = f"[{finding.rule}]({help_})" if " " not in help_ else finding.rule
    texts = (finding.severity.value, finding.span.place, finding.message, finding.suggestion or "")
    return "| " + " | ".join([*(_cell(text) for text in texts), rule]) + " |"


def _cell(text: str) -> str:
    """A text as it is, within a table of Markdown."""
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace("\\", "\\\\").replace("|", "\\|")
    return " ".join(text.replace("[", "\\[").replace("*", "\\*").replace("_", "\\_").split())


def _command(finding: Finding, help_: str) -> str:
    span = finding.span
    properties = {"file": span.path, "title": finding.rule}
    if span.line is not None:
        properties["line"] = str(span.line)
    if span.column is not None:
        properties["col"] = str(span.column)
        properties["endColumn"] = str(span.column + span.length)
    given = ",".join(f"{name}={_escape(value, property_=True)}" for name, value in properties.items())
    message = "\n".join(part for part in (finding.message, finding.suggestion, help_) if part)
    return f"::{finding.severity.value} {given}::{_escape(message)}"


def _escape(text: str, property_: bool = False) -> str:
    text = text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    return text.replace(":", "%3A").replace(",", "%2C") if property_ else text
