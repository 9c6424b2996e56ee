"""Codes of places as each service writes them, and the house's keys for them."""

import re
from typing import Final

import pandas as pd
from pandas import DataFrame

from divide import terms
from divide.errors import SourceChangedError

_COUNTRY: Final = frozenset({"8100", "CH", "_T"})
_DISTRICT: Final = re.compile(r"B_?(\d{1,4})")
# NUTS 2 numbers the major regions as the office does.
_NUTS: Final = re.compile(r"CH0([1-7])")
_LANGUAGES: Final = {"1": "de", "2": "fr", "3": "it", "4": "rm"} | {
    name.upper(): name for name in ("de", "fr", "it", "rm")
}


def place_of(code: str, *, numbers: str = "commune") -> tuple[str, str]:
    """
    Turn a code into level and key of its place.

    Parameters
    ----------
    numbers
        What a bare number is: `commune`, `canton` (1 to 26) or `language_region`.

    Raises
    ------
    SourceChangedError
        If the code is none of those known.

    Examples
    --------
    >>> place_of("261"), place_of("ZH"), place_of("8100")
    (('commune', '0261'), ('canton', 'ZH'), ('country', 'CH'))
    >>> place_of("1", numbers="canton"), place_of("B_112"), place_of("CH07")
    (('canton', 'ZH'), ('district', '0112'), ('major_region', '7'))
    """
    if code in _COUNTRY:
        return "country", terms.COUNTRY
    if numbers == "language_region" and code in _LANGUAGES:
        return "language_region", _LANGUAGES[code]
    if code in terms.CANTONS:
        return "canton", code
    for pattern, level in ((_DISTRICT, "district"), (_NUTS, "major_region")):
        if found := pattern.fullmatch(code):
            key = found[1] if level == "major_region" else terms.commune_id(found[1])
            return level, key
    if code.isdecimal() and numbers == "canton" and 1 <= int(code) <= len(terms.CANTONS):
        return "canton", terms.canton_id(code)
    if code.isdecimal() and numbers == "commune" and 1 <= int(code) <= 9999:
        return "commune", terms.commune_id(code)
    raise SourceChangedError(f"{code!r} is no known code of a place. Look it up in the code list.")


def with_places(frame: DataFrame, column: str, *, numbers: str = "commune") -> DataFrame:
    """Give each row the level and key of its place; each code is looked at once."""
    known = {code: place_of(code, numbers=numbers) for code in frame[column].unique()}
    found = frame[column].map(known)
    return frame.assign(place_level=found.str[0], place=found.str[1])


def check_cantons(rows: DataFrame, keys: list[str]) -> None:
    """
    Check that cantons sum to the country, wherever all 26 and the country are shown.

    Raises
    ------
    SourceChangedError
        If a sum differs by more than one per million: places are misread, or counted twice.
    """
    cantons = rows[rows["place_level"] == "canton"].groupby(keys)["value"]
    sums = cantons.agg(["sum", "count"]).query("count == 26")["sum"]
    country = rows[rows["place_level"] == "country"].set_index(keys)["value"]
    gap = pd.concat([sums, country], axis=1, join="inner", keys=["sum", "country"]).dropna()
    wrong = gap[(gap["sum"] - gap["country"]).abs() > 1e-6 * gap["country"].abs().clip(lower=1)]
    if not wrong.empty:
        raise SourceChangedError(f"Cantons do not sum to the country: {wrong.head(3).to_dict()}.")
