"""The table of answers: long, one row an institution and question; and the views made of it."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas import DataFrame, Series

from divide import terms
from divide.errors import SurveyError
from divide.survey.answers import Answers
from divide.survey.findings import stops
from divide.survey.questionnaire import DONT_KNOW, Instrument, Question, instrument
from divide.survey.states import ANSWERED, NO_REPLY, NOT_INVITED

SOURCE: Final = "institution_survey"
COLUMNS: Final = (
    *("institution", "wave", "question", "answer", "state", "completed", "submitted"),
    *("file", "sheet", "row", "column", "source"),
)
KEY: Final = ("institution", "wave", "question")


def to_table(read: Answers | Iterable[Answers], *, source: str = SOURCE) -> DataFrame:
    """
    Make the table of answers of what was read: the reply that counts of each institution.

    Parameters
    ----------
    read
        One file, or several; of an institution that answers in several, the finished reply
        beats the unfinished one and the later beats the earlier.

    Returns
    -------
    DataFrame
        One row is one question of one institution: `answer` (code, digits, codes joined by
        spaces, or text; missing unless `state` is answered), `state` (why there is none:
        dont_know, blank, not_shown, or faulty), `completed` and `submitted` of the reply,
        `file`, `sheet`, `row` and `column` as Excel shows them.

    Raises
    ------
    SurveyError
        If a file's check found what must be mended: how many points, and in which file.
    """
    files = [read] if isinstance(read, Answers) else list(read)
    for one in files:
        if count := len(stops(one.findings)):
            raise SurveyError(
                f"{one.path.name} cannot count yet: its check found {count} point(s) to mend. "
                f"Run: divide survey check {one.path.name}"
            )
    tables = [_long(one, source) for one in files]
    if len(tables) == 1:
        return tables[0]
    return _latest(pd.concat(tables, ignore_index=True))


def _long(read: Answers, source: str) -> DataFrame:
    kept = read.replies["kept"].to_numpy(dtype=bool)
    return lay_out(
        read.values[kept],
        read.states[kept],
        read.replies[kept],
        read.places,
        wave=read.wave,
        file=read.path.name,
        sheet=read.grid.sheet,
        source=source,
    )


def lay_out(
    values: DataFrame,
    states: DataFrame,
    replies: DataFrame,
    places: Mapping[str, str],
    *,
    wave: str,
    file: str,
    sheet: str,
    source: str,
) -> DataFrame:
    """
    Lay replies out as the table of answers, one row an institution and question.

    Parameters
    ----------
    values, states, replies
        As in `answers.Answers`, one reply for each institution.
    places
        Letters of the file's column for each question.
    """
    order = replies["institution"].argsort(kind="stable").to_numpy()
    names = sorted(values.columns)
    many = len(names)
    told = replies.iloc[order]
    answers, reasons = (one[names].to_numpy()[order].ravel() for one in (values, states))
    each, tiled = np.repeat(np.arange(len(told)), many), np.tile(np.arange(many), len(told))
    once = np.zeros(len(each), dtype=np.int64)
    codes, kinds = pd.factorize(reasons)
    return DataFrame(
        {
            "institution": _texts(told["institution"], each),
            "wave": _texts([wave], once),
            "question": _texts(names, tiled),
            "answer": Series(answers, dtype="str"),
            "state": _texts(kinds, codes),
            "completed": told["completed"].to_numpy(dtype=bool)[each],
            "submitted": _texts(told["submitted"].replace("", None), each),
            "file": _texts([file], once),
            "sheet": _texts([sheet or None], once),
            "row": told["row"].to_numpy()[each],
            "column": _texts([places[name] for name in names], tiled),
            "source": _texts([source], once),
        }
    )


def _texts(different: Any, places: NDArray[np.int64]) -> Any:
    """Repeat texts by their places, each stored once until then."""
    return pd.array(np.asarray(different, dtype=object), dtype="str").take(places)


def _latest(table: DataFrame) -> DataFrame:
    """Keep one reply of each institution and wave, whatever file it came in."""
    replies = table.drop_duplicates(["institution", "wave", "file", "row"])
    order = replies.sort_values(["completed", "submitted"], kind="stable", na_position="first")
    best = order.drop_duplicates(["institution", "wave"], keep="last")
    keys = ["institution", "wave", "file", "row"]
    kept = table.merge(best[keys], on=keys, validate="m:1")
    return kept.sort_values(list(KEY), ignore_index=True)


def wide(table: DataFrame) -> DataFrame:
    """
    Lay answers out typed: one row an institution, numbers as numbers, choices as categories.

    Returns
    -------
    DataFrame
        Indexed by institution; counts as floats; a single choice as an ordered category of
        its codes without `dk`; several choices as one column `question.code` each, 1.0 or
        0.0; missing wherever the state is not answered.
    """
    made = instrument()
    answers = table[table["state"] == ANSWERED].pivot(
        index="institution", columns="question", values="answer"
    )
    everyone = sorted(table["institution"].unique())
    answers = answers.reindex(index=everyone, columns=list(made.columns)).astype("str")
    parts = [_typed(answers[name], row, made) for name, row in made.columns.items()]
    return pd.concat(parts, axis=1).rename_axis("institution")


def _typed(column: Series, row: Question, made: Instrument) -> DataFrame:
    codes = [choice.code for choice in made.choices(row.name) if choice.code != DONT_KNOW]
    # A postcode and a commune's number are names, not quantities.
    if row.type == "integer" and row.name not in ("npa", "bfs_nr"):
        return column.astype("float64").to_frame(row.name)
    if row.type == "select_one":
        kind = pd.CategoricalDtype(codes, ordered=True)
        return column.astype(kind).to_frame(row.name)
    if row.type == "select_multiple":
        chosen = column.str.split(" ")
        return DataFrame(
            {
                f"{row.name}.{code}": chosen.map(
                    lambda many, code=code: float(code in many), na_action="ignore"
                ).astype("float64")
                for code in codes
            }
        )
    return column.to_frame(row.name)


def sites(table: DataFrame) -> DataFrame:
    """
    Say where each institution stands, as typed: for the step that places it in a commune.

    Returns
    -------
    DataFrame
        One row an institution: `postcode`, `locality`, `commune` (its official number as
        four digits, if it was given), `canton` (the letters of its code). A postcode is not
        a commune, so nothing is looked up here.
    """
    asked = {"npa": "postcode", "locality": "locality", "bfs_nr": "commune"}
    told = table[table["question"].isin(asked)].pivot(
        index="institution", columns="question", values="answer"
    )
    placed = told.reindex(columns=list(asked)).rename(columns=asked)
    placed["commune"] = placed["commune"].map(terms.commune_id, na_action="ignore")
    placed["canton"] = placed.index.str[:2]
    return placed.rename_axis(columns=None).reset_index()


def with_silent(table: DataFrame, frame: DataFrame) -> tuple[DataFrame, list[str]]:
    """
    Add the institutions of the frame that did not answer, and say which answers stand apart.

    Parameters
    ----------
    frame
        One row an institution: `institution`, and `invited` (true or false).

    Returns
    -------
    table, strangers
        With a row for every question of every institution of the frame: `no_reply` if it
        was invited and silent, `not_invited` if it was not asked; and the institutions that
        answer but are not in the frame (SV039). These keep their answers.
    """
    here = set(table["institution"])
    silent = frame[~frame["institution"].isin(here)]
    questions = sorted(instrument().columns)
    many = len(questions)
    state = silent["invited"].map({True: NO_REPLY, False: NOT_INVITED})
    rows = DataFrame(
        {
            "institution": np.repeat(silent["institution"].to_numpy(), many),
            "wave": table["wave"].iloc[0],
            "question": questions * len(silent),
            "state": np.repeat(state.to_numpy(), many),
            "completed": False,
            "file": "",
            "row": 0,
            "column": "",
            "source": table["source"].iloc[0],
        }
    ).reindex(columns=list(COLUMNS))
    every = pd.concat([table, rows.astype(table.dtypes.to_dict())], ignore_index=True)
    strangers = sorted(here - set(frame["institution"]))
    return every.sort_values(list(KEY), ignore_index=True), strangers
