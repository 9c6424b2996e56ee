"""The command line: `divide fetch`, `build`, `report`, `check`, `survey`, `calibrate` and more."""

import os
import sys
from typing import NoReturn

import click

import divide
from divide.cli import method, study, supply, survey
from divide.errors import DivideError


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


for _command in (
    *(supply.fetch, supply.sources),
    *(study.build, study.report, study.check, study.notebook),
    survey.survey,
    method.calibrate,
):
    app.add_command(_command)
