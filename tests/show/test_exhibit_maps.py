"""Maps of notebooks: every place once, classes from all places compared, nothing lost."""

import geopandas as gpd
import pandas as pd
import pytest
from shapely.geometry import box

from divide.errors import ReportError
from divide.show import exhibit_maps
from divide.terms import CANTONS

TOLD = {"title": "People on social assistance", "unit": "share of residents"}


@pytest.fixture
def rates() -> pd.DataFrame:
    """Return one rate a canton (0.01 to 0.26), the country's, and those of three communes."""
    own = [("canton", place, (i + 1) / 100, "observed") for i, place in enumerate(CANTONS)]
    own += [("country", "CH", 0.99, "observed"), ("commune", "5401", 0.02, "observed")]
    own += [("commune", "5402", None, "suppressed"), ("commune", "0001", 0.5, "observed")]
    rows = pd.DataFrame(own, columns=["place_level", "place", "value", "status"])
    return rows.assign(
        register_date="2024-01-01",
        year=2022,
        source="bfs_social_assistance",
        table="sozialhilfeempf",
        edition="2022",
    )


@pytest.fixture
def register() -> pd.DataFrame:
    known = [("5401", "Aigle", "VD"), ("5402", "Bex", "VD"), ("5403", "Chessel", "VD")]
    known += [("0001", "Aeugst am Albis", "ZH")]
    rows = pd.DataFrame(known, columns=["place", "name", "canton"])
    return rows.assign(place_level="commune", register_date="2024-01-01")


@pytest.fixture
def boundaries(register: pd.DataFrame) -> gpd.GeoDataFrame:
    squares = [box(1000 * i, 0, 1000 * i + 1000, 1000) for i in range(len(register))]
    return gpd.GeoDataFrame(register[["place", "place_level"]], geometry=squares, crs=2056)


def test_cantons_are_tiles_without_the_country(rates: pd.DataFrame) -> None:
    shown = exhibit_maps.cantons(rates, **TOLD)
    tiles = shown.figure.data[-1].text
    assert len(tiles) == 26
    assert {"ZH<br>1.0", "JU<br>26.0"} <= set(tiles)
    assert shown.sentence.replace("\xa0", " ") == "Highest: Jura, 26.0 %; lowest: Zurich, 1.0 %."
    assert "99" not in shown.table
    assert shown.figure.layout.meta["unit"] == "share of residents, in %"


def test_a_canton_missing_or_twice_is_refused(rates: pd.DataFrame) -> None:
    for wrong in (rates[rates["place"] != "UR"], pd.concat([rates, rates.iloc[:1]])):
        with pytest.raises(ReportError, match="one for each of 26"):
            exhibit_maps.cantons(wrong, **TOLD)


def test_without_boundaries_a_sentence_says_so(rates: pd.DataFrame, register: pd.DataFrame) -> None:
    shown = exhibit_maps.communes(rates, register, None, canton="VD", **TOLD)
    assert shown.sentence.startswith("Boundaries come from official files and are not in")
    assert shown.figure.layout.meta["title"] == "People on social assistance, by canton"
    assert shown.figure.layout.meta["unit"] == "share of residents, 2022, in %"


def test_every_commune_of_the_canton_is_drawn(
    rates: pd.DataFrame, register: pd.DataFrame, boundaries: gpd.GeoDataFrame
) -> None:
    shown = exhibit_maps.communes(rates, register, boundaries, canton="VD", **TOLD)
    points = shown.figure.data[-1].text
    # 5403 is in the register but not among the rates: missing, not zero and not left out.
    assert sorted(points) == ["Aigle<br>2.0", "Bex<br>×", "Chessel<br>?"]
    assert shown.figure.layout.meta["title"] == "People on social assistance, Vaud"
    patterns = {trace.name: trace.fillpattern.shape for trace in shown.figure.data[:-1]}
    assert patterns["× exists, but protected"] == "."
    assert patterns["? no value or not measured yet"] == "/"
    assert "protected: 1 of 3; no value or not measured yet: 1 of 3." in shown.sentence


def test_classes_are_cut_from_all_communes(
    rates: pd.DataFrame, register: pd.DataFrame, boundaries: gpd.GeoDataFrame
) -> None:
    shown = exhibit_maps.communes(rates, register, boundaries, canton="VD", **TOLD)
    # Two values in the country, 2.0 % and 50.0 %: two classes, of which Vaud shows the first.
    names = [trace.name.replace("\xa0", " ") for trace in shown.figure.data[:-1]]
    assert names[0] == "2.0–49.9 %"
    assert "50.0 %" not in names
