"""The facts of all files together: what has which id, who cites, links and builds on whom."""

from __future__ import annotations

import datetime
import os
import posixpath
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache, partial
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote, unquote, urljoin, urlsplit

from kb.addresses import split_address
from kb.evidence import ACTIVE, ASSOCIATION, CONTROLS
from kb.kinds import BY_FOLDER, FITS, IN_PLAIN_WORDS, RELATIONS, Kind, RelationKind
from kb.model import (
    VALUE,
    Answer,
    Baseline,
    Bibliography,
    Edit,
    Effect,
    EffectTable,
    Glossary,
    Guideline,
    GuidelineTable,
    Link,
    LinkOrigin,
    Name,
    Page,
    Redirect,
    Reference,
    Relation,
    Selection,
    Sense,
    Span,
    SymbolicLink,
    Term,
    Trace,
)
from kb.reading.cache import digest
from kb.reading.locate import locate, locate_all, locate_words
from kb.settings import Settings
from kb.terms import Matcher, Mention, abbreviations

# Most links are of this form, for which no rule of addresses needs to be asked.
_PLAIN_TARGET = re.compile(r"(?P<path>\w[\w./-]*|\.\.?/[\w./-]*)(?:\#(?P<anchor>[\w-]*))?")

_QUERY_AND_ANCHOR = re.compile(r"[?#].*", re.DOTALL)
# Characters of one file to go through for the places of faults; where more would have to be, the rest stay without.
_MOST_SEARCHED = 5_000_000


class Target(NamedTuple):
    """What a link points to within the site.

    `uri` is the source file meant, where one can be named; `exists` tells whether a reader finds something there.
    `by_address` marks a link in Markdown that names the published address, which MkDocs leaves alone; `is_outside` one
    that leads out of the documentation folder, or out of the site.
    """

    uri: str
    anchor: str
    exists: bool
    by_address: bool = False
    is_outside: bool = False


class Sound(NamedTuple):
    """What others need to know of a page on which the rules that go page by page found nothing in an earlier run.

    `leads_to` holds the files and ids of the site that it links to, `terms` what its running text mentions, by number
    among the terms.
    """

    leads_to: tuple[tuple[str, str], ...]
    terms: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Past:
    """A page as it was, and the address that it had."""

    page: Page
    address: str


@dataclass(frozen=True, slots=True)
class Request:
    """What a run of the gate looks at beyond the files themselves; None where nobody asked for it.

    `answers` are those of external addresses. `past` are the pages as they were at `revision`.
    """

    answers: Mapping[str, Answer] | None = None
    past: Sequence[Past] | None = None
    revision: str = ""


