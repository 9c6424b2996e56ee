"""Broadband by commune: dimensions found by what they hold, per cents turned into shares."""

import pytest

from divide import schemas
from divide.errors import SourceChangedError, SourceError
from divide.tidy.broadband import tidy_broadband

# The form is that of the linked-data channel; paths and figures are made up.
BASE = "https://example.org/nga/"
DIMENSIONS = (
    "path,name,kind\n"
    f"{BASE}gemeinde,Gemeinde,https://cube.link/KeyDimension\n"
    f"{BASE}technologie,Technologie,https://cube.link/KeyDimension\n"
    f"{BASE}jahr,Jahr,https://cube.link/KeyDimension\n"
    f"{BASE}anteil,Anteil,https://cube.link/MeasureDimension\n"
)
CODES = (
    "path,code,identifier,name\n"
    f"{BASE}technologie,{BASE}t/fttb,FTTB,Glasfaser\n"
    f"{BASE}technologie,{BASE}t/cable,,Kabel\n"
)
HEAD = f"observation,{BASE}gemeinde,{BASE}technologie,{BASE}jahr,{BASE}anteil\n"
ROWS = (
    f"{BASE}o/1,0261,{BASE}t/fttb,2025-01-01,93.5\n"
    f"{BASE}o/2,0261,{BASE}t/cable,2025-01-01,80\n"
    f"{BASE}o/3,0001,{BASE}t/fttb,2025-01-01,\n"
)


@pytest.fixture
def read(tmp_path):
    def put(rows=ROWS, head=HEAD, dimensions=DIMENSIONS, codes=CODES):
        texts = {"main": head + rows, "dimensions": dimensions, "codes": codes}
        for name, text in texts.items():
            (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
        files = (tmp_path / f"{name}.csv" for name in texts)
        return tidy_broadband(*files, edition="2026-06-01", register_date="2025-01-01")

    return put


def test_dimensions_are_found(read):
    rows = read()
    schemas.check(rows, "broadband")
    found = rows.set_index(["place", "group"])
    assert found.loc[("0261", "technologie:fttb"), "value"] == 0.935
    assert found.loc[("0261", "technologie:kabel"), "value"] == 0.8
    assert set(rows["year"]) == {2025}
    # No observation is no coverage of 0.
    assert found.loc[("0001", "technologie:fttb"), "status"] == "missing"


def test_shares_stay_shares(read):
    rows = read(ROWS.replace(",93.5", ",0.935").replace(",80", ",0.8"))
    assert rows["value"].dropna().tolist() == [0.935, 0.8]


@pytest.mark.parametrize("value", ["-1", "101", "many"])
def test_what_is_no_share_is_refused(read, value):
    with pytest.raises(SourceChangedError, match="no shares"):
        read(ROWS.replace("93.5", value))


def test_a_cube_of_another_shape_is_refused(read):
    with pytest.raises(SourceChangedError, match="0 columns for its measure"):
        read(dimensions=DIMENSIONS.replace("MeasureDimension", "KeyDimension"))
    with pytest.raises(SourceChangedError, match="0 columns for its dimension of communes"):
        read(ROWS.replace(",0001,", ",canton,"))


def test_a_lost_file_is_named(tmp_path):
    with pytest.raises(SourceError, match=r"a\.csv is missing"):
        tidy_broadband(*(tmp_path / f"{name}.csv" for name in "abc"), edition="x")
