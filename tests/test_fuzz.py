"""A short run of the fuzz target; `make fuzz` is the long one."""

from __future__ import annotations

from fuzz import HOSTILE, MOST_MEGABYTES, PARTS, outcomes

LARGEST = 10_000
MADE_BY_HAND = range(0, len(HOSTILE) * len(PARTS), 61)
AT_RANDOM = range(len(HOSTILE) * len(PARTS), len(HOSTILE) * len(PARTS) + 36)


def test_hostile_inputs_get_a_verdict_and_no_traceback() -> None:
    """What an input may cost in time is for `make fuzz` to say: here a slow machine fails no test."""
    found = list(outcomes([*MADE_BY_HAND, *AT_RANDOM], largest=LARGEST))
    assert [outcome for outcome in found if outcome.failure or outcome.megabytes > MOST_MEGABYTES] == []
    assert len(found) == len(MADE_BY_HAND) + len(AT_RANDOM)
    assert {outcome.kind for outcome in found} >= {"page", "glossary", "bibliography", "configuration"}
    assert any(outcome.refused for outcome in found)
    assert any(outcome.findings for outcome in found)
