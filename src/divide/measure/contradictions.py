"""What sources say differently of the same matter: side by side, never averaged (METHOD 9)."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

import pandas as pd
from pandas import DataFrame

from divide.errors import MethodError
from divide.terms import LANGUAGES

_FIGURE: Final = ("indicator", "group", "place", "year")


def contradictions(
    declared: Mapping[str, Mapping[str, Any]],
    rates: DataFrame,
    use: DataFrame,
    access: DataFrame,
    international: DataFrame,
) -> DataFrame:
    """
    Lay statements of different sources beside each other.

    Parameters
    ----------
    declared
        The facts' contradictions: a `matter`, why sources may `differ`, and `sides`.
    rates, use, access, international
        Tables published_rates, internet_use, household_access and international.

    Returns
    -------
    DataFrame
        One row per matter and side: a figure (`value`, with `low` and `high` where published,
        `intervals` says whether two intervals are apart or overlap, or whether a figure
        without one lies outside or inside the other's) or what a publication found, in four
        languages; `source`, `edition`.

    Raises
    ------
    MethodError
        If a side names a figure that its table does not hold once.
    """
    given = {
        "published_rates": rates,
        "internet_use": use,
        "household_access": access,
        "international": international,
    }
    rows = [
        {"matter": matter, "side": at, **_words(told), **side}
        for matter, told in declared.items()
        for at, side in enumerate(_sides(matter, told["sides"], given), start=1)
    ]
    frame = DataFrame(rows)
    apart = {name: _apart(part) for name, part in frame.groupby("matter")}
    return frame.assign(intervals=frame["matter"].map(apart))


def _words(told: Mapping[str, Any]) -> dict[str, str]:
    return {
        f"{name}_{lang}": str(told[name][lang])
        for name in ("matter", "differ")
        for lang in LANGUAGES
    }


def _sides(
    matter: str, sides: list[Mapping[str, Any]], given: Mapping[str, DataFrame]
) -> Iterator[dict[str, Any]]:
    for side in sides:
        found = side.get("found", {})
        words = {f"found_{lang}": found.get(lang) for lang in LANGUAGES}
        if "table" not in side:
            yield {**_blank(), **words, "source": side["source"]}
            continue
        yield {**_figure(matter, side, given[side["table"]]), **words}


def _blank() -> dict[str, Any]:
    names = ("value", "low", "high")
    return {
        **dict.fromkeys(names, float("nan")),
        "status": "missing",
        "edition": "",
        "of_year": None,
    }


def _figure(matter: str, side: Mapping[str, Any], table: DataFrame) -> dict[str, Any]:
    """Take one figure, or one less it where what is lacking is compared."""
    mask = pd.Series(True, table.index)
    for name in _FIGURE:
        mask &= table[name] == side[name]
    if mask.sum() != 1:
        raise MethodError(
            f"Contradiction '{matter}': {side['table']} holds {int(mask.sum())} figures of "
            f"{side['indicator']} {side['group']} {side['year']}, one is needed."
        )
    row = table[mask].iloc[0]
    ends = [float(row[name]) if name in row else float("nan") for name in ("value", "low", "high")]
    if side.get("lacking"):
        ends = [1 - ends[0], 1 - ends[2], 1 - ends[1]]
    return {
        **dict(zip(("value", "low", "high"), ends, strict=True)),
        "status": row["status"],
        "source": row["source"],
        "edition": row["edition"],
        "of_year": str(side["year"]),
    }


def _apart(sides: DataFrame) -> str:
    """
    Compare two figures: apart or overlap where both have an interval, else outside or inside.

    A figure without an interval is a point; whether it is wrong is not said.
    """
    ends = sides[["low", "high"]].astype(float)
    points = sides["value"].astype(float)
    if len(sides) != 2 or points.isna().any() or ends.isna().all(axis=None):
        return "cannot_tell"
    apart = ends["low"].fillna(points).max() > ends["high"].fillna(points).min()
    if ends.notna().all(axis=None):
        return "apart" if apart else "overlap"
    return "outside" if apart else "inside"
