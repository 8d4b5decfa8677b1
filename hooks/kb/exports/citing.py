"""How a page is cited: records for reference managers, tags for indexers, and linked data about its subject.

A page has no personal author: the site stands in the place of the author, as in an unsigned entry of a reference work.
"""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from kb.knowledge import KnowledgeBase, aliases_of, title_of
from kb.model import Page

_LANGUAGE = "en-GB"
_LATEX = {"\\": r"\textbackslash{}"} | {mark: "\\" + mark for mark in "&%$#_{}"}
# What a page of a kind is about, for programs; a condition or a therapy needs more than its kind to be one.
_ARTICLES = ("evidence", "debate")
_TERMS = ("principle", "mechanism", "technique", "defence", "instrument")


@dataclass(frozen=True, slots=True)
class Cited:
    """What a citation of a page says. `address` is empty where the site has no address yet."""

    id: str
    title: str
    site: str
    reviewed: datetime.date | None
    address: str
    summary: str


def cited(page: Page, site: str, address: str | None) -> Cited:
    """The facts about `page` that a citation needs."""
    data = page.front_matter.data
    reviewed = data.get("reviewed")
    date = reviewed if isinstance(reviewed, datetime.date) else None
    return Cited(page.id, title_of(page), site, date, address or "", str(data.get("summary", "")))


def citation_files(kb: KnowledgeBase, site: str, address_of: Callable[[Page], str]) -> dict[str, str]:
    """The records of every page of a kind, by uri."""
    return {
        file_of(page, ending): write(cited(page, site, address_of(page)))
        for page in kb.pages
        if kb.kind_of(page) is not None
        for ending, write in FORMATS.items()
    }


def file_of(page: Page, ending: str) -> str:
    """The uri of a record: it stands beside the page, under the page's own id."""
    return f"{page.uri.removesuffix('.md')}/{page.id}.{ending}"


def bibtex(one: Cited) -> str:
    """A record for LaTeX, with the fields of BibTeX and of biblatex."""
    escaped = re.sub(r"[\\&%$#_{}]", lambda match: _LATEX[match[0]], one.title)
    author = re.sub(r"[\\&%$#_{}]", lambda match: _LATEX[match[0]], one.site)
    fields = {"author": f"{{{author}}}", "title": f"{{{escaped}}}"}
    if one.reviewed:
        fields |= {"year": str(one.reviewed.year), "date": one.reviewed.isoformat()}
    fields["langid"] = "british"
    if one.address:
        fields["url"] = one.address
    lines = "".join(f"  {name} = {{{value}}},\n" for name, value in fields.items())
    return f"@online{{{one.id},\n{lines}}}\n"


def ris(one: Cited) -> str:
    """A record in the format of Research Information Systems; the comma tells that the author is no person."""
    lines = [("TY", "ELEC"), ("AU", one.site + ","), ("TI", one.title), ("T2", one.site)]
    if one.reviewed:
        lines += [("PY", str(one.reviewed.year)), ("DA", f"{one.reviewed:%Y/%m/%d}")]
    lines += [("AB", one.summary), ("LA", _LANGUAGE), ("UR", one.address), ("ER", "")]
    return "".join(f"{tag}  - {value}\r\n" for tag, value in lines if value or tag == "ER")


def csl_json(one: Cited) -> str:
    """A record for Zotero, pandoc and whatever else reads the Citation Style Language."""
    record: dict[str, Any] = {
        "id": one.id,
        "type": "webpage",
        "title": one.title,
        "container-title": one.site,
        "author": [{"literal": one.site}],
        "abstract": one.summary,
        "language": _LANGUAGE,
    }
    if one.reviewed:
        record["issued"] = {"date-parts": [[one.reviewed.year, one.reviewed.month, one.reviewed.day]]}
    if one.address:
        record["URL"] = one.address
    return json.dumps([record], ensure_ascii=False, indent=2) + "\n"


FORMATS: dict[str, Callable[[Cited], str]] = {"bib": bibtex, "ris": ris, "json": csl_json}


def meta_tags(one: Cited) -> list[tuple[str, str]]:
    """The tags that Google Scholar and reference managers read, as name and content."""
    tags = [
        ("citation_title", one.title),
        ("citation_author", one.site),
        ("citation_publisher", one.site),
        ("citation_language", "en"),
    ]
    if one.reviewed:
        tags += [(f"citation_{name}_date", f"{one.reviewed:%Y/%m/%d}") for name in ("publication", "online")]
    if one.address:
        tags.append(("citation_public_url", one.address))
    return tags


def linked_data(kb: KnowledgeBase, page: Page, one: Cited) -> str:
    """A description in the vocabulary of schema.org, as JSON that may stand within HTML."""
    kind = kb.kind_of(page)
    name = kind.name if kind else ""
    site = {"@type": "WebSite", "name": one.site}
    about: dict[str, Any] = {"@type": _subject(kb, page, name), "name": one.title, "description": one.summary}
    if aliases := aliases_of(page):
        about["alternateName"] = list(aliases)
    if about["@type"] == "DefinedTerm":
        about["inDefinedTermSet"] = {"@type": "DefinedTermSet", "name": f"Glossary of the {one.site}"}
    if name in _ARTICLES:
        about = {"@type": "ScholarlyArticle", "headline": one.title, "abstract": one.summary}
        about |= {"author": {"@type": "Organization", "name": one.site}, "isPartOf": site}
    elif about["@type"] == "WebPage":
        about["isPartOf"] = site
    else:
        about = {"@type": "WebPage", "name": one.title, "isPartOf": site, "mainEntity": about}
    about |= {"inLanguage": _LANGUAGE, "license": "https://creativecommons.org/licenses/by/4.0/"}
    if one.reviewed:
        about["dateModified"] = one.reviewed.isoformat()
    if one.address:
        about["url"] = one.address
    written = json.dumps({"@context": "https://schema.org"} | about, ensure_ascii=False)
    return written.replace("<", "\\u003c")


def _subject(kb: KnowledgeBase, page: Page, kind: str) -> str:
    """The type of what a page is about.

    What an approach was studied for is a condition, and an approach that was studied for one is a therapy; the other
    pages of these kinds are about questions.
    """
    if kind in _TERMS:
        return "DefinedTerm"
    if kind == "approach" and kb.relations_from(page, "studied_for"):
        return "MedicalTherapy"
    if kind == "indication" and kb.relations_to(page, "studied_for"):
        return "MedicalCondition"
    return "WebPage"
