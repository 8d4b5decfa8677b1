"""Terms: nothing unexplained, nothing explained twice, no explanation without a source."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kb.knowledge import KnowledgeBase, term_anchor
from kb.model import Fault, Name, Severity
from kb.nearest import nearest
from kb.rules import rule
from kb.terms import Matcher, abbreviations

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
        if not term.sources:
            suggestion = "add `sources: [key]`" if term.page is None else "cite a work, for instance `[@key]`"
            yield Fault(f"the term '{term.title}' has no source", term.span, suggestion)


@rule("name-is-unique")
def name_is_unique(kb: KnowledgeBase) -> Iterator[Fault]:
    """A title or alias belongs to one term only.

    Otherwise nobody can tell which page the name in a text leads to.

    Bad:
        aliases: [reflective functioning] on two pages
    Good:
        aliases: [reflective functioning] on the page that explains it
    Fix:
        Remove the name from one of the two.
    """
    first: dict[str, Name] = {}
    names = sorted((name for term in kb.terms for name in term.names), key=lambda name: name.span)
    for name in names:
        earlier = first.setdefault(" ".join(name.text.casefold().replace("-", " ").split()), name)
        if earlier is not name:
            where = f"{earlier.span.path}:{earlier.span.line}"
            message = f"the name '{name.text}' is already taken in {where}"
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
    linked = {target.anchor for _, _, target in kb.link_targets}
    unused = {term.title for term in kb.glossary.terms if term_anchor(term) not in linked}
    for page in kb.pages:
        if not unused:
            return
        unused.difference_update(kb.terms_on(page))
    for term in kb.glossary.terms:
        if term.title in unused:
            yield Fault(f"no page uses the term '{term.title}'", term.span, "use it, or remove the entry")


@rule("abbreviation-is-defined")
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
    names = [name.text for term in kb.terms for name in term.names]
    known = {abbreviation for name in names for abbreviation in abbreviations(name)} | kb.settings.plain_abbreviations
    for page in kb.pages:
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
    for term in kb.terms:
        mention = next(Matcher([term]).find(term.definition), None)
        if mention is not None:
            used = term.definition[mention.start : mention.end]
            yield Fault(f"the definition of '{term.title}' uses '{used}' itself", term.span, "say it in other words")
