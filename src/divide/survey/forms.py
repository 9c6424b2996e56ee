"""Forms out: every format the one questionnaire is written in, and what its file is called."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from divide.errors import UsageError
from divide.survey.codebooks import write_codebook
from divide.survey.limesurvey import write_structure
from divide.survey.printed import write_printable
from divide.survey.workbooks import write_workbook
from divide.survey.xlsforms import write_xlsform


@dataclass(frozen=True)
class Form:
    """A format: what its file is called in a language, and what writes it."""

    name: str
    write: Callable[..., None]


FORMS: Final = {
    "xlsform": Form("divide_survey_xlsform.xlsx", write_xlsform),
    "limesurvey": Form("divide_survey_limesurvey.txt", write_structure),
    "xlsx": Form("divide_survey_{lang}.xlsx", write_workbook),
    "html": Form("divide_survey_{lang}.html", write_printable),
    "codebook": Form("divide_survey_codebook.csv", write_codebook),
}


def write_form(form: str, *, lang: str, output: Path | None = None) -> Path:
    """
    Write the questionnaire in a format.

    Parameters
    ----------
    form
        `xlsform`, `limesurvey`, `xlsx`, `html` or `codebook`.
    lang
        Language of the form; those that hold all four open in it.
    output
        A file, or a folder to put it in; the working directory if it is not given.
    """
    chosen = FORMS[form]
    name = chosen.name.format(lang=lang)
    path = Path(name) if output is None else output / name if output.is_dir() else output
    if not path.parent.is_dir():
        raise UsageError(f"There is no folder {path.parent}.")
    chosen.write(path, lang=lang)
    return path
