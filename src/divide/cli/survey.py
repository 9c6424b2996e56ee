"""`divide survey template`, `check`, `demo`: forms out, answers in, a demonstration."""

import json
import os
from importlib import import_module
from pathlib import Path

import click

from divide.cli.telling import as_json, known_language, tell
from divide.errors import DivideError, SurveyError, UsageError

# The formats of `survey.forms.FORMS`, named here so that --help loads nothing heavy.
_FORMS = ("xlsform", "limesurvey", "xlsx", "html", "codebook")
_path = click.Path(path_type=Path)


@click.group()
def survey() -> None:
    """The institution survey: forms out, answers in, a demonstration."""


@survey.command()
@click.option("--format", "form", type=click.Choice(_FORMS), required=True, help="What to write.")
@click.option("--lang", default="fr", help="Language of the form: fr, de, it, en.")
@click.option("--output", type=_path, help="File or folder; this folder if not given.")
@as_json
def template(form: str, lang: str, output: Path | None, as_json: bool) -> None:
    """Write the questionnaire: XLSForm, LimeSurvey, workbook, page to print, codebook."""
    known_language(lang)
    path = import_module("divide.survey.forms").write_form(form, lang=lang, output=output)
    tell({"written": [str(path)]}, as_json, f"Written: {path}")


@survey.command()
@click.argument("file", type=_path)
@click.option("--mapping", type=_path, help="What the headings stand for (YAML).")
@click.option("--structure", type=_path, help="LimeSurvey structure with other wordings.")
@click.option("--wave", help="Wave that the file belongs to; the newest if not given.")
@click.option("--lang", help="Language of the messages: fr, de, it, en.")
@click.option("--output", type=_path, help="Folder for page and annotated copy.")
@click.option("--keep", is_flag=True, help="If it passes, take it into data/raw for the build.")
@as_json
def check(
    file: Path,
    mapping: Path | None,
    structure: Path | None,
    *,
    wave: str | None,
    lang: str | None,
    output: Path | None,
    keep: bool,
    as_json: bool,
) -> None:
    """Check a file of answers; write a page and a copy that say what to mend."""
    if lang is not None:
        known_language(lang)
    try:
        done = import_module("divide.survey.intake").check_file(
            file,
            mapping=mapping,
            structure=structure,
            lang=lang,
            output=output,
            **({"wave": wave} if wave else {}),
        )
    except DivideError:
        raise
    except Exception as error:
        # Another library's message may quote a cell: its kind is told, never its words.
        if os.environ.get("DIVIDE_DEBUG"):
            raise
        raise SurveyError(
            f"{file.name} could not be checked ({type(error).__name__}). "
            "Please report it, without the file."
        ) from None
    if keep and done.passed:
        recipes = import_module("divide.build.survey_recipes")
        recipes.keep(file, mapping=mapping, structure=structure)
    if as_json:
        click.echo(json.dumps(done.record(), ensure_ascii=False, indent=1))
    else:
        click.echo("\n".join(done.lines()))
        click.echo(f"Written: {', '.join(str(path) for path in done.written)}", err=True)
    raise SystemExit(0 if done.passed else 1)


@survey.command()
@click.option("--output", type=_path, help="Folder; SYNTHETIC_demonstration if not given.")
@click.option("--seed", type=int, help="Another seed than the declared one.")
@as_json
def demo(output: Path | None, seed: int | None, as_json: bool) -> None:
    """Write a synthetic survey in each format, with all that goes wrong in practice."""
    folder = output or Path("SYNTHETIC_demonstration")
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder} is a file: name a folder.")
    folder.mkdir(parents=True, exist_ok=True)
    files = import_module("divide.survey.demo_files").write_demo(folder, seed=seed)
    names = [str(path) for path in files]
    tell(
        {"written": names, "synthetic": True},
        as_json,
        f"SYNTHETIC: {len(names)} files in {folder}; no institution stands behind any row.",
    )
