"""The baseline: the findings that a project had when it began to use the gate, as a file that people can review."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable

from kb.model import Baseline, Finding, Recorded, Span

VERSION = 1
Key = tuple[str, str, str]

# A message may name another line, such as "already taken in bib/references.bib:12"; that line moves with every edit.
_LINE = re.compile(r"(:|\blines? )\d+(?::\d+)?")


class NotABaseline(ValueError):
    """The file is not what `kb check --write-baseline` writes; the message says what is wrong with it."""


def key_of(finding: Finding | Recorded) -> Key:
    """What a finding is known by from one run to the next."""
    path = finding.path if isinstance(finding, Recorded) else finding.span.path
    return finding.rule, path, _LINE.sub(r"\1", finding.message)


def read_baseline(content: bytes, path: str) -> Baseline:
    """Read a baseline; raises NotABaseline where it has another form."""
    from kb.reading.front_matter import read_yaml  # YAML is slow to load, and few projects have a baseline

    try:
        text = content.decode("utf-8-sig")
        document = json.loads(text)
        entries = document["findings"]
        if document["version"] != VERSION:
            raise NotABaseline(f"it has the version {document['version']!r}, not {VERSION}")
        recorded = [(str(e["rule"]), str(e["path"]), str(e["message"]), int(e["count"])) for e in entries]
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise NotABaseline(f"it is not JSON: {error}") from None
    except (KeyError, TypeError, RecursionError, AttributeError) as error:
        raise NotABaseline("it lacks `version`, or `findings` with rule, path, message and count") from error
    _, places, _ = read_yaml(text, path)  # JSON is YAML, and this reader knows places
    spans = [places.get(("findings", str(number)), Span(path)) for number in range(len(recorded))]
    return Baseline(path, tuple(Recorded(*entry, span) for entry, span in zip(recorded, spans, strict=True)))


def write_baseline(findings: Iterable[Finding]) -> str:
    """The text of a baseline that records `findings`, one a line in a fixed order, so that a change is easy to see."""
    counts = Counter((finding.rule, finding.span.path, finding.message) for finding in findings)
    return _text([(*entry, number) for entry, number in counts.items()])


def shrink_baseline(baseline: Baseline, findings: Iterable[Finding]) -> str:
    """The text of the baseline without what is no longer found; nothing is added."""
    left = Counter(key_of(finding) for finding in findings)
    kept = []
    for entry in baseline.entries:
        number = min(entry.count, left[key_of(entry)])
        left[key_of(entry)] -= number
        if number:
            kept.append((entry.rule, entry.path, entry.message, number))
    return _text(kept)


def _text(entries: list[tuple[str, str, str, int]]) -> str:
    fields = ("rule", "path", "message", "count")
    ordered = sorted(entries, key=lambda entry: (entry[1], entry[0], entry[2]))
    lines = [json.dumps(dict(zip(fields, entry, strict=True)), ensure_ascii=False) for entry in ordered]
    return f'{{"version": {VERSION}, "findings": [\n' + ",\n".join(lines) + "\n]}\n"
