"""The command `kb`. Exit codes: 0 nothing that keeps a site from being published, 1 findings, 2 could not run."""

from __future__ import annotations

import gc
import importlib
import os
import re
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from kb.project import Project

FORMATS = ["text", "json", "github", "sarif", "junit"]
_PLACE = re.compile(r"(?P<path>.+?):(?P<line>\d+)(?::(?P<column>\d+))?")
_config = click.option(
    "--config", default="mkdocs.yml", show_default=True, help="The configuration of a MkDocs project."
)


class _Group(click.Group):
    """Ends with one line and exit code 2 where something keeps a command from running."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except Exception as error:
            from kb.project import CannotRun

            if not isinstance(error, CannotRun):
                raise
            click.echo(f"kb: {error}", err=True)
            sys.exit(2)


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="kb", message="kb %(version)s")
def main() -> None:
    """Check a knowledge base before it is published."""
    gc.disable()  # a run is short, and its many small facts live until its end
    click.get_current_context().call_on_close(gc.enable)


def run() -> None:
    """`main` as a program, which ends without giving the facts of a large site back to the system one by one."""
    try:
        main()
    except SystemExit as end:
        try:
            sys.stdout.flush()
            sys.stderr.flush()
        except OSError:
            raise end from None
        if isinstance(end.code, int):
            os._exit(end.code)
        raise


@main.command()
@_config
@click.option(
    "--format",
    "form",
    type=click.Choice(FORMATS),
    default="text",
    show_default=True,
)
@click.option("--select", multiple=True, metavar="RULE", help="Apply this rule alone; may be given several times.")
@click.option("--ignore", multiple=True, metavar="RULE", help="Leave this rule out; may be given several times.")
@click.option("--strict", is_flag=True, help="Let warnings fail too; `strict: true` in mkdocs.yml does the same.")
@click.option("--baseline", metavar="FILE", help="Leave out the findings that this file records.")
@click.option("--write-baseline", is_flag=True, help="Record all findings in the baseline, which must not exist.")
@click.option("--shrink-baseline", is_flag=True, help="Remove from the baseline what is no longer found.")
@click.option("--external", is_flag=True, help="Ask the addresses of other sites, too, whether they answer.")
@click.option("--against", metavar="REF", help="Say, too, which pages and headings have gone since a git revision.")
def check(
    config: str,
    form: str,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    strict: bool,
    baseline: str | None,
    write_baseline: bool,
    shrink_baseline: bool,
    external: bool,
    against: str | None,
) -> None:
    """Say what is broken, where, and how to mend it."""
    from kb.reading.cache import Contents
    from kb.snapshot import Snapshot

    _check_names((*select, *ignore))
    start, contents = time.perf_counter(), Contents()
    baseline = os.path.abspath(baseline) if baseline else None
    chosen = (select, ignore, (baseline,) if baseline else ())
    known = Snapshot.recall(config, contents)
    verdict = known.verdict(chosen, contents) if known and not external and against is None else None
    if write_baseline or shrink_baseline:
        from kb.editing import baseline as editing

        loaded = _with_baseline(_load(config), baseline)
        click.echo(editing.write(loaded) if write_baseline else editing.shrink(loaded))
        return
    if known and verdict:
        project, is_strict = known.project, known.strict
        verdict = replace(verdict, seconds=time.perf_counter() - start)
    else:
        from kb import gate

        loaded = known.project() if known else _load(config)
        _, verdict = gate.judge(
            _with_baseline(loaded, baseline),
            select,
            ignore,
            asks_others=external,
            revision=against,
            contents=contents,
        )
        if not external and against is None:
            Snapshot.keep(config, loaded, chosen, verdict, known, contents)
        project, is_strict = lambda: loaded, loaded.settings.strict
    if form == "text":
        from kb.reports import text

        text.write(verdict, lambda path: project().text_of(path))
    else:
        report = importlib.import_module(f"kb.reports.{form}")
        click.echo(report.write(verdict))
        summary_file = os.environ.get("GITHUB_STEP_SUMMARY")
        if form == "github" and summary_file:
            with open(summary_file, "a", encoding="utf-8") as file:
                file.write(report.write_job_summary(verdict))
    sys.exit(1 if verdict.fails(strict or is_strict) else 0)


def _load(config: str) -> Project:
    from kb import engine

    return engine.load(config)


def _with_baseline(project: Project, file: str | None) -> Project:
    return replace(project, baseline=file) if file else project


def _check_names(names: Sequence[str]) -> None:
    """Make sure that these are names of rules."""
    if not names:
        return
    from kb.nearest import nearest
    from kb.project import CannotRun
    from kb.rules import all_rules

    for name in names:
        if name not in all_rules():
            near = nearest(name, all_rules())
            raise CannotRun(f"there is no rule '{name}'" + (f"; did you mean '{near}'?" if near else ""))


@main.command()
@_config
@click.option(
    "--limit",
    type=click.IntRange(min=0),
    default=30,
    show_default=True,
    help="List at most so many expressions.",
)
def terms(config: str, limit: int) -> None:
    """Say how far the glossary covers the pages, and what they say often that it does not explain."""
    from kb import gate
    from kb.coverage import candidates, coverage
    from kb.reports import terms as report

    kb = gate.read(_load(config))
    click.echo(report.write(coverage(kb), candidates(kb), limit))


@main.command()
@_config
@click.option("--diff", is_flag=True, help="Show what would change, and change nothing.")
@click.option("--select", multiple=True, metavar="RULE", help="Mend what this rule finds alone.")
@click.option("--ignore", multiple=True, metavar="RULE", help="Leave alone what this rule finds.")
def fix(config: str, diff: bool, select: tuple[str, ...], ignore: tuple[str, ...]) -> None:
    """Mend what can be mended without a person looking."""
    from kb.editing.fix import fix as mend
    from kb.reports import count

    _check_names((*select, *ignore))
    project = _load(config)
    outcome = mend(project, select, ignore, dry=diff)
    for line in outcome.diffs if diff else outcome.made:
        click.echo(line, nl=not diff)
    for line in outcome.refused:
        click.echo(line, err=True)
    would = "would be " if diff else ""
    files = f" in {count(len(outcome.changed), 'file')}" if outcome.changed else ""
    click.echo(f"{count(len(outcome.made), 'place')} {would}mended{files}.", err=diff)
    verdict = outcome.verdict
    if verdict.findings and not diff:
        click.echo(f"Left for a person: {verdict.summary}. `kb check` shows them.")
    sys.exit(1 if verdict.fails(project.settings.strict) else 0)


@main.command()
@_config
@click.argument("kind")
@click.argument("title")
def new(config: str, kind: str, title: str) -> None:
    """Begin a page of KIND under TITLE, with a prompt for everything it needs."""
    from kb import gate
    from kb.editing.new import new_page, similar

    project = _load(config)
    kb = gate.read(project)
    near = similar(kb, title)
    path = new_page(project, kb, kind, title)
    if near:
        click.echo(f"There is already '{near}'. Is it the same?", err=True)
    click.echo(f"{project.name_of(path)} is ready to be written. `kb check` says what is missing.")


@main.command()
@_config
@click.option("--diff", is_flag=True, help="Show what would change, and change nothing.")
@click.argument("old")
@click.argument("new")
def move(config: str, diff: bool, old: str, new: str) -> None:
    """Rename the page OLD (its id or path) to NEW, and mend every link, relation and redirect."""
    from kb.editing.move import move as rename
    from kb.reports import count

    plan = rename(_load(config), old, new, dry=diff)
    for text in plan.diffs if diff else ():
        click.echo(text, nl=False)
    for note in plan.notes:
        click.echo(note, err=True)
    places = count(len(plan.edits) - plan.refused, "place")
    click.echo(f"'{plan.old}' {'would be' if diff else 'is now'} '{plan.new}'; {places} mended.", err=diff)


@main.command("rules")
def list_rules() -> None:
    """List every rule with what it checks."""
    from kb.rules import all_rules

    family = ""
    for rule in all_rules().values():
        if rule.family != family:
            click.echo(("\n" if family else "") + rule.family.capitalize())
            family = rule.family
        click.echo(f"  {rule.name:32} {rule.summary}")


@main.command()
@_config
@click.argument("what", metavar="RULE|PATH:LINE")
def explain(config: str, what: str) -> None:
    """Print what RULE checks, why, and how to mend it; or why something was found at PATH:LINE."""
    place = _PLACE.fullmatch(what)
    if place is None:
        from kb.rules import all_rules

        _check_names([what])
        rule = all_rules()[what]
        click.echo(f"{what} ({rule.family}, {rule.severity.value})\n\n{rule.documentation}")
        return

    from kb import gate
    from kb.project import CannotRun
    from kb.reports.explain import explain as explain_place

    project = _load(config)
    path = project.file_named(place["path"])
    try:
        line, lines = int(place["line"]), project.text_of(path).count("\n") + 1
    except UnicodeDecodeError:
        raise CannotRun(f"'{path}' is not text in UTF-8; `kb check` says where") from None
    if not 1 <= line <= lines:
        raise CannotRun(f"'{path}' has {lines} lines")
    kb, verdict = gate.judge(project)
    click.echo(explain_place(kb, verdict, path, line, int(place["column"]) if place["column"] else None))
