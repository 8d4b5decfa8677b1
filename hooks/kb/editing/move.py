"""Rename a page, and mend everything that names it: links, relations, navigation and redirects."""

from __future__ import annotations

import posixpath
import re
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import quote, unquote, urljoin, urlsplit, urlunsplit

import yaml

from kb import engine, gate
from kb.editing import source
from kb.kinds import BY_FOLDER
from kb.knowledge import KnowledgeBase
from kb.model import Edit, Finding, Link, LinkOrigin, Page, Span
from kb.nearest import nearest
from kb.project import CannotRun, Project

_PLAIN = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


@dataclass
class Move:
    """A page that is to stand elsewhere: its uri before and after, the edits this takes, and what nobody can edit."""

    page: Page
    new: str
    edits: list[Edit] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    diffs: list[str] = field(default_factory=list)
    refused: int = 0

    @property
    def old(self) -> str:
        return self.page.uri


def move(project: Project, old: str, new: str, dry: bool = False) -> Move:
    """Rename the page `old` (an id or a path) to `new` and mend what names it; where `dry`, only say how.

    Raises CannotRun, before anything is changed, where the page is not there or the new place is taken.
    """
    kb, before = gate.judge(project)
    page = _page(project, kb, old)
    plan = Move(page, _new_uri(project, kb, page, new))
    addresses = _Addresses(project, kb, plan)
    _plan_links(kb, plan, addresses)
    _plan_relations(kb, plan)
    _plan_configuration(project, kb, plan)
    _note_templates(project, plan, addresses)
    texts = _apply(project, plan)
    if dry:
        return plan
    _write_all(project, texts)
    _rename(project, page.path, project.name_of(_file(project, plan.new)))
    plan.notes += [
        f"{finding.span.place}: {finding.message}" for finding in _new_findings(project, plan, before.findings)
    ]
    return plan


def _new_findings(project: Project, plan: Move, before: Iterable[Finding]) -> Iterator[Finding]:
    """What the gate finds now and did not find before: what was not mended, whatever the reason."""
    old, new = plan.old.removesuffix(".md"), plan.new.removesuffix(".md")
    known = {(finding.rule, finding.message.replace(old, new)) for finding in before}
    after = gate.judge(replace(engine.load(str(project.configuration)), baseline=project.baseline))[1]
    return (finding for finding in after.findings if (finding.rule, finding.message) not in known)


# what is meant


def _page(project: Project, kb: KnowledgeBase, name: str) -> Page:
    if name in kb.by_id:
        return kb.by_id[name]
    docs = project.docs
    for path in (Path(name), project.root / name, docs / name, docs / f"{name}.md"):
        uri = _uri(docs, path)
        page = next((page for page in kb.pages if page.uri == uri), None)
        if page is not None:
            return page
    near = nearest(name, [*kb.by_id, *(page.path for page in kb.pages)])
    raise CannotRun(f"there is no page '{name}'" + (f"; did you mean '{near}'?" if near else ""))


def _new_uri(project: Project, kb: KnowledgeBase, page: Page, name: str) -> str:
    docs = project.docs
    if "/" not in name:
        uri: str | None = posixpath.join(page.folder, name.removesuffix(".md") + ".md")
    else:
        path = Path(name.removesuffix(".md") + ".md")
        places = (path, project.root / path) if _uri(docs, path) or _uri(docs, project.root / path) else (docs / path,)
        uri = next((found for found in (_uri(docs, place) for place in places) if found), None)
    if uri is None:
        raise CannotRun(f"'{name}' lies outside the folder of the pages, {project.name_of(docs)}")
    id_ = posixpath.basename(uri).removesuffix(".md")
    target = _file(project, uri)
    if uri == page.uri:
        raise CannotRun(f"'{page.path}' already has this name")
    if target.exists() and not target.samefile(_file(project, page.uri)):
        raise CannotRun(f"'{project.name_of(target)}' exists already")
    if kb.settings.content_model and uri.partition("/")[0] in BY_FOLDER and id_ != "index":
        if not _PLAIN.fullmatch(id_):
            raise CannotRun(f"'{id_}' cannot be a file name here: it has small letters, digits and hyphens only")
        other = kb.by_id.get(id_)
        if other is not None and other is not page:
            raise CannotRun(f"the id '{id_}' is already taken by {other.path}")
    return uri


