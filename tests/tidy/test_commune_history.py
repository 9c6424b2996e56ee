"""What became of communes: who merged, who was divided, and on which day."""

import pytest

from divide import schemas
from divide.errors import SourceChangedError, SourceError
from divide.tidy.commune_history import tidy_history

# The register's states, in its 15 columns: real for Horgen and Hirzel (merged on 1.1.2018) and
# La Grande Béroche (renamed); the rest of the numbers are made up.
REGISTER = "10078"
STATES = [
    "12160 B ZH 132 Hirzel Hirzel 11 1 1000 20 01.01.1960 3582 29 31.12.2017",
    "12203 B ZH 133 Horgen Horgen 11 1 1000 20 01.01.1960 3582 29 31.12.2017",
    "16080 B ZH 295 Horgen Horgen 11 1 3582 21 01.01.2018 _ _ _",
    "16088 B NE 6417 La_Grande-Béroche Béroche 11 1 3590 21 01.01.2018 3623 23 31.03.2018",
    "16121 B NE 6417 La_Grande_Béroche Béroche 11 1 3623 23 01.04.2018 _ _ _",
    "100 B VD 1 Whole W 11 1 1000 20 01.01.1960 4000 29 31.12.1999",
    "101 B VD 2 Half H 11 1 4000 21 01.01.2000 _ _ _",
    "102 B VD 3 Other_half O 11 1 4000 21 01.01.2000 _ _ _",
    "110 B TG 11 A A 11 1 1000 20 01.01.1960 5000 26 31.12.1994",
    "111 B TG 12 B B 11 1 1000 20 01.01.1960 5000 26 31.12.1994",
    "112 B TG 11 A A 11 1 5000 26 31.12.1994 _ _ _",
    "113 B TG 12 B B 11 1 5000 26 01.01.1995 _ _ _",
]


@pytest.fixture
def write(tmp_path):
    def put(states=STATES, encoding="latin-1"):
        lines = []
        for state in states:
            words = [word.replace("_", " ").strip() for word in state.split(" ")]
            words[1] = REGISTER
            lines.append("\t".join([*words, words[13] or words[10]]))
        path = tmp_path / "20180401_GDEHist_GDE.txt"
        path.write_text("\r\n".join(lines) + "\r\n", encoding=encoding)
        return path

    return put


@pytest.fixture
def rows(write):
    # 3590 opened La Grande-Béroche and closed nobody in this excerpt: it is no mutation here.
    return tidy_history(write(), edition="2018-04-01")


def of(rows, mutation):
    found = rows[rows["mutation"] == mutation]
    assert len(found), f"no mutation {mutation}"
    return found


def test_a_merger_has_a_row_for_each_commune_that_goes(rows):
    schemas.check(rows, "commune_mutations")
    merger = of(rows, "3582")
    assert list(merger["initial"]) == ["0132", "0133"]
    assert set(merger["terminal"]) == {"0295"}
    assert set(merger["kind"]) == {"merger"}
    assert set(merger["date"]) == {"2018-01-01"}
    assert list(merger["initial_step"]) == ["29", "29"] and set(merger["terminal_step"]) == {"21"}


def test_a_new_name_is_a_change(rows):
    change = of(rows, "3623").iloc[0]
    assert (change["kind"], change["date"]) == ("change", "2018-04-01")
    assert (change["initial_name"], change["terminal_name"]) == (
        "La Grande-Béroche",
        "La Grande Béroche",
    )


def test_a_division_is_flagged(rows):
    assert set(of(rows, "4000")["kind"]) == {"division"}
    assert len(of(rows, "4000")) == 2


def test_an_exchange_takes_the_later_of_its_two_days(rows):
    exchange = of(rows, "5000")
    assert set(exchange["kind"]) == {"exchange"} and len(exchange) == 4
    assert set(exchange["date"]) == {"1995-01-01"}


def test_what_only_opens_is_no_mutation(rows):
    assert not {"1000", "3590"} & set(rows["mutation"])


def test_a_mutation_that_opens_nothing_is_refused(write):
    with pytest.raises(SourceChangedError, match="'3582'"):
        tidy_history(write([one for one in STATES if " 295 " not in one]), edition="x")


def test_other_columns_or_days_are_refused(write, tmp_path):
    path = tmp_path / "short.txt"
    path.write_text("1\t2\t3\n")
    with pytest.raises(SourceChangedError, match="3 columns, 15"):
        tidy_history(path, edition="x")
    with pytest.raises(SourceChangedError, match="2018-01-01"):
        tidy_history(
            write([one.replace("01.01.2018", "2018-01-01") for one in STATES]), edition="x"
        )
    with pytest.raises(SourceError, match="is missing"):
        tidy_history(tmp_path / "none.txt", edition="x")


@pytest.mark.mirror
def test_the_official_register(mirror):
    path = mirror / "bfs_commune_history" / "2018-04-01" / "20180401_GDEHist_GDE.txt"
    rows = tidy_history(path, edition="2018-04-01")
    # Each of 3,518 closed states is the initial side of one mutation.
    states = path.read_text("latin-1").splitlines()
    closed = {line.split("\t")[0] for line in states if line.split("\t")[11]}
    assert set(rows["initial_historical"]) == closed
    assert rows["mutation"].nunique() == 2623
    assert (of(rows, "3590")["terminal_name"] == "La Grande-Béroche").all()
    assert len(of(rows, "3590")) == 6
