"""The nouns: what is known about one file, and what is said about it. Imports nothing of the project.

What a page has many of is a named tuple: a site of a thousand pages has a hundred thousand of them, and they are read
from the cache in a fifth of the time.
"""

from __future__ import annotations

import datetime
import pickle
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any, NamedTuple


class Span(NamedTuple):
    """A place in a source file.

    `line` and `column` count from 1, in characters; None means that the place cannot be known.
    `length` is the number of characters the caret underlines.
    """

    path: str
    line: int | None = None
    column: int | None = None
    length: int = 1

    @property
    def place(self) -> str:
        """`path:line:column`, as far as it is known."""
        return ":".join(str(part) for part in (self.path, self.line, self.column) if part is not None)


class LinkOrigin(StrEnum):
    """Who resolves a target: MkDocs (relative to the source file) or the browser (relative to the published page)."""

    MARKDOWN = "markdown"
    RAW_HTML = "raw html"


class Link(NamedTuple):
    """A target that the published page links to or loads. `tag` is the HTML element that carries it.

    `text` is what a reader gets to see or hear of it: the text of a link, the alternative text of an image.
    `heading` is the index in `Page.headings` of the heading that it stands under, None before the first.
    """

    target: str
    tag: str
    origin: LinkOrigin
    span: Span
    text: str = ""
    heading: int | None = None


class Heading(NamedTuple):
    """`is_numbered` tells that the id ends in a number only because another heading of the page has the same text."""

    level: int
    text: str
    id: str
    span: Span
    is_numbered: bool = False


class Anchor(NamedTuple):
    """An id on the published page, once for every element that carries it."""

    id: str
    span: Span


class Citation(NamedTuple):
    """One cited work within a citation group."""

    key: str
    span: Span


class CitationGroup(NamedTuple):
    """What stands between one pair of brackets, in pandoc's syntax and without the brackets."""

    text: str
    citations: tuple[Citation, ...]


class Fate(StrEnum):
    """What became of something in the source that looks like a citation and is none on the published page."""

    TEXT = "text"
    LINK = "the text of a link"
    ATTRIBUTE = "an attribute"
    GONE = "nothing"
    NOT_MEANT = "code"


class LostCitation(NamedTuple):
    """A key behind "@" in the source that the parser did not take for a citation.

    `key` is what the writer wrote, `read` what the syntax of citations would read of it. `in_brackets` tells whether it
    stands in a group, and `is_complete` whether that group is well-formed.
    """

    key: str
    read: str
    fate: Fate
    in_brackets: bool
    is_complete: bool
    span: Span


class Quotation(NamedTuple):
    """A longer stretch of words that are somebody else's: `words` is their number.

    `is_marked` tells that more than quotation marks say what it is. `introduction` is what stands before it in its
    sentence. `groups` are the indices of the citation groups that can tell its source, and `has_place` whether one of
    them, or the text beside it, names a page or the like.
    """

    text: str
    words: int
    introduction: str
    is_marked: bool
    groups: tuple[int, ...]
    has_place: bool


class YearMention(NamedTuple):
    """A work named by its authors and year, as in "Freud (1915)", with a citation behind it in the same sentence.

    `text` is the whole mention; `group` is the index of that citation group, `groups` are those of the sentence.
    """

    names: str
    years: tuple[int, ...]
    text: str
    group: int
    groups: tuple[int, ...]


class EffectMention(NamedTuple):
    """A row of the data about effects that a text refers to, and the form in which it is to be written.

    `span` is the place of the id, `form_span` that of the form. `lost_in` is what it stands in where it cannot be
    shown, such as a heading.
    """

    id: str
    form: str
    span: Span
    form_span: Span
    lost_in: str = ""


class Undefined(NamedTuple):
    """A link or footnote mark that the parser left as text: nothing defines `label`, or the link is not complete."""

    label: str
    span: Span


class LinkDefinition(NamedTuple):
    """A line `[label]: target`, and whether a link of the page uses it."""

    label: str
    is_used: bool
    span: Span


class ActiveContent(NamedTuple):
    """Something on the published page that runs or embeds what is not text, such as `<script>` or `onclick`."""

    name: str
    span: Span


class Include(NamedTuple):
    """A file that a page includes, as `target` names it."""

    target: str
    span: Span


class TraceKind(StrEnum):
    MERGE = "merge"
    HIDDEN = "hidden character"
    SECRET = "secret"
    PASSWORD = "password"


class Trace(NamedTuple):
    """Something in a source file that was not meant to be published. `name` says what it is and quotes no secret."""

    kind: TraceKind
    name: str
    span: Span