def _uri(docs: Path, path: Path) -> str | None:
    path = Path(posixpath.normpath(path.absolute().as_posix()))
    return path.relative_to(docs).as_posix() if path.is_relative_to(docs) else None


def _file(project: Project, uri: str) -> Path:
    return project.docs / uri


# links


class _Addresses:
    """The published addresses of the files, before and after the move."""

    def __init__(self, project: Project, kb: KnowledgeBase, plan: Move) -> None:
        self.plan = plan
        self.before = dict(kb.files)
        self.after = {**self.before, plan.new: engine.address(project, plan.new)}

    def uri_after(self, uri: str) -> str:
        return self.plan.new if uri == self.plan.old else uri

    def is_same_from(self, page: Page, page_uri: str, path: str) -> bool:
        """Whether a relative address leads to the same place from a page before and after the move."""
        addresses = (self.before.get(page.uri, ""), self.after.get(page_uri, ""))
        before, after = (urljoin(f"https://site.invalid/root/{address}", path) for address in addresses)
        return before == after

    def link(self, uri: str, page_uri: str) -> str:
        """The relative address that leads from one published page to another, both as they are after the move."""
        here, there = self.after.get(page_uri, ""), self.after.get(uri, "")
        base = here if here.endswith("/") or not here else posixpath.dirname(here) + "/"
        path = posixpath.relpath("/" + there, "/" + base)
        return path + "/" if (there.endswith("/") or not there) and not path.endswith("/") else path


def _plan_links(kb: KnowledgeBase, plan: Move, addresses: _Addresses) -> None:
    """Mend the links to the page, and those on it where they are relative to the folder it leaves."""
    wanted: dict[tuple[Span, str], dict[str, Page]] = {}
    for page in kb.pages:
        for link in (*page.links, *_unused_definitions(kb, page)):
            target = _target_after(kb, page, link, addresses)
            if target is not None:
                wanted.setdefault((link.span, link.target), {}).setdefault(target, page)
    for (span, target), targets in wanted.items():
        if set(targets) == {target}:
            continue
        if len(targets) > 1:
            pages = " and ".join(sorted(page.uri for page in targets.values()))
            plan.notes.append(f"{span.place}: '{target}' would have to be written differently for {pages}")
            continue
        new = next(iter(targets))
        edit = kb.edit(span, target, new) or kb.edit(span, target.replace("&", "&amp;"), new.replace("&", "&amp;"))
        if edit is None:
            plan.notes.append(f"{span.place}: the link '{target}' could not be located; write '{new}'")
        else:
            plan.edits.append(edit)


def _unused_definitions(kb: KnowledgeBase, page: Page) -> Iterator[Link]:
    """The targets of the lines `[label]: target` that no link uses."""
    for definition in page.link_definitions:
        span = definition.span
        if not definition.is_used and span.line and span.column:
            line = kb.text_of(span.path).split("\n")[span.line - 1]
            target = line[span.column - 1 : span.column - 1 + span.length]
            yield Link(target, "a", LinkOrigin.MARKDOWN, span)


def _target_after(kb: KnowledgeBase, page: Page, link: Link, addresses: _Addresses) -> str | None:
    """What a link has to say after the move; None for one that stays as it is whatever happens to pages."""
    parts = urlsplit(link.target)
    if not parts.path or parts.path.startswith(("/", "\\")):
        return _absolute(kb, page, link, addresses)
    target = kb.resolve(page, link)
    if target is None or (not target.exists and page.uri != addresses.plan.old):
        return None
    uri = addresses.uri_after(target.uri)
    page_uri = addresses.uri_after(page.uri)
    if uri == target.uri and page_uri == page.uri:
        return link.target
    by_address = target.by_address or link.origin is LinkOrigin.RAW_HTML
    if by_address and target.uri not in kb.files:
        return link.target
    if by_address:
        if uri == target.uri and addresses.is_same_from(page, page_uri, parts.path):
            return link.target
        path = addresses.link(uri, page_uri)
    elif posixpath.normpath(posixpath.join(posixpath.dirname(page_uri), unquote(parts.path))) == uri:
        return link.target
    else:
        path = posixpath.relpath(uri, posixpath.dirname(page_uri) or ".")
    return urlunsplit(("", "", quote(path, safe="/()'!,;@&=+$*~"), parts.query, parts.fragment))


