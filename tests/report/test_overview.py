"""The page of the evidence, and what the country's page sums up: counted again from the tables."""

import re
from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

from divide import terms, texts
from divide.report import evidence, overview

RISK = "no_internet_use_3m"
GROUP = "age:60_plus|education:low"


def cells(table: str) -> list[list[str]]:
    """Return the cells of a table's body, row by row, words of the first language only."""
    body = table[table.index("<tbody>") :]
    rows = re.split(r"<tr[^>]*>", body)[1:]
    plain = [re.sub(r"<i lang=(?!fr)\w\w>[^<]*</i>", "", row) for row in rows]
    split = [re.split(r"<t[hd][^>]*>", row)[1:] for row in plain]
    return [[re.sub(r"<[^>]+>", "", cell).strip() for cell in row] for row in split]


def test_each_canton_and_group_has_its_class(default_pages: Any) -> None:
    study = default_pages.study
    shown = cells(str(overview.class_table(study)))
    assert len(shown) == 26 and {len(row) for row in shown} == {9}
    # The group whose risk is told comes first, with the τ up to which it holds.
    rows = study.minorities
    rows = rows[(rows["layer_indicator"] == RISK) & (rows["group"] == GROUP)]
    taus = rows.set_index("place")["tipping_point"]
    assert [row[1] for row in shown] == [f"A{texts.FIXED}{taus[one]:.2f}" for one in terms.CANTONS]
    # Without a rate of its own, no group is told, in no canton.
    assert {cell for row in shown for cell in row[2:]} == {"B", "C"}


def test_the_key_names_the_letters_and_no_others(default_pages: Any) -> None:
    told = overview.class_key(default_pages.study, "en").split(" · ")
    assert [one[:4] for one in told] == ["A = ", "B = ", "C = "]
    assert told[0] == "A = " + texts.label("finding.act_and_measure", lang="en")


def test_a_group_that_some_cantons_tell_is_counted(default_pages: Any) -> None:
    study = default_pages.study
    mine = (study.minorities["group"] == GROUP) & (study.minorities["place"] == "UR")
    moved = study.minorities.assign(
        finding=study.minorities["finding"].mask(mine, "measure_first"),
        tipping_point=study.minorities["tipping_point"].mask(mine),
    )
    told = overview.in_cantons(replace(study, minorities=moved), GROUP, "act_and_measure", "en")
    assert told is not None and "in 25 cantons of 26" in told.text
    assert overview.in_cantons(study, "age:80_plus", "measure_first", "en") is None


def test_pairs_are_counted_once(default_pages: Any) -> None:
    study = default_pages.study
    first = cells(str(evidence.pair_table(study)))[0]
    rows = study.pairs
    rows = rows[(rows["indicator"] == RISK) & (rows["group"] == "total")]
    # Both directions stand in the table, so half of the rows that are told.
    halves = rows[rows["state"] != "cannot_tell"].groupby("tau").size() / 2
    wanted = [texts.format_count(float(halves.get(tau, 0))) for tau in sorted(set(rows["tau"]))]
    assert first[1:] == wanted
    assert len(rows) / 2 / rows["tau"].nunique() == 26 * 25 / 2


def test_what_would_be_measured_first_leads_its_output(default_pages: Any) -> None:
    study = default_pages.study
    rows = study.sensitivity
    leading = rows[rows["output"] == "persons_excluded_unseen"]
    leading = leading[leading["kind"] == "measure_first"]
    first = leading.sort_values("value").iloc[-1]["factor"]
    told = overview.measure_first(study, "en")[0]
    assert told.evidence == "assumed"
    assert texts.label(f"factor.{first}", lang="en") in told.text
    assert texts.label("factor.registered", lang="en") not in told.text


def test_factors_stand_in_order_of_what_they_explain(default_pages: Any) -> None:
    shown = cells(str(evidence.factor_table(default_pages.study)))
    largest = [max(int(re.sub(r"\D", "", cell)) for cell in row[1:]) for row in shown]
    assert largest == sorted(largest, reverse=True)
    assert len(shown) >= 5


def test_the_score_is_told_with_the_pairs_that_it_hides(default_pages: Any) -> None:
    order, twins = overview.single_score(default_pages.study, "en")
    assert "of 325 pairs of cantons" in order.text
    assert order.evidence == twins.evidence == "modelled"
    one, other = (int(n) for n in re.search(r"\((\d+) and (\d+) of 100\)", twins.text).groups())
    assert abs(one - other) <= 3  # within two points, then rounded


def test_a_score_without_twins_says_less(default_pages: Any) -> None:
    study = default_pages.study
    alone = replace(study, scores=study.scores.assign(twin=None))
    assert len(overview.single_score(alone, "fr")) == 1


def test_each_matter_shows_both_sides(default_pages: Any) -> None:
    study = default_pages.study
    told = overview.matters(study, "en")
    assert len(told) == study.contradictions["matter"].nunique() >= 4
    assert {len(one.sides) for one in told} == {2}
    use = next(one for one in told if one.name.startswith("Internet use in the last three"))
    # 95.6 % of those aged 15 to 88 (px-x-1604000000_106), 98.14 % of those aged 16 to 74
    # (Eurostat isoc_ci_ifp_iu): side by side, never their mean of 97 %.
    assert [side.replace(texts.FIXED, " ").split(" %")[0] for side in use.sides] == ["96", "98"]


def test_the_warning_appears_only_where_known_quantities_differ_more(default_pages: Any) -> None:
    study = default_pages.study
    assert study.taus["value"].max() > 0.30
    assert len(evidence._beyond(study, "de")) == 1
    calm = replace(study, taus=study.taus.assign(value=0.1))
    assert evidence._beyond(calm, "de") == []


@pytest.mark.mirror
def test_the_foot_names_whom_the_join_lost(mirror_pages: Any) -> None:
    html = mirror_pages.html("index")
    told = re.search(r"Communes of the register of 2024-01-01[^<]*", html)
    assert told is not None
    assert "4505, 4670, 4695 (0 residents)" in told[0]
    assert f"2{texts.NARROW}131 of 2{texts.NARROW}131" in told[0]


@pytest.mark.mirror
def test_beneficiaries_are_told_by_their_bounds(mirror_pages: Any) -> None:
    rows = mirror_pages.table("beneficiary_bounds")
    row = rows[(rows["place"] == "BE") & (rows["place_level"] == "canton")].iloc[0]
    low, high = (texts.format_count(row[name]) for name in ("low", "high"))
    told = f"at least {low}, at most {high}, as no value is published for {int(row['hidden'])} "
    assert told in mirror_pages.html("BE")


def test_without_official_files_there_is_no_account(default_pages: Any) -> None:
    assert default_pages.study.account == {}
    assert "Communes of the register of" not in default_pages.html("index")
    assert isinstance(default_pages.study.bounds, pd.DataFrame | None)
