"""People on social assistance: shares by canton, persons and shares by commune."""

from pathlib import Path
from typing import Final

import pandas as pd
from pandas import DataFrame

from divide import terms
from divide.errors import SourceChangedError, SourceError
from divide.tidy.observations import as_observations
from divide.tidy.spreadsheets import iso_date

RECIPIENTS: Final = "social_assistance_recipients"
SHARE: Final = "social_assistance_share"

_RATE: Final = "Ind_11_01"
_KEY_FIGURE_COLUMNS: Final = ("PERIOD_REF", "REGION", "INDICATORS", "UNIT_MES", "VALUE", "STATUS")
# Statuses as the code book of the key figures explains them; M is "not applicable".
_STATUSES: Final = {
    "A": "observed",
    "P": "provisional",
    "U": "unreliable",
    "Q": "suppressed",
    "M": "missing",
}
# The map explorer has two kinds of "N/A": one hides a figure, the other has none.
_WITHOUT_FIGURE: Final = {"N/A - secret statistique": "suppressed", "N/A": "missing"}
_HEADINGS: Final = {
    "Code": "number",
    "Nombre de bénéficiaires de l'aide sociale {year}": RECIPIENTS,
    "Nombre de bénéficiaires de l'aide sociale {year} - estimation (*=oui)": f"{RECIPIENTS}_flag",
    "Taux d'aide sociale {year}": SHARE,
    "Taux d'aide sociale {year} - estimation (*=oui)": f"{SHARE}_flag",
}
_ESTIMATED: Final = "*"


def tidy_social_assistance_cantons(path: Path, *, edition: str) -> DataFrame:
    """
    List the share of residents on social assistance, by canton and for the country.

    Parameters
    ----------
    path
        Selected key figures of the cantons, CSV, of which one indicator is taken.

    Returns
    -------
    DataFrame
        Recipients of social assistance in a year per permanent resident of the year
        before, 0 to 1. 27 rows.

    Raises
    ------
    SourceError
        If not each canton and the country have one figure.
    SourceChangedError
        If a status is unknown, or says that there is a figure where there is none.
    """
    figures = _read_text(path, sep=",", skiprows=0)
    missing = set(_KEY_FIGURE_COLUMNS) - set(figures.columns)
    if missing:
        raise SourceChangedError(f"{path.name} lacks the columns {', '.join(sorted(missing))}.")
    rates = figures[figures["INDICATORS"] == _RATE]
    expected = sorted((terms.COUNTRY, *terms.CANTONS))
    if sorted(rates["REGION"]) != expected or set(rates["UNIT_MES"]) != {"UM_2"}:
        raise SourceError(f"{path.name}: {_RATE} is not given once, in %, for each canton and CH.")
    years, status = rates["PERIOD_REF"], rates["STATUS"].map(_STATUSES)
    value = pd.to_numeric(rates["VALUE"], errors="coerce")
    odd = rates.loc[status.isna() | (value.isna() != status.isin(terms.WITHOUT_VALUE)), "REGION"]
    if not odd.empty:
        raise SourceChangedError(f"{path.name}: value and status disagree for {', '.join(odd)}.")
    rows = rates.assign(
        indicator=SHARE,
        place_level=rates["REGION"].map({terms.COUNTRY: "country"}).fillna("canton"),
        place=rates["REGION"],
        year=years.astype("int64"),
        register_date=years + "-01-01",
        # 12 digits: the country's rate is published with nine decimals of a per cent.
        value=(value / 100).round(12),
        status=status,
        cell=_RATE + "/" + years + "/" + rates["REGION"],
    )
    return as_observations(
        rows, source="bfs_canton_key_figures", edition=edition, table="ts-x-21.03.02"
    )


def tidy_social_assistance_communes(path: Path, *, edition: str) -> DataFrame:
    """
    List recipients of social assistance and their share of residents, by commune.

    Parameters
    ----------
    path
        The map explorer's export: two lines of titles, then `;` between columns.

    Returns
    -------
    DataFrame
        Two rows per commune: persons, and the share from 0 to 1. Status `suppressed`
        where statistical secrecy hides the figure, `missing` where there is none,
        `modelled` where the publisher marks it as an estimate.

    Raises
    ------
    SourceChangedError
        If headings or signs are not those known.
    """
    titles = _read_titles(path)
    register_date = iso_date(titles[1], where=path.name)
    communes = _named(_read_text(path, sep=";", skiprows=2), year=edition, where=path.name)
    parts = [_observed(communes, indicator, where=path.name) for indicator in (RECIPIENTS, SHARE)]
    rows = pd.concat(parts).assign(
        place_level="commune", register_date=register_date, year=int(edition)
    )
    return as_observations(
        rows, source="bfs_social_assistance", edition=edition, table="sozialhilfeempf"
    )


def _read_text(path: Path, *, sep: str, skiprows: int) -> DataFrame:
    """Read a CSV as text only: what is empty stays empty, `N/A` stays `N/A`."""
    if not path.is_file():
        raise SourceError(f"{path.name} is missing in {path.parent}. Run: divide fetch")
    try:
        return pd.read_csv(
            path,
            sep=sep,
            skiprows=skiprows,
            dtype="str",
            keep_default_na=False,
            encoding="utf-8-sig",
        )
    except (UnicodeDecodeError, pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise SourceError(f"{path.name} cannot be read as a table: {error}") from error


def _read_titles(path: Path) -> list[str]:
    if not path.is_file():
        raise SourceError(f"{path.name} is missing in {path.parent}. Run: divide fetch")
    with path.open(encoding="utf-8-sig") as lines:
        return [next(lines, ""), next(lines, "")]


def _named(communes: DataFrame, *, year: str, where: str) -> DataFrame:
    """Name the columns by what they hold; a heading of another year stops here."""
    names = {heading.format(year=year): name for heading, name in _HEADINGS.items()}
    missing = set(names) - set(communes.columns)
    if missing:
        raise SourceChangedError(f"{where} lacks the columns {', '.join(sorted(missing))}.")
    return communes.rename(columns=names)


def _observed(communes: DataFrame, indicator: str, *, where: str) -> DataFrame:
    """Turn one column of signs and numbers into values with a status."""
    signs, flags = communes[indicator], communes[f"{indicator}_flag"]
    value = pd.to_numeric(signs, errors="coerce")
    status = signs.map(_WITHOUT_FIGURE).where(value.isna(), "observed")
    odd = sorted(set(signs[status.isna()]) | set(flags[~flags.isin(["", _ESTIMATED])]))
    if odd:
        raise SourceChangedError(f"{where}: signs of unknown meaning for {indicator}: {odd[:5]}.")
    return DataFrame(
        {
            "indicator": indicator,
            "place": communes["number"].map(terms.commune_id),
            "value": (value / 100).round(6) if indicator == SHARE else value,
            "status": status.mask(flags.eq(_ESTIMATED) & value.notna(), "modelled"),
            "cell": "line " + (communes.index + 4).astype("str"),
        }
    )
