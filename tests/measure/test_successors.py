"""Heirs of communes: every kind of change has its name, and nobody is lost."""

import math

import pytest
from pandas import DataFrame

from divide.errors import JoinError
from divide.measure.successions import Link, replay
from divide.measure.successors import reverse, successors

from .register_rows import communes, mutations


def link(heirs: dict[str, dict[str, float]]) -> Link:
    return Link("2023-01-01", "2024-01-01", heirs, "mutations")


def kinds(found: DataFrame) -> dict[tuple[str, str], str]:
    return found.set_index(["initial", "terminal"])["kind"].to_dict()


def test_every_kind_has_its_name() -> None:
    nan = math.nan
    old = communes("0001", "0002", "0003", "0004", "0005", "0006", "0007", "0008", "0009", "0010")
    heirs = {
        "0002": {"0001": 1.0},
        "0003": {"0013": 1.0},
        "0006": {"0016": nan, "0017": nan},
        "0007": {"0007": nan, "0008": nan},
        "0008": {"0007": nan, "0008": nan},
    }
    new = communes("0001", "0013", "0004", "0005", "0016", "0017", "0007", "0008", "0009", "0010")
    new.loc[new["place"] == "0004", "name"] = "Another"
    new.loc[new["place"] == "0005", "district"] = "0242"
    new.loc[new["place"] == "0009", "canton"] = "JU"
    assert kinds(successors(link(heirs), old, new)) == {
        ("0001", "0001"): "merger",
        ("0002", "0001"): "merger",
        ("0003", "0013"): "new_number",
        ("0004", "0004"): "new_name",
        ("0005", "0005"): "new_district",
        ("0006", "0016"): "split",
        ("0006", "0017"): "split",
        ("0007", "0007"): "part_exchanged",
        ("0007", "0008"): "part_exchanged",
        ("0008", "0007"): "part_exchanged",
        ("0008", "0008"): "part_exchanged",
        ("0009", "0009"): "change_of_canton",
        ("0010", "0010"): "unchanged",
    }


def test_moutier_goes_to_the_jura() -> None:
    """On 1 January 2026 Moutier, 700 in Bern, becomes 6831 in the Jura (codes are made up)."""
    told = mutations(("2026-01-01", [("0700", "13001")], [("6831", "17001")]))
    found = successors(
        replay(told, since="2025-01-01", until="2026-01-01"),
        communes("0700", "0701", canton="BE", district="0246"),
        communes("0701", canton="BE", district="0246").merge(
            communes("6831", canton="JU", district="2601"), how="outer"
        ),
    ).set_index("initial")
    moved = found.loc["0700"]
    assert (moved["terminal"], moved["kind"], moved["share"]) == ("6831", "change_of_canton", 1)
    assert (moved["initial_canton"], moved["terminal_canton"]) == ("BE", "JU")
    assert found.loc["0701", "kind"] == "unchanged"


def test_who_vanishes_or_comes_from_nowhere_is_named() -> None:
    with pytest.raises(JoinError, match=r"1 communes \(0002 N0002\) have no heir"):
        successors(link({}), communes("0001", "0002"), communes("0001"))
    with pytest.raises(JoinError, match=r"1 communes \(0003 N0003\) come from nowhere"):
        successors(link({}), communes("0001"), communes("0001", "0003"))


def test_back_in_time_a_merger_is_a_split() -> None:
    old, new = communes("0001", "0002", "0003"), communes("0001", "0003")
    forward = successors(link({"0002": {"0001": 1.0}}), old, new)
    back = reverse(forward, old, new)
    assert kinds(back) == {
        ("0001", "0001"): "split",
        ("0001", "0002"): "split",
        ("0003", "0003"): "unchanged",
    }
    assert back["share"].isna().tolist() == [True, True, False]
    assert set(back["initial_date"] + back["terminal_date"]) == {"2024-01-012023-01-01"}
