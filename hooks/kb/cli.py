"""The command `kb`. Exit codes: 0 nothing that keeps a site from being published, 1 findings, 2 could not run."""

from __future__ import annotations

import gc
import importlib
import os
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from kb.project import Project

FORMATS = ["text", "json", "github", "sarif", "junit"]


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


@main.command()
@click.option("--config", default="mkdocs.yml", show_default=True, help="The configuration of a MkDocs project.")
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
def check(config: str, form: str, select: tuple[str, ...], ignore: tuple[str, ...], strict: bool) -> None:
    """Say what is broken, where, and how to mend it."""
    from kb.snapshot import Snapshot

    _check_names((*select, *ignore))
    start = time.perf_counter()
    known = Snapshot.recall(config)
    verdict = known.verdict((select, ignore)) if known else None
    if known and verdict:
        project, is_strict = known.project, known.strict
        verdict = replace(verdict, seconds=time.perf_counter() - start)
    else:
        from kb import gate

        loaded = known.project() if known else _load(config)
        _, verdict = gate.judge(loaded, select, ignore)
        Snapshot.keep(config, loaded, (select, ignore), verdict, known)
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
@click.option("--config", default="mkdocs.yml", show_default=True, help="The configuration of a MkDocs project.")
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
@click.argument("rule")
def explain(rule: str) -> None:
    """Print what RULE checks, why, and how to mend what it finds."""
    from kb.rules import all_rules

    _check_names([rule])
    known = all_rules()[rule]
    click.echo(f"{rule} ({known.family}, {known.severity.value})\n\n{known.documentation}")
