"""What pages say of each other: every edge has an end, a reason, and a direction that leads somewhere."""

from __future__ import annotations

from collections.abc import Iterator

from kb.cycles import cycles
from kb.kinds import RELATIONS, RelationKind
from kb.knowledge import KnowledgeBase
from kb.model import Fault, Relation, Severity
from kb.nearest import nearest
from kb.rules import rule


@rule("relation-target-exists")
def relation_target_exists(kb: KnowledgeBase) -> Iterator[Fault]:
    """A page that another page's front matter names exists.

    Bad:
        builds_on: {transferrence: ...}
    Good:
        builds_on: {transference: ...}
    Fix:
        Take the suggested id. The id of a page is its file name without the ending.
    """
    for relation in kb.relations:
        if relation.target not in kb.by_id:
            near = nearest(relation.target, kb.by_id)
            message = f"'{relation.kind}' names the page '{relation.target}', which does not exist"
            yield Fault(message, relation.span, f"did you mean `{near}`?" if near else None)


@rule("relation-has-reason")
def relation_has_reason(kb: KnowledgeBase) -> Iterator[Fault]:
    """Every `builds_on` says why, every `contrasts_with` says how the two differ.

    The reason is shown on both pages; an edge without one teaches nothing.

    Bad:
        builds_on: {attachment: ""}
    Good:
        builds_on: {attachment: expectations of care are learnt before they are transferred}
    Fix:
        Add the reason, a clause that starts with a small letter.
    """
    with_reason = {kind.field for kind in RELATIONS if kind.has_reason}
    for relation in kb.relations:
        if relation.kind in with_reason and not relation.reason.strip():
            message = f"'{relation.kind}' gives no reason for '{relation.target}'"
            yield Fault(message, relation.span, f"write `{relation.target}: because ...`, without the word because")


@rule("builds-on-has-no-cycle")
def builds_on_has_no_cycle(kb: KnowledgeBase) -> Iterator[Fault]:
    """No page builds on itself, directly or by way of others.

    A student could never begin.

    Bad:
        insight builds on interpretation, interpretation builds on insight
    Good:
        interpretation builds on insight
    Fix:
        Remove the edge whose reason is the weakest; a `contrasts_with` often says what was meant.
    """
    relations = {(edge.source, edge.target): edge for edge in kb.relations if edge.kind == "builds_on"}
    edges: dict[str, list[str]] = {}
    for source, target in relations:
        edges.setdefault(source, []).append(target)
    for cycle in cycles(edges):
        message = f"these pages build on each other: {' → '.join(cycle)}"
        yield Fault(message, relations[cycle[-2], cycle[-1]].span, "remove one of the edges")


@rule("relation-ends-at-its-kind")
def relation_ends_at_its_kind(kb: KnowledgeBase) -> Iterator[Fault]:
    """A relation points to a page of the kind that it is about: a technique is used in approaches, not in principles.

    Bad:
        used_in: [transference]
    Good:
        used_in: [mentalization-based-treatment]
    Fix:
        Name a page of the right kind, or say it in the text instead.
    """
    for relation in kb.relations:
        heads = _KINDS[relation.kind].heads
        target = kb.by_id.get(relation.target)
        kind = kb.kind_of(target) if target else None
        if kind is not None and heads and kind.name not in heads:
            article = "an" if kind.name[0] in "aeiou" else "a"
            message = f"'{relation.kind}' points to '{relation.target}', which is {article} {kind.name}"
            wanted = f"{', '.join(heads[:-1])} or {heads[-1]}" if len(heads) > 1 else heads[0]
            yield Fault(message, relation.span, f"it points to a page of the kind {wanted}")


