"""The shape of a text table: the same, read by row or by column."""

from pathlib import Path

import pytest

from divide.build import text_shapes
from divide.build.text_shapes import read_shape
from divide.errors import SourceError

TABLE = '''GEO,NAME,OBS_VALUE,OBS_STATUS
ZH,"Zürich, Stadt",7,A
VD,"with ""quotes""",X,
GE, Genève ,2.5,A
'''


@pytest.mark.parametrize("large", [1, 10**9], ids=["by column", "by row"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize("mark", [",", ";"])
def test_both_ways_tell_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, large: int, encoding: str, mark: str
) -> None:
    path = tmp_path / "table.csv"
    text = TABLE if mark == "," else TABLE.replace(",", ";").replace("h; S", "h, S")
    path.write_bytes(text.encode(encoding))
    monkeypatch.setattr(text_shapes, "_LARGE", large)
    found = read_shape(path, keep=200)
    assert found.head == ["GEO", "NAME", "OBS_VALUE", "OBS_STATUS"]
    assert found.codes == [
        {"ZH", "VD", "GE"},
        {"Zürich, Stadt", 'with "quotes"', "Genève"},
        {"7", "X", "2.5"},
        {"A", ""},
    ]
    assert (found.rows, found.total) == (3, 9.5)


def test_long_lists_of_codes_are_cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "table.csv"
    path.write_text("GEO,VALUE\n" + "".join(f"{n},1\n" for n in range(500)), "utf-8")
    for large in (1, 10**9):
        monkeypatch.setattr(text_shapes, "_LARGE", large)
        found = read_shape(path, keep=20)
        assert (found.rows, found.total) == (500, 500.0)
        assert len(found.codes[0]) > 20


def test_a_row_of_another_width_is_no_table(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "table.csv"
    path.write_text("GEO,VALUE\nZH,1,2\n", "utf-8")
    monkeypatch.setattr(text_shapes, "_LARGE", 1)
    with pytest.raises(SourceError, match="cannot be read as a table"):
        read_shape(path, keep=20)