@dataclass(frozen=True)
class KnowledgeBase:
    """Everything the rules and the rendering may ask.

    `files` maps the uri of every published file (pages included) to its address on the site; `published_folders` hold
    further files that are published as they are (those of the theme). `navigation` holds the paths that the file
    `configuration` puts into the navigation, `unlisted` the uris of pages that it leaves out without saying so.
    `generated` are the pages that the build writes itself: they can be linked to, and no rule looks at them.
    `large_files` are the files of the documentation that are larger than a page may be, with their size in bytes;
    `data_traces` stand in files that are no pages. `text_of` reads a source file by its path. `remember` finds
    something out, or knows it from an earlier run by the name of all that it follows from. `sound` are the pages, by
    uri, of which an earlier run tells that rules which go page by page will find nothing on them.
    """

    pages: Sequence[Page]
    files: Mapping[str, str]
    settings: Settings = field(default_factory=Settings)
    bibliographies: Sequence[Bibliography] = ()
    glossary: Glossary = field(default_factory=Glossary)
    effect_table: EffectTable = field(default_factory=EffectTable)
    guideline_table: GuidelineTable = field(default_factory=GuidelineTable)
    published_folders: Sequence[Path] = ()
    absolute_links_start_in_docs: bool = False
    navigation: Sequence[str] = ()
    configuration: str = "mkdocs.yml"
    generated: Sequence[Page] = ()
    baseline: Baseline | None = None
    unlisted: Sequence[str] = ()
    reports_unlisted: bool = True
    redirects: Sequence[Redirect] = ()
    symbolic_links: Sequence[SymbolicLink] = ()
    large_files: Mapping[str, int] = field(default_factory=dict)
    data_traces: Sequence[Trace] = ()
    request: Request = field(default_factory=Request)
    text_of: Callable[[str], str] = lambda path: ""
    remember: Callable[[str, Callable[[], Any]], Any] = lambda what, find: find()
    sound: dict[str, Sound] = field(default_factory=dict)

    # pages

    @cached_property
    def doubtful(self) -> list[Page]:
        """The pages at which rules that go page by page have to look: all but those that are known to be sound."""
        return [page for page in self.pages if page.uri not in self.sound]

    @cached_property
    def by_uri(self) -> dict[str, Page]:
        """Every page, generated ones included."""
        return {page.uri: page for page in (*self.generated, *self.pages)}

    @cached_property
    def by_id(self) -> dict[str, Page]:
        """The pages that have a kind, by id; where two files share one, the first."""
        by_id: dict[str, Page] = {}
        for page in self.pages:
            if self.kind_of(page) is not None:
                by_id.setdefault(page.id, page)
        return by_id

    def kind_of(self, page: Page) -> Kind | None:
        """The kind that the page's folder makes it; None for index and other pages, and in projects without kinds."""
        if not self.settings.content_model or page.id == "index":
            return None
        return BY_FOLDER.get(page.uri.partition("/")[0]) if "/" in page.uri else None

    def pages_in(self, kind: Kind) -> list[Page]:
        """The pages of a kind, by title."""
        pages = [page for page in self.pages if self.kind_of(page) is kind]
        return sorted(pages, key=lambda page: (title_of(page).casefold(), page.uri))

    @cached_property
    def last_review(self) -> datetime.date | None:
        """The latest date on which a page was checked: the site's own date, so that nothing depends on the clock."""
        dates = (page.front_matter.data.get("reviewed") for page in self.pages)
        return max((date for date in dates if type(date) is datetime.date), default=None)

    # links

    @cached_property
    def _addresses(self) -> dict[str, str]:
        """The uri of what a browser finds at every address, relative to the root of the site."""
        addresses = {}
        for uri, address in self.files.items():
            addresses[address] = uri
            if address.endswith("/") or address in ("", "."):
                addresses.setdefault(address + "index.html", uri)
                addresses.setdefault(address.rstrip("/"), uri)
        return addresses

    def published_at(self, address: str) -> str | None:
        """The uri of what a browser finds at an address relative to the root of the site."""
        return self._addresses.get(address)

    @cached_property
    def files_by_name(self) -> dict[str, list[str]]:
        """The uris of the files that have a name, whatever their folder."""
        return _grouped(self.files, posixpath.basename)

    @cached_property
    def files_by_folded_name(self) -> dict[str, list[str]]:
        """The uris of the files that differ from one in capital and small letters alone."""
        return _grouped(self.files, str.casefold)

    def resolve(self, page: Page, link: Link) -> Target | None:
        """Where a link of `page` leads; None where that is outside the site or cannot be known."""
        if link.origin is LinkOrigin.MARKDOWN and (plain := self._plain_target(page.folder, link.target)):
            return plain
        address = split_address(link.target) if not link.target.startswith("https://") else None
        if address is None:
            return None
        scheme, host, path, query, anchor = address
        if scheme or host or "{{" in link.target or "{%" in link.target:
            return None
        if not path:
            return Target(page.uri, unquote(anchor), exists=True) if anchor or not query else None
        if path.startswith(("/", "\\")):
            if link.origin is LinkOrigin.RAW_HTML or not self.absolute_links_start_in_docs:
                return None
            path = posixpath.relpath(path.lstrip("/"), page.folder or ".")
        path = unquote(path)
        uri = _joined(page.folder, path)
        anchor = unquote(anchor)
        if link.origin is LinkOrigin.MARKDOWN:
            if posixpath.normpath(path) == ".":
                return Target(page.uri, anchor, exists=True)
            if uri in self.files:
                return Target(uri, anchor, exists=True)
            target = self._resolve_address(page, path, uri, anchor)
            return target._replace(by_address=target.exists, is_outside=not target.exists and _is_outside(uri))
        return self._resolve_address(page, path, uri, anchor)

    @cached_property
    def _plain_target(self) -> Callable[[str, str], Target | None]:
        """Where a link in Markdown of a page in a folder leads, if it simply names a file, as most do."""

        @lru_cache(maxsize=1 << 16)
        def find(folder: str, target: str) -> Target | None:
            plain = _PLAIN_TARGET.fullmatch(target)
            if plain and (uri := _joined(folder, plain["path"])) in self.files:
                return Target(uri, plain["anchor"] or "", exists=True)
            return None

        return find

    def _resolve_address(self, page: Page, path: str, uri: str, anchor: str) -> Target:
        """As the browser would: relative to the address of the published page."""
        base = "https://site.invalid/root/" + self.files.get(page.uri, "")
        address = urlsplit(urljoin(base, quote(path, safe="/"))).path
        if not address.startswith("/root/"):
            return Target(uri, anchor, exists=False, is_outside=True)
        address = unquote(address.removeprefix("/root/"))
        if address in self._addresses:
            return Target(self._addresses[address], anchor, exists=True)
        return Target(uri, anchor, exists=any(os.path.isfile(folder / address) for folder in self.published_folders))

    def edit(self, span: Span, old: str, new: str) -> Edit | None:
        """The edit that puts `new` in place of `old`, if `old` stands at `span` letter for letter."""
        if span.line is None or span.column is None or old == new:
            return None
        lines = self._lines_of(span.path)
        start = span.column - 1
        if span.line > len(lines) or not lines[span.line - 1].startswith(old, start):
            return None
        return Edit(Span(span.path, span.line, span.column, max(1, len(old))), old, new)

    def within(self, span: Span, text: str) -> Span:
        """Where `text` stands in the line of `span`, at or behind it; `span` itself where that is not certain."""
        if span.line is None or span.column is None or span.line > len(self._lines_of(span.path)):
            return span
        line = self._lines_of(span.path)[span.line - 1]
        if line.count(text, span.column - 1) != 1:
            return span
        return Span(span.path, span.line, line.index(text, span.column - 1) + 1, len(text))

    def _lines_of(self, path: str) -> list[str]:
        if path not in self._lines:
            self._lines[path] = self.text_of(path).split("\n")
        return self._lines[path]

    @cached_property
    def _lines(self) -> dict[str, list[str]]:
        return {}

    def targets_of(self, page: Page) -> list[tuple[Link, Target]]:
        """Every link of a page that leads somewhere within the site, with where it leads."""
        if page.uri not in self._targets:
            found = ((link, self.resolve(page, link)) for link in page.links)
            self._targets[page.uri] = [(link, target) for link, target in found if target is not None]
        return self._targets[page.uri]

    @cached_property
    def _targets(self) -> dict[str, list[tuple[Link, Target]]]:
        """What `targets_of` has found, by uri."""
        return {}

    def leads_to(self, page: Page) -> Iterable[tuple[str, str]]:
        """The files and ids within the site that a page links to, each once, whether they exist or not."""
        if page.uri in self.sound:
            return self.sound[page.uri].leads_to
        return dict.fromkeys((target.uri, target.anchor) for _, target in self.targets_of(page))

    @cached_property
    def led_to(self) -> set[tuple[str, str]]:
        """The files and ids within the site that any page links to."""
        return set().union(*map(self.leads_to, self.pages))

    def address_for(self, page: Page, link: Link, uri: str) -> str:
        """What `link` of `page` has to say in order to lead to the file `uri`, its query and anchor kept."""
        if link.origin is LinkOrigin.MARKDOWN:
            path = posixpath.relpath(uri, page.folder or ".")
        else:
            here, there = self.files.get(page.uri, ""), self.files[uri]
            path = posixpath.relpath("/" + there, "/" + here.rpartition("/")[0]) + ("/" if there.endswith("/") else "")
        rest = _QUERY_AND_ANCHOR.search(link.target)
        return quote(path, safe="/()'!,;@&=+$*~") + (rest[0] if rest else "")

    def has_anchor(self, uri: str, anchor: str) -> bool:
        """Whether the published page carries the id."""
        return anchor in self._written_anchors.get(uri, ()) or anchor in self.anchors(uri)

    @cached_property
    def _written_anchors(self) -> dict[str, frozenset[str]]:
        """The ids that the text of each page gives, by uri."""
        return {uri: page.ids for uri, page in self.by_uri.items()}

    @cached_property
    def _anchors(self) -> dict[str, frozenset[str]]:
        """What `anchors` has found, by uri."""
        return {}

    def anchors(self, uri: str) -> frozenset[str]:
        """The ids that the published page carries, those of generated entries included."""
        if uri not in self._anchors:
            self._anchors[uri] = self._anchors_of(self.by_uri[uri]) if uri in self.by_uri else frozenset()
        return self._anchors[uri]

    def _anchors_of(self, page: Page) -> frozenset[str]:
        from kb.generated import generated_anchors  # which asks this module

        written = self._written_anchors[page.uri]
        return written.union(generated_anchors(self, page)) if self.settings.content_model else written

    # data

    @cached_property
    def data_version(self) -> str:
        """A name for what all files of data held."""
        bibliographies = (bibliography.version for bibliography in self.bibliographies)
        others = (self.glossary.version, self.effect_table.version, self.guideline_table.version)
        return digest(*bibliographies, *others)

    # citations

    @cached_property
    def references(self) -> dict[str, Reference]:
        """The works by key; where a key is given twice, the first in the order of file names."""
        references: dict[str, Reference] = {}
        for bibliography in self.bibliographies:
            for entry in bibliography.entries:
                references.setdefault(entry.key, entry)
        return references

    @cached_property
    def family_names(self) -> frozenset[str]:
        """The words in the family names of authors and editors, in small letters."""
        people = (person for reference in self.references.values() for person in reference.people)
        return frozenset(word for person in people for word in person.family.casefold().split())

    @cached_property
    def lost_keys(self) -> frozenset[str]:
        """The keys of entries that cannot be read."""
        return frozenset(key for bibliography in self.bibliographies for key in bibliography.lost_keys)

    @cached_property
    def _keys_by_folded(self) -> dict[str, list[str]]:
        by_folded: dict[str, list[str]] = defaultdict(list)
        for key in self.references:
            by_folded[key.casefold()].append(key)
        return by_folded

    def key_in_other_case(self, key: str) -> str | None:
        """The key of the bibliography that differs from `key` in capital and small letters alone."""
        found = self._keys_by_folded.get(key.casefold(), [])
        return found[0] if len(found) == 1 and found[0] != key else None

    @cached_property
    def keys_used(self) -> list[Name]:
        """Every place where a work is named: citations, sources of terms, levels and effects, further reading."""
        return [*(name for page in self.pages for name in works_named_by(page)), *self.keys_in_data]

    @cached_property
    def keys_in_data(self) -> list[Name]:
        """Every place where a work is named in the files of data."""
        used: list[Name] = []
        for term in self.glossary.terms:
            used.extend(term.sources)
            used.extend(source for sense in term.senses for source in sense.sources)
        for row in self.effect_table.rows:
            used.extend(row.cells[column] for column in ("citekey", "data_set") if row.cells[column].text)
        used.extend(row.cells["citekey"] for row in self.guideline_table.rows)
        return used

    # effects

    @cached_property
    def effects(self) -> dict[str, Effect]:
        """The rows of the data by id; where an id is given twice, the first."""
        effects: dict[str, Effect] = {}
        for row in self.effect_table.rows:
            effects.setdefault(row.id, row)
        return effects

    def rows_of(self, selection: Selection) -> list[Effect]:
        """The rows that a block shows: those it names, or those of its pool, or of its indication, that were compared.

        Trials that can be pooled stand in blocks that ask for their pool, not beside the reviews of the same trials.
        Kinds of comparison limit the controls, or the active treatments, of which they name one; the other group stays
        whole. A row that another supersedes is shown only beside that.
        """
        if selection.ids:
            names = dict.fromkeys(name.text for name in selection.ids)
            return [self.effects[name] for name in names if name in self.effects]
        asked = {kind.text for kind in selection.kinds}
        wanted = {ACTIVE, ASSOCIATION, *(asked.intersection(CONTROLS) or CONTROLS)}
        rows = [row for row in self.effects.values() if row.comparison_kind in wanted and _is_selected(row, selection)]
        ids = {row.id for row in rows}
        return [row for row in rows if ids.issuperset(self.successors.get(row.id, ()))]

    @cached_property
    def pools(self) -> dict[str, list[Effect]]:
        """The rows that may be pooled, by the name of their pool."""
        pools: dict[str, list[Effect]] = defaultdict(list)
        for row in self.effects.values():
            if row.pool:
                pools[row.pool].append(row)
        return dict(pools)

    @cached_property
    def successors(self) -> dict[str, list[str]]:
        """By the id of a row that was superseded, the ids of the rows that did so."""
        successors: dict[str, list[str]] = defaultdict(list)
        for row in self.effects.values():
            if row.supersedes:
                successors[row.supersedes].append(row.id)
        return dict(successors)

    def effects_on(self, page: Page) -> list[Effect]:
        """The rows that a page shows, in its text and then in its blocks, each once."""
        named = [self.effects[one.id] for one in page.effects if one.id in self.effects and not one.lost_in]
        listed = [row for selection in page.selections for row in self.rows_of(selection)]
        return list({row.id: row for row in (*named, *listed)}.values())

    def guidelines_of(self, selection: Selection) -> list[Guideline]:
        """The guidelines that a block shows, the newest first."""
        if selection.indication is None:
            return []
        rows = [row for row in self.guideline_table.rows if row.indication == selection.indication.text]
        return sorted(rows, key=lambda row: (-row.year, row.body))

    def guidelines_on(self, page: Page) -> list[Guideline]:
        """The guidelines that a page shows, each once."""
        rows = [row for selection in page.guideline_blocks for row in self.guidelines_of(selection)]
        return list({row.id: row for row in rows}.values())

    # terms

    @cached_property
    def terms(self) -> list[Term]:
        """The glossary: the concept pages and the entries of the glossary file, by name."""
        terms = list(self.glossary.terms)
        for page in self.pages:
            kind = self.kind_of(page)
            if kind is not None and kind.is_concept and isinstance(page.front_matter.data.get("title"), str):
                terms.append(self._term_of(page))
        return sorted(terms, key=lambda term: (term.title.casefold(), term.span))

    def _term_of(self, page: Page) -> Term:
        data = page.front_matter.data
        names = [Name(data["title"], self._place(page, "title", VALUE))]
        for number, alias in enumerate(_list(data.get("aliases"))):
            if isinstance(alias, str):
                names.append(Name(alias, self._place(page, "aliases", str(number))))
        definition = data.get("summary")
        written = definition if isinstance(definition, str) else ""
        return Term(tuple(names), written, (), page.uri, tuple(senses_of(page)))

    @cached_property
    def matcher(self) -> Matcher:
        return Matcher(self.terms)

    @cached_property
    def abbreviations(self) -> frozenset[str]:
        """The abbreviations that a name of a term explains, and those that need no explanation."""
        named = (found for term in self.terms for name in term.names for found in abbreviations(name.text))
        return self.settings.plain_abbreviations.union(named)

    @cached_property
    def term_names(self) -> str:
        """A name for the names of all terms, in their order."""
        return digest(*("\n".join(name.text for name in term.names) for term in self.terms))

    @cached_property
    def _number_of(self) -> dict[Span, int]:
        """The number of each term among all, by the place of its name."""
        return {term.span: number for number, term in enumerate(self.terms)}

    def mentions_on(self, page: Page) -> list[tuple[int, int, Mention]]:
        """What the running text of a page mentions: section, text of its prose, mention in that text."""
        if not self.terms:
            return []
        if page.uri not in self._mentions:
            found = self.remember(f"mentions {self.term_names} {page.version}", partial(self._find_mentions, page))
            self._mentions[page.uri] = [(index, number, self._mention(*place)) for index, number, *place in found]
        return self._mentions[page.uri]

    @cached_property
    def _mentions(self) -> dict[str, list[tuple[int, int, Mention]]]:
        """What `mentions_on` has found, by uri."""
        return {}

    def _find_mentions(self, page: Page) -> list[tuple[int, ...]]:
        return [
            (index, number, *self._place_of(mention))
            for index, section in enumerate(page.sections)
            for number, text in enumerate(section.prose)
            for mention in self.matcher.find(text)
        ]

    @cached_property
    def mentions_in_definitions(self) -> list[tuple[Term, list[Mention]]]:
        """Every term with what its definition mentions, itself included; those that mention nothing are left out."""
        definitions = digest(self.term_names, *(term.definition for term in self.terms))
        found = self.remember(f"mentions in definitions {definitions}", self._find_mentions_in_definitions)
        return [(self.terms[number], [self._mention(*place) for place in places]) for number, places in found.items()]

    def _find_mentions_in_definitions(self) -> dict[int, list[tuple[int, ...]]]:
        found = {
            number: [self._place_of(mention) for mention in self.matcher.find(term.definition)]
            for number, term in enumerate(self.terms)
        }
        return {number: places for number, places in found.items() if places}

    def _place_of(self, mention: Mention) -> tuple[int, ...]:
        """A mention in numbers, which can be kept: where it starts and ends, and the numbers of its term and name."""
        term = mention.term
        return mention.start, mention.end, self._number_of[term.span], term.names.index(mention.name)

    def _mention(self, start: int, end: int, term: int, name: int) -> Mention:
        return Mention(start, end, self.terms[term], self.terms[term].names[name])

    def terms_on(self, page: Page) -> Iterable[int]:
        """The terms that the running text of a page mentions, each once, by number."""
        if page.uri in self.sound:
            return self.sound[page.uri].terms
        return dict.fromkeys(self._number_of[mention.term.span] for _, _, mention in self.mentions_on(page))

    @cached_property
    def _users(self) -> dict[int, list[Page]]:
        """The pages whose running text mentions a term, by its number."""
        users: dict[int, list[Page]] = defaultdict(list)
        for page in self.pages:
            for number in self.terms_on(page):
                users[number].append(page)
        return users

    def is_used(self, term: Term, except_on: Page | None = None) -> bool:
        """Whether the running text of a page mentions the term, one page left aside."""
        users = self._users.get(self._number_of[term.span], ())
        return any(page is not except_on for page in users)

    def pages_using(self, term: Term) -> list[Page]:
        """The pages whose running text mentions the term, by title."""
        users = self._users.get(self._number_of[term.span], ())
        return sorted(users, key=lambda page: title_of(page).casefold())

    @cached_property
    def _searched(self) -> Counter[str]:
        """The characters of each file that were gone through for places."""
        return Counter()

    def locate(self, page: Page, section: int, pattern: re.Pattern[str], length: int) -> Span:
        """Where in the source is the first match, of `length` characters, that the prose of a section has."""
        key = page.uri, section, pattern
        if key not in self._first_places:
            uses = sum(len(pattern.findall(text)) for text in page.sections[section].prose)
            self._first_places[key] = next(iter(self._locate_all(page, section, pattern, uses)), None)
        place = self._first_places[key]
        return Span(page.path, *place, length) if place else Span(page.path)

    @cached_property
    def _first_places(self) -> dict[tuple[str, int, re.Pattern[str]], tuple[int, int] | None]:
        """What `locate` has found."""
        return {}

    def locate_in(self, path: str, pattern: re.Pattern[str], length: int) -> Span:
        """Where in a file the one match of `pattern`, of `length` characters, stands."""
        if (path, pattern) not in self._only_places:
            text = self._text_to_search(path)
            self._only_places[path, pattern] = locate(text, pattern, 1, None, uses=1) if text is not None else None
        place = self._only_places[path, pattern]
        return Span(path, *place, length) if place else Span(path)

    def locate_words(self, path: str, words: str, before: tuple[int, int] | None = None) -> Span | None:
        """Where in a file a phrase stands, as kb.reading.locate finds it; None where that is not known."""
        text = self._text_to_search(path)
        found = locate_words(text, words, before) if text is not None else None
        return Span(path, *found) if found else None

    def _text_to_search(self, path: str) -> str | None:
        """The text of a file; None where it has been searched more often than is worth while."""
        if self._searched[path] > _MOST_SEARCHED:
            return None
        text = self.text_of(path)
        self._searched[path] += len(text)
        return text

    @cached_property
    def _only_places(self) -> dict[tuple[str, re.Pattern[str]], tuple[int, int] | None]:
        """What `locate_in` has found."""
        return {}

    def _locate_all(self, page: Page, section: int, pattern: re.Pattern[str], uses: int) -> list[tuple[int, int]]:
        """Line and column of the `uses` matches in a section; empty where they are not known."""
        heading = page.sections[section].heading
        start = page.headings[heading].span.line if heading is not None else 1
        following = 0 if heading is None else heading + 1
        end = page.headings[following].span.line if following < len(page.headings) else None
        if start is None or (end is None and following < len(page.headings)):
            return []
        text = self._text_to_search(page.path)
        return locate_all(text, pattern, start, end, uses) if text is not None else []

    def place_in_prose(self, page: Page, section: int, number: int, start: int, end: int) -> Span:
        """Where in the source the characters `start` to `end` of text `number` of a section's prose stand."""
        phrase = page.sections[section].prose[number][start:end]
        return self._place_of_phrase(page, section, phrase, number, start, in_prose=True)

    def place_in_paragraph(self, page: Page, section: int, number: int, start: int, end: int) -> Span:
        """Where in the source the characters `start` to `end` of paragraph `number` of a section stand."""
        phrase = page.sections[section].paragraphs[number].text[start:end]
        return self._place_of_phrase(page, section, phrase, number, start, in_prose=False)

    def _place_of_phrase(self, page: Page, section: int, phrase: str, number: int, start: int, in_prose: bool) -> Span:
        key = page.uri, section, phrase, in_prose
        if key not in self._places_of_phrases:
            facts = page.sections[section]
            texts = facts.prose if in_prose else [paragraph.text for paragraph in facts.paragraphs]
            words = r"\s+".join(re.escape(word) for word in phrase.split())
            pattern = re.compile(rf"(?<![^\W_])(?<!-){words}(?![^\W_])(?!-)")
            seen = [(n, match.start()) for n, text in enumerate(texts) for match in pattern.finditer(text)]
            places = self._locate_all(page, section, pattern, len(seen)) if seen else []
            self._places_of_phrases[key] = dict(zip(seen, places, strict=False))
        place = self._places_of_phrases[key].get((number, start))
        return Span(page.path, *place, len(phrase)) if place else Span(page.path)

    @cached_property
    def _places_of_phrases(self) -> dict[tuple[str, int, str, bool], dict[tuple[int, int], tuple[int, int]]]:
        """What `_place_of_phrase` has found: places by the number of the text and the start of the phrase in it."""
        return {}

    # relations

    @cached_property
    def relations(self) -> list[Relation]:
        """Every edge that a front matter declares, with ids as its ends."""
        if not self.settings.content_model:
            return []
        return [
            relation
            for page in self.pages
            if self.kind_of(page) is not None
            for kind in RELATIONS
            if kind.field in page.front_matter.data
            for relation in self._declared(page, kind)
        ]

    def _declared(self, page: Page, kind: RelationKind) -> Iterator[Relation]:
        declared = page.front_matter.data.get(kind.field)
        if isinstance(declared, dict):
            for target, reason in declared.items():
                span = self._place(page, kind.field, str(target))
                yield Relation(kind.field, page.id, str(target), reason if isinstance(reason, str) else "", span)
        for number, target in enumerate(_list(declared)):
            yield Relation(kind.field, page.id, str(target), "", self._place(page, kind.field, str(number)))

    @cached_property
    def edges(self) -> list[Relation]:
        """Every relation between two pages, once."""
        found = (edge for edge in self.relations if edge.source in self.by_id and edge.target in self.by_id)
        return list({(edge.kind, edge.source, edge.target): edge for edge in found}.values())

    @cached_property
    def related(self) -> list[Page]:
        """The pages that have a relation to another."""
        ends = {id_ for edge in self.edges for id_ in (edge.source, edge.target)}
        return [page for id_, page in self.by_id.items() if id_ in ends]

    @cached_property
    def map_page(self) -> Page | None:
        """The page that shows all relations, for a site that has one."""
        return next((page for page in self.pages if page.front_matter.data.get("lists") == "map"), None)

    @cached_property
    def _relations_by_end(self) -> dict[tuple[str, str, str], list[Relation]]:
        by_end = defaultdict(list)
        for relation in self.relations:
            if relation.source in self.by_id and relation.target in self.by_id:
                by_end["source", relation.kind, relation.source].append(relation)
                by_end["target", relation.kind, relation.target].append(relation)
        return by_end

    @cached_property
    def builds_on(self) -> dict[str, set[str]]:
        """What each page builds on directly, by id."""
        direct: dict[str, set[str]] = {}
        for relation in self.relations:
            if relation.kind == "builds_on":
                direct.setdefault(relation.source, set()).add(relation.target)
        return direct

    def presupposed(self, id_: str) -> set[str]:
        """The ids of all that a page builds on, directly or by way of others."""
        if id_ not in self._presupposed:
            found: set[str] = set()
            waiting = [id_]
            while waiting:
                new = self.builds_on.get(waiting.pop(), set()) - found
                found |= new
                for other in new:
                    if other in self._presupposed:
                        found |= self._presupposed[other]
                    else:
                        waiting.append(other)
            self._presupposed[id_] = found
        return self._presupposed[id_]

    @cached_property
    def _presupposed(self) -> dict[str, set[str]]:
        """What `presupposed` has found, by id."""
        return {}

    def relations_from(self, page: Page, kind: str) -> list[Relation]:
        return self._relations_by_end.get(("source", kind, page.id), [])

    def relations_to(self, page: Page, kind: str) -> list[Relation]:
        """The same edges seen from the other end, by title of the page that declares them."""
        found = self._relations_by_end.get(("target", kind, page.id), [])
        return sorted(found, key=lambda relation: title_of(self.by_id[relation.source]).casefold())

    def _place(self, page: Page, *keys: str) -> Span:
        return page.front_matter.places.get(keys, page.start)