class Suppression(NamedTuple):
    """A comment `kb: allow RULE because REASON`: what `rule` finds on the line after it is accepted."""

    rule: str
    reason: str
    span: Span

    def covers(self, span: Span) -> bool:
        here = self.span
        return here.line is not None and span.path == here.path and span.line == here.line + 1


class Paragraph(NamedTuple):
    """What an author says in one go: a paragraph, an item of a list, a row of a table.

    `text` is what a reader reads, without citations, code and quoted blocks; `tag` is the HTML element that holds it.
    `has_citation` counts a footnote, and for every item of a list the citation in the sentence that introduces it.
    `emphases` are the stretches (start, end) of the text that are set in italics or bold; `uncited_claims` those that
    state an effect, a rate or a comparison where no work is cited.
    """

    text: str
    tag: str
    has_citation: bool
    emphases: tuple[tuple[int, int], ...] = ()
    uncited_claims: tuple[tuple[int, int], ...] = ()


class Section(NamedTuple):
    """The prose between one heading and the next.

    `heading` is the index of the heading in `Page.headings`, None before the first. `prose` is the running text in
    which terms may be linked, in stretches between elements; `paragraphs` is what the author of the page says, without
    headings and invented examples. `has_content` tells whether anything at all stands there, code, quotations and
    tables included; `has_citation` whether a work is cited in it. `abbreviations` are those of the prose, once each.
    """

    heading: int | None
    prose: tuple[str, ...]
    has_content: bool
    paragraphs: tuple[Paragraph, ...] = ()
    has_citation: bool = False
    abbreviations: tuple[str, ...] = ()


# At the end of a path of keys: the place of the value, not of its key.
VALUE = "="


@dataclass(frozen=True)
class FrontMatter:
    """The YAML at the head of a page. `places` maps a path of keys, such as ("builds_on", "defence"), to its place."""

    data: dict[str, Any] = field(default_factory=dict)
    places: dict[tuple[str, ...], Span] = field(default_factory=dict)


class Edit(NamedTuple):
    """A change of the source that mends a fault beyond doubt: `new` in place of `old`, which stands at `span`."""

    span: Span
    old: str
    new: str


class Fault(NamedTuple):
    """What is wrong, where, and how to mend it. The rule that reports it makes it a finding.

    `edit` is the mend where it is safe to make without a person looking: the suggestion, ready to be applied.
    `is_passing` tells that the next look at the same bytes may not find it again, because a machine was too slow.
    """

    message: str
    span: Span
    suggestion: str | None = None
    edit: Edit | None = None
    is_passing: bool = False


class Name(NamedTuple):
    """A title or alias of a term, with the place where it is given."""

    text: str
    span: Span


class Selection(NamedTuple):
    """A block that shows rows of the data about effects: those with the `ids`, of an `indication`, or of a `pool`.

    `kinds` are the kinds of comparison it is limited to, none for all; `is_plotted` asks for a plot above the table.
    `span` is where it begins; `faults` say what cannot be read in it.
    """

    ids: tuple[Name, ...]
    indication: Name | None
    kinds: tuple[Name, ...]
    is_plotted: bool
    span: Span
    faults: tuple[Fault, ...] = ()
    pool: Name | None = None


