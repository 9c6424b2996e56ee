"""Exhibits of notebooks: a figure, one sentence for those who cannot see it, and its table."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd
from markupsafe import Markup

from divide import catalog, releases
from divide.errors import ReportError
from divide.releases import Publishable
from divide.show import cells, classes, explore, plotly_years
from divide.show.descriptions import of_lines, of_years
from divide.show.words import need_columns

_METHOD: Final = "divide, own estimate from published figures"
_SYNTHETIC: Final = "SYNTHETIC demonstration survey, made-up answers"


@dataclass(frozen=True)
class Exhibit:
    """A figure (or none) with the text and table that say the same: never one alone."""

    figure: Any
    sentence: str
    table: Markup

    def _ipython_display_(self) -> None:
        from IPython.display import HTML, display

        if self.figure is not None:
            display(self.figure)  # type: ignore[no-untyped-call]
        told = Markup("<p>{}</p>").format(self.sentence) if self.sentence else Markup("")
        display(HTML(told + self.table))  # type: ignore[no-untyped-call]


def lines(
    rows: pd.DataFrame | Publishable,
    *,
    by: str,
    names: Mapping[str, str],
    title: str,
    unit: str,
    sentence: str = "",
    bands: str = "95 % interval",
) -> Exhibit:
    """
    Show values with their intervals, one line a group or place.

    Parameters
    ----------
    rows : DataFrame
        Observations with low and high, and tau where there are several intervals. One
        row is one line under one tau.
    by : str
        Column that names the line.
    names : mapping
        Words of each line, in the order in which they are shown; other rows are left out.
    title, unit : str
        What, and in which unit; the source is that of the rows.
    sentence : str
        What stands before the highest, the lowest and how many have no value.
    bands : str
        Legend of an interval; `{}` stands for tau.

    Raises
    ------
    ReportError
        If a line has no row, or a value is missing and no status says why.
    """
    rows = releases.admit(rows)
    need_columns(rows, by, "value", "low", "high", "status")
    frame = order_rows(rows, by, names)
    if "tau" not in frame.columns:
        frame = frame.assign(tau=0.0)
    figure = explore.interval_chart(
        frame,
        labels=names,
        title=title,
        unit=unit,
        source=origin(frame),
        names=cells.states(frame["mark"]),
        bands=bands,
    )
    listed = cells.interval_table(frame, names, head=by.capitalize(), caption=title, bands=bands)
    return Exhibit(figure, f"{sentence} {of_lines(frame, names)}".strip(), listed)


def years(
    rows: pd.DataFrame | Publishable,
    *,
    by: str,
    names: Mapping[str, str],
    title: str,
    unit: str,
    breaks: Mapping[float, str],
    sentence: str = "",
) -> Exhibit:
    """
    Show groups over the years; no line crosses a break in the series.

    Parameters
    ----------
    rows : DataFrame
        Observations with low and high. One row is one group in one year.
    by, names, title, unit, sentence
        As for `lines`.
    breaks : mapping
        What changed, by the point in time between two surveys.
    """
    rows = releases.admit(rows)
    need_columns(rows, by, "year", "value", "low", "high", "status")
    frame = order_rows(rows, by, names)
    figure = plotly_years.year_chart(
        frame,
        labels=names,
        title=title,
        unit=unit,
        source=origin(frame),
        names=cells.states(frame["mark"]),
        breaks=breaks,
    )
    told = f"{sentence} {of_years(frame, names, breaks)}".strip()
    return Exhibit(
        figure, told, cells.year_table(frame, names, head=by.capitalize(), caption=title)
    )


def table(
    rows: pd.DataFrame,
    *,
    caption: str,
    made_from: pd.DataFrame | Publishable,
    write: Mapping[str, Callable[[Any], str]] | None = None,
    sentence: str = "",
) -> Exhibit:
    """
    Show a small frame: its index heads the rows, its columns' names are the heads.

    Parameters
    ----------
    made_from : DataFrame
        Observations whose source stands under the caption.
    write : mapping, optional
        What turns a column's values into text.

    Raises
    ------
    ReportError
        If a cell is empty: an empty cell says neither none nor unknown.
    """
    written = {name: rows[name].map(how) for name, how in (write or {}).items()}
    listed = rows.assign(**written)
    listed.insert(0, str(rows.index.name or "what").capitalize(), rows.index.tolist())
    told = f"{caption}. {origin(releases.admit(made_from))}"
    return Exhibit(None, sentence, cells.plain(listed, told))


def origin(rows: pd.DataFrame) -> str:
    """Name publisher, official table and edition of each source of the rows."""
    need_columns(rows, "source", "table", "edition")
    found = rows[["source", "table", "edition"]].drop_duplicates().dropna(subset="source")
    told = []
    for one in found.to_dict("records"):
        known = catalog.sources().get(one["source"])
        if one["source"] in catalog.facts("disclosure")["synthetic"]:
            told.append(_SYNTHETIC)
        elif one["source"] in catalog.publications():
            told.append(str(catalog.publications()[one["source"]]["publisher"]))
        elif known is None:
            told.append(_METHOD)
        else:
            official = known.official_id if pd.isna(one["table"]) else one["table"]
            named = dict.fromkeys((known.publisher, str(official)))
            told.append(f"{', '.join(named)}, edition {one['edition']}")
    return "Source: " + "; ".join(dict.fromkeys(told))


def order_rows(
    rows: pd.DataFrame, by: str, names: Mapping[str, str], *, needed: Sequence[str] = ("value",)
) -> pd.DataFrame:
    """
    Return the rows named as `row`, in the order of the names, each with its mark.

    Raises
    ------
    ReportError
        If a name has no row, or what is needed is missing and no status says why.
    """
    absent = [name for name in names if name not in set(rows[by])]
    if absent:
        raise ReportError(f"No row for {', '.join(absent)}: the figure would keep silent on it.")
    order = {name: i for i, name in enumerate(names)}
    kept = rows[rows[by].isin(order)].reset_index(drop=True)
    kept = kept.sort_values(by, key=lambda column: column.map(order), kind="stable")
    marks = kept["status"].map(classes.STATUS_MARKS).fillna("").astype(str)
    if (kept[list(needed)].isna().any(axis=1) & marks.eq("")).any():
        raise ReportError("A value is missing and no status says why. Rebuild the tables.")
    return kept.rename(columns={by: "row"}).assign(mark=marks)