@lru_cache(maxsize=1 << 16)
def _joined(folder: str, path: str) -> str:
    return posixpath.normpath(posixpath.join(folder, path))


def _is_selected(row: Effect, selection: Selection) -> bool:
    if selection.pool:
        return row.pool == selection.pool.text
    return not row.pool and selection.indication is not None and row.indication == selection.indication.text


def _grouped(names: Iterable[str], key: Callable[[str], str]) -> dict[str, list[str]]:
    groups: dict[str, list[str]] = {}
    for name in names:
        groups.setdefault(key(name), []).append(name)
    return groups


def _is_outside(uri: str) -> bool:
    return uri == ".." or uri.startswith("../")


def title_of(page: Page) -> str:
    """The page's title, or its id where it declares none."""
    title = page.front_matter.data.get("title")
    return title if isinstance(title, str) else page.id


def aliases_of(page: Page) -> list[str]:
    """The other names of the page, as far as they are well-formed."""
    return [alias for alias in _list(page.front_matter.data.get("aliases")) if isinstance(alias, str)]


def questions_of(page: Page) -> list[str]:
    """The questions in plain language that the page answers, as far as they are well-formed."""
    return [question for question in _list(page.front_matter.data.get("questions")) if isinstance(question, str)]


def plain_words_of(page: Page) -> str:
    """What a page says in plain words; empty where it has no such section."""
    texts = (
        paragraph.text
        for section in page.sections
        if section.heading is not None and page.headings[section.heading].text == IN_PLAIN_WORDS
        for paragraph in section.paragraphs
    )
    return "\n\n".join(texts)


