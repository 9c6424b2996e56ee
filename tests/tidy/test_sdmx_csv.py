"""SDMX-CSV: columns by name, rows chosen while reading, signs that are no numbers."""

import pyarrow as pa
import pytest

from divide.errors import SourceChangedError, SourceError
from divide.tidy import sdmx_csv
from divide.tidy.sdmx_csv import dimensions, read_sdmx_csv

HEAD = "DATAFLOW,GEO,SEX,FREQ,TIME_PERIOD,OBS_VALUE,DIFF_EMBARGO_DATE,DECIMALS,OBS_STATUS\n"
FLOW = "CH1.X:DF_X(1.0.0)"


def lines(*rows):
    return HEAD + "".join(f"{FLOW},{geo},{sex},A,2025,{value},2025-09-09,0,{status}\n"
                          for geo, sex, value, status in rows)  # fmt: skip


@pytest.fixture
def write(tmp_path):
    def put(text, encoding="utf-8-sig"):
        path = tmp_path / "flow.csv"
        path.write_text(text, encoding=encoding)
        return path

    return put


def test_dimensions_stand_before_the_time(write):
    assert dimensions(write(lines(("ZH", "_T", 1, "A")))) == ["GEO", "SEX"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_the_order_of_columns_is_free(write, encoding):
    path = write("OBS_VALUE,GEO,TIME_PERIOD\n7,ZH,2025-12-31\n", encoding)
    found = read_sdmx_csv(path, ["GEO"])
    # No status column: the figure is there, so it is observed.
    assert found.to_dict("records") == [
        {"GEO": "ZH", "row": 1, "year": 2025, "value": 7.0, "status": "observed"}
    ]


def test_rows_are_chosen_while_reading(write, monkeypatch):
    # Blocks of a few hundred bytes: 3 rows of 900 are kept, with their numbers in the file.
    monkeypatch.setattr(sdmx_csv, "_BLOCK", 512)
    rows = [(str(n + 1), "_T" if n % 300 == 0 else "F", n, "A") for n in range(900)]
    found = read_sdmx_csv(write(lines(*rows)), ["GEO"], where={"SEX": {"_T"}})
    assert found["row"].tolist() == [1, 301, 601]
    assert found["value"].tolist() == [0, 300, 600]


@pytest.mark.parametrize(
    ("value", "status", "told"),
    [
        ("5", "A", "observed"),
        ("5", "P", "provisional"),
        ("5", "E", "modelled"),
        ("5", "U", "unreliable"),
        ("X", "A", "suppressed"),  # CITYSTAT writes its secrets so
        ("...", "A", "missing"),
        ("", "A", "missing"),
        ("", "Q", "suppressed"),
        ("0", "M", "missing"),  # a nought that stands for nothing
    ],
)
def test_every_sign_keeps_its_meaning(write, value, status, told):
    found = read_sdmx_csv(write(lines(("ZH", "_T", value, status))), ["GEO"]).iloc[0]
    assert found["status"] == told
    assert (found["value"] == 5) if value == "5" else found.isna()["value"]


@pytest.mark.parametrize(("value", "status"), [("n.a.", "A"), ("5", "Z"), ("*", "A")])
def test_a_sign_of_unknown_meaning_is_refused(write, value, status):
    with pytest.raises(SourceChangedError, match="unknown meaning"):
        read_sdmx_csv(write(lines(("ZH", "_T", value, status))), ["GEO"])


def test_a_lost_dimension_is_named(write):
    with pytest.raises(SourceChangedError, match="lacks AGE5; it has: DATAFLOW, GEO"):
        read_sdmx_csv(write(lines(("ZH", "_T", 1, "A"))), ["GEO", "AGE5"])
    with pytest.raises(SourceChangedError, match="lacks TIME_PERIOD"):
        dimensions(write("GEO,OBS_VALUE\nZH,1\n"))


def test_a_choice_without_rows_is_refused(write):
    with pytest.raises(SourceChangedError, match="no row of"):
        read_sdmx_csv(write(lines(("ZH", "_T", 1, "A"))), ["GEO"], where={"SEX": {"F"}})


def test_broken_files_are_named(write, tmp_path):
    with pytest.raises(SourceError, match=r"none\.csv is missing"):
        read_sdmx_csv(tmp_path / "none.csv", ["GEO"])
    with pytest.raises(SourceError, match="is empty"):
        read_sdmx_csv(write(""), ["GEO"])
    with pytest.raises(SourceError, match="cannot be read"):
        read_sdmx_csv(write(lines(("ZH", "_T", 1, "A")) + "cut,in the\n"), ["GEO"])


def test_what_is_not_wanted_does_not_stay_in_memory(write):
    """A stream of 16 MB of which one row in a thousand is wanted costs a few blocks."""
    count = 300_000
    rows = lines(*((n % 2000 + 1, "_T" if n % 1000 == 0 else "F", n, "A") for n in range(count)))
    path = write(rows)
    assert path.stat().st_size > 15_000_000
    pa.default_memory_pool().release_unused()
    before = pa.default_memory_pool().bytes_allocated()
    found = read_sdmx_csv(path, ["GEO"], where={"SEX": {"_T"}})
    assert len(found) == count // 1000
    # What is kept is 300 rows: less than a hundredth of the file.
    assert pa.default_memory_pool().bytes_allocated() - before < 180_000


@pytest.mark.mirror
def test_recorded_answers(recorded):
    path = recorded / "stats_swiss" / "lwz_DF_LWZ_1_sample.csv"
    assert dimensions(path) == ["GR_KT_GDE", "WOHN_ANZAHL", "LEERWOHN_TYP", "MEASURE_DIMENSION"]
    found = read_sdmx_csv(path, ["GR_KT_GDE"], where={"MEASURE_DIMENSION": {"V"}})
    # BFS, vacant dwellings on 1 June 2025: 48,455 in Switzerland, 235 in the city of Zurich.
    values = found.set_index("GR_KT_GDE")["value"]
    assert (values["8100"], values["261"]) == (48_455, 235)
