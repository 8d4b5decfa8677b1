"""Terms: nothing unexplained, nothing explained twice, no explanation without a source."""

from __future__ import annotations

import re
from bisect import bisect
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache, partial
from itertools import islice

from kb.cycles import cycles
from kb.generated import term_anchor
from kb.knowledge import KnowledgeBase
from kb.model import Edit, Fault, Name, Paragraph, Severity, Span, Term
from kb.nearest import nearest
from kb.reading.cache import digest
from kb.reading.words import FUNCTION_WORDS, WORD
from kb.rules import rule
from kb.terms import Matcher, Mention, fold, is_form_of, respelt, spelling

_LONGEST_DEFINITION = 35


@rule("term-has-definition")
def term_has_definition(kb: KnowledgeBase) -> Iterator[Fault]:
    """Every entry of the glossary has a definition; that of a page is its summary.

    Without one, the reader who points at the term learns nothing.

    Bad:
        - term: Splitting
          sources: [kernberg1975borderline]
    Good:
        - term: Splitting
          definition: Keeping good and bad images of oneself or of others apart, so that they do not meet.
          sources: [kernberg1975borderline]
    Fix:
        Add one sentence that stands alone, of at most 35 words.
    """
    for term in kb.terms:
        if not term.definition.strip():
            field = "definition" if term.page is None else "summary"
            yield Fault(f"the term '{term.title}' has no definition", term.span, f"add `{field}: ...`")


@rule("term-has-source")
def term_has_source(kb: KnowledgeBase) -> Iterator[Fault]:
    """Every entry of the glossary names a work it rests on; a page does so by citing at least one.

    A definition without a source is somebody's opinion.

    Bad:
        - term: Splitting
          definition: ...
    Good:
        - term: Splitting
          definition: ...
          sources: [kernberg1975borderline]
    Fix:
        Add the key of the work to `sources`, or cite a work on the page.
    """
    for term in kb.terms:
        cited = term.sources if term.page is None else kb.by_uri[term.page].works_cited
        if not cited:
            suggestion = "add `sources: [key]`" if term.page is None else "cite a work, for instance `[@key]`"
            yield Fault(f"the term '{term.title}' has no source", term.span, suggestion)


@rule("name-is-unique")
def name_is_unique(kb: KnowledgeBase) -> Iterator[Fault]:
    """A title or alias belongs to one term only, however it is spelt.

    Otherwise nobody can tell which page the name in a text leads to. Capitals, hyphens, the plural, and British or US
    spelling make no other name; a term may list such spellings of its own name as aliases, but none of them twice.

    Bad:
        aliases: [internalization] on one page, title: Internalisation on another
    Good:
        title: Internalisation and aliases: [internalization] on the same page
    Fix:
        Remove the name from one of the two.
    """
    first: dict[str, tuple[Term, Name]] = {}
    within: dict[tuple[Span, str], Name] = {}
    for term, name in sorted(((t, name) for t in kb.terms for name in t.names), key=lambda pair: pair[1].span):
        owner, earlier = first.setdefault(fold(name.text) or name.text, (term, name))
        if owner is term:
            earlier = within.setdefault((term.span, " ".join(name.text.casefold().split())), name)
        if earlier is not name:
            where = f"{earlier.span.path}:{earlier.span.line}"
            spelt = f", spelt '{earlier.text}'" if earlier.text.casefold() != name.text.casefold() else ""
            message = f"the name '{name.text}' is already taken in {where}{spelt}"
            yield Fault(message, name.span, "remove it in one of the two places")


@rule("term-is-used")
def term_is_used(kb: KnowledgeBase) -> Iterator[Fault]:
    """Every entry of the glossary file occurs in the text of some page.

    An explanation that nothing leads to is not read and not kept up to date.

    Bad:
        An entry "Squiggle game" where no page mentions it.
    Good:
        A page that uses the term, or one of its aliases.
    Fix:
        Use the term where it belongs, or remove the entry.
    """
    if not kb.glossary.terms:
        return
    linked = {anchor for _, anchor in kb.led_to}
    for term in kb.glossary.terms:
        if not kb.is_used(term) and term_anchor(term) not in linked:
            yield Fault(f"no page uses the term '{term.title}'", term.span, "use it, or remove the entry")


