"""The sections that a page of a kind must have: readers find the same thing at the same place."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Sequence
from functools import partial

from kb.kinds import GETTING_HELP, IN_PLAIN_WORDS
from kb.knowledge import KnowledgeBase, plain_words_of
from kb.model import Fault, Heading, Page, Severity
from kb.nearest import nearest
from kb.reading import readability
from kb.reading.words import WORD, sentences
from kb.rules import rule


@rule("required-section-is-present", alone=True)
def required_section_is_present(kb: KnowledgeBase) -> Iterator[Fault]:
    """A page has every section that its kind requires, each a heading of the second level.

    The sections on criticism, risks and when not to are required because they are the ones that get left out.

    Bad:
        A technique without "## When not to use".
    Good:
        A technique with all eight sections.
    Fix:
        Add the section where the message says, with content.
    """
    for page, headings, required in _with_sections(kb, kb.pages):
        texts = [heading.text for heading in headings]
        for index, section in enumerate(required):
            if section in texts:
                continue
            following = next((texts.index(other) for other in required[index + 1 :] if other in texts), None)
            near = nearest(section, [text for text in texts if text not in required])
            if following is not None:
                span, where = headings[following].span, "before this one"
            elif headings:
                span, where = headings[-1].span, "after this one"
            else:
                span, where = page.start, "on this page"
            suggestion = f"rename `## {near}`?" if near else f"add `## {section}`"
            yield Fault(f"the section '{section}' is missing {where}", span, suggestion)


@rule("sections-are-in-order", alone=True)
def sections_are_in_order(kb: KnowledgeBase) -> Iterator[Fault]:
    """The required sections stand in the order of the kind's template, once each.

    Bad:
        ## Evidence and criticism
        ## Aim
    Good:
        ## Aim
        ## Evidence and criticism
    Fix:
        Move the section to its place.
    """
    for page, headings, required in _with_sections(kb, kb.pages):
        kind = kb.kind_of(page)
        assert kind is not None
        present = [heading for heading in headings if heading.text in required]
        highest: Heading | None = None
        for heading in present:
            if highest is not None and required.index(heading.text) <= required.index(highest.text):
                again = heading.text == highest.text
                message = f"the section '{heading.text}' " + (
                    "is there twice" if again else f"belongs before '{highest.text}'"
                )
                yield Fault(message, heading.span, "join the two" if again else "move it there")
            else:
                highest = heading
        if kind.is_free:
            yield from _free_ends(headings, kind.first, kind.last)


def _free_ends(headings: list[Heading], first: tuple[str, ...], last: tuple[str, ...]) -> Iterator[Fault]:
    texts = [heading.text for heading in headings]
    for index, section in enumerate(first):
        if section in texts and texts.index(section) > index and texts[index] not in first:
            yield Fault(
                f"the section '{texts[index]}' belongs after '{section}'", headings[index].span, "move it there"
            )
    for section in last:
        if section in texts and texts.index(section) < len(texts) - len(last):
            yield Fault(
                f"'{section}' is the last section of a page", headings[texts.index(section)].span, "move it down"
            )


@rule("section-has-content", alone=True)
def section_has_content(kb: KnowledgeBase) -> Iterator[Fault]:
    """No required section is empty.

    Bad:
        ## Risks and misuse

        ## Evidence and criticism
    Good:
        ## Risks and misuse

        A series of questions becomes an interrogation.
    Fix:
        Write the section. Where nothing is known, say so; that is content.
    """
    for page, _, required in _with_sections(kb, kb.pages):
        content = {section.heading: section.has_content for section in page.sections}
        for index, heading in enumerate(page.headings):
            if heading.level != 2 or heading.text not in required:
                continue
            if not any(content.get(number, True) for number in _under(page, index)):
                yield Fault(
                    f"the section '{heading.text}' is empty", heading.span, "write it, if only what is not known"
                )


@rule("plain-words-are-few", severity=Severity.WARNING, alone=True)
def plain_words_are_few(kb: KnowledgeBase) -> Iterator[Fault]:
    """The section "In plain words" has two to five sentences, and at most 120 words.

    It is for those who read no further, on a phone, perhaps in distress. Other limits can be set with `plain_words`
    under `extra: kb:` in mkdocs.yml.

    Bad:
        ## In plain words

        Insight means seeing something about yourself.
    Good:
        ## In plain words

        Insight means seeing something about yourself, and feeling that it is true.
        It often comes slowly, in small pieces.
    Fix:
        Say what the reader needs first; the rest has its place in the other sections.
    """
    limits = kb.settings.plain_words
    fewest, most = limits.sentences
    for heading, text in _in_plain_words(kb, kb.pages):
        number = sum(len(list(sentences(paragraph))) for paragraph in text.split("\n\n"))
        words = len(WORD.findall(text))
        if not fewest <= number <= most:
            noun = "sentence" if number == 1 else "sentences"
            message = f"'{heading.text}' has {number} {noun}"
            yield Fault(message, heading.span, f"from {fewest} to {most}")
        if words > limits.words:
            yield Fault(f"'{heading.text}' has {words} words", heading.span, f"at most {limits.words}")


@rule("plain-words-are-easy", severity=Severity.WARNING, page_by_page=True)
def plain_words_are_easy(kb: KnowledgeBase) -> Iterator[Fault]:
    """The section "In plain words" can be read at the age of fourteen.

    Measured by the formula of Flesch and Kincaid, which counts the words of a sentence and the syllables of a word and
    gives a US school grade: at most 9, unless `plain_words: {grade: ...}` under `extra: kb:` in mkdocs.yml says
    otherwise. The formula knows no meaning: a text that passes may still be hard.

    Bad:
        Psychodynamic psychotherapy facilitates the identification of maladaptive interpersonal configurations.
    Good:
        In this therapy you look for old habits with people that now hurt you.
    Fix:
        Make two sentences of one, and take shorter words.
    """
    highest = kb.settings.plain_words.grade
    for heading, text in _in_plain_words(kb, kb.doubtful):
        grade = kb.remember(f"grade {text}", partial(readability.grade, text))
        if grade > highest:
            message = f"'{heading.text}' needs school grade {grade:g} to be read"
            yield Fault(message, heading.span, f"at most {highest:g}: shorter sentences, shorter words")


def _in_plain_words(kb: KnowledgeBase, pages: Sequence[Page]) -> Iterator[tuple[Heading, str]]:
    """The section in plain words of every one of the pages that has one: its heading and its text."""
    for page, _, _ in _with_sections(kb, pages):
        text = plain_words_of(page)
        if text:
            yield next(heading for heading in page.headings if heading.text == IN_PLAIN_WORDS), text


@rule("critics-are-cited", severity=Severity.WARNING, alone=True)
def critics_are_cited(kb: KnowledgeBase) -> Iterator[Fault]:
    """A page on an indication or on evidence cites a work where its limits and critics have their say.

    A page that cites only what speaks for a treatment is an advertisement. The sections are "When it is not the first
    choice" of an indication, and "Certainty and risk of bias" or "What critics say" of a page on evidence.

    Bad:
        ## When it is not the first choice

        With psychotic symptoms other care comes first.
    Good:
        ## When it is not the first choice

        With psychotic symptoms a guideline advises specialist services [@nice2022depression].
    Fix:
        Cite the work that names the limit. Where nobody has published one, cite the work that says so.
    """
    for page, headings, _ in _with_sections(kb, kb.pages):
        kind = kb.kind_of(page)
        present = [heading for heading in headings if kind is not None and heading.text in kind.critical]
        if present and not any(_cites(page, heading) for heading in present):
            names = " and ".join(f"'{heading.text}'" for heading in present)
            message = f"no work is cited in {names}"
            yield Fault(message, present[0].span, "cite a work that names limits or doubts, `[@key]`")


def _cites(page: Page, heading: Heading) -> bool:
    """Whether a work is cited under a heading, deeper headings included."""
    inner = set(_under(page, page.headings.index(heading)))
    return any(section.has_citation for section in page.sections if section.heading in inner)


@rule("urgent-help-is-near", page_by_page=True)
def urgent_help_is_near(kb: KnowledgeBase) -> Iterator[Fault]:
    """The section "Getting help" of an indication links to the page with urgent help.

    Who reads about a disorder may be in danger at that moment. The page is named by `urgent_help` under `extra: kb:` in
    mkdocs.yml; without it the rule is silent.

    Bad:
        ## Getting help

        A family doctor can refer you.
    Good:
        ## Getting help

        If you might harm yourself, go to [Getting urgent help](../guides/getting-urgent-help.md) now.
    Fix:
        Add a sentence with the link.
    """
    wanted = kb.settings.urgent_help
    for page, headings, required in _with_sections(kb, kb.doubtful):
        heading = next((heading for heading in headings if heading.text == GETTING_HELP), None)
        # Where the section is missing altogether, `required-section-is-present` says so.
        if wanted is None or heading is None or GETTING_HELP not in required:
            continue
        inner = set(_under(page, page.headings.index(heading)))
        targets = (kb.resolve(page, link) for link in page.links if link.tag == "a" and link.heading in inner)
        if not any(target is not None and target.uri == wanted for target in targets):
            address = posixpath.relpath(wanted, page.folder)
            yield Fault(f"'{GETTING_HELP}' does not lead to urgent help", heading.span, f"add a link to `{address}`")


def _under(page: Page, index: int) -> Iterator[int]:
    """The heading `index` and the deeper ones below it."""
    yield index
    for deeper in range(index + 1, len(page.headings)):
        if page.headings[deeper].level <= page.headings[index].level:
            return
        yield deeper


def _with_sections(kb: KnowledgeBase, pages: Sequence[Page]) -> Iterator[tuple[Page, list[Heading], tuple[str, ...]]]:
    """Every one of the pages with a kind that can be read, its headings of level two, and the sections it must have."""
    for page in pages:
        kind = kb.kind_of(page)
        if kind is not None and not page.faults:
            yield page, [heading for heading in page.headings if heading.level == 2], kind.sections
