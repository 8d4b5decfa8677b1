"""Texts of the bibliography without LaTeX, and as they are compared: without case, accents and punctuation."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

# The commands that put a mark on the letter after them, with the combining character that does the same.
_COMBINING = "\u0300\u0301\u0302\u0303\u0304\u0306\u0307\u0308\u030a\u030b\u030c\u0323\u0327\u0328\u0331"
_MARKS = dict(zip("`'^~=u.\"rHvdckb", _COMBINING, strict=True))
_MARKED = re.compile(r"\\(?:([`'^~=.\"])|([urHvdckb])(?![A-Za-z]))\s*\{?\s*\\?([A-Za-z])(?:\s*\})?")
_LETTERS = {"ss": "ß", "ae": "æ", "AE": "Æ", "oe": "œ", "OE": "Œ", "aa": "å", "AA": "Å", "o": "ø", "O": "Ø"}
_LETTERS |= {"l": "ł", "L": "Ł", "i": "i", "j": "j"}
_LETTER = re.compile(r"\\(ss|ae|AE|oe|OE|aa|AA|[oOlLij])(?![A-Za-z])(?:\s|\{\})?")
_UNACCENTED = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ı": "i", "æ": "ae", "œ": "oe"})
_AND = re.compile(r"\\?&")


def plain(latex: str) -> str:
    """A text of BibTeX as a reader sees it: accents and letters written as commands, no braces."""
    if "\\" in latex:
        latex = _MARKED.sub(_marked, _LETTER.sub(lambda match: _LETTERS[match[1]], latex))
        latex = re.sub(r"\\([&%$#_{}])", r"\1", latex)
    return latex.replace("{", "").replace("}", "")


def _marked(match: re.Match[str]) -> str:
    return unicodedata.normalize("NFC", match[3] + _MARKS[match[1] or match[2]])


@lru_cache(maxsize=4096)
def folded(text: str) -> str:
    """The words of a text of BibTeX in small letters without accents, parted by single spaces."""
    letters = unicodedata.normalize("NFKD", plain(_AND.sub(" and ", text)).casefold().translate(_UNACCENTED))
    return " ".join(re.findall(r"\w+", "".join(letter for letter in letters if not unicodedata.combining(letter))))