@rule("abbreviation-is-defined", page_by_page=True)
def abbreviation_is_defined(kb: KnowledgeBase) -> Iterator[Fault]:
    """Every abbreviation used in a text is an alias of a term.

    Who does not know it can then point at it wherever it stands, and not only where it was first spelt out.

    Bad:
        TFP begins with a contract, where no term has the alias TFP.
    Good:
        - term: Transference-focused psychotherapy
          aliases: [TFP]
    Fix:
        Add the abbreviation to the aliases of its term. What everybody knows goes into `plain_abbreviations` in
        mkdocs.yml.
    """
    if not kb.terms:
        return
    known = kb.abbreviations
    for page in kb.doubtful:
        reported: set[str] = set()
        for index, section in enumerate(page.sections):
            for abbreviation in section.abbreviations:
                if abbreviation not in known and abbreviation not in reported:
                    reported.add(abbreviation)
                    near = nearest(abbreviation, known)
                    suggestion = f"add it to the aliases of its term{f', or did you mean `{near}`?' if near else ''}"
                    message = f"the abbreviation '{abbreviation}' is explained nowhere"
                    pattern = re.compile(rf"\b{abbreviation}s?\b")
                    yield Fault(message, kb.locate(page, index, pattern, len(abbreviation)), suggestion)


@rule("definition-is-short", severity=Severity.WARNING)
def definition_is_short(kb: KnowledgeBase) -> Iterator[Fault]:
    """A definition has at most 35 words; that of a page is its summary.

    It has to be read in a box beside the text, at once.

    Bad:
        definition: A word that in the history of ... (36 words and more)
    Good:
        definition: Keeping good and bad images of oneself or of others apart, so that they do not meet.
    Fix:
        Keep what tells the term from its neighbours; the rest belongs on a page.
    """
    for term in kb.terms:
        words = len(term.definition.split())
        if words > _LONGEST_DEFINITION:
            message = f"the definition of '{term.title}' has {words} words"
            yield Fault(message, term.span, f"at most {_LONGEST_DEFINITION}")


@rule("definition-avoids-its-term", severity=Severity.WARNING)
def definition_avoids_its_term(kb: KnowledgeBase) -> Iterator[Fault]:
    """A definition does without the term that it defines, and without its aliases.

    Who does not know the term learns nothing from a sentence that uses it.

    Bad:
        - term: Splitting
          definition: The splitting of images into good and bad ones.
    Good:
        - term: Splitting
          definition: Keeping good and bad images apart, so that they do not meet.
    Fix:
        Say it in other words.
    """
    said = digest(*(part for term in kb.terms for part in (*(name.text for name in term.names), "", term.definition)))
    for number, used in kb.remember(f"definitions with their terms {said}", partial(_with_own_term, kb.terms)):
        term = kb.terms[number]
        yield Fault(f"the definition of '{term.title}' uses '{used}' itself", term.span, "say it in other words")


def _with_own_term(terms: Sequence[Term]) -> list[tuple[int, str]]:
    """Which of the terms are used in their own definitions, by number, and in which form."""
    return [
        (number, term.definition[mention.start : mention.end])
        for number, term in enumerate(terms)
        for mention in islice(Matcher([term]).find(term.definition), 1)
    ]


# A definition with this many words of its own explains something, whatever other terms it mentions.
_ENOUGH_OWN_WORDS = 6


@rule("definition-leads-out", severity=Severity.WARNING)
def definition_leads_out(kb: KnowledgeBase) -> Iterator[Fault]:
    """No definitions explain each other in a circle, and nothing else.

    Who looks up one term is sent to the next, and from there back. Terms may well mention each other; the circle is
    closed where every definition on it has fewer than six words of its own, beside mentions of other terms and words
    such as "the" or "between".

    Bad:
        - term: Splitting
          definition: The opposite of integration.
        - term: Integration
          definition: The overcoming of splitting.
    Good:
        - term: Splitting
          definition: Keeping good and bad images of oneself or of others apart, so that they do not meet.
        - term: Integration
          definition: The overcoming of splitting.
    Fix:
        Explain one of the terms in everyday words.
    """
    lean: dict[str, list[str]] = {}
    terms: dict[str, Term] = {}
    for term, mentions in kb.mentions_in_definitions:
        mentioned = [mention.term.title for mention in mentions if mention.term.span != term.span]
        if mentioned and _own_words(term.definition, mentions) < _ENOUGH_OWN_WORDS:
            lean[term.title] = mentioned
            terms[term.title] = term
    for cycle in cycles({title: [other for other in mentioned if other in lean] for title, mentioned in lean.items()}):
        message = f"these terms are explained only by each other: {' → '.join(cycle)}"
        yield Fault(message, terms[cycle[0]].span, "explain one of them in everyday words")


