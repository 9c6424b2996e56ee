"""Localities: a postcode is no place, and Liechtenstein is no canton."""

import zipfile

import pytest
from pandas.testing import assert_frame_equal

from divide import schemas
from divide.errors import SourceChangedError, SourceError
from divide.tidy.localities import tidy_localities

HEAD = "Ortschaftsname;PLZ;Zusatzziffer;Gemeindename;BFS-Nr;Kantonskürzel;E;N;Sprache;Validity\r\n"
# swisstopo, official directory, March 2024: Céligny lies in two pieces.
REAL = (
    "Aeugst am Albis;8914;00;Aeugst am Albis;1;ZH;2679402.872;1235842.010;de;2008-07-01\r\n"
    "Céligny;1298;00;Céligny;6610;GE;2503120.803;1133515.871;fr;2008-07-01\r\n"
    "Céligny;1298;00;Céligny;6610;GE;2504439.312;1134131.604;fr;2008-07-01\r\n"
    "Schaan;9494;00;Schaan;7005;;2756000.000;1227000.000;de;2008-07-01\r\n"
)


@pytest.fixture
def write(tmp_path):
    def put(text):
        path = tmp_path / "AMTOVZ_CSV_LV95.csv"
        path.write_bytes(text.encode("utf-8-sig"))
        return path

    return put


def test_localities_have_their_commune_and_canton(write):
    rows = tidy_localities(write(HEAD + REAL), edition="2024-03")
    schemas.check(rows, "localities")
    assert list(rows["postcode"]) == ["1298", "1298", "8914"]
    assert list(rows["place"]) == ["6610", "6610", "0001"]
    assert list(rows["canton"]) == ["GE", "GE", "ZH"]
    assert rows.loc[2, "east"] == 2679402.872
    assert rows["address_share"].isna().all()


# The columns of later editions; one locality with most of its addresses in one commune.
LATER = (
    "Ortschaftsname;PLZ4;Zusatzziffer;ZIP_ID;Gemeindename;BFS-Nr;Kantonskürzel;"
    "Adressenanteil;E;N;Sprache;Validity\r\n"
    "Adliswil;8134;0;4001;Adliswil;131;ZH;99.94 %;2682000.0;1240000.0;de;2008-07-01\r\n"
    "Adliswil;8134;0;4001;Zürich;261;ZH;0.06 %;2682500.0;1240500.0;de;2008-07-01\r\n"
)


def test_later_editions_tell_the_share_of_addresses(write):
    rows = tidy_localities(write(LATER), edition="2026-03")
    schemas.check(rows, "localities")
    assert rows[["place", "suffix", "address_share"]].to_numpy().tolist() == [
        ["0131", "00", pytest.approx(0.9994)],
        ["0261", "00", pytest.approx(0.0006)],
    ]
    with pytest.raises(SourceChangedError, match=r"no per cents: \['many'\]"):
        tidy_localities(write(LATER.replace("0.06 %", "many")), edition="2026-03")


def test_an_unknown_canton_is_refused(write):
    with pytest.raises(SourceChangedError, match="XX"):
        tidy_localities(write(HEAD + REAL.replace(";ZH;", ";XX;")), edition="2024-03")


def test_a_lost_column_is_named(write):
    with pytest.raises(SourceChangedError, match="BFS-Nr"):
        tidy_localities(write((HEAD + REAL).replace("BFS-Nr", "Nr")), edition="2024-03")


def test_an_absent_or_empty_file_is_named(write, tmp_path):
    with pytest.raises(SourceError, match=r"none\.csv is missing"):
        tidy_localities(tmp_path / "none.csv", edition="2024-03")
    with pytest.raises(SourceError, match="cannot be read"):
        tidy_localities(write(""), edition="2024-03")


def test_the_archive_of_the_publisher_gives_the_same_rows(write, tmp_path):
    path, packed = write(HEAD + REAL), tmp_path / "localities.csv.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        archive.write(path, "AMTOVZ_CSV_LV95/AMTOVZ_CSV_LV95.csv")
    both = [tidy_localities(one, edition="2024-03") for one in (path, packed)]
    assert_frame_equal(*both, check_exact=True)


def test_an_archive_of_two_tables_or_none_is_refused(write, tmp_path):
    path, packed = write(HEAD + REAL), tmp_path / "localities.csv.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        archive.write(path, "one.csv")
        archive.write(path, "two.csv")
    with pytest.raises(SourceChangedError, match="2 tables, one was expected"):
        tidy_localities(packed, edition="2024-03")
    packed.write_bytes(b"PK cut")
    with pytest.raises(SourceError, match="cannot be read as a table"):
        tidy_localities(packed, edition="2024-03")


@pytest.mark.mirror
def test_the_official_directory(mirror):
    path = mirror / "swisstopo_localities" / "2024-03" / "AMTOVZ_CSV_LV95.csv"
    rows = tidy_localities(path, edition="2024-03")
    # 5,733 lines, 20 of them of Liechtenstein's 11 communes; 2,143 communes with those.
    assert len(rows) == 5713
    assert rows["place"].nunique() == 2143 - 11
    assert len(set(rows["canton"])) == 26
