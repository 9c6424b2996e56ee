"""Sentences for those who cannot see a figure: highest, lowest, and what is not known."""

import pandas as pd

from divide.show.descriptions import of_lines, of_places, of_years
from divide.texts import FIXED

USE = {2014: 0.1, 2017: 0.5, 2019: 0.6, 2021: 0.7}
NAMES = {"A": "First", "B": "Second", "C": "Third"}


def plain(text: str) -> str:
    """Return a sentence with plain spaces."""
    return text.replace(FIXED, " ")


def test_lines_tell_highest_lowest_and_protected() -> None:
    frame = pd.DataFrame(
        [
            ("A", 0.0, 0.2, 0.1, 0.3, ""),
            ("B", 0.0, 0.9, 0.9, 0.9, "s-suppressed"),
            ("C", 0.0, 0.4, 0.4, 0.5, ""),
        ],
        columns=["row", "tau", "value", "low", "high", "mark"],
    )
    assert plain(of_lines(frame, NAMES)) == (
        "Highest: Third, 40.0 % (40.0–50.0 %); lowest: First, 20.0 % (10.0–30.0 %); "
        "exists, but protected: 1 of 3."
    )
    none = frame.assign(value=None, mark="s-missing")
    assert of_lines(none, NAMES) == "No value is known; no value or not measured yet: 3 of 3."


def test_modelled_lines_are_not_ranked() -> None:
    frame = pd.DataFrame(
        [
            (row, tau, value, 0.0, 1.0, "", state)
            for tau, states in ((0.0, ("higher", "lower")), (0.3, ("cannot_tell", "lower")))
            for row, value, state in zip("AB", (0.059, 0.034), states, strict=True)
        ],
        columns=["row", "tau", "value", "low", "high", "mark", "state"],
    )
    told = plain(of_lines(frame, NAMES))
    assert told == (
        "Expected values run from 3.4 % to 5.9 %. Told from the country, of 2: "
        "2 at τ = 0, 1 at τ = 0.3."
    )
    assert "First" not in told


def test_years_are_told_between_breaks_only() -> None:
    frame = pd.DataFrame(
        [
            *(("A", year, value, "") for year, value in USE.items()),
            ("B", 2021, None, "s-missing"),
        ],
        columns=["row", "year", "value", "mark"],
    )
    names = {"A": "First", "B": "Second"}
    assert plain(of_years(frame, names, [2015.5])) == (
        "First: 10.0 % in 2014, after the break 50.0 % in 2017 and 70.0 % in 2021; "
        "Second: no value; no value or not measured yet: 1 of 5."
    )


def test_places_without_value_are_counted_not_ranked() -> None:
    rows = pd.DataFrame(
        {
            "name": ["Aa", "Bb", "Cc", "Dd"],
            "value": [0.3, 0.1, None, None],
            "text": ["30 %", "10 %", "77 %", "88 %"],
            "mark": ["c1", "c0", "s-suppressed", "s-missing"],
        }
    )
    assert of_places(rows) == (
        "Highest: Aa, 30 %; lowest: Bb, 10 %; exists, but protected: 1 of 4; "
        "no value or not measured yet: 1 of 4."
    )
