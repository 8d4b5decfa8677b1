"""The data about effects: which columns a row has, and which words may stand in them."""

from __future__ import annotations

COLUMNS = (
    *("id", "citekey", "locator", "indication", "population", "therapy", "comparison", "comparison_kind", "outcome"),
    *("timepoint", "metric", "value", "ci_low", "ci_high", "ci_level", "se", "k", "n", "i2", "favours", "allegiance"),
    *("risk_of_bias", "supersedes", "note", "study", "pool"),
)
REQUIRED = (
    *("id", "citekey", "locator", "indication", "therapy", "comparison_kind", "outcome", "metric", "value"),
    *("favours", "allegiance"),
)
NUMBERS = ("value", "ci_low", "ci_high", "ci_level", "se", "i2")
COUNTS = ("k", "n")

INDICATIONS = (
    *("depression", "persistent-depression", "panic", "generalised-anxiety", "social-anxiety", "anxiety"),
    *("borderline", "personality", "somatic", "anorexia", "bulimia", "substance-use", "trauma", "grief"),
    *("adolescent-depression", "young-people", "common-disorders", "process", "harm"),
)
CONTROLS = ("waiting list", "usual care", "placebo", "other control")
ACTIVE, WITHIN, ASSOCIATION = "active treatment", "within group", "association"
COMPARISON_KINDS = (*CONTROLS, ACTIVE, WITHIN, ASSOCIATION)
DIFFERENCES = ("g", "d", "SMD")
RATIOS = ("OR", "RR")
# A difference in points of a scale, which the outcome names; it cannot stand beside standardised ones.
RAW = "MD"
METRICS = (*DIFFERENCES, *RATIOS, "RD", RAW, "r", "proportion")
# What can be pooled as it is, or as its logarithm.
POOLABLE = (*DIFFERENCES, *RATIOS, "RD", RAW)
# `none`: neither side is the therapy; `unclear`: the source seen does not say which side is.
UNSIDED = ("none", "unclear")
FAVOURS = ("positive", "negative", "above one", "below one", *UNSIDED)
ALLEGIANCES = ("developer", "affiliated", "independent", "unclear")
CLOSED = {
    "indication": INDICATIONS,
    "comparison_kind": COMPARISON_KINDS,
    "metric": METRICS,
    "favours": FAVOURS,
    "allegiance": ALLEGIANCES,
}
# How a note begins that tells of no advantage, or of a disadvantage.
UNFAVOURABLE = ("unfavourable:", "null:")


def null_of(metric: str) -> float:
    """The value that means no effect."""
    return 1.0 if metric in RATIOS else 0.0
