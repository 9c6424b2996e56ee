"""Tidy Eurostat's tables of skills and of access by region, in either of its two forms."""

from pathlib import Path
from typing import Final

from pandas import DataFrame

from divide import terms
from divide.errors import SourceChangedError
from divide.tidy.geo_codes import place_of
from divide.tidy.ict_survey import in_order
from divide.tidy.jsonstat import read_jsonstat
from divide.tidy.sdmx_csv import dimensions, read_flagged

_SKILLS: Final = {
    "I_DSK2_BAB": "eurostat_basic_digital_skills",
    "I_DSK2_AB": "eurostat_above_basic_digital_skills",
}
_AGES: Final = {
    "IND_TOTAL": terms.TOTAL,
    "Y16_24": "age:16_24",
    "Y25_54": "age:25_54",
    "Y55_74": "age:55_74",
}
_COUNTRIES: Final = {"CH": terms.COUNTRY, "EU27_2020": "EU"}
_REGIONS: Final = tuple(f"CH0{number}" for number in range(1, 8))
_COLUMNS: Final = (*terms.KEY, *terms.VALUE, "flag", *terms.ORIGIN)
# ":" alone is not available; with u or c the figure exists and is withheld.
_WITHHELD: Final = ("u", "c")


def tidy_skills(path: Path, *, edition: str) -> DataFrame:
    """
    Tidy the digital skills of persons aged 16 to 74: Switzerland and the Union of 27.

    Persons are 16 to 74 years old: never one series with the national survey's.

    Parameters
    ----------
    path
        isoc_sk_dskl_i21, JSON-stat or SDMX-CSV, with unit PC_IND.

    Returns
    -------
    DataFrame
        Shares, by age class where asked. `flag` keeps the publisher's letters: b break in
        series, u unreliable, c confidential.

    Raises
    ------
    SourceError
        If the file cannot be read.
    SourceChangedError
        If the unit, a dimension or Switzerland is missing.
    """
    cells = _cells(path, ("indic_is", "ind_type"), unit="PC_IND")
    known = cells["indic_is"].isin(list(_SKILLS)) & cells["ind_type"].isin(list(_AGES))
    cells = cells[known & cells["geo"].isin(list(_COUNTRIES))]
    _demand(cells, {"CH"}, path)
    rows = cells.assign(
        indicator=cells["indic_is"].map(_SKILLS),
        group=cells["ind_type"].map(_AGES),
        place_level="country",
        place=cells["geo"].map(_COUNTRIES),
    )
    return _finished(rows, "eurostat_skills", "isoc_sk_dskl_i21", edition)


def tidy_regional_access(path: Path, *, edition: str) -> DataFrame:
    """
    Tidy households' access to the internet at home, by major region of Switzerland.

    Values near 100 % differ by sampling alone: regions must not be ranked on them.

    Parameters
    ----------
    path
        isoc_r_iacc_h, JSON-stat or SDMX-CSV, with unit PC_HH.

    Returns
    -------
    DataFrame
        Shares of private households with a person of 16 to 74. NUTS 2 regions CH01 to
        CH07 are the major regions 1 to 7; the country, where asked, stays.
    """
    cells = _cells(path, (), unit="PC_HH")
    cells = cells[cells["geo"].isin(["CH", *_REGIONS])]
    _demand(cells, set(), path)
    places = cells["geo"].map({code: place_of(code) for code in ("CH", *_REGIONS)})
    rows = cells.assign(
        indicator="eurostat_household_internet_access",
        group=terms.TOTAL,
        place_level=places.str[0],
        place=places.str[1],
    )
    return _finished(rows, "eurostat_regional_access", "isoc_r_iacc_h", edition)


def _cells(path: Path, needed: tuple[str, ...], *, unit: str) -> DataFrame:
    """Read cells of one unit: dimensions as codes, `year`, `value` in per cent, `flag`."""
    cells = _read(path)
    lost = {"unit", "geo", *needed} - set(cells.columns)
    if lost or unit not in set(cells.get("unit", ())):
        raise SourceChangedError(
            f"{path.name} lacks the dimensions {sorted(lost)} or the unit {unit}. Fetch it again "
            "with its unit pinned."
        )
    return cells[cells["unit"] == unit].reset_index(drop=True)


def _read(path: Path) -> DataFrame:
    if path.suffix.lower() == ".csv":
        return read_flagged(path, dimensions(path))
    cells = read_jsonstat(path).texts()
    if "time" not in cells:
        raise SourceChangedError(f"{path.name} has no dimension 'time'. Fetch it again.")
    dated: DataFrame = cells.assign(year=cells["time"].astype("int64"))
    return dated


def _demand(cells: DataFrame, places: set[str], path: Path) -> None:
    if cells.empty or places - set(cells["geo"]):
        raise SourceChangedError(f"{path.name} holds no figure of Switzerland. Fetch it again.")


def _finished(rows: DataFrame, source: str, table: str, edition: str) -> DataFrame:
    codes = [name for name in ("indic_is", "ind_type", "unit", "geo") if name in rows]
    flags = rows["flag"].str.replace(":", "").str.strip()
    status = [
        _status(value_is_there, flag)
        for value_is_there, flag in zip(rows["value"].notna(), flags, strict=True)
    ]
    frame = rows.assign(
        register_date=None,
        value=(rows["value"] / 100).round(6),
        status=status,
        flag=flags.mask(flags == ""),
        source=source,
        edition=edition,
        table=table,
        cell=rows[codes].agg("/".join, axis="columns") + "/" + rows["year"].astype("str"),
    )
    return in_order(frame, _COLUMNS)


def _status(there: bool, flag: str) -> str:
    if not there:
        return "suppressed" if any(letter in flag for letter in _WITHHELD) else "missing"
    if "u" in flag:
        return "unreliable"
    return "provisional" if "p" in flag else "observed"
