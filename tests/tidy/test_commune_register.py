"""The register's service: days, levels that share codes, and what cannot be added up."""

import pandas as pd
import pytest

from divide import schemas
from divide.errors import SourceChangedError, SourceError
from divide.tidy.commune_correspondances import tidy_correspondances
from divide.tidy.commune_history import tidy_history
from divide.tidy.commune_register import tidy_mutations, tidy_snapshot

SNAPSHOT = "HistoricalCode,BfsCode,ValidFrom,ValidTo,Level,Parent,Name,ShortName\n"
# BFS, agvchapp: code 10078 is the district of Horgen and the commune of Vionnaz; the last
# commune, which hangs from its canton directly, is made up.
STATES = (
    "1,1,12.09.1848,,1,,Zürich,ZH\n"
    "10078,106,12.09.1848,,2,1,Bezirk Horgen,Horgen\n"
    "16080,295,01.01.2018,,3,10078,Horgen,Horgen\n"
    "23,23,12.09.1848,,1,,Valais / Wallis,VS\n"
    "10013,2308,12.09.1848,,2,23,District de Monthey,Monthey\n"
    "10078,6158,12.09.1848,31.12.2018,3,10013,Vionnaz,Vionnaz\n"
    "900,6000,12.09.1848,,3,23,Alone,Alone\n"
)
PAIRS = (
    "InitialHistoricalCode,InitialCode,InitialName,InitialParentHistoricalCode,"
    "InitialParentName,InitialStep,TerminalHistoricalCode,TerminalCode,TerminalName,"
    "TerminalParentHistoricalCode,TerminalParentName,TerminalStep\n"
)


def pair(initial, terminal):
    """Write a pair of `(historical code, number)`."""
    sides = (f"{code},{number},N{number},1,D,29" for code, number in (initial, terminal))
    return ",".join(sides) + "\n"


@pytest.fixture
def write(tmp_path):
    def put(text, name="answer.csv"):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8-sig")
        return path

    return put


def test_a_code_is_unique_within_its_level_only(write):
    rows = tidy_snapshot(write(SNAPSHOT + STATES), register_date="2018-01-01", edition="2018")
    schemas.check(rows, "commune_register")
    found = rows.set_index(["place_level", "place"])
    assert found.loc[("commune", "0295"), ["canton", "district"]].tolist() == ["ZH", "0106"]
    assert found.loc[("commune", "6158"), ["canton", "district"]].tolist() == ["VS", "2308"]
    assert found.loc[("district", "0106"), ["canton", "district"]].tolist() == ["ZH", "0106"]
    assert found.loc[("commune", "6000"), "canton"] == "VS"
    assert pd.isna(found.loc[("commune", "6000"), "district"])
    assert found.loc[("commune", "6158"), "valid_to"] == "2018-12-31"
    assert pd.isna(found.loc[("commune", "0295"), "valid_to"])


def test_a_commune_without_a_canton_is_named(write):
    orphan = STATES.replace("23,23,12.09.1848,,1,,Valais / Wallis,VS\n", "")
    with pytest.raises(SourceError, match="District de Monthey"):
        tidy_snapshot(write(SNAPSHOT + orphan), register_date="2018-01-01", edition="2018")


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [("BfsCode", "GDENR", "BfsCode"), (",3,", ",4,", "levels"), ("01.01.2018", "2018", "Days")],
)
def test_another_form_is_refused(write, old, new, told):
    with pytest.raises(SourceChangedError, match=told):
        tidy_snapshot(write((SNAPSHOT + STATES).replace(old, new)), register_date="x", edition="x")


def test_mutations_have_the_columns_of_the_history(write):
    lines = "MutationNumber,MutationDate," + PAIRS
    lines += "3582,01.01.2018," + pair((12160, 132), (16080, 295)).replace(",29\n", ",21\n")
    lines += "3582,01-01-2018," + pair((12203, 133), (16080, 295)).replace(",29\n", ",21\n")
    rows = tidy_mutations(
        write(lines), register_date="2018-12-31", edition="2018", cantons={"1": "ZH"}
    )
    schemas.check(rows, "commune_mutations")
    assert set(rows["initial_canton"]) == set(rows["terminal_canton"]) == {"ZH"}
    assert set(rows["known_from"]) == {"2018-01-01"} and set(rows["known_to"]) == {"2018-12-31"}
    assert rows["initial"].tolist() == ["0132", "0133"]
    assert set(rows["kind"]) == {"merger"} and set(rows["date"]) == {"2018-01-01"}


def test_correspondances_say_whether_counts_add_up(write):
    text = PAIRS + "".join(
        pair(*one)
        for one in (
            ((1, 10), (1, 10)),  # the same
            ((2, 20), (3, 20)),  # another state of the same commune
            ((4, 30), (6, 32)), ((5, 31), (6, 32)),  # two become one
            ((7, 40), (8, 41)), ((7, 40), (9, 42)),  # one becomes two
            # a chain: 50 and 51 share 60, 51 and 52 share 61
            ((10, 50), (13, 60)), ((11, 51), (13, 60)), ((11, 51), (14, 61)), ((12, 52), (14, 61)),
        )
    )  # fmt: skip
    days = {"initial_date": "2010-01-01", "register_date": "2026-01-01"}
    rows = tidy_correspondances(write(text), **days, edition="2026-01-01")
    schemas.check(rows, "commune_correspondances")
    kinds = rows.groupby("initial")["kind"].agg(set).map(lambda one: "/".join(sorted(one)))
    assert kinds.to_dict() == {
        "0010": "unchanged", "0020": "change", "0030": "merger", "0031": "merger",
        "0040": "division", "0050": "exchange", "0051": "exchange", "0052": "exchange",
    }  # fmt: skip


@pytest.mark.mirror
def test_service_and_file_tell_the_same_mutations(recorded, mirror):
    """Two channels of one register: 60 pairs of 2018 up to April, equal in every column."""
    name = "20180401_GDEHist_GDE.txt"
    file = tidy_history(mirror / "bfs_commune_history" / "2018-04-01" / name, edition="x")
    of_2018 = file[file["date"] >= "2018-01-01"].reset_index(drop=True)
    assert len(of_2018) == 60
    asked = tidy_mutations(
        recorded / "agvch" / "agvch_mutations.csv",
        register_date="2018-12-31",
        edition="x",
        cantons=dict(zip(file["initial_parent"], file["initial_canton"], strict=True)),
    )
    assert set(asked["known_from"] + asked["known_to"]) == {"2018-01-012018-12-31"}
    shared = [column for column in asked if column not in ("source", "known_from", "known_to")]
    pd.testing.assert_frame_equal(asked[shared], of_2018[shared])


@pytest.mark.mirror
def test_other_recorded_answers(recorded, write):
    folder = recorded / "agvch"
    pairs = tidy_correspondances(
        folder / "agvch_correspondances.csv",
        initial_date="2017-01-01",
        register_date="2018-01-01",
        edition="x",
    )
    assert pairs["initial"].tolist() == ["0132", "0133"] and set(pairs["kind"]) == {"merger"}
    # The excerpt of eight rows leaves out the district of the city of Zurich.
    path = folder / "agvch_snapshot_current.csv"
    with pytest.raises(SourceError, match="no canton is found above Zürich"):
        tidy_snapshot(path, register_date="2019-01-01", edition="x")
    kept = [line for line in path.read_text("utf-8-sig").splitlines() if ",10228," not in line]
    rows = tidy_snapshot(write("\n".join(kept) + "\n"), register_date="2019-01-01", edition="x")
    schemas.check(rows, "commune_register")
    assert len(rows) == 7
