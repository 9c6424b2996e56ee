"""The PX reader: grammar, signs, and files that must be refused."""

import numpy as np
import pytest

from divide.errors import SourceChangedError, SourceError
from divide.tidy import px_cells
from divide.tidy.px import read_px, table_frame
from divide.tidy.px_cells import STATUSES


@pytest.fixture
def official(fixtures):
    return fixtures / "px" / "household_access.px"


def write(tmp_path, data, *, header="", size=3):
    """Write a file of one dimension with the codes 0, 1, 2 …"""
    codes = ",".join(f'"{code}"' for code in range(size))
    text = f'LANGUAGE="de";\n{header}STUB="a";\nVALUES("a")={codes};\nDATA=\n{data}'
    path = tmp_path / "cube.px"
    path.write_text(text, encoding="utf-8")
    return path


def test_dimensions_stand_in_the_order_of_stub_then_heading(official):
    px = read_px(official)
    assert [dimension.name for dimension in px.dimensions] == [
        "Internetzugang",
        "Sprachgebiet",
        "Jahr",
        "Absolut / relativ",
        "Resultat",
    ]
    assert px.matrix == "px-x-1604000000_101"
    assert px.last_updated == "20211215 08:30"


def test_labels_are_stripped_joined_and_found_by_position_in_other_languages(official):
    attribute, region, *_ = read_px(official).dimensions
    # Written as `"; Des" "ktop`: no comma between the strings, so one label; the `;` is text.
    assert attribute.labels["de"][1] == "Zugang mit einem stationären Computer; Desktop (bis 2019)"
    assert attribute.codes == ("IACCCH", "IDKPCCH=2")
    # The French dimension is called "Région linguistique": only its position tells.
    assert region.labels["fr"] == ("Suisse", "Suisse italienne")


def test_a_dimension_without_codes_uses_its_labels(official):
    result = read_px(official).dimensions[-1]
    assert result.codes == ("Wert", "Konfidenzintervall +/-")


def test_notes_and_titles_come_by_language(official):
    px = read_px(official)
    assert px.title == {
        "de": "Internetzugang der Haushalte",
        "fr": "Accès des ménages à internet",
    }
    assert px.notes["de"] == ("Erste Zeile\nzweite Zeile; mit Strichpunkt",)
    assert px.notes["fr"] == ("Première ligne\ndeuxième ligne",)


def test_the_last_dimension_runs_fastest_and_years_may_descend(official):
    frame = table_frame(read_px(official)).set_index(
        ["Internetzugang", "Sprachgebiet", "Jahr", "Absolut / relativ", "Resultat"]
    )
    share = "Anteil (in % aller Haushalte)"
    # BFS, 2021 edition: Switzerland 96.2 ± 0.8 in 2021, Italian-speaking region 76.5 in 2014.
    assert frame.loc[("IACCCH", "0", "2021", share, "Wert"), "value"] == 96.2
    assert frame.loc[("IACCCH", "0", "2021", share, "Konfidenzintervall +/-"), "value"] == 0.8
    assert frame.loc[("IACCCH", "3", "2014", share, "Wert"), "value"] == 76.5
    desktop = frame.loc[("IDKPCCH=2", "0", "2021", share, "Wert")]
    assert np.isnan(desktop["value"]) and desktop["status"] == "missing"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp1252"])
def test_the_encoding_is_found_whatever_the_header_says(official, tmp_path, encoding):
    path = tmp_path / "encoded.px"
    path.write_bytes(official.read_text(encoding="utf-8").encode(encoding))
    px = read_px(path)
    assert px.title["fr"] == "Accès des ménages à internet"
    assert px.values[0] == 3647712


def test_signs_are_read_by_their_text_not_by_their_number(tmp_path):
    header = 'DATASYMBOL1="X";\nDATASYMBOL2="-";\nDATASYMBOL4="*";\nDATASYMBOL5="( )";\n'
    data = '"." ".." "..." "...." "....." -\n- "-" -1.5;'
    px = read_px(write(tmp_path, data, header=header, size=9))
    assert px.statuses.tolist() == [
        "suppressed_protected",
        "observed",  # two dots are declared as nil here
        "missing",
        "not_applicable",
        "suppressed_unreliable",
        "observed",
        "observed",
        "observed",
        "observed",
    ]
    np.testing.assert_array_equal(
        px.values, [np.nan, 0.0, np.nan, np.nan, np.nan, 0.0, 0.0, 0.0, -1.5]
    )


