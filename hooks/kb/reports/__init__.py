"""Findings -> what a person or a program reads."""

from __future__ import annotations

from dataclasses import dataclass

from kb.model import Finding, Severity


@dataclass(frozen=True, slots=True)
class Counts:
    """How much was checked."""

    pages: int
    citations: int
    references: int
    terms: int
    relations: int
    links: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """The findings of one run, how much was checked, how long it took in seconds, and the files it rests on.

    No files mean that the verdict is not to be kept: the next look at the same files may tell otherwise.
    """

    findings: tuple[Finding, ...]
    counts: Counts
    seconds: float
    files: tuple[str, ...] = ()

    def fails(self, strict: bool) -> bool:
        """Whether this verdict keeps a site from being published; where `strict`, warnings do too."""
        return bool(self.findings) if strict else self.errors > 0

    @property
    def errors(self) -> int:
        return sum(finding.severity is Severity.ERROR for finding in self.findings)

    @property
    def warnings(self) -> int:
        return len(self.findings) - self.errors