@rule("relation-is-written-once")
def relation_is_written_once(kb: KnowledgeBase) -> Iterator[Fault]:
    """A relation joins two pages, and is written once: a contrast on one of its two pages, the build shows it on both.

    Written twice, the two reasons drift apart, and readers see both.

    Bad:
        contrasts_with: {denial: ...} on intellectualisation, and the reverse on denial
    Good:
        contrasts_with: {denial: ...} on intellectualisation alone
    Fix:
        Remove one of them, and keep the better reason.
    """
    first: dict[tuple[str, frozenset[str] | str], Relation] = {}
    for relation in kb.relations:
        ends = frozenset({relation.source, relation.target})
        is_contrast = relation.kind == "contrasts_with"
        earlier = first.setdefault(
            (relation.kind, ends if is_contrast else f"{relation.source}/{relation.target}"), relation
        )
        if len(ends) == 1 and relation.kind != "builds_on":
            message = (
                f"'{relation.source}' contrasts with itself" if is_contrast else f"'{relation.source}' names itself"
            )
            yield Fault(message, relation.span, "remove it")
        elif earlier is not relation:
            what = "contrast" if is_contrast else "relation"
            message = f"this {what} is already written in {earlier.span.path}:{earlier.span.line}"
            yield Fault(message, relation.span, "remove one of the two")


@rule("builds-on-is-not-implied", severity=Severity.WARNING)
def builds_on_is_not_implied(kb: KnowledgeBase) -> Iterator[Fault]:
    """A page names only what it builds on directly, not what that builds on in turn.

    Edges that follow from others make the path of a student look harder than it is.

    Bad:
        resistance builds on defence and on unconscious conflict, where defence builds on unconscious conflict
    Good:
        resistance builds on defence
    Fix:
        Remove the edge that follows from the others.
    """
    for relation in kb.relations:
        if relation.kind == "builds_on":
            others = kb.builds_on[relation.source] - {relation.target, relation.source}
            by_way = next((other for other in sorted(others) if relation.target in kb.presupposed(other)), None)
            if by_way and relation.source not in kb.presupposed(relation.source):
                message = f"'{relation.source}' builds on '{relation.target}' already by way of '{by_way}'"
                yield Fault(message, relation.span, "remove this edge")


@rule("path-follows-builds-on")
def path_follows_builds_on(kb: KnowledgeBase) -> Iterator[Fault]:
    """On a path, a page comes after the pages of the path that it builds on.

    A path promises that nothing is used before it is explained.

    Bad:
        path: [resistance, defence], where resistance builds on defence
    Good:
        path: [defence, resistance]
    Fix:
        Move the page down, behind the one that is named.
    """
    paths: dict[str, list[Relation]] = {}
    for relation in kb.relations:
        if relation.kind == "path":
            paths.setdefault(relation.source, []).append(relation)
    for steps in paths.values():
        for number, step in enumerate(steps):
            before = kb.presupposed(step.target)
            later = next((other.target for other in steps[number + 1 :] if other.target in before), None)
            if later and later != step.target:
                message = f"'{step.target}' builds on '{later}', which comes later on this path"
                yield Fault(message, step.span, f"put it behind '{later}'")


@rule("concept-is-connected", severity=Severity.WARNING)
def concept_is_connected(kb: KnowledgeBase) -> Iterator[Fault]:
    """Every concept builds on another or is needed for one.

    A page that stands alone is on nobody's way.

    Bad:
        A principle without `builds_on`, which no other page builds on.
    Good:
        A principle that another page builds on.
    Fix:
        Add a `builds_on` with its reason, here or on the page that needs this one.
    """
    ends = {
        end for relation in kb.relations if relation.kind == "builds_on" for end in (relation.source, relation.target)
    }
    for page in kb.by_id.values():
        kind = kb.kind_of(page)
        if kind is not None and kind.is_concept and page.id not in ends:
            message = f"'{page.id}' builds on nothing and is needed for nothing"
            yield Fault(message, page.front_matter.places.get(("title",), page.start), "add a `builds_on`")


_KINDS: dict[str, RelationKind] = {kind.field: kind for kind in RELATIONS}
