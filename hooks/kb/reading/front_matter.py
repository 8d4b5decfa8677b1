"""YAML with the place of every key: the front matter of a page, and files that hold only data."""

from __future__ import annotations

from typing import Any

import yaml
from mkdocs.utils import meta

from kb.model import Fault, FrontMatter, Span

Places = dict[tuple[str, ...], Span]
# At the end of a path of keys: the place of the value, not of its key.
VALUE = "="


def read_yaml(text: str, path: str, first_line: int = 1) -> tuple[Any, Places, list[Fault]]:
    """Parse YAML that begins at `first_line` of the file `path`.

    Returns the data (None where it cannot be parsed), the place of every mapping key and list item by its path of keys
    and indices (of a key's value with `VALUE` behind the path), and the faults.
    """
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        node = yaml.compose(text, Loader=loader)
        data = yaml.load(text, Loader=loader)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        span = Span(path, first_line + mark.line, mark.column + 1) if mark else Span(path, first_line, 1)
        problem = getattr(error, "problem", None) or "cannot be read"
        hint = 'put the value in quotes if it contains ": " or begins with a special character'
        return None, {}, [Fault(f"this is not valid YAML: {problem}", span, hint)]
    places: Places = {}
    faults: list[Fault] = []

    def note(path_of_keys: tuple[str, ...], node: yaml.Node) -> Span:
        length = node.end_mark.column - node.start_mark.column if node.end_mark.line == node.start_mark.line else 1
        span = Span(path, first_line + node.start_mark.line, node.start_mark.column + 1, max(1, length))
        places.setdefault(path_of_keys, span)
        return span

    def walk(node: yaml.Node | None, above: tuple[str, ...], ancestors: tuple[int, ...]) -> None:
        if node is None or id(node) in ancestors or len(ancestors) > 20:
            return
        inner = (*ancestors, id(node))
        if isinstance(node, yaml.MappingNode):
            seen: set[str] = set()
            for key, value in node.value:
                here = (*above, str(key.value))
                span = note(here, key)
                if here[-1] in seen:
                    faults.append(Fault(f"the field '{here[-1]}' is given twice", span, "keep one of them"))
                seen.add(here[-1])
                note((*here, VALUE), value)
                walk(value, here, inner)
        elif isinstance(node, yaml.SequenceNode):
            for index, item in enumerate(node.value):
                here = (*above, str(index))
                note(here, item)
                note((*here, VALUE), item)
                walk(item, here, inner)

    walk(node, (), ())
    return data, places, faults


def split(text: str, path: str) -> tuple[FrontMatter, str, int, list[Fault]]:
    """Separate a page's front matter from its body as MkDocs does.

    Returns the front matter, the body, the number of the body's first line, and the faults of the front matter.
    """
    body, data = meta.get_data(text)
    first_line = text[: len(text) - len(body)].count("\n") + 1
    match = meta.YAML_RE.match(text)
    if match is None:
        return FrontMatter(dict(data), {}), body, first_line, []
    yaml_data, places, faults = read_yaml(match[1], path, first_line=2)
    if not faults and not isinstance(yaml_data, dict):
        faults = [Fault("the front matter is not a list of fields", Span(path, 2, 1), "write it as `title: ...`")]
    if not isinstance(yaml_data, dict):
        body = text[match.end() :].lstrip("\n")
        first_line = text[: len(text) - len(body)].count("\n") + 1
        return FrontMatter({}, places), body, first_line, faults
    return FrontMatter(dict(data), places), body, first_line, faults
