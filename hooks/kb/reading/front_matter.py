"""YAML with the place of every key: the front matter of a page, and files that hold only data."""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import Any

import yaml

from kb.model import VALUE, Fault, FrontMatter, Span

Places = dict[tuple[str, ...], Span]
# Beyond these no person wrote it; libyaml overflows the stack on the one, and aliases multiply into the other.
DEEPEST = 100
MOST_VALUES = 50_000
LONGEST_VALUE = 100_000

_EMPTY = re.compile(r"---[ \t]*\n(?:---|\.\.\.)[ \t]*\n")
_NEWLINE = re.compile("\n")
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read_yaml(text: str, path: str, first_line: int = 1) -> tuple[Any, Places, list[Fault]]:
    """Parse YAML that begins at `first_line` of the file `path`.

    Returns the data (None where it cannot be parsed), the place of every mapping key and list item by its path of keys
    and indices (of a key's value with `VALUE` behind the path), and the faults.
    """
    if too_much := excess(text):
        return None, {}, [Fault(f"this YAML {too_much}", Span(path, first_line, 1), "write it out, or split it")]
    places: Places = {}
    faults: list[Fault] = []
    line_starts = [0, *(match.end() for match in _NEWLINE.finditer(text))]

    def place(mark: yaml.Mark) -> tuple[int, int]:
        """Line and column; by the offset, because YAML ends lines at some characters that do so nowhere else."""
        line = bisect_right(line_starts, mark.index)
        return first_line + line - 1, mark.index - line_starts[line - 1] + 1

    def note(path_of_keys: tuple[str, ...], node: yaml.Node) -> Span:
        start, end = place(node.start_mark), place(node.end_mark)
        span = Span(path, *start, max(1, end[1] - start[1]) if end[0] == start[0] else 1)
        places.setdefault(path_of_keys, span)
        return span

    def walk(node: yaml.Node | None, above: tuple[str, ...]) -> None:
        if isinstance(node, yaml.MappingNode):
            seen: set[str] = set()
            for key, value in node.value:
                here = (*above, _name(key))
                span = note(here, key)
                if here[-1] in seen:
                    faults.append(Fault(f"the field '{here[-1]}' is given twice", span, "keep one of them"))
                seen.add(here[-1])
                note((*here, VALUE), value)
                walk(value, here)
        elif isinstance(node, yaml.SequenceNode):
            for index, item in enumerate(node.value):
                here = (*above, str(index))
                note(here, item)
                note((*here, VALUE), item)
                walk(item, here)

    loader = _LOADER(text)
    try:
        node = loader.get_single_node()
        walk(node, ())
        data = None if node is None else loader.construct_document(node)
    except Exception as error:  # beside YAMLError, whatever a tag makes of a value that does not fit it
        mark = getattr(error, "problem_mark", None)
        span = Span(path, *place(mark)) if mark else Span(path, first_line, 1)
        problem = getattr(error, "problem", None) or "cannot be read"
        hint = 'put the value in quotes if it contains ": " or begins with a special character'
        return None, {}, [Fault(f"this is not valid YAML: {problem}", span, hint)]
    finally:
        loader.dispose()
    return data, places, faults


def _name(key: yaml.Node) -> str:
    """What a key is called in findings; one that is itself a list or mapping has no name."""
    return key.value if isinstance(key.value, str) else "?"


def excess(text: str, most_values: int = MOST_VALUES) -> str:
    """What makes YAML more than can be read, as the end of a sentence; empty where nothing does.

    Told from the parser's events, without building anything: aliases count as often as they stand for something.
    """
    sizes: dict[str | None, int] = {}
    open_sizes: list[int] = [0]
    anchors: list[str | None] = []
    try:
        for event in yaml.parse(text, Loader=_LOADER):
            if isinstance(event, yaml.CollectionStartEvent):
                open_sizes.append(1)
                anchors.append(event.anchor)
                if len(anchors) > DEEPEST:
                    return f"is nested more than {DEEPEST} levels deep"
                continue
            if isinstance(event, yaml.CollectionEndEvent):
                size, anchor = open_sizes.pop(), anchors.pop()
            elif isinstance(event, yaml.AliasEvent):
                if event.anchor in anchors:
                    return f"contains itself: '*{event.anchor}' stands within '&{event.anchor}'"
                size, anchor = sizes.get(event.anchor, 1), None
            elif isinstance(event, yaml.ScalarEvent):
                size, anchor = 1, event.anchor
                if len(event.value) > LONGEST_VALUE:
                    return f"has a value of more than {LONGEST_VALUE:,} characters"
            else:
                continue
            if anchor is not None:
                sizes[anchor] = size
            open_sizes[-1] += size
            if open_sizes[-1] > most_values:
                return f"has more than {most_values:,} values"
    except yaml.YAMLError:
        return ""  # said with its place by who reads it
    return ""


def split(text: str, path: str) -> tuple[FrontMatter, str, int, list[Fault]]:
    """Separate a page's front matter from its body as MkDocs does.

    Returns the front matter, the body, the number of the body's first line, and the faults of the front matter.
    """
    from mkdocs.utils import meta  # slow to load, and only pages need it

    match = meta.YAML_RE.match(text)
    if match is None:
        body, data = meta.get_data(text)
        first_line = text[: len(text) - len(body)].count("\n") + 1
        return FrontMatter(dict(data), {}), body, first_line, []
    data, places, faults = read_yaml(match[1], path, first_line=2)
    if not faults and not isinstance(data, dict):
        faults = [Fault("the front matter is not a list of fields", Span(path, 2, 1), "write it as `title: ...`")]
    if not isinstance(data, dict) and _EMPTY.match(text):
        return FrontMatter(), text, 1, []  # nothing was meant as front matter: to MkDocs these lines are text
    body = text[match.end() :].lstrip("\n")
    first_line = text[: len(text) - len(body)].count("\n") + 1
    return FrontMatter(data if isinstance(data, dict) else {}, places), body, first_line, faults
