"""The shape of each table: what is refused, and that all faults are told together."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from divide import schemas, terms
from divide.errors import SchemaError, UnknownNameError

OBSERVATION = [*terms.KEY, *terms.VALUE]


def row(table: str = "education", **changes: object) -> pd.DataFrame:
    """Type one sound row of a table."""
    columns: dict[str, object] = {
        "indicator": "residents_25_plus",
        "group": "total",
        "place_level": "canton",
        "place": "VD",
        "register_date": "2023-01-01",
        "year": 2022,
        "value": 0.5,
        "status": "observed",
        "source": "bfs_education",
        "edition": "2020-2022",
        "table": "su-e",
        "cell": "C7",
        "se": 0.1,
        "low": 0.3,
        "high": 0.7,
    } | changes
    wanted = [name for name in schemas.columns(table) if name in columns]
    left = {name: np.nan for name in schemas.columns(table) if name not in columns}
    extra = {name: changes[name] for name in changes if name not in wanted}
    return pd.DataFrame({name: [columns[name]] for name in wanted} | left | extra)


def faults(frame: pd.DataFrame, table: str = "education") -> str:
    with pytest.raises(SchemaError) as broken:
        schemas.check(frame, table)
    return str(broken.value)


def test_a_sound_row_passes_in_declared_order() -> None:
    given = row()[sorted(row().columns)]
    found = schemas.check(given, "education")
    assert list(found.columns) == schemas.columns("education")
    assert found["year"].dtype == "int64" and found["value"].dtype == "float64"


@pytest.mark.parametrize("table", [n for n in schemas.names() if n not in schemas.LISTS])
def test_every_table_of_observations_has_the_columns_of_the_house(table: str) -> None:
    columns = schemas.columns(table)
    assert columns[: len(OBSERVATION)] == OBSERVATION
    assert columns[-4:] == list(terms.ORIGIN)
    assert set(terms.KEY) <= set(schemas.key(table)) <= set(columns)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"indicator": "Internet Use"}, "column indicator (such as Internet Use)"),
        ({"group": "age=60+"}, "column group"),
        ({"place_level": "state"}, "column place_level (such as state)"),
        ({"place": "vd"}, "column place (such as vd)"),
        ({"place": "261"}, "column place (such as 261)"),
        ({"place": None}, "column place"),
        ({"register_date": "1.1.2023"}, "column register_date"),
        ({"year": 22}, "column year (such as 22)"),
        ({"year": 2022.5}, "not whole"),
        ({"year": None}, "column year"),
        ({"status": "guessed"}, "column status (such as guessed)"),
        ({"value": "secret"}, "column value (such as secret)"),
        ({"value": np.inf}, "column value (such as inf)"),
        ({"source": None}, "column source"),
        ({"edition": None}, "column edition"),
        ({"low": 0.8, "high": 0.2}, "lower limit"),
    ],
)
def test_one_fault_is_named(changes: dict[str, object], told: str) -> None:
    assert told in faults(row(**changes))


def test_all_faults_are_told_together() -> None:
    """Whoever mends a table wants the whole list, once."""
    told = faults(row(year=1800, status="x", place="vd", group="A B", low=0.9, high=0.1))
    for column in ("year", "status", "place", "group"):
        assert f"column {column} " in told
    assert "lower limit" in told
    assert "in 5 way(s)" in told
    assert "Nothing was written" in told


def test_missing_and_unknown_columns_are_named() -> None:
    told = faults(row().drop(columns=["status", "se"]).assign(colour="red"))
    assert "status" in told and "se" in told and "colour" in told


def test_a_key_that_repeats_is_refused() -> None:
    twice = pd.concat([row(), row(value=0.4)])
    assert "unique" in faults(twice)
    # A missing register date does not make two rows differ.
    assert "unique" in faults(twice.assign(register_date=None))


def test_value_and_status_may_not_contradict() -> None:
    told = faults(row(value=np.nan))
    assert "1 row(s) where value and status contradict" in told and "status observed" in told
    for status in terms.WITHOUT_VALUE:
        assert "contradict" in faults(row(status=status))
        assert len(schemas.check(row(status=status, value=np.nan), "education")) == 1


def test_a_table_without_rows_is_refused() -> None:
    """An empty table is a reader that found nothing, not a world without figures."""
    assert "no row" in faults(row().iloc[:0])


@pytest.mark.parametrize("table", ["internet_use", "household_access", "international"])
@pytest.mark.parametrize("value", [95.6, -0.1])
def test_a_percentage_is_not_a_share(table: str, value: float) -> None:
    frame = row(table, value=value).assign(
        **{n: np.nan for n in ("low", "high") if n in row(table)}
    )
    assert "column value" in faults(frame, table)


def test_a_count_may_exceed_one() -> None:
    assert len(schemas.check(row(value=7e6, low=6e6, high=8e6), "education")) == 1


def test_nothing_given_is_changed() -> None:
    given = row(year="2022")
    before = given.copy()
    schemas.check(given, "education")
    pd.testing.assert_frame_equal(given, before)


@pytest.mark.parametrize("ask", [schemas.columns, lambda name: schemas.check(row(), name)])
def test_an_unknown_table_names_the_near_ones(ask: Callable[[str], object]) -> None:
    with pytest.raises(UnknownNameError, match="Did you mean education"):
        ask("educations")


def test_numbers_are_told_from_words() -> None:
    assert schemas.numbers("education") == {"year", "value", "se", "low", "high"}
