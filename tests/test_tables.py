"""Processed tables: written whole or not at all, read with their provenance, damage noticed."""

import json
from pathlib import Path

import geopandas
import numpy as np
import pandas as pd
import pytest
from shapely.geometry import box

from divide import tables
from divide.errors import SchemaError, TableError, UnknownNameError

MADE = {"signature": "abc", "official": [], "default": "education.csv", "synthetic": False}


def frame(**changes: object) -> pd.DataFrame:
    """Type two rows of the table education."""
    columns: dict[str, object] = {
        "indicator": "residents_25_plus",
        "group": "education:low",
        "place_level": "canton",
        "place": ["VD", "UR"],
        "register_date": "2023-01-01",
        "year": 2022,
        "value": [0.1 + 0.2, np.nan],
        "status": ["observed", "suppressed"],
        "se": [0.5, np.nan],
        "low": [0.0, np.nan],
        "high": [1.5, np.nan],
        "source": "bfs_education",
        "edition": "2020-2022",
        "table": None,
        "cell": ["C7", None],
    }
    return pd.DataFrame(columns | changes)


def files(home: Path) -> list[str]:
    folder = home / "data" / "processed"
    return sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []


def test_what_is_written_is_read(home: Path) -> None:
    tables.write(frame(), "education", provenance=MADE)
    found = tables.read("education")
    # Sorted by key: UR before VD. 0.1 + 0.2 keeps its last digit.
    assert found["place"].tolist() == ["UR", "VD"]
    assert found["value"].tolist()[1] == 0.1 + 0.2
    assert pd.isna(found["value"][0]) and found["status"][0] == "suppressed"
    assert found["table"].isna().all() and found["cell"].tolist()[1] == "C7"
    assert files(home) == ["education.meta.json", "education.parquet"]


def test_provenance_travels_with_the_table(home: Path) -> None:
    made = frame()
    made.attrs["account"] = {"ghosts": ["4505"]}
    path = tables.write(made, "education", provenance=MADE)
    told = tables.read("education").attrs["provenance"]
    assert told == tables.provenance("education")
    assert (told["table"], told["rows"], told["ghosts"]) == ("education", 2, ["4505"])
    assert told["default"] == "education.csv"
    assert told["sha256"] == tables._sha256(path)


def test_one_place(home: Path) -> None:
    tables.write(frame(), "education", provenance=MADE)
    assert tables.read("education", place="UR")["place"].tolist() == ["UR"]
    assert tables.read("education", place="UR").attrs["provenance"]["rows"] == 2


def test_an_unknown_place_is_not_an_empty_answer(home: Path) -> None:
    tables.write(frame(), "education", provenance=MADE)
    with pytest.raises(UnknownNameError, match="'XX'"):
        tables.read("education", place="XX")


@pytest.mark.parametrize("ask", [tables.read, tables.exists, tables.provenance])
def test_an_unknown_table_names_the_near_ones(home: Path, ask: object) -> None:
    with pytest.raises(UnknownNameError, match="Did you mean internet_use") as unknown:
        ask("internet_us")  # type: ignore[operator]
    assert unknown.value.exit_code == 2


def test_a_table_not_built_says_how_to_build_it(home: Path) -> None:
    assert not tables.exists("education")
    with pytest.raises(TableError, match="Run: divide build education"):
        tables.read("education")
    with pytest.raises(TableError, match="DIVIDE_MIRROR"):
        tables.read_boundaries()


def test_a_table_that_breaks_its_schema_leaves_nothing(home: Path) -> None:
    with pytest.raises(SchemaError):
        tables.write(frame(place=["VD", "vd"]), "education", provenance=MADE)
    assert files(home) == []


