"""Begin a page: the template of its kind, with a prompt for everything that is still to be written."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import yaml
from markdown.extensions.toc import slugify

from kb.editing.prompts import FIELDS, FREE_SECTIONS, SECTIONS
from kb.kinds import KINDS, Kind
from kb.knowledge import KnowledgeBase, aliases_of, title_of
from kb.nearest import nearest
from kb.project import CannotRun, Project


def new_page(project: Project, kb: KnowledgeBase, kind_name: str, title: str) -> Path:
    """Write the template of a kind under a title, and return where. Overwrites nothing; raises CannotRun."""
    if not kb.settings.content_model:
        raise CannotRun("this project has no kinds of page; set `content_model: true` under extra.kb in mkdocs.yml")
    kind = _kind(kind_name)
    title = " ".join(title.split())
    id_ = slug(title)
    if not id_:
        raise CannotRun(f"no file name can be made from the title '{title}'; it needs letters or digits")
    _refuse_taken(kb, title, id_)
    path = project.docs / kind.folder / f"{id_}.md"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(template(kind, title))
    except FileExistsError:
        raise CannotRun(f"'{project.name_of(path)}' exists already") from None
    except OSError as error:
        raise CannotRun(f"'{project.name_of(path)}' cannot be written: {error.strerror}") from None
    return path


def slug(title: str) -> str:
    """The file name for a title: small letters, digits and hyphens, accents folded."""
    return slugify(re.sub(r"[^\w\s'’.]|_", " ", title), "-").strip("-")


def template(kind: Kind, title: str) -> str:
    """The text of a new page. What the kind requires is there and empty, so that the gate says what is missing."""
    return "\n".join(["---", *_front_matter(kind, title), "---", "", *_sections(kind)])


def _front_matter(kind: Kind, title: str) -> Iterator[str]:
    yield f"title: {_yaml(title)}"
    for name, field in kind.fields.model_fields.items():
        if name != "title" and field.is_required():
            yield f"{name}: # {FIELDS[name]}"
    for name, field in kind.fields.model_fields.items():
        if not field.is_required():
            yield f"# {name}: {FIELDS[name]}"


def _yaml(text: str) -> str:
    """A text as the value of a field, in quotes where YAML would take it for something else."""
    try:
        plain = yaml.safe_load(f"title: {text}")
    except yaml.YAMLError:
        plain = None
    return text if plain == {"title": text} else json.dumps(text, ensure_ascii=False)


def _sections(kind: Kind) -> Iterator[str]:
    for number, section in enumerate(kind.sections):
        if kind.is_free and number == len(kind.first):
            yield from (f"<!-- {FREE_SECTIONS} -->", "")
        yield from (f"## {section}", "", f"<!-- {SECTIONS[section]} -->", "")


def _kind(name: str) -> Kind:
    kinds = {kind.name: kind for kind in KINDS} | {kind.folder: kind for kind in KINDS}
    if name.casefold() in kinds:
        return kinds[name.casefold()]
    near = nearest(name, kinds)
    meant = f"did you mean '{kinds[near].name}'?" if near else f"there are {', '.join(kind.name for kind in KINDS)}"
    raise CannotRun(f"there is no kind of page '{name}'; {meant}")


def _refuse_taken(kb: KnowledgeBase, title: str, id_: str) -> None:
    taken = {_folded(name.text): (name.text, name.span.place) for term in kb.terms for name in term.names}
    for page in kb.pages:
        for name in (title_of(page), *aliases_of(page)):
            taken.setdefault(_folded(name), (name, page.path))
    if _folded(title) in taken:
        name, place = taken[_folded(title)]
        raise CannotRun(f"the name '{name}' is already taken in {place}")
    if id_ in kb.by_id:
        raise CannotRun(f"the id '{id_}' is already taken by {kb.by_id[id_].path}")


def similar(kb: KnowledgeBase, title: str) -> str | None:
    """A name in the site that is so near to a title that the two may mean the same."""
    names = {name.text for term in kb.terms for name in term.names} | {title_of(page) for page in kb.pages}
    return nearest(title, names)


def _folded(name: str) -> str:
    return " ".join(name.casefold().replace("-", " ").split())
