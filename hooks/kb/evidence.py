"""The data about effects: which columns a row has, and which words may stand in them."""

from __future__ import annotations

# What each column means, in the order of the file.
MEANINGS = {
    "id": "The name of the row, which stays the same: key of the work, outcome, time.",
    "citekey": "The work that the effect is from, by its key in the bibliography.",
    "locator": "Where the numbers were read: page, table or abstract of the work, or row of the data set.",
    "indication": "The condition, or `process` and `harm` for what is not about one.",
    "population": "Who was treated.",
    "therapy": "What the group that the row is about was given.",
    "comparison": "What the other group was given. Empty where nothing was compared.",
    "comparison_kind": "The kind of comparison. Changes within a group and associations compare nothing.",
    "outcome": "What was measured, and how.",
    "timepoint": "When it was measured.",
    "metric": (
        "The unit of `value`: standardised differences (g, d, SMD), odds and risk ratio (OR, RR), difference of risks "
        "(RD), difference in points of the scale that `outcome` names (MD), correlation (r), proportion."
    ),
    "value": "The effect as it was reported, with its sign. Proportions lie between 0 and 1.",
    "ci_low": "The lower end of the interval, where one was reported.",
    "ci_high": "The upper end of the interval.",
    "ci_level": "The level of the interval in per cent.",
    "se": "The standard error of `value`; for ratios that of their logarithm.",
    "k": "The number of studies.",
    "n": "The number of participants.",
    "i2": "The share of the variation that is due to differences between studies, in per cent, as it was reported.",
    "favours": (
        "Which values favour the therapy. `none`: neither side is the therapy; `unclear`: the source that was read "
        "does not say which is."
    ),
    "allegiance": "How those who did the study stand to the therapy.",
    "risk_of_bias": "How the source judges the risk of bias.",
    "supersedes": "The `id` of an earlier row that this one replaces.",
    "note": "What else has to be known. Begins with `null:` or `unfavourable:` where it tells of no advantage.",
    "study": "The trial that the row is about, where several rows may be about one.",
    "pool": "The group of trials with which the row may be pooled. Empty where it may not.",
    "data_set": (
        "The open data set from which the value was computed, by its key in the bibliography. Empty where the work "
        "itself reports it."
    ),
}
COLUMNS = tuple(MEANINGS)
REQUIRED = (
    *("id", "citekey", "locator", "indication", "therapy", "comparison_kind", "outcome", "metric", "value"),
    *("favours", "allegiance"),
)
NUMBERS = ("value", "ci_low", "ci_high", "ci_level", "se", "i2")
COUNTS = ("k", "n")

INDICATIONS = (
    *("depression", "persistent-depression", "panic", "generalised-anxiety", "social-anxiety", "anxiety"),
    *("borderline", "personality", "somatic", "anorexia", "bulimia", "substance-use", "trauma", "grief"),
    *("adolescent-depression", "young-people", "psychosis", "ocd", "self-harm", "common-disorders", "process", "harm"),
)
_NAMES = {
    "borderline": "borderline personality disorder",
    "personality": "personality disorders",
    "somatic": "somatic symptoms",
    "ocd": "OCD",
    "self-harm": "self-harm",
}


def name_of_indication(indication: str) -> str:
    """An indication as a caption calls it."""
    return _NAMES.get(indication, indication.replace("-", " "))


# Trials of a part of a condition may be pooled with trials of the whole.
PART_OF = {"persistent-depression": "depression"}
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
# The ways to write an effect in a text: `{{effect:ID FORM}}`.
FORMS = ("", "value", "interval", "words")
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
NULL = "null:"
UNFAVOURABLE = ("unfavourable:", NULL)


def null_of(metric: str) -> float:
    """The value that means no effect."""
    return 1.0 if metric in RATIOS else 0.0


# Guidelines: what each column means, in the order of the file.
GUIDELINE_MEANINGS = {
    "id": "The name of the row, which stays the same: key of the work and a word for the population.",
    "body": "Who issued the guideline.",
    "document": "The guideline, by title or number.",
    "year": "When it was issued.",
    "citekey": "The work that was read, by its key in the bibliography: the guideline, or a work that reports it.",
    "indication": "The condition.",
    "population": "For whom the recommendation is meant.",
    "place": "The place that it gives to psychodynamic therapy.",
    "wording": "What it says, in the words of this site, and whether the guideline itself was read.",
    "checked_on": "The day on which the recommendation was last looked up.",
    "standing": "What is known of whether the guideline is in force.",
}
GUIDELINE_COLUMNS = tuple(GUIDELINE_MEANINGS)
GUIDELINE_REQUIRED = GUIDELINE_COLUMNS[:-1]
# `not read`: what the guideline says about the therapy could not be read.
PLACES = (
    *("first choice", "one of several options", "later choice", "mentioned", "not mentioned", "advised against"),
    "not read",
)
# What may be said of an older guideline, so that readers know what the editor knows.
CURRENT, UNCONFIRMED, REPLACED = "current when checked", "older, not confirmed as current", "replaced"
STANDINGS = (CURRENT, UNCONFIRMED, REPLACED)
GUIDELINE_CLOSED = {"indication": INDICATIONS, "place": PLACES, "standing": STANDINGS}