@pytest.mark.parametrize("fault", ["schema", "disk", "provenance"])
def test_a_failed_write_leaves_the_older_table(
    home: Path, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    tables.write(frame(), "education", provenance=MADE)
    before = {name: (home / "data/processed" / name).read_bytes() for name in files(home)}
    newer, made = frame(value=[7.0, np.nan]), dict(MADE)
    if fault == "schema":
        newer["status"] = "observed"
    elif fault == "provenance":
        made["origin"] = Path("not for json")  # type: ignore[assignment]
    else:
        real = pd.DataFrame.to_parquet

        def full(self: pd.DataFrame, path: Path, **more: object) -> None:
            real(self, path, **more)  # type: ignore[call-overload]
            path.write_bytes(path.read_bytes()[:100])
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(pd.DataFrame, "to_parquet", full)
    with pytest.raises((SchemaError, OSError, TypeError)):
        tables.write(newer, "education", provenance=made)
    after = {name: (home / "data/processed" / name).read_bytes() for name in files(home)}
    assert after == before


def test_a_reader_keeps_the_whole_older_table(home: Path) -> None:
    """The new file takes the old one's place; nothing is written into what somebody reads."""
    path = tables.write(frame(), "education", provenance=MADE)
    whole = path.read_bytes()
    with path.open("rb") as reader:
        tables.write(frame(value=[7.0, np.nan]), "education", provenance=MADE)
        assert reader.read() == whole
    assert path.read_bytes() != whole


@pytest.mark.parametrize("part", ["education.parquet", "education.meta.json"])
@pytest.mark.parametrize("damage", ["cut", "emptied", "text"])
def test_a_damaged_file_is_a_named_error(home: Path, part: str, damage: str) -> None:
    tables.write(frame(), "education", provenance=MADE)
    path = home / "data" / "processed" / part
    whole = path.read_bytes()
    path.write_bytes({"cut": whole[:-20], "emptied": b"", "text": b"<html>"}[damage])
    with pytest.raises(TableError, match="divide build --force education"):
        tables.read("education")


def test_a_lost_provenance_is_a_named_error(home: Path) -> None:
    tables.write(frame(), "education", provenance=MADE)
    (home / "data/processed/education.meta.json").unlink()
    with pytest.raises(TableError, match="Provenance"):
        tables.read("education")


def test_one_flipped_bit_never_becomes_another_number(home: Path) -> None:
    """Parquet has no checksum of its own: 0.3 reads back as 0.30000000000000016 or as 1e18."""
    path = tables.write(frame(), "education", provenance=MADE)
    whole = path.read_bytes()
    for at in range(0, len(whole), 97):
        broken = bytearray(whole)
        broken[at] ^= 1
        path.write_bytes(bytes(broken))
        with pytest.raises(TableError):
            tables.read("education")


def test_a_table_beside_another_ones_provenance_is_refused(home: Path) -> None:
    """What a kill between the two moves would leave."""
    tables.write(frame(), "education", provenance=MADE)
    meta = home / "data/processed/education.meta.json"
    older = meta.read_text(encoding="utf-8")
    tables.write(frame(value=[7.0, np.nan]), "education", provenance=MADE)
    meta.write_text(older, encoding="utf-8")
    with pytest.raises(TableError, match="damaged"):
        tables.read("education")


def test_boundaries_keep_their_geometry(home: Path) -> None:
    shapes = geopandas.GeoDataFrame(
        {
            "place_level": "commune",
            "place": ["0261", "0230"],
            "name": ["Zürich", "Winterthur"],
            "register_date": "2024-01-01",
        },
        geometry=[box(0, 0, 1, 1), box(1, 0, 2, 1)],
        crs="EPSG:2056",
    )
    path = tables.write(shapes, "boundaries", provenance=MADE)
    found = tables.read_boundaries()
    assert found["place"].tolist() == ["0230", "0261"]
    assert found.crs == "EPSG:2056"
    assert found.geometry.iloc[1].equals(box(0, 0, 1, 1))
    assert tables.read("boundaries")["place"].tolist() == ["0230", "0261"]
    with pytest.raises(TableError, match=r"No boundaries of 2020-01-01 .* those of 2024-01-01"):
        tables.read_boundaries("2020-01-01")
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(TableError, match="divide build --force boundaries"):
        tables.read_boundaries()


def test_boundaries_of_a_day_come_without_those_of_another(home: Path) -> None:
    """Zwieselberg (947) merged into Reutigen (767) on 1 January 2024; shapes are invented."""
    shapes = geopandas.GeoDataFrame(
        {
            "place_level": ["commune", "commune", "commune", "canton"],
            "place": ["0767", "0947", "0767", "BE"],
            "name": ["Reutigen", "Zwieselberg", "Reutigen", "Bern"],
            "register_date": ["2023-01-01", "2023-01-01", "2024-01-01", "2022-01-01"],
        },
        geometry=[box(0, 0, 1, 1), box(1, 0, 2, 1), box(0, 0, 2, 1), box(0, 0, 2, 1)],
        crs="EPSG:2056",
    )
    tables.write(shapes, "boundaries", provenance=MADE)
    newest, older = tables.read_boundaries(), tables.read_boundaries("2023-01-01")
    assert newest["place"].tolist() == ["BE", "0767"]
    assert older["place"].tolist() == ["BE", "0767", "0947"]
    assert len(tables.read("boundaries")) == 4


def test_nothing_given_is_changed(home: Path) -> None:
    given = frame()
    tables.write(given, "education", provenance=MADE)
    pd.testing.assert_frame_equal(given, frame())


def test_a_dropped_table_is_gone(home: Path) -> None:
    tables.write(frame(), "education", provenance=MADE)
    tables.drop("education")
    tables.drop("education")  # gone already
    assert files(home) == []


def test_provenance_is_readable_text(home: Path) -> None:
    tables.write(frame(), "education", provenance=MADE | {"note": "Zürich"})
    text = (home / "data/processed/education.meta.json").read_text(encoding="utf-8")
    assert "Zürich" in text and json.loads(text)["note"] == "Zürich"