@pytest.mark.parametrize("block", [1, 8, 11, 40])
def test_cells_may_be_cut_into_blocks_anywhere(tmp_path, monkeypatch, block):
    """Large cubes are read in blocks: none may begin within a number or a sign."""
    header = 'DATASYMBOL5="()";\n'
    data = '12345 "....." -\n- "-" -1.5\n6736024 "..." 95.6;'
    path = write(tmp_path, data, header=header, size=9)
    whole = read_px(path)
    assert whole.statuses.tolist()[:3] == ["observed", "suppressed_unreliable", "observed"]
    np.testing.assert_array_equal(
        whole.values, [12345, np.nan, 0, 0, 0, -1.5, 6736024, np.nan, 95.6]
    )
    monkeypatch.setattr(px_cells, "_BLOCK", block)
    cut = read_px(path)
    np.testing.assert_array_equal(cut.values, whole.values)
    assert cut.statuses.tolist() == whole.statuses.tolist()


def test_the_frame_keeps_every_status_and_value(tmp_path):
    path = write(tmp_path, '7 "....." 0;', header='DATASYMBOL5="()";\n')
    frame = table_frame(read_px(path))
    assert frame["a"].tolist() == ["0", "1", "2"]
    assert frame["status"].tolist() == ["observed", "suppressed_unreliable", "observed"]
    assert set(frame["status"].cat.categories) == set(STATUSES)
    np.testing.assert_array_equal(frame["value"], [7.0, np.nan, 0.0])


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(SourceError, match=r"gone\.px cannot be read.*Fetch it again"):
        read_px(tmp_path / "gone.px")


@pytest.mark.parametrize("text", ["", "<!DOCTYPE html><p>Not found</p>", "a;b\n1;2\n"])
def test_what_is_no_px_file_is_refused(tmp_path, text):
    path = tmp_path / "page.px"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SourceError, match=r"page\.px is no PX file"):
        read_px(path)


@pytest.mark.parametrize("share", [0.2, 0.5, 0.9, 0.99])
def test_a_cut_file_is_refused_wherever_it_is_cut(official, tmp_path, share):
    whole = official.read_bytes().rstrip()
    path = tmp_path / "cut.px"
    path.write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(SourceError, match=r"cut\.px is (cut|no PX file)"):
        read_px(path)


@pytest.mark.parametrize(("data", "found"), [(";", 0), ("1 2;", 2), ("1 2 3 4;", 4)])
def test_too_few_or_too_many_cells_are_refused(tmp_path, data, found):
    with pytest.raises(SourceChangedError, match=f"make 3 cells, the file holds {found}"):
        read_px(write(tmp_path, data))


@pytest.mark.parametrize(
    ("data", "sign"), [('1 "....." 3;', "DATASYMBOL5"), ('1 "." 3;', "DATASYMBOL1")]
)
def test_a_sign_that_nobody_declared_is_refused(tmp_path, data, sign):
    with pytest.raises(SourceError, match=f"{sign}.*unknown meaning"):
        read_px(write(tmp_path, data))


@pytest.mark.parametrize("data", ["1 two 3;", '1 "n.a." 3;', "1 nan 3;", "1,2,3;"])
def test_words_among_the_numbers_are_refused(tmp_path, data):
    with pytest.raises(SourceError, match=r"cube\.px: its DATA"):
        read_px(write(tmp_path, data))


def test_codes_that_do_not_match_their_labels_are_refused(tmp_path):
    path = write(tmp_path, "1 2 3;", header='CODES("a")="x","y";\n')
    with pytest.raises(SourceError, match="'a' has 3 labels and 2 different codes"):
        read_px(path)


@pytest.mark.mirror
def test_the_official_cubes_are_read_whole(mirror):
    # Attributes × groups × 4 years × 4 numbers, counted in the publisher's own headers.
    sizes = {
        "bfs_ict_access": 12 * 4 * 5 * 5 * 4 * 4,
        "bfs_ict_activities": 29 * 3 * 4 * 5 * 4 * 4,
        "bfs_ict_skills": 34 * 3 * 4 * 5 * 4 * 4,
    }
    for source, size in sizes.items():
        (path,) = (mirror / source / "2021-12-15").glob("*.px")
        px = read_px(path)
        assert len(px.values) == size
        assert np.isnan(px.values).tolist() == [word != "observed" for word in px.statuses]
