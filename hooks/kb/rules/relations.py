"""What pages say of each other: every edge has an end, a reason, and a direction that leads somewhere."""

from __future__ import annotations

from collections.abc import Iterator

from kb.kinds import RELATIONS
from kb.knowledge import KnowledgeBase
from kb.model import Fault, Relation
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
    edges: dict[str, list[Relation]] = {}
    for relation in kb.relations:
        if relation.kind == "builds_on":
            edges.setdefault(relation.source, []).append(relation)
    done: set[str] = set()
    for start in sorted(edges):
        yield from _cycles(start, edges, [], done)


def _cycles(page: str, edges: dict[str, list[Relation]], trail: list[Relation], done: set[str]) -> Iterator[Fault]:
    if page in done:
        return
    for relation in edges.get(page, []):
        path = [*trail, relation]
        visited = [edge.source for edge in path]
        if relation.target in visited:
            cycle = [*visited[visited.index(relation.target) :], relation.target]
            yield Fault(
                f"these pages build on each other: {' → '.join(cycle)}", relation.span, "remove one of the edges"
            )
        else:
            yield from _cycles(relation.target, edges, path, done)
    done.add(page)
