"""`divide fetch` and `sources`: what comes in, and what is here."""

import json
import os
from importlib import import_module
from pathlib import Path

import click

from divide.build import terminal
from divide.cli.telling import as_json, known_language
from divide.errors import UsageError


@click.command()
@click.argument("names", metavar="[SOURCE]...", nargs=-1)
@click.option(
    "--mirror",
    type=click.Path(path_type=Path),
    help="Take the files from this folder (or set DIVIDE_MIRROR).",
)
@click.option("--offline", is_flag=True, help="Ask nobody; say what is here.")
@click.option("--accept", is_flag=True, help="Take an edition whose shape has changed.")
@click.option(
    "--points",
    type=click.Path(path_type=Path),
    help="Institutions to ask about: a CSV of institution, east, north (LV95).",
)
@click.option("--lang", default="en", help="Language of what is told: fr, de, it, en.")
@as_json
def fetch(
    names: tuple[str, ...],
    mirror: Path | None,
    *,
    offline: bool,
    accept: bool,
    points: Path | None,
    lang: str,
    as_json: bool,
) -> None:
    """Bring the newest official files into data/raw, each with its receipt."""
    known_language(lang)
    folder = _mirror_folder(mirror)
    if folder and points:
        raise UsageError(
            "--points asks a service, and a mirror asks nobody: leave --mirror out and unset "
            "DIVIDE_MIRROR."
        )
    fetching = import_module("divide.build.fetching")
    with terminal.downloads() as progress:
        done = fetching.fetch_sources(
            names,
            mirror=folder,
            offline=offline,
            accept=accept,
            lang=lang,
            points=points,
            progress=progress,
        )
    if as_json:
        click.echo(json.dumps([vars(one) for one in done], ensure_ascii=False, indent=1))
    else:
        for one in done:
            click.echo(f"{one.state:>9}  {one.source} {one.edition} {one.channel}".rstrip())
            if one.told:
                click.echo(f"           {one.told}", err=True)
    raise SystemExit(fetching.exit_code(done))


@click.command()
@click.option("--lang", default="en", help="Language of the titles: fr, de, it, en.")
@as_json
def sources(lang: str, as_json: bool) -> None:
    """List every source: publisher, edition here, newest known, age, licence, channel."""
    known_language(lang)
    holdings = import_module("divide.build.holdings")
    rows = holdings.holdings(lang=lang)
    if as_json:
        click.echo(json.dumps(holdings.as_records(rows), ensure_ascii=False, indent=1))
    else:
        click.echo("\n".join(holdings.as_table(rows)))


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
