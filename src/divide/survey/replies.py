"""Replies as wholes: when they were sent, whether they are finished, which one counts."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas import DataFrame, Series

from divide.survey.columns import Mask, Texts
from divide.survey.dates import is_anonymous, read_date
from divide.survey.findings import Found, found
from divide.survey.grids import Grid
from divide.survey.headings import Matching
from divide.survey.questionnaire import Instrument
from divide.survey.sheet_parts import letters
from divide.survey.states import ANSWERED, DONT_KNOW, NOT_SHOWN

Rows = NDArray[np.int64]
REPLY: Final = ("row", "institution", "completed", "submitted", "kept")


@dataclass(frozen=True)
class Sent:
    """
    What an export says of each reply.

    Attributes
    ----------
    submitted
        ISO date, empty if it is not told or not to be trusted.
    finished
        Whether the exporter calls it finished; None if this exporter does not say.
    unseen
        By section: whether the reply broke off before it, where the exporter tells pages.
    """

    submitted: Texts
    finished: Mask | None
    unseen: Mapping[str, Mask]
    findings: list[Found]


def read_sent(grid: Grid, matched: Matching, family: str, made: Instrument) -> Sent:
    """Read when each reply was sent and how far it went."""
    dates = {role: _dates(grid, matched, role) for role in ("submitted", "changed", "started")}
    submitted, twofold = dates["submitted"]
    finished = submitted != "" if family == "limesurvey" else None
    best = np.where([is_anonymous(one) for one in submitted], "", submitted).astype(object)
    for role in ("changed", "started"):
        best = np.where(best == "", dates[role][0], best).astype(object)
    unseen = {}
    if finished is not None and "lastpage" in matched.roles and not grid.tells_blank:
        last = _numbers(grid.cells[:, matched.roles["lastpage"]])
        for place, section in enumerate(made.sections(), 1):
            unseen[section] = np.asarray(~finished & (last < place))
    return Sent(best, finished, unseen, _doubtful(grid, matched, submitted, twofold))


def completed(sent: Sent, states: DataFrame, made: Instrument) -> Mask:
    """
    Tell which replies are finished: those the exporter calls so; where it does not say,
    those with an answer in every section that was put to them.
    """
    if sent.finished is not None:
        return sent.finished
    given = states.isin((ANSWERED, DONT_KNOW)).to_numpy(copy=True)
    sections = np.array([made.columns[name].section for name in states.columns])
    given |= (states == NOT_SHOWN).to_numpy() & _unseen(states, sections)
    every = [given[:, sections == section].any(axis=1) for section in made.sections()]
    return np.asarray(np.logical_and.reduce(every), dtype=bool)


def _unseen(states: DataFrame, sections: NDArray[np.str_]) -> Mask:
    """Tell for each answer whether nothing of its section was shown."""
    shown = (states != NOT_SHOWN).to_numpy()
    seen = [shown[:, sections == section].any(axis=1) for section in sections]
    return ~np.column_stack(seen)


def choose(replies: DataFrame, *, at: str = "") -> tuple[DataFrame, list[Found]]:
    """
    Choose one reply of each institution: finished beats unfinished, later beats earlier.

    Parameters
    ----------
    replies
        One row a reply: `row`, `institution` (None if it has no code), `completed`,
        `submitted` (ISO text, empty if not known; then the lower row is the later one).
    at
        Letters of the column of the institution's code.

    Returns
    -------
    replies, findings
        With `kept`; and a finding for every reply that has another beside it.

    Examples
    --------
    >>> two = DataFrame({"row": [2, 3], "institution": "VD-0001", "completed": [True, False],
    ...                  "submitted": ["2026-10-05", "2026-10-09"]})
    >>> choose(two)[0]["kept"].tolist()
    [True, False]
    """
    order = replies.sort_values(["completed", "submitted", "row"], kind="stable")
    last = ~order["institution"].duplicated(keep="last") & order["institution"].notna()
    told = replies.assign(kept=last.reindex(replies.index))
    several = told[told["institution"].notna() & told["institution"].duplicated(keep=False)]
    parts = []
    for code, group in several.groupby("institution", sort=False):
        kept = int(group.loc[group["kept"], "row"].iloc[0])
        detail = {"kept": kept}
        parts.append(
            found(
                "SV034", group["row"], column=at, question="id_inst", found=str(code), detail=detail
            )
        )
    return told, parts


def _dates(grid: Grid, matched: Matching, role: str) -> tuple[Texts, Mask]:
    """Read a column of dates; empty where there is none."""
    if role not in matched.roles:
        return np.full(len(grid.rows), "", dtype=object), np.zeros(len(grid.rows), dtype=bool)
    cells = Series(grid.cells[:, matched.roles[role]], dtype=object).fillna("")
    read = {text: read_date(text) for text in cells.unique()}
    dates = cells.map(lambda text: read[text][0]).to_numpy(dtype=object)
    return dates, cells.map(lambda text: read[text][1]).to_numpy(dtype=bool)


def _doubtful(grid: Grid, matched: Matching, dates: Texts, twofold: Mask) -> list[Found]:
    if "submitted" not in matched.roles:
        return []
    column = matched.roles["submitted"]
    cells = np.array([cell or "" for cell in grid.cells[:, column]], dtype=object)
    lost = (dates == "") & np.array([bool(cell.strip()) for cell in cells], dtype=bool)
    at = letters(column)
    read = [date[:10] for date in dates[twofold]]
    return [
        Found("SV031", grid.rows[twofold].tolist(), at, "", list(cells[twofold]), read),
        found("SV047", grid.rows[lost], column=at, found=list(cells[lost])),
    ]


def _numbers(cells: Texts) -> NDArray[np.float64]:
    read = pd.to_numeric(Series(cells, dtype=object), errors="coerce")
    return read.fillna(0).to_numpy(dtype=float)
