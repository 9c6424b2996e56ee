"""The survey's tables: answers that were taken in on this machine, else the demonstration."""

import shutil
from pathlib import Path
from typing import Final

import pandas as pd

from divide import paths, schemas, tables
from divide.build import Inputs
from divide.errors import SurveyError, UsageError
from divide.survey import demo
from divide.survey.answers import read_answers
from divide.survey.demo_frame import Figures
from divide.survey.families import Mapped, read_mapping
from divide.survey.questionnaire import WAVE
from divide.survey.structures import read_structure
from divide.survey.tabulation import to_table
from divide.survey.wordings import Structure

FOLDER: Final = "institution_survey"
FRAME: Final = "frame.csv"
# Whoever keeps the answers puts this file beside them when no more are awaited.
CLOSED: Final = "closed.txt"
_FILES: Final = frozenset({".csv", ".xlsx"})
_BESIDE: Final = {"mapping": ".mapping.yml", "structure": ".structure"}


def survey_frame(_: Inputs) -> pd.DataFrame:
    """
    Make the table of institutions that were invited.

    From `data/raw/institution_survey/<wave>/frame.csv` where answers are kept, else the
    demonstration's: then the table says that it is synthetic.
    """
    if not kept_files():
        return _synthetic(demo.frame(figures=_figures()))
    path = _folder() / FRAME
    if not path.is_file():
        raise SurveyError(
            f"Answers are kept, but no frame: put the list of invited institutions into "
            f"data/raw/{FOLDER}/{WAVE}/{FRAME}, with the columns "
            f"{', '.join(schemas.columns('survey_frame'))}."
        )
    text = {name: "str" for name in ("institution", "major_region", "canton")}
    return pd.read_csv(path, dtype=text, keep_default_na=False, na_values={"places": [""]})


def survey_answers(_: Inputs) -> pd.DataFrame:
    """Make the table of answers: of the files that are kept, else the demonstration's."""
    files = kept_files()
    if not files:
        return _synthetic(demo.answers(figures=_figures()))
    return to_table(
        read_answers(path, mapping=_mapping(path), structure=_structure(path)) for path in files
    )


def keep(path: Path, *, mapping: Path | None = None, structure: Path | None = None) -> Path:
    """
    Keep a file of answers that passed its check, with what it needs to be read again.

    It goes into `data/raw/institution_survey/<wave>/`, which git never holds.

    Raises
    ------
    UsageError
        If another file of this name is kept already.
    """
    folder = _folder()
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / path.name
    if target.exists() and target.read_bytes() != path.read_bytes():
        raise UsageError(
            f"Another file called {path.name} is kept in data/raw/{FOLDER}/{WAVE}. Rename yours, "
            "or delete that one."
        )
    shutil.copyfile(path, target)
    for what, source in (("mapping", mapping), ("structure", structure)):
        if source:
            end = source.suffix if what == "structure" else ""
            shutil.copyfile(source, folder / f"{path.name}{_BESIDE[what]}{end}")
    return target


def kept_files() -> list[Path]:
    """List the files of answers that are kept for the newest wave."""
    found = sorted(_folder().glob("*"))
    return [one for one in found if one.suffix in _FILES and one.name != FRAME]


def is_closed() -> bool:
    """Tell whether the newest wave awaits no more answers: only then may its figures leave."""
    return (_folder() / CLOSED).is_file()


def _folder() -> Path:
    return paths.raw() / FOLDER / WAVE


def _mapping(path: Path) -> Mapped | None:
    beside = path.with_name(f"{path.name}{_BESIDE['mapping']}")
    return read_mapping(beside) if beside.is_file() else None


def _structure(path: Path) -> Structure:
    found = sorted(path.parent.glob(f"{path.name}{_BESIDE['structure']}.*"))
    return read_structure(found[0]) if found else Structure()


def _figures() -> Figures:
    names = ("nursing_homes", "population", "places")
    return Figures(*(tables.read(name) for name in names))


def _synthetic(frame: pd.DataFrame) -> pd.DataFrame:
    told = frame.copy()
    told.attrs["account"] = {"synthetic": True}
    return told
