"""How hard a text is to read."""

from __future__ import annotations

import warnings

# Far more than such a section may have; what is longer is judged by its beginning.
_LONGEST = 5000


def grade(text: str) -> float:
    """The US school grade that `text` asks for, by the formula of Flesch and Kincaid.

    J. P. Kincaid and others, Derivation of new readability formulas for Navy enlisted personnel (Naval Technical
    Training Command, 1975). Its grades are those of the US, so the syllables are counted by US hyphenation too; for
    British spelling the two differ by a fraction of a grade.
    """
    with warnings.catch_warnings():
        # It imports pkg_resources, which warns that it is deprecated.
        warnings.simplefilter("ignore")
        import textstat

        textstat.set_lang("en_US")
        return float(textstat.flesch_kincaid_grade(text[:_LONGEST]))
