"""What became of communes: followed by codes, covered whole, chained in order."""

import math

import pytest

from divide.errors import MethodError
from divide.measure.successions import Link, chain, correspond, covers, replay

from .register_rows import mutations

SPAN = {"since": "2000-01-01", "until": "2020-01-01"}


def test_a_chain_is_followed_to_its_end() -> None:
    """A → B, then B and C → D: both end in D."""
    found = replay(
        mutations(
            ("2005-01-01", [("0001", "1")], [("0002", "4")]),
            ("2010-01-01", [("0002", "4"), ("0003", "3")], [("0004", "5")]),
        ),
        **SPAN,
    )
    assert found.heirs == {"0001": {"0004": 1.0}, "0003": {"0004": 1.0}}


def test_a_chain_of_one_day_needs_no_order() -> None:
    first = ("2005-01-01", [("0001", "1")], [("0002", "4")])
    then = ("2005-01-01", [("0002", "4"), ("0003", "3")], [("0004", "5")])
    assert (
        replay(mutations(first, then), **SPAN).heirs
        == replay(mutations(then, first), **SPAN).heirs
        == {"0001": {"0004": 1.0}, "0003": {"0004": 1.0}}
    )


def test_a_number_used_twice_is_two_communes() -> None:
    """0001 dissolves into 0002; its number then goes to what was 0003, which ends in 0004."""
    found = replay(
        mutations(
            ("2005-01-01", [("0001", "1"), ("0002", "2")], [("0002", "5")]),
            ("2008-01-01", [("0003", "3")], [("0001", "6")]),
            ("2012-01-01", [("0001", "6"), ("0004", "4")], [("0004", "7")]),
        ),
        **SPAN,
    )
    assert found.heirs == {
        "0001": {"0002": 1.0},
        "0002": {"0002": 1.0},
        "0003": {"0004": 1.0},
        "0004": {"0004": 1.0},
    }


def test_a_merger_of_1_january_is_none_before_31_december() -> None:
    merged = mutations(("2018-01-01", [("0132", "1"), ("0133", "2")], [("0295", "3")]))
    assert replay(merged, since="2017-12-31", until="2018-12-31").heirs
    assert replay(merged, since="2018-01-01", until="2018-12-31").heirs == {}


def test_a_division_is_not_known_but_its_parts_joined_again_are() -> None:
    divided = ("2005-01-01", [("0001", "1")], [("0002", "2"), ("0003", "3")])
    heirs = replay(mutations(divided), **SPAN).heirs
    assert set(heirs["0001"]) == {"0002", "0003"}
    assert all(math.isnan(share) for share in heirs["0001"].values())
    joined = ("2010-01-01", [("0002", "2"), ("0003", "3")], [("0004", "4")])
    assert replay(mutations(divided, joined), **SPAN).heirs == {"0001": {"0004": 1.0}}


def test_a_span_is_covered_whole_or_not_at_all() -> None:
    event = ("2010-01-01", [("0001", "1")], [("0002", "2")])
    known = mutations(event, known=("2001-01-01", "2018-04-01"))
    # The day after 31 December 2000 is the first that is known.
    assert covers(known, since="2000-12-31", until="2018-04-01")
    assert not covers(known, since="2000-12-30", until="2018-04-01")
    assert not covers(known, since="2010-01-01", until="2018-04-02")
    with pytest.raises(MethodError, match="2000-01-01 to 2010-01-01"):
        replay(known, since="2000-01-01", until="2010-01-01")


def test_two_spans_that_meet_are_one() -> None:
    import pandas as pd

    old = mutations(("2001-01-01", [("1", "1")], [("2", "2")]), known=("1960-01-01", "2018-04-01"))
    new = mutations(("2019-01-01", [("2", "2")], [("3", "3")]), known=("2010-01-01", "2026-01-01"))
    assert covers(pd.concat([new, old]), since="1970-01-01", until="2026-01-01")
    late = new.assign(known_from="2018-04-03")
    assert not covers(pd.concat([late, old]), since="1970-01-01", until="2026-01-01")


def test_links_follow_each_other() -> None:
    first = Link("2000", "2010", {"0001": {"0002": 1.0}}, "mutations", ("seen",))
    then = Link("2010", "2020", {"0002": {"0003": 0.25, "0004": 0.75}}, "boundaries")
    found = chain([first, then])
    assert (found.since, found.until, found.evidence) == ("2000", "2020", "mutations+boundaries")
    assert found.heirs["0001"] == {"0003": 0.25, "0004": 0.75}
    assert found.notes == ("seen",)
    with pytest.raises(MethodError, match="ends on 2010, the next begins on 2000"):
        chain([first, first])


def test_the_registers_own_answer_is_of_two_days() -> None:
    import pandas as pd

    pairs = pd.DataFrame(
        {
            "initial_date": "2021-07-01",
            "register_date": "2024-01-01",
            "initial": ["0947", "0767", "0001"],
            "terminal": ["0767", "0767", "0001"],
        }
    )
    found = correspond(pairs, since="2021-07-01", until="2024-01-01")
    assert found.heirs["0947"] == {"0767": 1.0} and found.evidence == "correspondances"
    with pytest.raises(MethodError, match="2023-01-01 to 2024-01-01"):
        correspond(pairs, since="2023-01-01", until="2024-01-01")