@dataclass(frozen=True)
class Page:
    """All that one Markdown file says by itself.

    `path` is relative to the repository, `uri` to the documentation folder. `version` names the file's text, and
    this as converted, with all that it includes. A page from the cache reads what its text says when somebody asks.
    """

    path: str
    uri: str
    front_matter: FrontMatter = field(default_factory=FrontMatter)
    headings: tuple[Heading, ...] = field(default_factory=tuple)
    anchors: tuple[Anchor, ...] = field(default_factory=tuple)
    links: tuple[Link, ...] = field(default_factory=tuple)
    link_definitions: tuple[LinkDefinition, ...] = field(default_factory=tuple)
    undefined_references: tuple[Undefined, ...] = field(default_factory=tuple)
    undefined_footnotes: tuple[Undefined, ...] = field(default_factory=tuple)
    unfinished_links: tuple[Undefined, ...] = field(default_factory=tuple)
    citation_groups: tuple[CitationGroup, ...] = field(default_factory=tuple)
    lost_citations: tuple[LostCitation, ...] = field(default_factory=tuple)
    quotations: tuple[Quotation, ...] = field(default_factory=tuple)
    year_mentions: tuple[YearMention, ...] = field(default_factory=tuple)
    effects: tuple[EffectMention, ...] = ()
    selections: tuple[Selection, ...] = ()
    guideline_blocks: tuple[Selection, ...] = ()
    sections: tuple[Section, ...] = field(default_factory=tuple)
    suppressions: tuple[Suppression, ...] = ()
    active_contents: tuple[ActiveContent, ...] = field(default_factory=tuple)
    escaping_includes: tuple[Include, ...] = ()
    traces: tuple[Trace, ...] = ()
    faults: tuple[Fault, ...] = ()
    version: str = ""

    @property
    def id(self) -> str:
        """The file name without its ending."""
        return self.uri.rpartition("/")[2].removesuffix(".md")

    @property
    def folder(self) -> str:
        return self.uri.rpartition("/")[0]

    @property
    def is_readable(self) -> bool:
        """Whether the text could be converted; a page that could has a section at least before its first heading."""
        return bool(self.sections)

    @property
    def start(self) -> Span:
        """The page as a whole, where nothing narrower is at fault."""
        return Span(self.path, 1, 1)

    @property
    def citations(self) -> tuple[Citation, ...]:
        return tuple(citation for group in self.citation_groups for citation in group.citations)

    @cached_property
    def ids(self) -> frozenset[str]:
        """The ids that its text gives."""
        return frozenset(anchor.id for anchor in self.anchors)

    @cached_property
    def works_cited(self) -> tuple[str, ...]:
        """The keys of the works that its text cites, each once."""
        return tuple(dict.fromkeys(citation.key for citation in self.citations))

    @cached_property
    def numbers(self) -> tuple[int, int]:
        """How many links and citations it has."""
        return len(self.links), len(self.citations)

    def __getstate__(self) -> tuple[dict[str, Any], bytes]:
        text = {name: getattr(self, name) for name in _OF_THE_TEXT}
        known = {name: getattr(self, name) for name in ("ids", "works_cited", "numbers")}
        return {name: value for name, value in vars(self).items() if name not in text} | known, pickle.dumps(text, -1)

    def __setstate__(self, state: tuple[dict[str, Any], bytes]) -> None:
        vars(self).update(state[0], _text=state[1])

    def __getattr__(self, name: str) -> Any:
        """What the text says, of a page from the cache that nobody has asked for it yet."""
        if name not in _OF_THE_TEXT or "_text" not in vars(self):
            raise AttributeError(name)
        vars(self).update(pickle.loads(vars(self).pop("_text")))
        return vars(self)[name]


# Most of what is known of a page; few rules ask for it where nothing has changed.
_OF_THE_TEXT = frozenset(
    {
        *("headings", "anchors", "links", "link_definitions", "undefined_references", "undefined_footnotes"),
        *("unfinished_links", "citation_groups", "lost_citations", "quotations", "year_mentions", "sections"),
        "active_contents",
    }
)


class Reading(NamedTuple):
    """The facts of a page, and the absolute paths of what it includes or would include if it existed."""

    page: Page
    includes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Person:
    """A name as the bibliography spells it. `span` is where it stands and no part of the name."""

    family: str
    given: str
    span: Span = field(default=Span(""), compare=False)


class Written(NamedTuple):
    """What a field of an entry holds, as it is written between the outer braces or quotation marks.

    `span` is where it begins. For a value joined from several pieces, which is not `is_verbatim`, it stands for all.
    `names` are the people it names, as they are written, each with its offset in the text.
    """

    text: str
    span: Span
    is_verbatim: bool = True
    names: tuple[tuple[int, str], ...] = ()

    def at(self, offset: int, length: int) -> Span:
        """The place of `length` characters at `offset` of the text."""
        if not self.is_verbatim or self.span.line is None or self.span.column is None:
            return self.span
        line = self.span.line + self.text.count("\n", 0, offset)
        newline = self.text.rfind("\n", 0, offset)
        column = self.span.column + offset if newline < 0 else offset - newline
        return Span(self.span.path, line, column, max(1, length))


@dataclass(frozen=True, slots=True)
class Reference:
    """A work of the bibliography. `people` are its authors and editors; `kind` is the BibTeX entry type.

    `span` is the place of the key, `kind_span` that of the type. `written` holds every field in the order of the file,
    those of people included, and `field_names` where their names stand. The entry takes the lines from `first_line`
    to `last_line`.
    """

    key: str
    kind: str
    fields: dict[str, str]
    people: tuple[Person, ...]
    roles: frozenset[str]
    span: Span
    kind_span: Span = field(default=Span(""))
    written: dict[str, Written] = field(default_factory=dict)
    field_names: dict[str, Span] = field(default_factory=dict)
    first_line: int = 1
    last_line: int = 1


class Bibliography(NamedTuple):
    """The entries of one BibTeX file, in its order, duplicates included.

    `lost_keys` are those of the entries that cannot be read. `version`, here as in the other files of data, names what
    the file held.
    """

    path: str
    entries: tuple[Reference, ...] = ()
    faults: tuple[Fault, ...] = ()
    lost_keys: frozenset[str] = frozenset()
    version: str = ""


