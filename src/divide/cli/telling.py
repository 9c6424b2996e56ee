"""What the commands share: options, languages, the sentence or the JSON at the end."""

import json
from typing import Any

import click

from divide import terms
from divide.errors import UsageError

as_json = click.option("--json", "as_json", is_flag=True, help="Print the result for machines.")
force = click.option("--force", is_flag=True, help="Make it again even if nothing changed.")


def known_language(lang: str) -> None:
    """Refuse a language that the study does not speak."""
    if lang not in terms.LANGUAGES:
        raise UsageError(f"There is no language {lang!r}: choose fr, de, it or en.")


def sentence(done: list[str], one: str, many: str, *, where: str = "") -> str:
    """Say what was done, or that nothing had changed."""
    if not done:
        return "Nothing has changed: everything is up to date."
    count = f"{len(done)} {one if len(done) == 1 else many}"
    return f"{count} in {where}" if where else f"{count} built: {', '.join(done)}"


def tell(result: dict[str, Any], as_json: bool, sentence: str) -> None:
    """Give machines the result, and people the sentence on stderr."""
    if as_json:
        click.echo(json.dumps(result, ensure_ascii=False))
    else:
        click.echo(sentence, err=True)
