"""Addresses on the official directory: the nursing homes of the country, one by one."""

from pathlib import Path

import pandas as pd
import pytest
from pandas import DataFrame

import divide
from divide.errors import MethodError
from divide.tidy.homes import list_nursing_homes

pytestmark = pytest.mark.mirror


@pytest.fixture
def homes(official_home: Path, mirror: Path) -> DataFrame:
    path = mirror / "bag_nursing_homes" / "2019" / "2019_Flat_File_de.xlsx"
    return list_nursing_homes(path, edition="2019").rename(columns={"town": "address"})


def test_nursing_homes_are_placed_and_the_rest_is_listed(homes: DataFrame) -> None:
    """A trial placed 58 % by proof and 93 % with the rule of the own name."""
    found = divide.place(homes[["address", "canton"]])
    assert len(found) == 1551
    assert (found["evidence"] == "proof").mean() == pytest.approx(0.5758, abs=5e-5)
    by_own = found["rule"].eq("own_name") | found["evidence"].eq("proof")
    assert by_own.mean() == pytest.approx(0.9355, abs=5e-5)
    assert found["place"].notna().mean() == pytest.approx(0.9568, abs=5e-5)
    assert (found["place"].isna() == found["reason"].notna()).all()
    # 65 stand in a postcode of several communes; two bear a postcode of elsewhere (Ipsach is
    # 2563 and Castagnola 6976: figures were changed round).
    assert found["reason"].value_counts().to_dict() == {"several": 65, "names_disagree": 2}
    assert found.loc[found["reason"] == "several", "candidates"].str.contains(";").all()


def test_no_placement_contradicts_its_canton(homes: DataFrame) -> None:
    found = divide.place(homes[["address", "canton"]])
    known = divide.places("2024-01-01")
    canton = known[known["place_level"] == "commune"].set_index("place")["canton"]
    placed = found["place"].dropna()
    assert (placed.map(canton) == homes.loc[placed.index, "canton"]).all()


def test_boxes_are_recognised(homes: DataFrame) -> None:
    found = homes[["address"]].join(divide.place(homes[["address", "canton"]]))
    boxes = found[found["rule"] == "post_box"]
    told = set(zip(boxes["address"], boxes["place"], strict=True))
    assert ("3601 Thun", "0942") in told and ("3000 Bern 22", "0351") in told
    assert len(boxes) == 13


def test_a_geocoded_address_is_where_it_lies(official_home: Path) -> None:
    typed = DataFrame(
        {
            # Bern, the Federal Palace; the same in degrees below; Lake Geneva off Lausanne.
            "east": [2_600_400.0, 2_600_400.0, 2_537_000.0, None],
            "north": [1_199_500.0, 1_199_500.0, 1_145_000.0, None],
            "canton": ["BE", "VD", None, "ZH"],
            "address": [None, None, None, "8001 Zürich"],
        }
    )
    found = divide.place(typed, crs="EPSG:2056")
    assert found["place"].fillna("").tolist() == ["0351", "", "", "0261"]
    assert found["rule"].fillna("").tolist() == ["coordinates", "", "", "postcode"]
    assert found["reason"].fillna("").tolist() == ["", "other_canton", "outside", ""]
    degrees = DataFrame({"east": [7.4441], "north": [46.9466]})
    assert divide.place(degrees, crs="EPSG:4326")["place"].tolist() == ["0351"]
    with pytest.raises(MethodError, match="EPSG:4326"):
        divide.place(degrees, crs="EPSG:2056")


def test_communes_of_another_day(official_home: Path) -> None:
    """Bonfol and Beurnevésin became Basse-Vendline on 1 January 2024; which of them, who knows."""
    typed = DataFrame({"address": ["2944 Bonfol", "8001 Zürich"], "canton": ["JU", "ZH"]})
    now, before = divide.place(typed), divide.place(typed, date="2023-01-01")
    assert now["place"].tolist() == ["6812", "0261"]
    assert before["reason"].fillna("").tolist() == ["divided", ""]
    assert before["candidates"].tolist()[0] == "6812" and pd.isna(before["place"].tolist()[0])
    assert before["place"].tolist()[1] == "0261"