class Sense(NamedTuple):
    """What one school means by a term, with the keys of the works that say so."""

    school: str
    text: str
    sources: tuple[Name, ...]


class Term(NamedTuple):
    """An entry of the glossary: a concept page (`page` is its uri) or an entry of the glossary file (`page` is None).

    `names[0]` is the term itself, the others are its aliases; `sources` are the citation keys of an entry of the
    glossary file; a page cites its own. `senses` are what schools mean by it, where they differ.
    """

    names: tuple[Name, ...]
    definition: str
    sources: tuple[Name, ...]
    page: str | None
    senses: tuple[Sense, ...] = ()

    @property
    def title(self) -> str:
        return self.names[0].text

    @property
    def span(self) -> Span:
        return self.names[0].span


class Glossary(NamedTuple):
    """The entries of the glossary file and what is wrong with its form."""

    terms: tuple[Term, ...] = ()
    faults: tuple[Fault, ...] = ()
    version: str = ""


class Effect(NamedTuple):
    """A reported effect: one row of the data. The words of closed columns are those of kb.evidence.

    `value`, the interval and the standard error are in the unit of `metric`; `ci_level` and `i2` are percentages; `k`
    counts studies, `n` participants. A number is None where the cell is empty or holds none. `study` names the trial
    that the row is about, and `pool` the group of trials with which it may be pooled, if any. `data_set` is the key of
    the data from which the value was computed, empty where the work itself reports it. `cells` are all cells by column,
    as they are written and where.
    """

    id: str
    citekey: str
    locator: str
    indication: str
    population: str
    therapy: str
    comparison: str
    comparison_kind: str
    outcome: str
    timepoint: str
    metric: str
    value: float | None
    ci_low: float | None
    ci_high: float | None
    ci_level: float | None
    se: float | None
    k: int | None
    n: int | None
    i2: float | None
    favours: str
    allegiance: str
    risk_of_bias: str
    supersedes: str
    note: str
    study: str
    pool: str
    data_set: str
    cells: dict[str, Name]

    @property
    def span(self) -> Span:
        return self.cells["id"].span


class EffectTable(NamedTuple):
    """The rows of the file of effects, in its order, duplicates included, and what is wrong with its form."""

    rows: tuple[Effect, ...] = ()
    faults: tuple[Fault, ...] = ()
    version: str = ""


class Guideline(NamedTuple):
    """What a guideline says about the therapy: one row of the data. The words of closed columns are in kb.evidence.

    `checked_on` is the day on which somebody last looked; `cells` are all cells by column.
    """

    id: str
    body: str
    document: str
    year: int
    citekey: str
    indication: str
    population: str
    place: str
    wording: str
    checked_on: datetime.date
    standing: str
    cells: dict[str, Name]

    @property
    def span(self) -> Span:
        return self.cells["id"].span


class GuidelineTable(NamedTuple):
    """The rows of the file of guidelines, in its order, and what is wrong with its form."""

    rows: tuple[Guideline, ...] = ()
    faults: tuple[Fault, ...] = ()
    version: str = ""


class Relation(NamedTuple):
    """An edge that a page's front matter declares. `reason` is empty for relations that need none."""

    kind: str
    source: str
    target: str
    reason: str
    span: Span


@dataclass(frozen=True, slots=True)
class Recorded:
    """A finding that a project had when it began to use the gate, and how often; it stands at `span` in the baseline.

    It is known by what it says and not by its line, so that it stays the same when text is added above it.
    """

    rule: str
    path: str
    message: str
    count: int
    span: Span


class Redirect(NamedTuple):
    """An address that leads to another: `source` was a page, `target` is one or is an address of another site."""

    source: str
    target: str
    span: Span


class Baseline(NamedTuple):
    """The findings that are not reported, because they were there before. It may only shrink."""

    path: str
    entries: tuple[Recorded, ...] = ()


class SymbolicLink(NamedTuple):
    """A symbolic link in the documentation folder that cannot be followed: `target` is elsewhere or does not exist."""

    path: str
    target: str
    exists: bool


class Answer(NamedTuple):
    """What an external address answered.

    `status` is that of HTTP, None where there was none; `problem` says why. `moved_to` is where the address has moved
    for good.
    """

    status: int | None
    problem: str = ""
    moved_to: str = ""
    is_unknown_host: bool = False


class Severity(StrEnum):
    """ERROR: a reader would meet something broken, false or unsafe. WARNING: an editor should look."""

    ERROR = "error"
    WARNING = "warning"


class Finding(NamedTuple):
    """One verdict of one rule at one place."""

    rule: str
    severity: Severity
    span: Span
    message: str
    suggestion: str | None = None
    edit: Edit | None = None
