"""Whether addresses of other sites answer: the one module of the gate that uses the network, and only on request.

An answer is kept for about a week, each for a little longer or shorter, so that not all of them are asked for on the
same day again. What did not answer is never kept.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kb.addresses import malformed, split_address
from kb.model import Answer, Span

if TYPE_CHECKING:
    from requests import Response, Session

    from kb.knowledge import KnowledgeBase

VERSION = 1
_DAY = 24 * 60 * 60
# doi.org knows whether a DOI exists; the publisher it leads to often refuses programs, so it is not asked.
_RESOLVERS = frozenset({"doi.org", "dx.doi.org", "www.doi.org"})
# Names kept for examples (RFC 2606, RFC 6761), at which nothing can be expected to answer.
_EXAMPLES = ("example.org", "example.com", "example.net", ".example", ".test", ".invalid", ".localhost", ".local")
_PERMANENT = frozenset({301, 308})


@dataclass(frozen=True, slots=True)
class Limits:
    """How politely and how patiently to ask. Times are in seconds; `kept` and `jitter` in seconds too."""

    at_once: int = 16
    at_once_per_host: int = 2
    to_connect: float = 10
    to_answer: float = 20
    altogether: float = 15 * 60
    redirects: int = 10
    kept: float = 7 * _DAY
    jitter: float = 2 * _DAY


def addresses_of(kb: KnowledgeBase) -> dict[str, list[Span]]:
    """The web addresses that pages link to and works of the bibliography give, each with every place that names it."""
    places: dict[str, list[Span]] = {}
    for page in kb.pages:
        for link in page.links:
            _note(places, link.target, link.span)
    for reference in kb.references.values():
        doi = reference.fields.get("doi", "")
        if doi:
            _note(places, doi if doi.startswith("http") else f"https://doi.org/{doi}", reference.span)
        _note(places, reference.fields.get("url", ""), reference.span)
    return places


def _note(places: dict[str, list[Span]], target: str, span: Span) -> None:
    address = target.partition("#")[0].strip()
    if is_public(address) and malformed(address) is None:
        places.setdefault(address, []).append(span)


def is_public(address: str) -> bool:
    """Whether an address is one of the web that anybody can open: no name for examples, no private network."""
    parts = split_address(address)
    if parts is None or parts.scheme not in ("http", "https") or not parts.hostname:
        return False
    host = parts.hostname
    try:
        return ip_address(host).is_global
    except ValueError:
        return "." in host and not any(
            host == name.lstrip(".") or host.endswith(f".{name.lstrip('.')}") for name in _EXAMPLES
        )


def answers(addresses: Iterable[str], store: Path, user_agent: str, limits: Limits = Limits()) -> dict[str, Answer]:
    """What each of the web addresses answers, from the file `store` as long as it is fresh there, else from its host.

    Hosts are asked at the same time, each by a few requests one after the other. `user_agent` tells them who asks.
    """
    now = time.time()
    kept = _read(store, now)
    found = {address: kept[address][1] for address in addresses if address in kept}
    missing = sorted(set(addresses) - set(found))
    if missing:
        fresh = _ask_all(missing, user_agent, limits)
        for address, answer in fresh.items():
            if answer.status is not None and answer.status < 400:
                kept[address] = (now + limits.kept + random.uniform(-limits.jitter, limits.jitter), answer)
        _write(store, kept)
        found.update(fresh)
    return found


def _ask_all(addresses: list[str], user_agent: str, limits: Limits) -> dict[str, Answer]:
    """Ask for every address, one lane of requests after another for each host."""
    from concurrent.futures import ThreadPoolExecutor

    by_host: dict[str, list[str]] = {}
    for address in addresses:
        parts = split_address(address)
        by_host.setdefault(parts.netloc.lower() if parts else "", []).append(address)
    lanes = [
        lane
        for found in by_host.values()
        for number in range(limits.at_once_per_host)
        if (lane := found[number :: limits.at_once_per_host])
    ]
    deadline = time.monotonic() + limits.altogether
    with ThreadPoolExecutor(limits.at_once) as pool:
        results = pool.map(lambda lane: _ask_lane(lane, user_agent, limits, deadline), lanes)
        return {address: answer for result in results for address, answer in result.items()}


def _ask_lane(addresses: list[str], user_agent: str, limits: Limits, deadline: float) -> dict[str, Answer]:
    from requests import Session

    found = {}
    with Session() as session:
        session.headers.update({"User-Agent": user_agent, "Accept": "text/html,*/*;q=0.8"})
        session.max_redirects = limits.redirects
        for address in addresses:
            if time.monotonic() > deadline:
                found[address] = Answer(None, "there was no time left to ask")
            else:
                found[address] = _ask(session, address, limits)
    return found


def _ask(session: Session, address: str, limits: Limits) -> Answer:
    """The answer of one address to HEAD, and to GET where that is refused or fails, as it is by some servers."""
    answer = _request(session, "HEAD", address, limits)
    if answer.is_unknown_host or (answer.status is not None and answer.status < 400):
        return answer
    return _request(session, "GET", address, limits)


def _request(session: Session, method: str, address: str, limits: Limits) -> Answer:
    from requests import exceptions

    parts = split_address(address)
    follows = parts is None or parts.hostname not in _RESOLVERS
    try:
        with session.request(
            method, address, timeout=(limits.to_connect, limits.to_answer), allow_redirects=follows, stream=True
        ) as response:
            return Answer(response.status_code, moved_to=_moved_to(response) if response.status_code < 400 else "")
    except exceptions.TooManyRedirects:
        return Answer(None, "it redirects in circles")
    except exceptions.Timeout:
        return Answer(None, "it did not answer in time")
    except exceptions.SSLError:
        return Answer(None, "its certificate is not valid")
    except exceptions.ConnectionError as error:
        if _is_unknown_host(error):
            return Answer(None, "its host does not exist", is_unknown_host=True)
        return Answer(None, "the connection failed")
    except (exceptions.RequestException, ValueError, OSError) as error:
        return Answer(None, f"it cannot be asked for ({type(error).__name__})")


def _moved_to(response: Response) -> str:
    """Where the first redirections, all of them for good, have led; empty where only a slash or the like differs."""
    hops = [*response.history, response]
    moved = 0
    while moved < len(response.history) and hops[moved].status_code in _PERMANENT:
        moved += 1
    start, end = hops[0].url or "", hops[moved].url or ""
    return end if end.rstrip("/") != start.rstrip("/") else ""


def _is_unknown_host(error: BaseException) -> bool:
    """Whether a name could not be found for good; a resolver that is out of order says EAI_AGAIN."""
    import socket

    seen: set[int] = set()
    waiting: list[object] = [error]
    while waiting:
        cause = waiting.pop()
        if not isinstance(cause, BaseException) or id(cause) in seen:
            continue
        seen.add(id(cause))
        if isinstance(cause, socket.gaierror):
            return cause.errno != socket.EAI_AGAIN
        waiting += [cause.__cause__, cause.__context__, getattr(cause, "reason", None), *cause.args]
    return False


Kept = dict[str, tuple[float, Answer]]


def _read(store: Path, now: float) -> Kept:
    """The answers that are still fresh; none where the file is missing, damaged or from another version."""
    try:
        document: Any = json.loads(store.read_text(encoding="utf-8"))
        if document["version"] != VERSION:
            return {}
        return {
            address: (float(entry["until"]), Answer(int(entry["status"]), moved_to=str(entry["moved_to"])))
            for address, entry in document["answers"].items()
            if entry["until"] > now
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def _write(store: Path, kept: Kept) -> None:
    """Replace the file at once; where that fails, the addresses are asked for again."""
    entries = {
        address: {"until": until, "status": answer.status, "moved_to": answer.moved_to}
        for address, (until, answer) in sorted(kept.items())
    }
    with contextlib.suppress(OSError):
        store.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=store.parent)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                json.dump({"version": VERSION, "answers": entries}, file, indent=1)
            os.replace(name, store)
        except OSError:
            os.unlink(name)