def _own_words(definition: str, mentions: list[Mention]) -> int:
    """How many words say something in `definition` beside the terms that it mentions."""
    within = [(mention.start, mention.end) for mention in mentions]
    return sum(
        match[0].casefold() not in FUNCTION_WORDS and not any(start <= match.start() < end for start, end in within)
        for match in WORD.finditer(definition)
    )


# Words that give a thing its name, up to the emphasised name itself.
_INTRODUCES = re.compile(
    r"""(?:
        \b (?: called | named | termed | dubbed | known\s+as | (?:referred|refers?|referring)\s+to\s+as
            | (?:speaks?|spoke|speaking)\s+of | the\s+(?:term|name|concept|notion)s?(?:\s+of|\s+for\s+\w+\s+is)? ) [,:]?
        (?: \s+ (?:this|it|them|these|such\s+\w+) )?
    ) \s* (?:(?:a|an|the|his|her|its|their)\s+)? ["“'‘]? $""",
    re.VERBOSE | re.IGNORECASE,
)
_ROW = re.compile(r"""["”'’]?(?:\s*,)?(?:\s+(?:and|or|from|with))?\s+(?:(?:an?|the)\s+)?["“'‘]?""")
_EXPLAINS = re.compile(
    r"""["”'’]? \s* ,?\s* (?: \(.{1,60}?\)\s* )?
    (?: means | denotes | refers?\s+to | is\s+(?:the|a|his|her|their)\s+(?:name|term|word)\s+for
      | (?:is|was)\s+(?:defined\s+as|the\s+name) ) \b""",
    re.VERBOSE,
)
_LANGUAGE = re.compile(r"\b(?:French|German|Greek|Hebrew|Hungarian|Italian|Latin|Portuguese|Russian|Spanish|Yiddish)\b")
_LONGEST_NAME = 5


@rule("emphasised-term-is-defined", severity=Severity.WARNING, page_by_page=True)
def emphasised_term_is_defined(kb: KnowledgeBase) -> Iterator[Fault]:
    """A term that a text introduces in italics or bold is in the glossary.

    The reader is told that it is a term, meets it again elsewhere, and cannot look it up.

    Emphasised as a term is what stands in italics or bold and is given as a name: after words such as "called",
    "known as", "termed", "the term" or "the concept of", or in a row after one of these; before "means", "refers to" or
    "is the name for"; or as the whole left side of a definition list. It has at most five words, and begins with a
    small letter unless a sentence begins with it. Titles of works, foreign words (with other letters than a to z, or
    right after the name of their language), stress ("*not* the same") and labels ("**Note:** ...") are therefore none.

    Bad:
        This is called *projective identification*, where the glossary has no such term.
    Good:
        This is called *projective identification*, and the glossary says what it is.
    Fix:
        Add the term to the glossary, or an alias to the term that is meant; or take the emphasis away.
    """
    if not kb.terms:
        return
    names = [name.text for term in kb.terms for name in term.names]
    for page in kb.doubtful:
        reported: set[str] = set()
        for index, section in enumerate(page.sections):
            for number, paragraph in enumerate(section.paragraphs):
                for start, end in _introduced(paragraph):
                    text = paragraph.text[start:end]
                    if fold(text) in reported or _is_name(kb.matcher, text):
                        continue
                    reported.add(fold(text))
                    near = nearest(text, names)
                    suggestion = f"add it to the glossary{f', or did you mean `{near}`?' if near else ''}"
                    span = kb.place_in_paragraph(page, index, number, start, end)
                    yield Fault(f"'{text}' is introduced as a term and explained nowhere", span, suggestion)


