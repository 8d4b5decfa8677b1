"""Rules -> the pages of the site that explain them, one a family, made from the docstrings."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from itertools import groupby
from textwrap import indent

from kb.rules import Rule, all_rules

_HEADINGS = {"Bad": "What it finds", "Good": "What is sound", "Fix": "How to mend it"}
_SEVERITIES = {
    "error": "Error: a reader would meet something broken, false or unsafe.",
    "warning": "Warning: an editor should look.",
}
_PART = re.compile(r"^(Bad|Good|Fix):\n((?:(?: {4}.*)?\n)*)", re.MULTILINE)
_SNIPPET = re.compile(r"^(?=[ \t]*-+8<-+)", re.MULTILINE)
_FRONT_MATTER = "---\ntitle: {title}\n---\n\n"


def family_page(rule: Rule, folder: str) -> str:
    """The source file of the page that explains a rule."""
    return f"{folder.strip('/')}/{rule.family.replace(' ', '-')}.md"


@cache
def rule_pages(folder: str) -> dict[str, str]:
    """The Markdown of every page about rules by its uri: an index, and one page a family with a heading a rule."""
    pages = {f"{folder.strip('/')}/index.md": _index(folder)}
    for _, rules in groupby(all_rules().values(), key=lambda rule: rule.family):
        family = list(rules)
        name = family[0].family
        lead = f"What the gate checks about {name}, before anything is published.\n"
        body = "\n".join(part for rule in family for part in _explain(rule))
        pages[family_page(family[0], folder)] = _FRONT_MATTER.format(title=f"Rules about {name}") + lead + "\n" + body
    return pages


def _index(folder: str) -> str:
    lines = [
        _FRONT_MATTER.format(title="Rules"),
        "Before anything is published, a program applies these rules to every page.",
        "A rule is named by what holds when it finds nothing.",
        "An error keeps the site from being published; a warning asks an editor to look.\n",
    ]
    for family, rules in groupby(all_rules().values(), key=lambda rule: rule.family):
        lines.append(f"## {family.capitalize()}\n")
        for rule in rules:
            page = family_page(rule, folder).rpartition("/")[2]
            lines.append(f"- [{rule.name}]({page}#{rule.name}): {_text(rule.summary)}")
        lines.append("")
    return "\n".join(lines)


def _explain(rule: Rule) -> Iterator[str]:
    """The rule's part of its page: a heading, the text before the examples, the examples, how to mend, how to allow."""
    text, parts = rule.documentation + "\n", {}
    for match in _PART.finditer(text):
        parts[match[1]] = re.sub(r"^ {4}", "", match[2], flags=re.MULTILINE).strip("\n")
    yield f"## {rule.name}\n"
    yield _text(_PART.sub("", text).strip()) + "\n"
    yield f"*{_SEVERITIES[rule.severity.value]}*\n"
    for name, heading in _HEADINGS.items():
        if name in parts:
            yield f"**{heading}**\n"
            yield _text(parts[name]) + "\n" if name == "Fix" else _code(parts[name]) + "\n"
    yield "**Where the rule is wrong for one place**, write on the line before:\n"
    yield _code(allow(rule.name)) + "\n"


def allow(rule: str) -> str:
    """The comment that accepts what a rule finds on the line after it."""
    return f"<!-- kb: allow {rule} because REASON -->"


def _code(text: str) -> str:
    """A block of code in the form that every dialect of Markdown has."""
    # A line that would include a file does so in code too, unless a semicolon stands before it.
    return indent(_SNIPPET.sub(";", text), "    ")


def _text(text: str) -> str:
    """Running text of a docstring as Markdown: only its backticks are syntax."""
    parts = re.split(r"(`[^`]+`)", text)
    return "".join(part if part.startswith("`") else re.sub(r"([\\*_\[\]<>#])", r"\\\1", part) for part in parts)