def _absolute(kb: KnowledgeBase, page: Page, link: Link, addresses: _Addresses) -> str | None:
    """A link from the root of the documentation, in projects where MkDocs resolves these."""
    target = kb.resolve(page, link) if link.target.startswith("/") else None
    if target is None or target.uri != addresses.plan.old:
        return None
    parts = urlsplit(link.target)
    return urlunsplit(("", "", "/" + quote(addresses.plan.new), parts.query, parts.fragment))


# relations


def _plan_relations(kb: KnowledgeBase, plan: Move) -> None:
    old, new = plan.page.id, posixpath.basename(plan.new).removesuffix(".md")
    if old == new or kb.by_id.get(old) is not plan.page:
        return
    for relation in kb.relations:
        if relation.target != old:
            continue
        span = relation.span
        quoted = span._replace(column=span.column + 1) if span.column else span
        edit = kb.edit(span, old, new) or kb.edit(quoted, old, new)
        if edit is None:
            plan.notes.append(f"{span.place}: the id '{old}' could not be located; write '{new}'")
        else:
            plan.edits.append(edit)


# mkdocs.yml


def _plan_configuration(project: Project, kb: KnowledgeBase, plan: Move) -> None:
    """Mend the navigation and the redirects in mkdocs.yml, and let the old address lead to the new one."""
    text = kb.text_of(kb.configuration)
    edits, has_redirects = configuration_edits(text, kb.configuration, plan.old, plan.new)
    plan.edits += edits
    if not has_redirects:
        address = kb.files.get(plan.old, "")
        dead = f"links from elsewhere to '{address}' will be dead"
        plan.notes.append(f"no redirect is kept: {dead}; the plugin mkdocs-redirects would keep one")
    done = {edit.span.line for edit in edits}
    pattern = re.compile(rf"(?<![\w/.-]){re.escape(plan.old)}(?![\w/.-])")
    for number, line in enumerate(text.split("\n"), start=1):
        if number not in done and pattern.search(line):
            plan.notes.append(f"{kb.configuration}:{number}: '{plan.old}' is named here too")


