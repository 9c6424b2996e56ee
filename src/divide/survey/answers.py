"""Exports in: a file of any of the four families becomes one table of answers and findings."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np
from pandas import DataFrame

from divide.survey.checks import check_answers
from divide.survey.choices import Several, read_multiple
from divide.survey.columns import Column, read_single
from divide.survey.families import Mapped, family_of, file_findings, refuse_persons
from divide.survey.findings import refuse, together
from divide.survey.grids import Grid
from divide.survey.headings import Matching, Reader, match
from divide.survey.questionnaire import WAVE, Question, instrument
from divide.survey.readers import read_grid
from divide.survey.replies import choose, completed, read_sent
from divide.survey.states import states_of
from divide.survey.uploads import open_upload
from divide.survey.waves import earlier_codes, earlier_names
from divide.survey.wordings import Structure, plain

Labels = Mapping[str, Mapping[str, str]]
_EMPTY: Final = Structure()


@dataclass(frozen=True)
class Answers:
    """
    What a file was read as.

    Attributes
    ----------
    family
        `limesurvey`, `odk`, `workbook` or `table`.
    values, states
        One row a reply, one column for each of the questionnaire: codes, digits or text;
        and whether there is an answer or why not, one of `states.STATES`.
    replies
        One row a reply: `row` as in Excel, `institution`, `completed`, `submitted`, `kept`
        (of several replies of one institution, the one that counts).
    places
        Letters of the file's column for each column of the questionnaire; empty if it has
        none.
    findings
        See `findings.together`.
    grid
        The file's table as text.
    """

    path: Path
    family: str
    wave: str
    values: DataFrame
    states: DataFrame
    replies: DataFrame
    places: Mapping[str, str]
    findings: DataFrame
    grid: Grid = field(repr=False)


def read_answers(
    path: Path,
    *,
    mapping: Mapped | None = None,
    structure: Structure = _EMPTY,
    wave: str = WAVE,
) -> Answers:
    """
    Read a file of answers: LimeSurvey, Kobo or ODK, the survey's workbook, or any table.

    Everything is read as text and typed late; row and cell are kept as Excel shows them.

    Parameters
    ----------
    mapping
        What the headings of any other file stand for.
    structure
        Wordings of a LimeSurvey survey whose texts are not the questionnaire's.
    wave
        The wave that the file belongs to.

    Raises
    ------
    RefusedFileError
        If the file is none that may be read, or speaks of persons. No answer stands in it.
    """
    told = mapping or Mapped()
    reader = Reader(structure, told.columns, earlier_names(wave))
    grid = read_grid(open_upload(path), reader.score, sheet=told.sheet)
    matched = match(grid.headings, reader)
    refuse_persons(grid, matched)
    if not len(grid.rows):
        refuse(path, "SV010")
    family = family_of(grid, matched)
    labels = _labels(structure, told, wave)
    columns = _columns(grid, matched, labels, told.separator_for(family))
    return _answers(grid, matched, family, columns, wave=wave)


def _answers(
    grid: Grid, matched: Matching, family: str, columns: Mapping[str, Column], *, wave: str
) -> Answers:
    made = instrument()
    sent = read_sent(grid, matched, family, made)
    trusted = grid.tells_blank and family == "limesurvey"
    values, states, against = states_of(
        columns, made, grid.rows, tells_blank=trusted, unseen=sent.unseen
    )
    replies = DataFrame(
        {
            "row": grid.rows,
            "institution": values["id_inst"],
            "completed": completed(sent, states, made),
            "submitted": sent.submitted,
        }
    )
    places = {name: one.at for name, one in columns.items()}
    replies, doubled = choose(replies, at=places["id_inst"])
    cut = [row for row, _ in grid.ragged]
    parts = [finding for one in columns.values() for finding in one.findings]
    parts += [*file_findings(grid, matched), *against, *sent.findings, *doubled]
    parts += check_answers(values, states, replies, places, cut=cut)
    return Answers(grid.path, family, wave, values, states, replies, places, together(parts), grid)


def _labels(structure: Structure, told: Mapped, wave: str) -> Labels:
    """Gather the words and codes of each column that are not the questionnaire's own."""
    earlier = earlier_codes(wave)
    return {
        name: {
            **{plain(old): new for old, new in earlier.get(name, {}).items()},
            **structure.labels.get(name, {}),
            **told.values.get(name, {}),
        }
        for name in instrument().columns
    }


def _columns(grid: Grid, matched: Matching, labels: Labels, separator: str) -> dict[str, Column]:
    """Read every column of the questionnaire; one that the file lacks is not shown to anyone."""
    where: dict[str, dict[str | None, int]] = {}
    for column, target in matched.targets.items():
        where.setdefault(target.name, {})[target.option] = column
    return {
        name: _column(grid, row, where.get(name, {}), labels[name], separator)
        for name, row in instrument().columns.items()
    }


def _column(
    grid: Grid,
    row: Question,
    where: Mapping[str | None, int],
    labels: Mapping[str, str],
    separator: str,
) -> Column:
    if not where:
        none = np.full(len(grid.rows), None, dtype=object)
        return Column(none, none == None, none != None, ())  # noqa: E711
    if row.type != "select_multiple":
        at = where[None]
        return read_single(grid.cells[:, at], grid.rows, row, at=at, labels=labels)
    names = tuple(choice.code for choice in instrument().choices(row.name))
    whole = where.get(None)
    # Where an exporter writes both forms, the columns of the choices say the same again.
    told = {option: at for option, at in where.items() if option is not None}
    asked = Several(row, names, whole, told if whole is None else {}, separator, labels)
    return read_multiple(grid.cells, grid.rows, asked)
