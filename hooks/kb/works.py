"""The form of a bibliography: the types of entry, the fields they need, and what each field holds."""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# What a reader needs to find a work; alternatives stand together.
_DATE = ("year", "date")
_PERIODICAL = (("author", "editor"), ("title",), ("journal", "journaltitle"), _DATE)
_WHOLE = (("author", "editor"), ("title",), ("publisher",), _DATE)
_PART = (("author",), ("title",), ("booktitle",), ("publisher",), _DATE)
_TALK = (("author",), ("title",), ("booktitle",), _DATE)
_THESIS = (("author",), ("title",), ("school", "institution"), _DATE)
_REPORT = (("author", "editor", "institution"), ("title",), ("institution", "publisher"), _DATE)
_ONLINE = (("author", "editor", "organization"), ("title",), _DATE, ("url", "doi", "howpublished", "eprint"))
_ANY = (("author", "editor", "organization", "publisher", "howpublished"), ("title",), _DATE)
_TITLED = (("title",), _DATE)
# The types of entry: those of BibTeX and the common ones of biblatex.
NEEDED_BY_TYPE: dict[str, tuple[tuple[str, ...], ...]] = {
    "article": _PERIODICAL,
    "periodical": (("editor", "publisher"), ("title",), _DATE),
    "book": _WHOLE,
    "mvbook": _WHOLE,
    "collection": _WHOLE,
    "mvcollection": _WHOLE,
    "reference": _WHOLE,
    "mvreference": _WHOLE,
    "booklet": (("title",), _DATE),
    "incollection": _PART,
    "inbook": _PART,
    "inreference": _PART,
    "bookinbook": _PART,
    "suppbook": _PART,
    "suppcollection": _PART,
    "inproceedings": _TALK,
    "conference": _TALK,
    "proceedings": _TITLED,
    "mvproceedings": _TITLED,
    "phdthesis": _THESIS,
    "mastersthesis": _THESIS,
    "thesis": _THESIS,
    "techreport": _REPORT,
    "report": _REPORT,
    "manual": _TITLED,
    "online": _ONLINE,
    "electronic": _ONLINE,
    "www": _ONLINE,
    "misc": _ANY,
    "unpublished": (("author",), ("title",)),
    "patent": (("author",), ("title",), ("number",), _DATE),
    "dataset": _ANY,
    "software": _ANY,
    "audio": _TITLED,
    "video": _TITLED,
    "movie": _TITLED,
    "music": _TITLED,
    "performance": _TITLED,
    "artwork": _TITLED,
    "image": _TITLED,
    "letter": _TITLED,
    "review": _PERIODICAL,
    "suppperiodical": _PERIODICAL,
    "standard": _TITLED,
    "legislation": (("title",),),
    "legal": (("title",),),
    "jurisdiction": (("title",),),
    "commentary": (("title",),),
    "bibnote": (),
    "set": (),
    "xdata": (),
}
# The fields that are published, as text with the commands of LaTeX, and those that hold names or are taken as they are.
TEXTS = _words(
    "title subtitle titleaddon booktitle booksubtitle booktitleaddon maintitle mainsubtitle maintitleaddon journal "
    "journaltitle journalsubtitle shortjournal issuetitle issuesubtitle shorttitle origtitle reprinttitle eventtitle "
    "publisher origpublisher school institution organization address location origlocation venue series edition "
    "chapter number volume volumes part pages pagetotal bookpagination note addendum howpublished type version status "
    "pubstate language origlanguage entrysubtype holder label annotator"
)
# Those by whom a work is known and sorted.
ROLES = ("author", "editor")
# What stands in the place of a name where the list of names goes on.
OTHERS = "others"
NAMES = (
    "author",
    "editor",
    "translator",
    "editora",
    "editorb",
    "editorc",
    "bookauthor",
    "shortauthor",
    "shorteditor",
    "commentator",
    "introduction",
    "foreword",
    "afterword",
)
OTHER_FIELDS = _words(
    "year month day date origdate origyear eventdate urldate issue eid doi url isbn issn eprint eprinttype eprintclass "
    "archiveprefix primaryclass pmid pmcid mrnumber zblnumber isan ismn isrn iswc crossref xref xdata ids key options "
    "keywords keyword abstract annote annotation file pdf langid langidopts hyphenation gender execute entryset "
    "related relatedtype relatedstring sortkey sortname sorttitle sortyear presort indextitle editortype editoratype "
    "editorbtype editorctype nameaddon shorthand shorthandintro library lccn copyright timestamp owner groups review "
    "comment rating priority ranking readstatus printed collaboration assignee jurisdiction paper size price numpages "
    "articleno acmid contents affiliation archive place urlyear lastchecked creationdate modificationdate citationkey "
    "date-added date-modified"
)
KNOWN_FIELDS = TEXTS | frozenset(NAMES) | OTHER_FIELDS
