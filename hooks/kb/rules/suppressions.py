"""Comments that accept a finding: each with a reason, of a rule that exists, and needed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace

from kb.knowledge import KnowledgeBase
from kb.model import Fault, Page
from kb.nearest import nearest
from kb.rules import all_rules, rule


@rule("suppression-has-reason", alone=True)
def suppression_has_reason(kb: KnowledgeBase) -> Iterator[Fault]:
    """A comment that accepts a finding says why.

    Without a reason nobody can tell later whether it still holds; the finding is then reported all the same.

    Bad:
        <!-- kb: allow link-target-exists -->
    Good:
        <!-- kb: allow link-target-exists because the file is added when the site is published -->
    Fix:
        Add "because" and the reason.
    """
    for page in kb.pages:
        for suppression in page.suppressions:
            if not suppression.reason:
                message = f"the comment allows '{suppression.rule}' without a reason"
                yield Fault(message, suppression.span, "add `because ...`")


@rule("suppression-names-a-rule", alone=True)
def suppression_names_a_rule(kb: KnowledgeBase) -> Iterator[Fault]:
    """A comment that accepts a finding names a rule of the gate.

    Bad:
        <!-- kb: allow link-targets-exist because ... -->
    Good:
        <!-- kb: allow link-target-exists because ... -->
    Fix:
        Take the suggested name. `kb rules` lists them all.
    """
    for page in kb.pages:
        for suppression in page.suppressions:
            if suppression.rule not in all_rules():
                near = nearest(suppression.rule, all_rules())
                suggestion = f"did you mean `{near}`?" if near else "`kb rules` lists them"
                yield Fault(f"there is no rule '{suppression.rule}'", suppression.span, suggestion)


@rule("suppression-is-needed")
def suppression_is_needed(kb: KnowledgeBase) -> Iterator[Fault]:
    """A comment that accepts a finding stands on the line before one.

    A comment that accepts nothing hides the next slip made on its line.

    Bad:
        <!-- kb: allow link-target-exists because ... --> before a link that is sound
    Good:
        No comment.
    Fix:
        Remove it, or put it on the line right before the finding.
    """
    suppressed: dict[str, list[Page]] = defaultdict(list)
    for page in kb.pages:
        for name in dict.fromkeys(suppression.rule for suppression in page.suppressions):
            suppressed[name].append(page)
    for name, pages in suppressed.items():
        known = all_rules().get(name)
        if known is None or known.check is suppression_is_needed:
            continue
        seen = replace(kb, pages=pages) if known.alone else kb
        found = {(fault.span.path, fault.span.line) for fault in known.check(seen)}
        for suppression in (each for page in pages for each in page.suppressions if each.rule == name):
            if suppression.span.line is None or (suppression.span.path, suppression.span.line + 1) not in found:
                message = f"'{suppression.rule}' finds nothing on the line after this comment"
                yield Fault(message, suppression.span, "remove the comment")
