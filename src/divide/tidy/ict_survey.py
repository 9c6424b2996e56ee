"""
Turn a cube of the survey on internet use into observations: persons' and households' alike.

Its cubes show, for each attribute and group, a count and a share, each with the half-width
of its interval. The intervals are taken as 95 %: the publisher does not state their level.
"""

from collections.abc import Mapping
from typing import Final

import numpy as np
import pandas as pd
from pandas import DataFrame

from divide import terms
from divide.errors import SourceChangedError
from divide.tidy.px import PxTable, table_frame

# Dimension → code → (our word, the file's label): a code may stay while its meaning moves.
Axes = Mapping[str, Mapping[str, tuple[str, str]]]
# The last two dimensions have no codes; their four categories make four numbers a row.
_MEASURES: Final = (("Anzahl", "Anteil (in %"), ("Wert", "Konfidenzintervall"))
_NUMBERS: Final = ("count", "count_halfwidth", "share", "share_halfwidth")
_STATUS: Final = {
    "observed": "observed",
    "suppressed_unreliable": "suppressed",
    "suppressed_protected": "suppressed",
    "missing": "missing",
}
_COLUMNS: Final = (
    *terms.KEY, *terms.VALUE, *terms.ESTIMATE, "count", "count_se", *terms.ORIGIN,
)  # fmt: skip


def survey_rows(
    px: PxTable, indicators: Mapping[str, str], axes: Axes, *, source: str, edition: str
) -> DataFrame:
    """
    Turn a cube of the ICT survey into observations.

    Parameters
    ----------
    px : PxTable
        Attribute, three dimensions of groups, year, absolute or relative, result.
    indicators : mapping
        The file's attribute codes to keep → our indicators.
    axes : mapping
        The three dimensions in the order of the file; one named `place` is no group.

    Returns
    -------
    DataFrame
        One row per indicator, group, place and year; what was asked of nobody in a year
        and what cannot be is left out.
    """
    _check_axes(px, indicators, axes)
    cells = _wide(px, ["attribute", *axes, "year"])
    cells = cells[cells["attribute"].isin(list(indicators)) & (cells["kind"] != "not_applicable")]
    asked = cells.groupby(["attribute", "year"], observed=True)["kind"].transform(
        lambda kinds: bool((kinds != "missing").any())
    )
    cells = cells[asked.astype(bool)].reset_index(drop=True)
    rows = _estimates(cells).assign(
        indicator=cells["attribute"].map(indicators),
        group=_groups(cells, axes),
        place=terms.COUNTRY,
        register_date=None,
        year=cells["year"].astype("int64"),
        status=cells["kind"].map(_STATUS),
        source=source,
        edition=edition,
        table=px.matrix,
        cell=cells["attribute"].str.cat(cells[[*axes, "year"]], sep="/"),
    )
    if "place" in axes:
        rows["place"] = _words(cells, axes, "place")
    rows["place_level"] = np.where(rows["place"] == terms.COUNTRY, "country", "language_region")
    return in_order(rows, _COLUMNS)


def in_order(rows: DataFrame, columns: tuple[str, ...]) -> DataFrame:
    """Give rows a table's columns and types, sorted by key."""
    texts = [name for name in columns if name in {*terms.KEY, "status", *terms.ORIGIN} - {"year"}]
    typed = rows[list(columns)].astype(dict.fromkeys(texts, "str"))
    return typed.sort_values(list(terms.KEY), ignore_index=True)


def _check_axes(px: PxTable, indicators: Mapping[str, str], axes: Axes) -> None:
    """Compare the file's dimensions with what is known of them; say every difference."""
    if len(px.dimensions) != len(axes) + 4:
        raise SourceChangedError(
            f"{px.matrix} has {len(px.dimensions)} dimensions instead of {len(axes) + 4}: "
            "its table cannot be read as before. Compare it with the last edition."
        )
    attributes, *groups, _, absolute, result = px.dimensions
    faults = [f"attribute {code} is gone" for code in indicators if code not in attributes.codes]
    for (name, known), dimension in zip(axes.items(), groups, strict=True):
        old = {code: label for code, (_, label) in known.items()}
        new = {
            code: " ".join(label.split())
            for code, label in zip(
                dimension.codes, dimension.labels.get("de", dimension.codes), strict=True
            )
        }
        if old != new:
            faults.append(f"{name} was {old}, is {new}")
    for expected, dimension in zip(_MEASURES, (absolute, result), strict=True):
        labels = dimension.labels.get("de", dimension.codes)
        if len(labels) != 2 or not all(map(str.startswith, labels, expected)):
            faults.append(f"{dimension.name} was {expected}, is {labels}")
    if faults:
        raise SourceChangedError(
            f"{px.matrix} has changed: {'; '.join(faults)}. Its shares are not read until "
            "divide.tidy knows the new codes."
        )


def _wide(px: PxTable, names: list[str]) -> DataFrame:
    """Lay the four numbers of a cell side by side; `kind` is the status of its share."""
    frame = table_frame(px).iloc[::4, : len(names)].reset_index(drop=True)
    frame.columns = pd.Index(names)
    numbers = DataFrame(px.values.reshape(-1, 4), columns=list(_NUMBERS))
    kinds = px.statuses.reshape(-1, 4)[:, _NUMBERS.index("share")]
    return frame.astype("str").join(numbers).assign(kind=kinds)


def _estimates(cells: DataFrame) -> DataFrame:
    """Turn per cents with half-widths into shares with standard errors and intervals."""
    # Printed with one decimal, so six make 95.6 / 100 the same number as 0.956.
    share, half = cells["share"], cells["share_halfwidth"]
    return DataFrame(
        {
            "value": (share / 100).round(6),
            "se": half / 100 / terms.Z95,
            "low": ((share - half) / 100).round(6).clip(lower=0.0),
            "high": ((share + half) / 100).round(6).clip(upper=1.0),
            "count": cells["count"],
            "count_se": cells["count_halfwidth"] / terms.Z95,
        }
    )


def _words(cells: DataFrame, axes: Axes, name: str) -> "pd.Series[str]":
    return cells[name].map({code: word for code, (word, _) in axes[name].items()})


def _groups(cells: DataFrame, axes: Axes) -> list[str]:
    names = [name for name in axes if name != "place"]
    words = zip(*(_words(cells, axes, name) for name in names), strict=True)
    return [terms.group_id(dict(zip(names, each, strict=True))) for each in words]
