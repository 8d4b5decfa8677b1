"""Addresses of other sites: their form, and on request whether they answer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from kb.addresses import malformed, without_scheme
from kb.knowledge import KnowledgeBase
from kb.model import Answer, Fault, Severity, Span
from kb.rules import rule

# What a server says of a page that is not there, and will not be.
_GONE = frozenset({404, 410})


@rule("address-is-well-formed", page_by_page=True)
def address_is_well_formed(kb: KnowledgeBase) -> Iterator[Fault]:
    """An address of the web or of mail is written as one.

    A browser takes `www.example.org` for a page of this site, and cannot open `https:/example.org` or `doi:10...`.

    Bad:
        [the society](www.example.org), [the paper](doi:10.1037/a0018378), [the manual](htps://example.org)
    Good:
        [the society](https://www.example.org), [the paper](https://doi.org/10.1037/a0018378)
    Fix:
        Take the suggested address, and try whether it opens.
    """
    for page in kb.doubtful:
        not_found = {link.span for link, target in kb.targets_of(page) if not target.exists}
        for link in page.links:
            fault = malformed(link.target) or (without_scheme(link.target) if link.span in not_found else None)
            if fault:
                edit = kb.edit(link.span, link.target, fault.mended) if fault.mended and fault.is_certain else None
                suggestion = f"did you mean `{fault.mended}`?" if fault.mended else None
                yield Fault(f"the address '{link.target}' {fault.problem}", link.span, suggestion, edit)


@rule("external-address-answers", on_request=True)
def external_address_answers(kb: KnowledgeBase) -> Iterator[Fault]:
    """Every address of another site leads to something there. Asked with `kb check --external` only.

    A claim whose source has gone can no longer be checked. Found are addresses that the server does not know (404, 410)
    and hosts that do not exist; a DOI is asked of doi.org alone.

    Bad:
        [the guideline](https://www.example.org/withdrawn)
    Good:
        [the guideline](https://www.example.org/guideline)
    Fix:
        Look for the new address, or for a copy in an archive of the web.
    """
    for asked in _asked(kb):
        if asked.answer.status in _GONE:
            message = f"'{asked.address}' is not there any more (the server answers {asked.answer.status})"
            yield Fault(message, asked.span, "look for the new address, or for a copy in an archive of the web")
        elif asked.answer.is_unknown_host:
            yield Fault(f"'{asked.address}' names a host that does not exist", asked.span, "check its spelling")


@rule("external-address-is-confirmed", severity=Severity.WARNING, on_request=True)
def external_address_is_confirmed(kb: KnowledgeBase) -> Iterator[Fault]:
    """Whether an address of another site answers can be told. Asked with `kb check --external` only.

    Some servers refuse programs (403, 429), take too long or are out of order for a day. The page may well be there.

    Bad:
        An address that answers 403 or not in time.
    Good:
        An address that answers.
    Fix:
        Open it in a browser. If it is there, nothing is to be done.
    """
    for asked in _asked(kb):
        answer = asked.answer
        if answer.is_unknown_host or answer.status in _GONE or (answer.status is not None and answer.status < 400):
            continue
        reason = answer.problem or f"the server answers {answer.status}"
        yield Fault(f"'{asked.address}' could not be confirmed: {reason}", asked.span, "open it in a browser")


@rule("external-address-is-current", severity=Severity.WARNING, on_request=True)
def external_address_is_current(kb: KnowledgeBase) -> Iterator[Fault]:
    """No address of another site has moved for good. Asked with `kb check --external` only.

    The server still leads from the old address to the new one; such redirections are kept for some years at best.

    Bad:
        An address that answers 301 or 308 and names another.
    Good:
        The address that it names.
    Fix:
        Open the new address, make sure that it is the same page, and take it.
    """
    for asked in _asked(kb):
        if asked.answer.moved_to:
            yield Fault(f"'{asked.address}' has moved for good", asked.span, f"is it `{asked.answer.moved_to}`?")


@dataclass(frozen=True, slots=True)
class _Asked:
    address: str
    span: Span
    answer: Answer


def _asked(kb: KnowledgeBase) -> Iterator[_Asked]:
    """Every place that names an address of which an answer is known."""
    answers = kb.request.answers
    if answers is None:
        return
    from kb.external import addresses_of

    for address, spans in addresses_of(kb).items():
        if address in answers:
            for span in spans:
                yield _Asked(address, span, answers[address])
