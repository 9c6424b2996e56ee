"""`divide build`, `report`, `check`, `notebook`: from tables to pages."""

import json
import os
from importlib import import_module

import click

import divide
from divide import build as building
from divide import paths, terms
from divide.build import terminal
from divide.cli.telling import as_json, force, known_language, sentence, tell
from divide.errors import UsageError


@click.command()
@click.argument("names", metavar="[TABLE]...", nargs=-1)
@force
@as_json
@click.option("--default", is_flag=True, help="Forget the mirror: use the embedded default.")
@click.option(
    "--refresh-baseline",
    is_flag=True,
    help="Rewrite the embedded default from official files.",
)
def build(
    names: tuple[str, ...], force: bool, as_json: bool, default: bool, refresh_baseline: bool
) -> None:
    """Build tables that are out of date, from official files at hand, else the default."""
    if default and os.environ.get("DIVIDE_MIRROR"):
        raise UsageError(
            "--default and DIVIDE_MIRROR do not go together: unset DIVIDE_MIRROR to use the "
            "embedded default."
        )
    if default:
        paths.forget_mirror()
    if refresh_baseline:
        import_module("divide.build.baseline").refresh()
    with terminal.progress("tables") as say:
        built = building.bring_up_to_date(names, force=force, say=say)
    paths.remember_mirror()
    ghosts = building.ghosts()
    tell({"built": built, "ghosts": ghosts}, as_json, sentence(built, "table", "tables"))
    if ghosts and built and not as_json:
        click.echo(
            f"Left out of the communes, for no register knows them: {', '.join(ghosts)} "
            "(0 residents).",
            err=True,
        )


@click.command()
@click.option("--canton", help="One canton's page only, such as VD.")
@click.option("--lang", help="Language the pages open in: fr, de, it, en.")
@click.option("--all", "every", is_flag=True, help="The country and all cantons (the default).")
@force
@as_json
def report(canton: str | None, lang: str | None, every: bool, force: bool, as_json: bool) -> None:
    """Write the reports: reports/index.html and one page a canton, four languages in each."""
    pages = _pages(canton, every)
    if lang is not None:
        known_language(lang)
    with terminal.progress("tables") as say:
        building.bring_up_to_date(say=say)
    stamp = import_module("divide.report.stamp")
    signed = building.signature()
    due = pages if force else stamp.outdated(pages, lang=lang, signature=signed)
    if due:
        with terminal.progress("pages", total=len(due)) as say:
            import_module("divide.report.pages").write_pages(due, lang=lang, say=say)
        stamp.record(due, lang=lang, signature=signed)
    packages = import_module("divide.report.packages")
    if due or packages.are_missing():
        packages.write_packages()
    tell({"written": due}, as_json, sentence(due, "page", "pages", where=str(paths.reports())))


@click.command()
@as_json
def check(as_json: bool) -> None:
    """Tell whether the default is untouched, tables are sound, and figures how old."""
    findings = import_module("divide.build.checks").run_checks()
    failed = [one for one in findings if one["state"] == "failed"]
    if as_json:
        click.echo(json.dumps(findings, ensure_ascii=False, indent=1))
    else:
        for one in findings:
            click.echo(f"{one['state']:>7}  {one['what']}: {one['told']}")
    if failed:
        raise SystemExit(1)


@click.command()
@click.argument("number", metavar="NN")
def notebook(number: str) -> None:
    """Run a notebook on the built tables and export it as one page."""
    with terminal.progress("tables") as say:
        building.bring_up_to_date(say=say)
    path = import_module("divide.report.notebooks").export_notebook(number)
    click.echo(f"Written: {path}", err=True)


def _pages(canton: str | None, every: bool) -> list[str]:
    """Return page names: the country's, the cantons', and those of topics."""
    if canton is not None and every:
        raise UsageError("--canton and --all do not go together: choose one.")
    if canton is not None:
        return [divide.canton(canton).id]
    return ["index", *terms.CANTONS, *import_module("divide.report.stamp").TOPICS]