@dataclass(frozen=True, slots=True)
class HierarchyLevel:
    """Where a published hierarchy of defences puts the defence of a page, and the work that says so."""

    hierarchy: str
    level: str
    source: Name


def fit_of(page: Page) -> str:
    """How sure the evidence for a page is; empty where its kind has no such thing."""
    fit = page.front_matter.data.get("fit")
    return fit if isinstance(fit, str) and fit in FITS else ""


def levels_of(page: Page) -> list[HierarchyLevel]:
    """The levels that the page declares, as far as they are well-formed."""
    found = []
    for hierarchy, declared in _mapping(page.front_matter.data.get("levels")).items():
        level, source = _mapping(declared).get("level"), _mapping(declared).get("source")
        if isinstance(level, str) and isinstance(source, str):
            span = page.front_matter.places.get(("levels", hierarchy, "source", VALUE), page.start)
            found.append(HierarchyLevel(hierarchy, level, Name(source, span)))
    return found


def senses_of(page: Page) -> list[Sense]:
    """What schools mean by the term of the page, as far as that is well-formed."""
    found = []
    for school, declared in _mapping(page.front_matter.data.get("senses")).items():
        text, sources = _mapping(declared).get("sense"), _list(_mapping(declared).get("sources"))
        names = tuple(
            Name(key, page.front_matter.places.get(("senses", school, "sources", str(number)), page.start))
            for number, key in enumerate(sources)
            if isinstance(key, str)
        )
        if isinstance(text, str) and names:
            found.append(Sense(school, text, names))
    return found


def works_named_by(page: Page) -> list[Name]:
    """Every place where a page names a work: citations, further reading, sources of its levels and senses."""
    named = [Name(citation.key, citation.span) for citation in page.citations]
    return [*named, *_works_in_fields(page)]


def keys_named_by(page: Page) -> set[str]:
    """The keys of the works that a page names."""
    return {*page.works_cited, *(name.text for name in _works_in_fields(page))}


def _works_in_fields(page: Page) -> Iterator[Name]:
    if page.front_matter.data.keys().isdisjoint(("further_reading", "levels", "senses")):
        return
    yield from further_reading(page)
    yield from (level.source for level in levels_of(page))
    yield from (source for sense in senses_of(page) for source in sense.sources)


def further_reading(page: Page) -> list[Name]:
    """The works that a page lists without citing them in its text."""
    places = page.front_matter.places
    return [
        Name(key, places.get(("further_reading", str(number)), page.start))
        for number, key in enumerate(_list(page.front_matter.data.get("further_reading")))
        if isinstance(key, str)
    ]


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _mapping(value: object) -> dict[str, object]:
    return {str(key): item for key, item in value.items()} if isinstance(value, dict) else {}
