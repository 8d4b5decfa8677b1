"""Facts -> findings. One module per family, one decorated generator per rule.

A rule's name is a short sentence that holds when the rule is silent; its docstring is its documentation.
"""

from __future__ import annotations

import importlib
import inspect
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from kb.knowledge import KnowledgeBase
from kb.model import Baseline, Fault, Finding, Severity, Span
from kb.reading.baseline import Key, key_of

Check = Callable[[KnowledgeBase], Iterator[Fault]]
MOST_IN_ONE_FILE = 1000
FAMILIES = (
    "files",
    "links",
    "addresses",
    "permanence",
    "citations",
    "bibliography",
    "evidence",
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
    """`alone`, `page_by_page` and `of_data` say on what the findings depend: see `rule`.

    `on_request` marks a rule that looks only at what a run was asked for, and is silent in any other.
    """

    name: str
    family: str
    severity: Severity
    check: Check
    alone: bool = False
    page_by_page: bool = False
    of_data: bool = False
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


def rule(
    name: str,
    severity: Severity = Severity.ERROR,
    alone: bool = False,
    page_by_page: bool = False,
    of_data: bool = False,
    on_request: bool = False,
) -> Callable[[Check], Check]:
    """Register a generator of faults as the rule `name`, in the family of its module.

    `alone` says that what the rule finds on a page depends on nothing but that page and the settings: it is then kept
    with the facts of the page and not looked for again. `page_by_page` says that it depends on that page and on what
    files, works and terms there are: such a rule looks at the doubtful pages of the knowledge base only. `of_data` says
    that it depends on nothing but the files of data and the settings. `on_request` says that the rule needs what only a
    request provides.
    """

    def register(check: Check) -> Check:
        family = check.__module__.rpartition(".")[2].replace("_", " ")
        _rules[name] = Rule(name, family, severity, check, alone, page_by_page, of_data, on_request)
        return check

    return register


def all_rules() -> dict[str, Rule]:
    """Every rule by name, family after family."""
    for family in FAMILIES:
        importlib.import_module(f"kb.rules.{family}")
    return dict(_rules)


def faults_of_a_page(kb: KnowledgeBase) -> Iterator[tuple[str, Fault]]:
    """What the rules that look at one page alone find on the only page of `kb`, each with the name of its rule."""
    for rule in all_rules().values():
        if rule.alone:
            # One more than is shown tells that there are more.
            yield from ((rule.name, fault) for fault in islice(rule.check(kb), MOST_IN_ONE_FILE + 1))


def faults_in_data(kb: KnowledgeBase) -> dict[str, list[Fault]]:
    """What the rules that look at the files of data alone find, by name; found once for what the files hold."""

    def find() -> dict[str, list[Fault]]:
        return {rule.name: list(_first(rule.check(kb))) for rule in all_rules().values() if rule.of_data}

    found: dict[str, list[Fault]] = kb.remember(f"faults in {kb.data_version}", find)
    return dict(found)


def faults(
    kb: KnowledgeBase,
    select: Iterable[str] = (),
    ignore: Iterable[str] = (),
    alone: Mapping[str, Sequence[Fault]] | None = None,
) -> list[tuple[Rule, Fault]]:
    """What all rules find wrong, or those selected and not ignored.

    `alone` holds what the rules that look at one page, or at data, alone have found, by name; without it they are
    applied here.
    """
    selected, ignored = set(select), set(ignore)
    return [
        (rule, fault)
        for rule in all_rules().values()
        if (not selected or rule.name in selected) and rule.name not in ignored
        for fault in _first(
            rule.check(kb) if alone is None or not (rule.alone or rule.of_data) else alone.get(rule.name, ())
        )
    ]


def run(kb: KnowledgeBase, select: Iterable[str] = (), ignore: Iterable[str] = ()) -> list[Finding]:
    """The findings of all rules, or of those selected and not ignored, in the order of the files.

    A finding that a comment in the source accepts is left out, and so is one that the baseline records.
    """
    return findings(kb, faults(kb, select, ignore))


def all_findings(kb: KnowledgeBase, ignore: Iterable[str] = ()) -> list[Finding]:
    """As `run`, those that the baseline records included."""
    return _unaccepted(kb, faults(kb, ignore=ignore))


def findings(kb: KnowledgeBase, found: Iterable[tuple[Rule, Fault]]) -> list[Finding]:
    """The findings that follow from what rules found."""
    left = _unaccepted(kb, found)
    return left if kb.baseline is None else _unrecorded(left, kb.baseline)


def _unaccepted(kb: KnowledgeBase, found: Iterable[tuple[Rule, Fault]]) -> list[Finding]:
    """What was found without what a comment accepts, in the order of the files."""
    accepted = {
        (suppression.rule, suppression.span.path, suppression.span.line + 1)
        for page in kb.pages
        for suppression in page.suppressions
        if suppression.reason and suppression.span.line is not None
    }
    left = [
        Finding(rule.name, rule.severity, fault.span, fault.message, fault.suggestion, fault.edit)
        for rule, fault in found
        if (rule.name, fault.span.path, fault.span.line) not in accepted
    ]
    # One definition of a target may serve many links; it is broken once.
    return sorted(dict.fromkeys(left), key=_order)


def _first(faults: Iterable[Fault]) -> Iterator[Fault]:
    """The faults, of each file no more than a person would ever mend one by one, and whether there are others."""
    number: Counter[str] = Counter()
    for fault in faults:
        number[fault.span.path] += 1
        if number[fault.span.path] <= MOST_IN_ONE_FILE:
            yield fault
    for path, count in number.items():
        if count > MOST_IN_ONE_FILE:
            yield Fault(f"there are more than these {MOST_IN_ONE_FILE:,} of this kind in the file", Span(path))


def _unrecorded(findings: list[Finding], baseline: Baseline) -> list[Finding]:
    left: Counter[Key] = Counter()
    for entry in baseline.entries:
        left[key_of(entry)] += entry.count
    new = []
    for finding in findings:
        if left[key_of(finding)] > 0:
            left[key_of(finding)] -= 1
        else:
            new.append(finding)
    return new


def _order(finding: Finding) -> tuple[str, int, int, str, str]:
    span = finding.span
    return span.path, span.line or 0, span.column or 0, finding.rule, finding.message
