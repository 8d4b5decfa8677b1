"""What belongs into each field and section of a page: the prompts of `kb new`, after CONTRIBUTING.md."""

from __future__ import annotations

FIELDS = {
    "summary": "one sentence of at most 35 words that says what it is without using the term",
    "aliases": "[other name, US spelling, ABBREVIATION]; no name twice in the site",
    "questions": "[what somebody who does not know the term would ask, in their own words], for the search",
    "reviewed": "the date, as 2026-11-22, on which the finished page was checked against its sources",
    "further_reading": "[keys of works that the text does not cite]",
    "builds_on": "one line each, indented: `id-of-page: what of it is needed here, starting with a small letter`",
    "contrasts_with": "one line each, indented: `id-of-page: how the two differ`; on one of the two pages only",
    "same_as": "[identifiers in MeSH or Wikidata, only where you have verified them]",
    "senses": "one line each, indented: `School: {sense: ..., sources: [key]}`, only where schools differ",
    "used_in": "[ids of the approaches that use it]",
    "levels": "one line each, indented: `name of hierarchy: {level: ..., source: key-of-work}`",
    "fit": "one of supported, limited, caution, not-first-line",
    "studied_for": "[ids of the indications it was studied for]",
    "measures": "[ids of the principles it describes or measures]",
    "edition": "the edition that the page is about, with its year",
    "design": "the kind of study, such as a meta-analysis of randomised trials",
    "comparison": "what it was compared with",
    "debated_by": "[ids of the debates it is part of]",
    "positions": "[each position, in a few words]",
    "audience": "for whom the guide is",
    "path": "[ids of pages in reading order]",
}

_EVIDENCE = (
    "What was found, in whom, compared with what, and how sure one can be; then the strongest objection, in its "
    "authors' own terms. Every claim with its citation; results in words, never as numbers."
)
_LOOKS_LIKE = 'What one would see or hear. Examples are invented and stand in a box: !!! example "Invented example"'

SECTIONS = {
    "In plain words": "Two to five short sentences that a fourteen-year-old can follow, no term left unexplained.",
    "Evidence and criticism": _EVIDENCE,
    # guide
    "Who this is for": "Who will find what they need here, and who should read something else first.",
    "Next steps": "Where to go from here: links to at most three pages, and help if it is urgent.",
    # principle
    "What it means": "The idea, its senses by school, each with originator and year; never one blended sense.",
    "What it looks like": _LOOKS_LIKE,
    "How schools differ": "Who uses the idea differently, in what, since when, with citations.",
    "Common misunderstandings": "What people often take it for, and what is the case instead.",
    # mechanism
    "What is thought to happen": "The steps by which the change is thought to come about, and who says so.",
    "How it is studied": "How one could tell whether it happens: measures, designs, and what they cannot show.",
    "Rival explanations": "What else would explain the same findings, and what speaks for it.",
    # technique
    "Aim": "What it is to bring about, and what it is not meant for.",
    "When to use": "For whom, at which moment, and what has to be in place before.",
    "When not to use": "For whom and when it is unhelpful or harmful, and who says so.",
    "How it is done": "The steps, in order, in enough detail to recognise them. " + _LOOKS_LIKE,
    "What the client may notice": "What it is like to be on the receiving end, the unpleasant included.",
    "Risks and misuse": "What can go wrong, how one notices, and what to do then.",
    # defence
    "What it does": "Against what it protects, how, and at what moment.",
    "Adaptive and costly sides": "What it is good for, and what it costs when it becomes a habit.",
    "Not to be confused with": "Its neighbours, and how to tell them apart.",
    "In the hierarchies": "Where published hierarchies put it, each with its source; the field `levels` says it too.",
    "Working with it": "How therapists respond to it, what to avoid, and who recommends what.",
    # indication
    "What psychodynamic therapy offers": "What such a therapy would work on here, and in which forms.",
    "What the evidence says": _EVIDENCE,
    "What guidelines say": "Which guideline, of which year and country, recommends what, for whom; name disagreements.",
    "When it is not the first choice": "Who says so, for whom and when, and what comes first instead.",
    "Other treatments with evidence": "What else has been shown to help, compared with what.",
    "Getting help": "Where to turn, with a link to the guide on urgent help.",
    # approach
    "Where it comes from": "Who developed it, when, from what, for whom.",
    "Idea of change": "What is thought to keep the trouble going, and what is thought to change it.",
    "Format": "Length, frequency, setting, who takes part.",
    "What a session is like": _LOOKS_LIKE,
    "Who it was studied with": "The groups of people in the studies, compared with what, and who was left out.",
    "Training and manuals": "Which manuals and trainings exist.",
    # instrument
    "What it describes or measures": "What it is about, and what it is not about.",
    "Structure and edition": "Its parts, and which edition is described here; statements name the edition.",
    "How it is used": "By whom, with whom, how long it takes, what comes out.",
    "Reliability and validity": "Which studies found what, compared with what, with citations.",
    "Limits and criticism": "What it leaves out, who doubts it, and why.",
    # evidence
    "Question": "What the study or review asked.",
    "Design": "How it went about it: who took part, what was compared, how outcomes were measured.",
    "Results": "What was found, in words, each comparison by itself, with the page or table it stands in.",
    "Certainty and risk of bias": "How sure one can be, and what weakens it.",
    "Allegiance and funding": "Who did it, what they believe in, who paid.",
    "What critics say": "The strongest objections, in their authors' own terms, and the replies.",
    "What it does not show": "What readers may take from it and should not.",
    # debate
    "The question": "What is in dispute, so that both sides would agree to the wording.",
    "Positions": "Each position in its own terms, with those who hold it.",
    "What each side relies on": "The works and arguments behind each position.",
    "Common ground": "What both sides accept.",
    "How this site words it": "The wording that pages of this site use, and why.",
}
FREE_SECTIONS = "Further sections of your own stand here, each with a heading of the second level."
