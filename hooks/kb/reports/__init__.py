"""Findings -> what a person or a program reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

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
    """The findings of one run, what they were made from, and how long it took in seconds.

    `files` are those that the verdict rests on; none where it is not to be kept, because the next look at the same
    files may tell otherwise. `pages` are the paths of the pages, to tell them from the other files that findings may be
    in; `rule_pages` maps the name of a rule to the address of what the site says about it, where the site does.
    """

    findings: tuple[Finding, ...]
    counts: Counts
    seconds: float
    files: tuple[str, ...] = ()
    pages: frozenset[str] = frozenset()
    rule_pages: Mapping[str, str] = field(default_factory=dict)

    def fails(self, strict: bool) -> bool:
        """Whether this verdict keeps a site from being published; where `strict`, warnings do too."""
        return bool(self.findings) if strict else self.errors > 0

    @property
    def errors(self) -> int:
        return sum(finding.severity is Severity.ERROR for finding in self.findings)

    @property
    def warnings(self) -> int:
        return len(self.findings) - self.errors

    @property
    def errors_first(self) -> list[Finding]:
        """The findings in the order of the files, but no warning before an error."""
        return sorted(self.findings, key=lambda finding: finding.severity is not Severity.ERROR)

    def help_for(self, rule: str) -> str:
        """Where a rule is explained: an address of the site, whole or from its root, or the command that prints it."""
        return self.rule_pages.get(rule, f"kb explain {rule}")

    def more_about(self, rule: str) -> str:
        """What a person can open or run to learn more about a rule."""
        address = self.help_for(rule)
        return address if address.startswith(("https://", "http://")) else f"kb explain {rule}"

    @property
    def summary(self) -> str:
        """One line: what was found, in how much, in how long."""
        pages, counts, time = self.counts.pages, self.counts, f"{self.seconds:.1f} s"
        if not self.findings:
            others = ((counts.links, "link"), (counts.citations, "citation"), (counts.terms, "term"))
            checked = [count(pages, "page"), *(count(number, noun) for number, noun in others if number)]
            return f"No findings in {', '.join(checked)}, {time}"
        numbers = ((self.errors, "error"), (self.warnings, "warning"))
        found = ", ".join(count(number, noun) for number, noun in numbers if number)
        files = {finding.span.path for finding in self.findings}
        in_pages, elsewhere = len(files & self.pages), len(files - self.pages)
        places = [f"{in_pages} of {count(pages, 'page')}"] if in_pages or not elsewhere else []
        places += [count(elsewhere, "other file")] if elsewhere else []
        return f"{found} in {' and '.join(places)}, {time}"


def count(number: int, noun: str) -> str:
    """`1 page`, `2 pages`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
