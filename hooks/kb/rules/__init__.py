"""Facts -> findings. One module per family, one decorated generator per rule.

A rule's name is a short sentence that holds when the rule is silent; its docstring is its documentation.
"""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from kb.knowledge import KnowledgeBase
from kb.model import Fault, Finding, Severity

Check = Callable[[KnowledgeBase], Iterator[Fault]]
FAMILIES = (
    "files",
    "links",
    "addresses",
    "permanence",
    "citations",
    "glossary",
    "front_matter",
    "sections",
    "relations",
    "prose",
    "safety",
    "suppressions",
)


@dataclass(frozen=True, slots=True)
class Rule:
    """`on_request` marks a rule that looks only at what a run was asked for, and is silent in any other."""

    name: str
    family: str
    severity: Severity
    check: Check
    on_request: bool = False

    @property
    def summary(self) -> str:
        """What holds when the rule is silent, in one sentence."""
        return self.documentation.partition("\n")[0]

    @property
    def documentation(self) -> str:
        """What it checks, why it matters, an example that fails, one that passes, and how to mend it."""
        return inspect.cleandoc(self.check.__doc__ or "")


_rules: dict[str, Rule] = {}


def rule(name: str, severity: Severity = Severity.ERROR, on_request: bool = False) -> Callable[[Check], Check]:
    """Register a generator of faults as the rule `name`, in the family of its module."""

    def register(check: Check) -> Check:
        family = check.__module__.rpartition(".")[2].replace("_", " ")
        _rules[name] = Rule(name, family, severity, check, on_request)
        return check

    return register


def all_rules() -> dict[str, Rule]:
    """Every rule by name, family after family."""
    for family in FAMILIES:
        importlib.import_module(f"kb.rules.{family}")
    return dict(_rules)


def run(kb: KnowledgeBase, select: Iterable[str] = (), ignore: Iterable[str] = ()) -> list[Finding]:
    """The findings of all rules, or of those selected and not ignored, in the order of the files.

    A finding that a comment in the source accepts is left out.
    """
    selected, ignored = set(select), set(ignore)
    findings = [
        Finding(rule.name, rule.severity, fault.span, fault.message, fault.suggestion, fault.edit)
        for rule in all_rules().values()
        if (not selected or rule.name in selected) and rule.name not in ignored
        for fault in rule.check(kb)
        if not _is_accepted(kb, rule, fault)
    ]
    # One definition of a target may serve many links; it is broken once.
    return sorted(dict.fromkeys(findings), key=_order)


def _is_accepted(kb: KnowledgeBase, rule: Rule, fault: Fault) -> bool:
    return any(
        suppression.rule == rule.name and suppression.reason and suppression.covers(fault.span)
        for page in kb.pages
        for suppression in page.suppressions
    )


def _order(finding: Finding) -> tuple[str, int, int, str, str]:
    span = finding.span
    return span.path, span.line or 0, span.column or 0, finding.rule, finding.message
