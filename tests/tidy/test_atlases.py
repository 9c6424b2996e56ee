"""The atlases: a map is one year in given borders, and -9999 is no number of persons."""

import json

import pandas as pd
import pytest

from divide import schemas
from divide.errors import SourceChangedError, SourceError
from divide.tidy.atlases import tidy_explorer, tidy_statatlas
from divide.tidy.beneficiaries import tidy_social_assistance_communes

HEAD = (
    '"GEO_ID";"GEO_NAME";VALUE;"STATUS";"PERIOD_REF";"LAST_UPDATE";"GEOM_CODE";"GEOM_PERIOD";'
    '"MAP_ID"\n'
)
# BFS, STATATLAS 27864: Aeugst am Albis, 1,998 residents at the end of 2023; the rest is made up.
ROWS = (
    '"1";"Aeugst am Albis";1998;"A";"2023-12-31";"2024-08-08";"polg";"2023-01-01";"27864"\n'
    '"261";"Secret";;"Q";"2023-12-31";"2024-08-08";"polg";"2023-01-01";"27864"\n'
)


@pytest.fixture
def write(tmp_path):
    def put(content, name="map.csv"):
        path = tmp_path / name
        text = content if isinstance(content, str) else json.dumps(content)
        path.write_bytes(text.encode("utf-8-sig"))
        return path

    return put


def read(path):
    return tidy_statatlas(path, indicator="residents", source="bfs_atlas_population", edition="x")


def test_a_map_of_communes(write):
    rows = read(write(HEAD + ROWS))
    schemas.check(rows, "atlas_population")
    first, second = rows.to_dict("records")
    assert (first["place_level"], first["place"], first["value"]) == ("commune", "0001", 1998)
    # Figures of the end of 2023 in the borders of its beginning.
    assert (first["year"], first["register_date"]) == (2023, "2023-01-01")
    assert (second["place"], second["status"]) == ("0261", "suppressed")
    assert first["table"] == "statatlas 27864"


def test_cantons_are_numbers_too(write):
    rows = read(write(HEAD + ROWS.replace('"polg"', '"kant"').replace('"261"', '"26"')))
    assert list(rows["place"]) == ["JU", "ZH"] and set(rows["place_level"]) == {"canton"}


@pytest.mark.parametrize(
    ("old", "new"),
    [('"polg"', '"bezk"'), ('1998;"A"', ';"A"'), ('1998;"A"', '1998;"Q"'), ('"A"', '"?"')],
)
def test_what_does_not_fit_together_is_refused(write, old, new):
    with pytest.raises(SourceChangedError, match="do not fit together"):
        read(write(HEAD + ROWS.replace(old, new)))


def test_a_lost_column_and_a_lost_file_are_named(write, tmp_path):
    with pytest.raises(SourceChangedError, match="GEOM_PERIOD"):
        read(write((HEAD + ROWS).replace("GEOM_PERIOD", "GEOM_DATE")))
    with pytest.raises(SourceError, match="is missing"):
        read(tmp_path / "none.csv")


def explorer(write, values, places):
    return (
        write({"content": {"nivgeo": "polg", "distribution": {"values": values}}}, "values.json"),
        write({"content": {"territories": {"codgeo": places}}}, "places.json"),
    )


def test_the_nth_value_is_the_nth_place(write):
    # Liechtenstein's 7001 stands among the communes of the map.
    files = explorer(write, [17, -9999, None, 0, 3], ["1", 2, "3", "261", "7001"])
    rows = tidy_explorer(*files, edition="2022", register_date="2024-01-01")
    schemas.check(rows, "social_assistance")
    assert rows.set_index("place")["status"].to_dict() == {
        "0001": "observed", "0002": "missing", "0003": "missing", "0261": "observed",
    }  # fmt: skip
    # None is no nought, and a nought is one.
    assert rows["value"].fillna(-1).tolist() == [17, -1, -1, 0]


@pytest.mark.parametrize(
    ("values", "places", "told"),
    [
        ([1, 2], ["1"], "2 values for 1 places"),
        (["many"], ["1"], "no number of persons"),
        ([-5], ["1"], "no number of persons"),
        ([], [], "has no list"),
        ([1], ["Zürich"], "no known code"),
    ],
)
def test_answers_that_cannot_be_trusted_are_refused(write, values, places, told):
    with pytest.raises(SourceChangedError, match=told):
        tidy_explorer(*explorer(write, values, places), edition="2022")


def test_an_answer_that_is_no_json_is_refused(write):
    values, places = explorer(write, [1], ["1"])
    values.write_text("<html>")
    with pytest.raises(SourceError, match=r"values\.json cannot be read"):
        tidy_explorer(values, places, edition="2022")


@pytest.mark.mirror
def test_the_export_and_the_service_tell_the_same_recipients(mirror, write):
    """All communes of the export, written as the service would answer them."""
    official = mirror / "bfs_social_assistance" / "2022" / "social_assistance_2022.csv"
    cells = [line.split(";") for line in official.read_text("utf-8-sig").splitlines()[3:]]
    shown = [float(cell[2]) if cell[2][0].isdigit() else -9999 for cell in cells]
    files = explorer(write, shown, [cell[0] for cell in cells])
    asked = tidy_explorer(*files, edition="2022", register_date="2024-01-01")
    export = tidy_social_assistance_communes(official, edition="2022")
    export = export[export["indicator"] == "social_assistance_recipients"].reset_index(drop=True)
    assert (asked["value"].notna().sum(), len(asked)) == (1639, 2131)
    same = [name for name in asked if name not in ("status", "cell")]
    pd.testing.assert_frame_equal(asked[same], export[same])
    # The export has two words for no figure, the service one mark.
    without = asked["value"].isna()
    assert set(export.loc[without, "status"]) == {"suppressed", "missing"}
    assert set(asked.loc[without, "status"]) == {"missing"}


@pytest.mark.mirror
def test_recorded_maps(recorded):
    folder = recorded / "statatlas"
    cantons = read(folder / "statatlas_27862_pop_cantons_2023_de.csv")
    # BFS: 8,962,258 permanent residents at the end of 2023; Zurich 1,605,508.
    assert cantons["value"].sum(skipna=False) == 8_962_258
    assert cantons.set_index("place").loc["ZH", "value"] == 1_605_508
    communes = read(folder / "statatlas_27864_pop_communes_2023_de_head80.csv")
    assert len(communes) == 79 and set(communes["register_date"]) == {"2023-01-01"}
