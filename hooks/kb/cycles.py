"""Cycles in what refers to what."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping


def cycles(edges: Mapping[str, Iterable[str]]) -> Iterator[list[str]]:
    """Yield a cycle, as the names along it with the first again at the end, for each edge that closes one.

    Every cycle shares an edge with one that is yielded. Takes time in proportion to the number of edges.
    """
    done: set[str] = set()
    for start in sorted(edges):
        if start in done:
            continue
        trail = [start]
        place = {start: 0}
        waiting = [iter(edges[start])]
        while waiting:
            target = next(waiting[-1], None)
            if target is None:
                waiting.pop()
                left = trail.pop()
                del place[left]
                done.add(left)
            elif target in place:
                yield [*trail[place[target] :], target]
            elif target not in done:
                place[target] = len(trail)
                trail.append(target)
                waiting.append(iter(edges.get(target, ())))
