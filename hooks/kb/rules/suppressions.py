"""What accepts a finding, a comment or the baseline: each with a reason, of a rule that exists, and needed."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import replace

from kb.knowledge import KnowledgeBase
from kb.model import Fault, Page
from kb.nearest import nearest
from kb.reading.baseline import Key, key_of
from kb.rules import all_findings, all_rules, rule


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

    A comment that accepts nothing hides the next slip made on its line. Comments about rules that apply only on request
    are left alone, because most runs do not ask for them.

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
        if known is None or known.on_request or known.check is suppression_is_needed:
            continue
        seen = replace(kb, pages=pages) if known.alone else kb
        found = {(fault.span.path, fault.span.line) for fault in known.check(seen)}
        for suppression in (each for page in pages for each in page.suppressions if each.rule == name):
            if suppression.span.line is None or (suppression.span.path, suppression.span.line + 1) not in found:
                message = f"'{suppression.rule}' finds nothing on the line after this comment"
                yield Fault(message, suppression.span, "remove the comment")


@rule("baseline-only-shrinks")
def baseline_only_shrinks(kb: KnowledgeBase) -> Iterator[Fault]:
    """Every finding that the baseline records is still there.

    A baseline lets a project use the gate before all its old pages are mended. An entry that is no longer needed would
    let the same fault come back unseen.

    Bad:
        {"rule": "link-target-exists", "path": "docs/old.md", ...} after the link has been mended
    Good:
        A baseline without that line.
    Fix:
        Run `kb check --baseline FILE --shrink-baseline`; it removes what is mended and adds nothing.
    """
    if kb.baseline is None:
        return
    left: Counter[Key] = Counter(key_of(finding) for finding in all_findings(kb, ignore=["baseline-only-shrinks"]))
    for entry in kb.baseline.entries:
        found = min(entry.count, left[key_of(entry)])
        left[key_of(entry)] -= found
        if found < entry.count:
            times = "no longer found" if not found else f"found only {found} of {entry.count} times"
            message = f"a recorded finding of '{entry.rule}' in {entry.path} is {times}: {entry.message}"
            yield Fault(message, entry.span, f"run `kb check --baseline {kb.baseline.path} --shrink-baseline`")
