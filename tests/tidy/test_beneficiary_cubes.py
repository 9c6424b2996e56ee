"""Cubes of beneficiaries: unseen shapes are read where they are as told, else refused."""

import pytest

from divide import catalog, schemas, terms
from divide.errors import SourceChangedError
from divide.tidy.beneficiary_cubes import (
    DISABILITY_PENSIONS,
    INSTITUTIONS,
    SOCIAL_ASSISTANCE,
    SUPPLEMENTARY_BENEFITS,
    tidy_cube,
)

# Labels as the office's cubes write cantons; numbers are made up: 10 in each canton.
CANTONS = {str(one.number): f"- {one.name['de']}" for one in catalog.cantons().values()}
KANTON = {"¯99999": "Schweiz", **CANTONS}
SEX = {"¯99999": "Geschlecht - Total", "1": "Mann", "2": "Frau"}
UNIT = {"1": "Anzahl Bezüger/innen", "2": "Anteil in % der Bevölkerung"}


def pensions(px_file, cells=None, **changes):
    dimensions = {"Beobachtungseinheit": UNIT, "Kanton": KANTON, "Geschlecht": SEX,
                  "Jahr": ["2023", "2024"]} | changes  # fmt: skip
    known = {f"1/{place}/¯99999/2024": "260" if place == "¯99999" else "10" for place in KANTON}
    known["2/1/¯99999/2024"] = "3.5"
    known["1/1/2/2024"] = '"....."'
    return px_file(DISABILITY_PENSIONS.matrix, dimensions, known | (cells or {}), default='"...."')


@pytest.fixture
def rows(px_file):
    return tidy_cube(pensions(px_file), DISABILITY_PENSIONS, edition="2025-05-01")


def test_counts_and_shares_by_canton(rows):
    schemas.check(rows, "disability_pensions")
    found = rows.set_index(["indicator", "group", "place"])
    assert found.loc[("disability_pensions", "total", "CH"), "value"] == 260
    assert found.loc[("disability_pensions", "total", "JU"), "value"] == 10
    # 3.5 per cent of the population
    assert found.loc[("disability_pension_share", "total", "ZH"), "value"] == 0.035
    assert found.loc[("disability_pensions", "sex:f", "ZH"), "status"] == "suppressed"
    # 27 totals, one share, one hidden figure: what cannot be ("*") has no row.
    assert len(rows) == 29 and set(rows["year"]) == {2024}


def test_both_writings_of_the_total(px_file):
    hyphen = {("-99999" if code == "¯99999" else code): label for code, label in SEX.items()}
    cells = {f"1/{place}/-99999/2024": "260" if place == "¯99999" else "10" for place in KANTON}
    dimensions = {"Beobachtungseinheit": UNIT, "Kanton": KANTON, "Geschlecht": hyphen,
                  "Jahr": ["2024"]}  # fmt: skip
    path = px_file(DISABILITY_PENSIONS.matrix, dimensions, cells, default='"...."')
    rows = tidy_cube(path, DISABILITY_PENSIONS, edition="x")
    assert set(rows["group"]) == {"total"} and len(rows) == 27


def test_cantons_must_sum_to_the_country(px_file):
    path = pensions(px_file, {"1/¯99999/¯99999/2024": "261"})
    with pytest.raises(SourceChangedError, match="do not sum to the country"):
        tidy_cube(path, DISABILITY_PENSIONS, edition="x")


def test_numbers_that_have_moved_are_refused(px_file):
    """Code 1 with the label of another canton: all cantons would be shifted."""
    moved = KANTON | {"1": "- Bern"}
    with pytest.raises(SourceChangedError, match="'1' \\(- Bern\\) is no known canton"):
        tidy_cube(pensions(px_file, Kanton=moved), DISABILITY_PENSIONS, edition="x")


def test_an_unexpected_dimension_is_named(px_file):
    dimensions = {"Beobachtungseinheit": UNIT, "Kanton": KANTON, "Alter": {"0": "Total"},
                  "Jahr": ["2024"]}  # fmt: skip
    path = px_file(DISABILITY_PENSIONS.matrix, dimensions, {})
    with pytest.raises(SourceChangedError, match=r"dimensions are .*Alter.*expected"):
        tidy_cube(path, DISABILITY_PENSIONS, edition="x")


def test_an_unknown_measure_or_year_is_named(px_file):
    unit = UNIT | {"2": "Durchschnitt"}
    with pytest.raises(SourceChangedError, match="'Durchschnitt' is no known measure"):
        tidy_cube(pensions(px_file, Beobachtungseinheit=unit), DISABILITY_PENSIONS, edition="x")
    years = {"2023": "vorher", "2024": "2024"}
    with pytest.raises(SourceChangedError, match="no year"):
        tidy_cube(
            pensions(px_file, Jahr={"a": "vorher", **years}), DISABILITY_PENSIONS, edition="x"
        )


def test_regions_beside_cantons_are_left_out(px_file):
    places = {"0": "Schweiz", "R1": "<< Genferseeregion", "22": "- Waadt"}
    dimensions = {
        "Grossregion (<<) / Kanton (-)": places,
        "Beherbergungstyp": {"0": "Beherbergungstyp - Total", "1": "Langzeit"},
        "Rechtlich-wirtschaftlicher Status": {"0": "Status - Total"},
        "Jahr": ["2024"],
    }
    cells = {"0/0/0/2024": "100", "R1/0/0/2024": "40", "22/0/0/2024": "30", "22/1/0/2024": "-"}
    path = px_file(INSTITUTIONS.matrix, dimensions, cells)
    rows = tidy_cube(path, INSTITUTIONS, edition="x")
    schemas.check(rows, "institutions")
    assert set(rows["place"]) == {"CH", "VD"}
    found = rows.set_index(["place", "group"])["value"]
    # "-" is nil: a nought that was counted.
    assert (found["VD", "total"], found["VD", "stay:1"]) == (30, 0)


def test_no_more_than_two_dimensions_are_crossed(px_file):
    two = {"0": "Total", "1": "eins"}
    dimensions = {
        "Kanton": {"1": "- Zürich"},
        "Geschlecht": {"0": "Geschlecht - Total", "1": "Mann"},
        "Altersklasse": two, "Zivilstand": two, "Staatsangehörigkeit": two,
        "Absolut/Relativ": {"1": "Absolut"}, "Jahr": ["2024"],
    }  # fmt: skip
    rows = tidy_cube(px_file(SOCIAL_ASSISTANCE.matrix, dimensions, {}, default="1"),
                     SOCIAL_ASSISTANCE, edition="x")  # fmt: skip
    schemas.check(rows, "social_assistance_cantons")
    # Of four dimensions: none crossed 1, one 4, two 6 of the 16 combinations.
    assert len(rows) == 11
    assert rows["group"].str.count(r"\|").max() == 1
    assert set(rows["indicator"]) == {"social_assistance_recipients"}


def test_offices_are_cantons(px_file):
    dimensions = {
        "Durchführungsstelle": CANTONS, "Staatsangehörigkeit": {"0": "Total", "1": "Schweiz"},
        "Geschlecht": SEX, "Jahr": ["2024"],
    }  # fmt: skip
    path = px_file(SUPPLEMENTARY_BENEFITS.matrix, dimensions, {}, default="7")
    rows = tidy_cube(path, SUPPLEMENTARY_BENEFITS, edition="x")
    schemas.check(rows, "supplementary_benefits")
    assert set(rows["place"]) == set(terms.CANTONS)
    assert len(rows) == 26 * 2 * 3