def configuration_edits(text: str, path: str, old: str, new: str) -> tuple[list[Edit], bool]:
    """The edits of a mkdocs.yml for a page that moves, and whether the redirects plugin keeps its old address."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    root = yaml.compose(text, Loader=loader)
    # The navigation, and the settings that name a page, such as `urgent_help`.
    named = (node for part in ("nav", "extra") for node in _scalars(_value(root, part)))
    edits = [_scalar_edit(node, path, new) for node in named if _file_part(node) == old]
    plugin = _plugin(_value(root, "plugins"), "redirects")
    maps = _value(plugin, "redirect_maps")
    if not isinstance(maps, yaml.MappingNode) or maps.flow_style or not maps.value:
        return edits, False
    return edits + list(_redirect_edits(maps, text.split("\n"), path, old, new)), True


def _redirect_edits(maps: yaml.MappingNode, lines: list[str], path: str, old: str, new: str) -> Iterator[Edit]:
    """Let the redirects to the page follow it, and add one from where it was."""
    for key, value in maps.value:
        if _file_part(value) == old and key.value == new:
            # The page returns to where it was: its redirect would lead to itself.
            number = key.start_mark.line
            yield Edit(Span(path, number + 1, 1), lines[number] + "\n", "")
        elif _file_part(value) == old:
            yield _scalar_edit(value, path, new)
    key, value = maps.value[-1]
    entry = " " * key.start_mark.column + f"{_quoted(old)}: {_quoted(new)}\n"
    yield Edit(Span(path, value.end_mark.line + 2, 1), "", entry)


def _quoted(text: str) -> str:
    return text if re.fullmatch(r"[\w./-]+", text) else f"'{text}'"


def _value(node: yaml.Node | None, key: str) -> yaml.Node | None:
    if not isinstance(node, yaml.MappingNode):
        return None
    return next((value for name, value in node.value if name.value == key), None)


def _plugin(plugins: yaml.Node | None, name: str) -> yaml.Node | None:
    """The settings of a plugin, however the list of plugins is written."""
    if isinstance(plugins, yaml.SequenceNode):
        return next((found for item in plugins.value if (found := _value(item, name)) is not None), None)
    return _value(plugins, name)


def _scalars(node: yaml.Node | None) -> Iterator[yaml.ScalarNode]:
    if isinstance(node, yaml.ScalarNode):
        yield node
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _scalars(item)
    elif isinstance(node, yaml.MappingNode):
        for _, value in node.value:
            yield from _scalars(value)


def _file_part(node: yaml.Node) -> str:
    return posixpath.normpath(str(node.value).partition("#")[0]) if isinstance(node, yaml.ScalarNode) else ""


def _scalar_edit(node: yaml.ScalarNode, path: str, new: str) -> Edit:
    """The edit of a value of YAML that names a file, perhaps with an anchor behind it."""
    written = str(node.value).partition("#")[0]
    column = node.start_mark.column + (2 if node.style in ("'", '"') else 1)
    return Edit(Span(path, node.start_mark.line + 1, column, len(written)), written, new)


# what cannot be edited


def _note_templates(project: Project, plan: Move, addresses: _Addresses) -> None:
    """Say where the theme's own templates name the page's address."""
    address = addresses.before.get(plan.old, "").rstrip("/")
    if project.theme is None or not address:
        return
    pattern = re.compile(rf"(?<![\w/-]){re.escape(address)}(?![\w-])")
    for file in sorted(project.theme.rglob("*")):
        if file.suffix in (".html", ".js", ".json", ".xml", ".txt") and file.is_file():
            for number, line in enumerate(file.read_text(encoding="utf-8", errors="replace").split("\n"), start=1):
                if pattern.search(line):
                    plan.notes.append(f"{project.name_of(file)}:{number}: the theme names the address '{address}'")


# doing it


def _apply(project: Project, plan: Move) -> dict[str, tuple[str, str]]:
    """The text of every file before and after the edits; differences and what was refused are noted in the plan."""
    texts: dict[str, tuple[str, str]] = {}
    moved = project.name_of(_file(project, plan.new))
    by_path: dict[str, list[Edit]] = {plan.page.path: []}
    for edit in plan.edits:
        by_path.setdefault(edit.span.path, []).append(edit)
    for path, edits in by_path.items():
        try:
            text = source.read_text(project.root / path)
        except (OSError, UnicodeError):
            raise CannotRun(f"'{path}' cannot be read as text in UTF-8; nothing was changed") from None
        new, _, refused = source.apply(text, edits)
        plan.notes += [f"{no.edit.span.place}: not mended: {no.reason}; write '{no.edit.new}'" for no in refused]
        plan.refused += len(refused)
        if new != text:
            texts[path] = (text, new)
        if path == plan.page.path:
            plan.diffs.append(f"rename from {path}\nrename to {moved}\n" + source.diff(text, new, path, moved))
        elif new != text:
            plan.diffs.append(source.diff(text, new, path))
    return texts


def _write_all(project: Project, texts: dict[str, tuple[str, str]]) -> None:
    """Write all files, or none where one of them cannot be written."""
    written: list[str] = []
    try:
        for path, (_, after) in texts.items():
            source.write_text(project.root / path, after)
            written.append(path)
    except OSError as error:
        for path in written:
            source.write_text(project.root / path, texts[path][0])
        raise CannotRun(f"'{error.filename}' cannot be written: {error.strerror}; nothing was changed") from None


def _rename(project: Project, old: str, new: str) -> None:
    """Rename a file, within git where git knows it."""
    (project.root / new).parent.mkdir(parents=True, exist_ok=True)
    try:
        git = ["git", "-C", str(project.root)]
        tracked = subprocess.run([*git, "ls-files", "--error-unmatch", "--", old], capture_output=True, check=False)
        if tracked.returncode == 0:
            moved = subprocess.run([*git, "mv", "--", old, new], capture_output=True, check=False)
            if moved.returncode == 0:
                return
    except OSError:
        pass  # no git here: the file is renamed all the same
    (project.root / old).rename(project.root / new)
