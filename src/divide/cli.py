"""The command line: `divide fetch`, `sources`, `build`, `report`, `check`, `notebook`."""

import json
import os
import sys
from importlib import import_module
from pathlib import Path
from typing import Any, NoReturn

import click

import divide
from divide import build as building
from divide import paths, terms
from divide.build import terminal
from divide.errors import DivideError, UsageError

as_json = click.option("--json", "as_json", is_flag=True, help="Print the result for machines.")
force = click.option("--force", is_flag=True, help="Make it again even if nothing changed.")


def main() -> NoReturn:
    """Run the command line; every expected error is one sentence and an exit code."""
    try:
        app(prog_name="divide")
    except DivideError as error:
        print(f"divide: {error}", file=sys.stderr)  # noqa: T201
        sys.exit(error.exit_code)
    except Exception as error:
        if os.environ.get("DIVIDE_DEBUG"):
            raise
        print(  # noqa: T201
            f"divide: something unforeseen happened ({type(error).__name__}: {error}). "
            "Set DIVIDE_DEBUG=1 to see where, and please report it.",
            file=sys.stderr,
        )
        sys.exit(1)
    sys.exit(0)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(divide.__version__, message="%(version)s")
def app() -> None:
    """Where beneficiaries risk becoming an invisible digital minority."""


@app.command()
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
    _tell({"built": built, "ghosts": ghosts}, as_json, _sentence(built, "table", "tables"))
    if ghosts and built and not as_json:
        click.echo(
            f"Left out of the communes, for no register knows them: {', '.join(ghosts)} "
            "(0 residents).",
            err=True,
        )


@app.command()
@click.option("--canton", help="One canton's page only, such as VD.")
@click.option("--lang", help="Language the pages open in: fr, de, it, en.")
@click.option("--all", "every", is_flag=True, help="The country and all cantons (the default).")
@force
@as_json
def report(canton: str | None, lang: str | None, every: bool, force: bool, as_json: bool) -> None:
    """Write the reports: reports/index.html and one page a canton, four languages in each."""
    pages = _pages(canton, every)
    if lang is not None:
        _known_language(lang)
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
    _tell({"written": due}, as_json, _sentence(due, "page", "pages", where=str(paths.reports())))


@app.command()
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


@app.command()
@click.argument("names", metavar="[SOURCE]...", nargs=-1)
@click.option(
    "--mirror",
    type=click.Path(path_type=Path),
    help="Take the files from this folder (or set DIVIDE_MIRROR).",
)
@click.option("--offline", is_flag=True, help="Ask nobody; say what is here.")
@click.option("--accept", is_flag=True, help="Take an edition whose shape has changed.")
@click.option("--lang", default="en", help="Language of what is told: fr, de, it, en.")
@as_json
def fetch(
    names: tuple[str, ...],
    mirror: Path | None,
    *,
    offline: bool,
    accept: bool,
    lang: str,
    as_json: bool,
) -> None:
    """Bring the newest official files into data/raw, each with its receipt."""
    _known_language(lang)
    folder = _mirror_folder(mirror)
    fetching = import_module("divide.build.fetching")
    with terminal.downloads() as progress:
        done = fetching.fetch_sources(
            names, mirror=folder, offline=offline, accept=accept, lang=lang, progress=progress
        )
    if as_json:
        click.echo(json.dumps([vars(one) for one in done], ensure_ascii=False, indent=1))
    else:
        for one in done:
            click.echo(f"{one.state:>9}  {one.source} {one.edition} {one.channel}".rstrip())
            if one.told:
                click.echo(f"           {one.told}", err=True)
    raise SystemExit(fetching.exit_code(done))


@app.command()
@click.option("--lang", default="en", help="Language of the titles: fr, de, it, en.")
@as_json
def sources(lang: str, as_json: bool) -> None:
    """List every source: publisher, edition here, newest known, age, licence, channel."""
    _known_language(lang)
    holdings = import_module("divide.build.holdings")
    rows = holdings.holdings(lang=lang)
    if as_json:
        click.echo(json.dumps(holdings.as_records(rows), ensure_ascii=False, indent=1))
    else:
        click.echo("\n".join(holdings.as_table(rows)))


@app.command()
@click.argument("number", metavar="NN")
def notebook(number: str) -> None:
    """Run a notebook on the built tables and export it as one page."""
    with terminal.progress("tables") as say:
        building.bring_up_to_date(say=say)
    path = import_module("divide.report.notebooks").export_notebook(number)
    click.echo(f"Written: {path}", err=True)


def _known_language(lang: str) -> None:
    if lang not in terms.LANGUAGES:
        raise UsageError(f"There is no language {lang!r}: choose fr, de, it or en.")


def _mirror_folder(named: Path | None) -> Path | None:
    """Return the folder to take files from: the option, else DIVIDE_MIRROR, else None."""
    if named is None and not os.environ.get("DIVIDE_MIRROR"):
        return None
    folder = named if named is not None else Path(os.environ["DIVIDE_MIRROR"])
    if not folder.expanduser().is_dir():
        raise UsageError(
            f"The mirror {folder} is no folder. "
            "Name one that is laid out as <source>/<edition>/<file>."
        )
    return folder.expanduser().resolve()


def _pages(canton: str | None, every: bool) -> list[str]:
    """Return page names: `index` for the country, two letters for a canton."""
    if canton is not None and every:
        raise UsageError("--canton and --all do not go together: choose one.")
    if canton is not None:
        return [divide.canton(canton).id]
    return ["index", *terms.CANTONS]


def _sentence(done: list[str], one: str, many: str, *, where: str = "") -> str:
    if not done:
        return "Nothing has changed: everything is up to date."
    count = f"{len(done)} {one if len(done) == 1 else many}"
    return f"{count} in {where}" if where else f"{count} built: {', '.join(done)}"


def _tell(result: dict[str, Any], as_json: bool, sentence: str) -> None:
    if as_json:
        click.echo(json.dumps(result, ensure_ascii=False))
    else:
        click.echo(sentence, err=True)


if __name__ == "__main__":
    main()
