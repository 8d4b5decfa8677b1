"""The command `kb`. Exit codes: 0 nothing that keeps a site from being published, 1 findings, 2 could not run."""

from __future__ import annotations

import importlib
import os
import sys

import click

FORMATS = ["text", "json", "github", "sarif", "junit"]


class _Group(click.Group):
    """Ends with one line and exit code 2 where something keeps a command from running."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except Exception as error:
            from kb.engine import CannotRun

            if not isinstance(error, CannotRun):
                raise
            click.echo(f"kb: {error}", err=True)
            sys.exit(2)


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="kb", message="kb %(version)s")
def main() -> None:
    """Check a knowledge base before it is published."""


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
@click.option("--external", is_flag=True, help="Ask the addresses of other sites, too, whether they answer.")
@click.option("--against", metavar="REF", help="Say, too, which pages and headings have gone since a git revision.")
def check(
    config: str,
    form: str,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    strict: bool,
    external: bool,
    against: str | None,
) -> None:
    """Say what is broken, where, and how to mend it."""
    from kb import engine
    from kb.nearest import nearest
    from kb.rules import all_rules

    for name in (*select, *ignore):
        if name not in all_rules():
            near = nearest(name, all_rules())
            raise engine.CannotRun(f"there is no rule '{name}'" + (f"; did you mean '{near}'?" if near else ""))
    project = engine.load(config)
    _, verdict = engine.judge(project, select, ignore, asks_others=external, revision=against)
    if form == "text":
        from rich.console import Console

        from kb.reports import text

        text.write(verdict, project.text_of, Console())
    else:
        report = importlib.import_module(f"kb.reports.{form}")
        click.echo(report.write(verdict))
        summary_file = os.environ.get("GITHUB_STEP_SUMMARY")
        if form == "github" and summary_file:
            with open(summary_file, "a", encoding="utf-8") as file:
                file.write(report.write_job_summary(verdict))
    sys.exit(1 if verdict.fails(strict or project.settings.strict) else 0)


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
    from kb.engine import CannotRun
    from kb.nearest import nearest
    from kb.rules import all_rules

    known = all_rules()
    if rule not in known:
        near = nearest(rule, known)
        raise CannotRun(f"there is no rule '{rule}'" + (f"; did you mean '{near}'?" if near else ""))
    click.echo(f"{rule} ({known[rule].family}, {known[rule].severity.value})\n\n{known[rule].documentation}")