def _introduced(paragraph: Paragraph) -> Iterator[tuple[int, int]]:
    """What a paragraph introduces as a term by its emphasis: where it starts and ends."""
    row_ends: int | None = None
    for start, end in paragraph.emphases:
        before = paragraph.text[max(0, start - 80) : start]
        goes_on = row_ends is not None and _ROW.fullmatch(paragraph.text, row_ends, start)
        is_named = goes_on or _INTRODUCES.search(before) or _EXPLAINS.match(paragraph.text, end)
        row_ends = end if is_named else None
        is_left_side = paragraph.tag == "dt" and end - start == len(paragraph.text)
        if (is_named or is_left_side) and not _LANGUAGE.search(before[-40:]):
            starts_sentence = before.rstrip()[-1:] in ("", ".", "!", "?")
            if _could_be_term(paragraph.text[start:end], starts_sentence):
                yield start, end


def _could_be_term(text: str, starts_sentence: bool) -> bool:
    words = text.split()
    if len(words) > _LONGEST_NAME or not text.isascii() or re.search(r"[.:;!?,\d@/]", text):
        return False
    if words[0][0].isupper() and not starts_sentence:
        return False
    return not any(word[0].isupper() for word in words[1:]) and any(
        word.casefold() not in FUNCTION_WORDS and len(word) > 3 for word in words
    )


def _is_name(matcher: Matcher, text: str) -> bool:
    """Whether the whole of `text`, an article aside, is a name of a term."""
    bare = re.sub(r"^(?:the|an?)\s+", "", text, flags=re.IGNORECASE)
    return any(mention.end - mention.start >= len(bare) for mention in matcher.find(text))


@rule("term-is-spelt-one-way", severity=Severity.WARNING, page_by_page=True)
def term_is_spelt_one_way(kb: KnowledgeBase) -> Iterator[Fault]:
    """A term is spelt in the texts as its entry spells it: one hyphenation, British or US, not both.

    Two spellings look like two terms. The title has the spelling to use; where an alias is another word, its first
    spelling among the aliases is. Capitalised names within a sentence and what stands in quotation marks stay as they
    are: a manual or a scale keeps its name. A hyphen instead of a space between two words is no other spelling.

    Bad:
        The counter-transference grew, where the title is Countertransference.
    Good:
        The countertransference grew.
    Fix:
        Take the suggested spelling; `kb fix` does. Keep the other one as an alias, so that a search finds it.
    """
    preferred = {name: right for term in kb.terms for name, right in _preferred(term)}
    is_right = cache(is_form_of)
    for page in kb.doubtful:
        for index, number, mention in kb.mentions_on(page):
            text = page.sections[index].prose[number]
            used, right = text[mention.start : mention.end], preferred[mention.name]
            if is_right(used, right) or _is_quoted_or_proper(text, mention):
                continue
            span = kb.place_in_prose(page, index, number, mention.start, mention.end)
            mended = respelt(used, right)
            edit = Edit(span, used, mended) if mended and span.line is not None else None
            yield Fault(_two_spellings(used, right), span, f"write `{mended or right}`", edit)
    for term, mentions in kb.mentions_in_definitions:
        for mention in mentions:
            used, right = term.definition[mention.start : mention.end], preferred[mention.name]
            if not is_form_of(used, right) and not _is_quoted_or_proper(term.definition, mention):
                message = f"in the definition of '{term.title}', {_two_spellings(used, right)}"
                yield Fault(message, term.span, f"write `{respelt(used, right) or right}`")


def _two_spellings(used: str, right: str) -> str:
    return f"'{used}' is spelt '{right}' elsewhere"


def _preferred(term: Term) -> Iterator[tuple[Name, str]]:
    """Each name of a term with the first spelling that the term gives of it."""
    first: dict[str, str] = {}
    for name in term.names:
        yield name, first.setdefault(spelling(name.text), name.text)


def _is_quoted_or_proper(text: str, mention: Mention) -> bool:
    """Whether a mention stands in quotation marks, or with capitals inside a sentence."""
    quotations = _quotations(text)
    nearest_before = bisect(quotations, (mention.start, len(text))) - 1
    if nearest_before >= 0 and mention.end <= quotations[nearest_before][1]:
        return True
    if re.match(r"[ -][A-Z]", text[mention.end : mention.end + 2]):
        return True
    before = text[max(0, mention.start - 10) : mention.start]
    return text[mention.start].isupper() and not re.search(r"(?:^|[.!?:][\"”’')]*)\s*$", before)


@lru_cache(maxsize=16)
def _quotations(text: str) -> list[tuple[int, int]]:
    return [match.span() for match in re.finditer(r'"[^"]*"|“[^”]*”', text)]
