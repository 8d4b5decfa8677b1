"""MkDocs events -> kb. The one file of the build that MkDocs calls."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any, ClassVar, Literal

from jinja2 import Environment
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import Abort
from mkdocs.structure.files import Files
from mkdocs.structure.pages import Page

from kb import engine, gate, history
from kb.changes import page_changes
from kb.exports.cards import FONT_FILE, ICON_FILE, card_file, cards
from kb.exports.citing import citation_files, cited, linked_data, meta_tags
from kb.exports.effects import downloads
from kb.exports.feed import FEED_FILE, feed
from kb.exports.names import NAMES_FILE, names_file
from kb.exports.offline import write_offline_list
from kb.exports.search import IndexingFailed, write_index
from kb.exports.styles import write_styles
from kb.knowledge import KnowledgeBase, fit_of
from kb.project import CannotRun, Project
from kb.rendering.bibliography import Formatted, format_citations
from kb.rendering.certainty import sign_as_html
from kb.rendering.page import PageRendering, assets_of, citation_groups
from kb.rendering.pools import pooled_estimates
from kb.reports import text
from kb.typography import curled

log = engine.log()


class _Build:
    """What one build knows; set before its first page, replaced with the next build."""

    is_preview = False
    rendering: PageRendering
    downloads: ClassVar[dict[str, str]] = {}
    cards: ClassVar[dict[str, bytes]] = {}
    sheets: Sequence[str] = ()


def on_startup(command: Literal["build", "gh-deploy", "serve"], **_: Any) -> None:
    _Build.is_preview = command == "serve"


def on_pre_build(config: MkDocsConfig) -> None:
    """Give the verdict before anything is written; a build with errors ends here, a preview shows them and goes on."""
    try:
        project = engine.project(config)
        kb, verdict = gate.judge(project)
    except CannotRun as error:
        raise Abort(str(error)) from None
    if verdict.findings:
        text.write(verdict, project.text_of, to_stderr=True)
    else:
        log.info(verdict.summary)
    if verdict.fails(project.settings.strict) and not _Build.is_preview:
        raise Abort("Nothing was published: mend the findings above and build again.")
    try:
        files = project.bibliography_files
        formatted = format_citations(files, citation_groups(kb), project.cache_of("citations"))
    except Exception as error:
        # A preview goes on with a bibliography that cannot be formatted, and the findings say why it cannot.
        if not verdict.findings:
            raise Abort(f"The citations cannot be formatted: {' '.join(str(error).split())}") from error
        formatted = Formatted({}, {})
    pools = pooled_estimates(kb, project.cache_of("pools"))
    changes = page_changes(kb, history.changes(project.root, project.name_of(project.docs)))
    _Build.rendering = PageRendering(kb, formatted, config.site_name, pools, changes)
    config.markdown_extensions.append(_Build.rendering)  # type: ignore[arg-type]
    config.nav = engine.navigation(kb)
    config.extra["is_preview"] = _Build.is_preview
    records = citation_files(kb, config.site_name, lambda page: engine.published_at(project, page.uri))
    _Build.downloads = {**downloads(kb), **records, NAMES_FILE: names_file(kb)}
    listing = next((page.uri for page in kb.pages if page.front_matter.data.get("lists") == "changes"), None)
    _Build.cards = _cards(config, project, kb)
    config.extra["feed"] = FEED_FILE if changes and listing else None
    if changes and listing:
        to = partial(engine.published_at, project)
        _Build.downloads[FEED_FILE] = feed(kb, changes, config.site_name, listing, to)


def _cards(config: MkDocsConfig, project: Project, kb: KnowledgeBase) -> dict[str, bytes]:
    """The pictures of pages; none where nobody could be told their address."""
    if not config.site_url or _Build.is_preview or project.theme is None:
        return {}
    font, icon = project.theme / FONT_FILE, project.theme / ICON_FILE
    return cards(kb, config.site_name, font, icon, project.cache_of("cards"))


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Let the site explain the rules that its pages are held to, offer its data, and be searched by name."""
    try:
        engine.add_generated(files, config)
    except CannotRun as error:
        raise Abort(str(error)) from None
    engine.add_files(files, config, {**_Build.downloads, **_Build.cards})
    _Build.sheets = engine.style_sheets(files, config)
    return engine.without_parts_of_the_theme(files, config)


def on_env(env: Environment, config: MkDocsConfig, files: Files) -> Environment:
    """Let templates write no blank lines."""
    engine.write_plainly(env)
    return env


def on_page_read_source(page: Page, config: MkDocsConfig) -> str | None:
    """Let a preview go on where a page cannot be read or converted: the reason stands in its place."""
    known = _Build.rendering.kb.by_uri.get(page.file.src_uri)
    if known is None or known.is_readable:
        return None
    return "\n\n".join(["# This page cannot be shown", *(fault.message for fault in known.faults)])


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Tell the rendering which page comes next."""
    rendering = _Build.rendering
    rendering.page = None if page.file.generated_by else rendering.kb.by_uri.get(page.file.src_uri)
    rendering.address = page.canonical_url if config.site_url else None
    if isinstance(page.meta.get("summary"), str):
        page.meta["description"] = curled(page.meta["summary"])
    if isinstance(page.meta.get("title"), str):
        page.meta["title"] = curled(page.meta["title"])
    known = rendering.page
    kind = rendering.kb.kind_of(known) if known is not None else None
    if known is not None and kind is not None:
        page.meta["kind"] = kind.name.capitalize()
        record = cited(known, config.site_name, rendering.address)
        page.meta["citation"] = meta_tags(record)
        page.meta["linked_data"] = linked_data(rendering.kb, known, record)
        card = card_file(known)
        page.meta["card"] = card if card in _Build.cards else None
    page.meta["assets"] = assets_of(rendering.kb, known) if known is not None else []
    if known is not None and (fit := fit_of(known)):
        page.meta["sign"] = sign_as_html(fit)
    if report := rendering.kb.settings.report:
        try:
            page.meta["report"] = engine.report_address(report, page, files)
        except CannotRun as error:
            raise Abort(str(error)) from None
    reviewed = page.meta.get("reviewed")
    page.update_date = str(reviewed if isinstance(reviewed, datetime.date) else engine.last_review(rendering.kb))
    # Markdown does not convert an empty text, and a page that is only a list has none.
    return markdown if markdown.strip() else "<!-- list -->"


def on_post_build(config: MkDocsConfig) -> None:
    """Write the style sheet that the pages need, index them as they were published, and list the files for keeping."""
    try:
        write_styles(_Build.sheets, Path(config.site_dir))
    except ValueError as error:
        raise Abort(f"The style sheets cannot be put together: {error}") from None
    try:
        write_index(_Build.rendering.kb, Path(config.site_dir), str(config.theme.get("language", "en")))
    except (IndexingFailed, OSError) as error:
        raise Abort(f"The pages cannot be indexed for the search: {error}") from error
    write_offline_list(_Build.rendering.kb, Path(config.site_dir))
