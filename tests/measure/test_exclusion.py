"""The risk axis on the published figures: what METHOD 4.0 found, and the laws of section 10."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from divide import catalog, tables, terms
from divide.build.settings import setting
from divide.errors import MethodError
from divide.measure import cells as survey
from divide.measure import exclusion, fits

# METHOD 4.0, in per cent: country, lowest and highest canton, median half-width of 90 %
# intervals at τ = 0, .15, .30, and how many of 26 are told from the country.
TRIAL = {
    "no_internet_use_3m": (4.4, (3.5, 5.8), (0.7, 1.2, 2.0), (23, 6, 0)),
    "no_advanced_digital_skills": (59.4, (55.8, 64.2), (1.6, 4.9, 9.4), (25, 1, 0)),
    "no_smartphone": (6.1, (5.0, 7.7), (0.9, 1.6, 2.7), (23, 5, 0)),
    "no_laptop": (34.0, (30.2, 38.9), (1.5, 4.7, 9.0), (24, 2, 0)),
}
TAUS = (0.0, 0.15, 0.30)


@pytest.fixture
def risk(default_home: object) -> pd.DataFrame:
    """Return what the engine models for cantons, of the embedded default's risk table."""
    frame = tables.read("exclusion_risk")
    return frame[frame["status"] == "modelled"].reset_index(drop=True)


@pytest.fixture
def run(default_home: object) -> Callable[..., pd.DataFrame]:
    """Return a function that runs the engine again, quickly, with inputs changed."""
    chosen = replace(setting(), draws=50)

    def run_again(**changes: pd.DataFrame) -> pd.DataFrame:
        use = changes.get("use", tables.read("internet_use"))
        composition = changes.get("composition", tables.read("composition"))
        lacking = {"no_internet_use_3m": "internet_use_3m", "no_laptop": "device_laptop"}
        return exclusion.exclusion_risk(use, composition, lacking, chosen)

    return run_again


def _omega() -> pd.Series:
    persons = tables.read("composition").groupby("place")["value"].sum()
    return persons / persons.sum()


@pytest.mark.parametrize("indicator", TRIAL)
def test_the_trial_of_the_method(risk: pd.DataFrame, indicator: str) -> None:
    country, ends, widths, told = TRIAL[indicator]
    rows = risk[(risk["indicator"] == indicator) & (risk["group"] == terms.TOTAL)]
    rates = rows[rows["tau"] == 0].set_index("place")["value"] * 100
    assert rates @ _omega() == pytest.approx(country, abs=1e-9)
    assert (rates.idxmin(), rates.idxmax()) == ("ZG", "JU")
    assert (rates.min(), rates.max()) == pytest.approx(ends, abs=0.2)
    for tau, width, count in zip(TAUS, widths, told, strict=True):
        at = rows[rows["tau"] == tau]
        assert 100 * terms.Z90 * at["se"].median() == pytest.approx(width, abs=0.4)
        assert (at["state"] != "cannot_tell").sum() == pytest.approx(count, abs=2)


def test_at_the_largest_tau_no_canton_is_told_from_the_country(risk: pd.DataFrame) -> None:
    rows = risk[(risk["group"] == terms.TOTAL) & (risk["tau"] == 0.30)]
    assert len(rows) == 26 * len(catalog.facts("thresholds")["risk"]["indicators"])
    assert set(rows["state"]) == {"cannot_tell"}


def test_places_meet_the_published_rate(risk: pd.DataFrame) -> None:
    """The benchmark of METHOD 4.2, for every indicator and τ."""
    rows = risk[risk["group"] == terms.TOTAL]
    published = _published(rows)
    weighted = rows["value"] * rows["place"].map(_omega())
    met = weighted.groupby([rows["indicator"], rows["tau"]]).sum()
    assert len(met) == 3 * rows["indicator"].nunique()
    for (indicator, _), value in met.items():
        assert value == pytest.approx(published[indicator, terms.TOTAL], abs=1e-12)


def test_groups_meet_their_own_published_rate(risk: pd.DataFrame) -> None:
    persons = tables.read("composition")
    rows = risk[(risk["group"] != terms.TOTAL) & (risk["tau"] == 0)]
    published = _published(rows)
    met = 0
    for (indicator, group), cantons in rows.groupby(["indicator", "group"]):
        wanted = terms.group_parts(group).items()
        inside = [wanted <= terms.group_parts(cell).items() for cell in persons["group"]]
        weight = persons[inside].groupby("place")["value"].sum()
        if (indicator, group) in published:
            rate = cantons.set_index("place")["value"] @ (weight / weight.sum())
            assert rate == pytest.approx(published[indicator, group], abs=1e-9)
            met += 1
    assert met >= 15


def _published(rows: pd.DataFrame) -> dict[tuple[str, str], float]:
    """Return published shares of those lacking something, by indicator and group."""
    use = tables.read("internet_use")
    use = use[(use["year"] == 2021) & use["value"].notna()]
    shares = use.set_index(["indicator", "group"])["value"]
    lacking = {str(catalog.indicator(name).of): name for name in rows["indicator"].unique()}
    return {
        (lacking[positive], group): 1 - share
        for (positive, group), share in shares.items()
        if positive in lacking
    }


def test_shares_and_intervals_are_in_range(risk: pd.DataFrame) -> None:
    assert ((risk["low"] >= 0) & (risk["high"] <= 1)).all()
    assert ((risk["low"] <= risk["value"]) & (risk["value"] <= risk["high"])).all()
    assert (risk["status"] == "modelled").all()


def test_intervals_are_of_ninety_per_cent(risk: pd.DataFrame) -> None:
    inside = risk[(risk["low"] > 0) & (risk["high"] < 1)]
    assert len(inside) > 1000
    # 5 % of a normal distribution lie above 1.6449 errors.
    reach = (inside["high"] - inside["low"]) / (2 * inside["se"])
    assert reach.to_numpy() == pytest.approx(np.full(len(reach), 1.6448536), rel=1e-6)


def test_more_local_difference_widens_every_interval(risk: pd.DataFrame) -> None:
    wide = risk.pivot(index=["indicator", "group", "place"], columns="tau", values="se")
    assert (wide[0.15] > wide[0.0]).all() and (wide[0.30] > wide[0.15]).all()
    # Var = s² + κ²τ²: from τ = .15 to .30 the second part grows fourfold.
    grown = (wide[0.30] ** 2 - wide[0.0] ** 2) / (wide[0.15] ** 2 - wide[0.0] ** 2)
    assert grown.to_numpy() == pytest.approx(np.full(len(grown), 4.0))


def test_states_follow_from_probability_gap_and_tau(risk: pd.DataFrame) -> None:
    """METHOD section 2, written again: places by P alone, groups by P and five points."""
    place = risk["group"] == terms.TOTAL
    higher, lower = risk["probability"] >= 0.90, risk["probability"] <= 0.10
    assert (risk.loc[place & higher, "state"] == "higher").all()
    assert (risk.loc[place & lower, "state"] == "lower").all()
    assert (risk.loc[place & ~higher & ~lower, "state"] == "cannot_tell").all()
    wanted = ~place & higher & (risk["gap"] >= 0.05)
    called = ~place & (risk["state"] == "higher")
    assert not (called & ~wanted).any()
    for _, rows in risk[wanted].groupby(["indicator", "group", "tau"]):
        # Pairs are added in order of P while the mean of 1 - P stays within 5 %.
        doubt = (1 - rows["probability"]).sort_values()
        kept = doubt.index[doubt.expanding().mean() <= 0.05]
        assert set(rows.index[rows["state"] == "higher"]) == set(kept)


def test_a_group_better_off_is_not_higher(default_home: object) -> None:
    """Not higher needs P(gap < 5 points) ≥ .90: five points lie 1.2816 errors above the gap."""
    chosen = replace(setting(), draws=50, groups=("age:15_29", "education:secondary"))
    rows = exclusion.exclusion_risk(
        tables.read("internet_use"),
        tables.read("composition"),
        {"no_internet_use_3m": "internet_use_3m", "no_laptop": "device_laptop"},
        chosen,
    )
    rows = rows[rows["group"] != terms.TOTAL]
    far = (0.05 - rows["gap"]) / rows["gap_se"] >= 1.281552
    assert far.any() and not far.all()
    assert ((rows["state"] == "not_higher") == far).all()


def test_the_tipping_point_says_up_to_where_a_canton_differs(risk: pd.DataFrame) -> None:
    rows = risk[risk["group"] == terms.TOTAL]
    told = rows["state"] != "cannot_tell"
    assert (rows.loc[told, "tipping_point"] >= rows.loc[told, "tau"]).all()
    silent = rows.loc[~told]
    held = silent["tipping_point"] < silent["tau"]
    assert (held | silent["tipping_point"].isna()).all()


def test_older_people_of_low_education_differ_in_every_canton(risk: pd.DataFrame) -> None:
    """What survives τ = .30: a group against the rest of its place."""
    rows = risk[
        (risk["indicator"] == "no_internet_use_3m") & (risk["group"] == "age:60_plus|education:low")
    ]
    assert len(rows) == 26 * 3
    assert set(rows["state"]) == {"higher"}


def test_the_missed_interaction_of_the_method(default_home: object) -> None:
    """60+ with tertiary education and advanced skills: fitted 34.6, published 30.7 ± 4.9."""
    use, chosen = tables.read("internet_use"), replace(setting(), draws=2)
    cells = survey.survey_cells(use, year=2021, respondents=3137)
    inside = cells.members("age:60_plus|education:tertiary")
    skilled = []
    for crosses in ((), chosen.crosses):
        model = fits.fit_indicator(
            use, "advanced_digital_skills", cells, replace(chosen, crosses=crosses)
        )
        rate = np.average(model.share[inside], weights=cells.counts[inside])
        skilled.append(100 * (1 - rate))
    assert skilled[0] == pytest.approx(34.6, abs=0.6)
    assert skilled[1] == pytest.approx(30.7, abs=0.5)  # the published cross has its column


def test_firths_penalty_and_the_mismatch_are_told(risk: pd.DataFrame) -> None:
    made = risk.attrs["provenance"]
    # Cells published as "100 % ± 0" have no finite logit.
    penalised = {name for name, fit in made["fits"].items() if fit["firth"]}
    assert penalised == {"no_internet_use_3m", "no_smartphone"}
    # METHOD 4.1: low education 915,000 in the survey against about 1.1 million.
    asked, composed = made["mismatch"]["education:low"]
    assert asked == pytest.approx(915_000, rel=0.005)
    assert composed == pytest.approx(1_100_000, rel=0.02)


def test_the_same_numbers_twice(run: Callable[..., pd.DataFrame]) -> None:
    pd.testing.assert_frame_equal(run(), run(), check_exact=True)


def test_indicators_do_not_move_each_other(
    risk: pd.DataFrame, run: Callable[..., pd.DataFrame]
) -> None:
    """Adding an indicator to the list changes no other indicator's draws."""
    use, composition = tables.read("internet_use"), tables.read("composition")
    alone = exclusion.exclusion_risk(
        use, composition, {"no_laptop": "device_laptop"}, replace(setting(), draws=50)
    )
    both = run()
    both = both[both["indicator"] == "no_laptop"].reset_index(drop=True)
    pd.testing.assert_frame_equal(alone, both, check_exact=True)


def test_a_composition_with_a_hole_is_refused(run: Callable[..., pd.DataFrame]) -> None:
    whole = tables.read("composition")
    hole = whole[~((whole["place"] == "UR") & (whole["group"] == whole["group"].iloc[0]))]
    with pytest.raises(MethodError, match="lacks cells for UR"):
        run(composition=hole)


def test_deleting_a_published_rate_never_tells_more(run: Callable[..., pd.DataFrame]) -> None:
    """Without its published rate a group is drawn with a larger error, or not at all."""
    use = tables.read("internet_use")
    group = "age:60_plus|education:low"
    gone = use["group"].str.startswith(group) & (use["indicator"] == "device_laptop")
    poorer = run(use=use.assign(value=use["value"].mask(gone), se=use["se"].mask(gone)))
    chosen = {"indicator": "no_laptop", "group": group, "tau": 0.0}
    before, after = (
        frame[(frame[list(chosen)] == pd.Series(chosen)).all(axis=1)]["se"].to_numpy()
        for frame in (run(), poorer)
    )
    assert len(before) == len(after) == 26
    assert (after >= before).all()


def test_an_unknown_year_is_refused(default_home: object) -> None:
    use, composition = tables.read("internet_use"), tables.read("composition")
    with pytest.raises(MethodError, match="1999"):
        exclusion.exclusion_risk(
            use,
            composition,
            {"no_laptop": "device_laptop"},
            replace(setting(), year=1999),
        )


SURVEYED = [
    (year, name)
    for year in (2017, 2019, 2021)
    for name in ("internet_use_3m", "internet_use_daily", "advanced_digital_skills")
] + [(2021, name) for name in ("device_laptop", "device_smartphone", "skill_edit_media")]


@pytest.mark.parametrize(("year", "indicator"), SURVEYED)
def test_every_survey_fits_to_its_rounding(default_home: object, year: int, indicator: str) -> None:
    """Margins are rounded to a tenth of a per cent: repeated ones may miss each other by that."""
    use, asked = tables.read("internet_use"), catalog.facts("thresholds")["risk"]["respondents"]
    cells = survey.survey_cells(use, year=year, respondents=asked[year])
    rates = survey.lacking_rates(use, indicator, year=year)
    chosen = replace(setting(), year=year, respondents=asked[year], draws=2)
    model = fits.fit_indicator(use, indicator, cells, chosen)
    missed, one_way = {}, [group for group in rates.share if "|" not in group]
    for group in one_way:
        inside = cells.members(group)
        fitted = np.average(model.share[inside], weights=cells.counts[inside])
        # Firth adds at most half a person interviewed for each column that a group has.
        persons = asked[year] * cells.counts[inside].sum() / cells.counts.sum()
        penalty = 0.5 * (inside.sum() / 2 + 1) / persons if model.penalised else 0.0
        missed[group] = abs(fitted - rates.share[group]) - penalty
    assert len(missed) == 10
    assert {group: by for group, by in missed.items() if by > 0.0012} == {}


def test_a_group_without_a_rate_of_its_own_cannot_be_told(
    run: Callable[..., pd.DataFrame],
) -> None:
    """METHOD 2: its expected rate is shown, but it has no risk state."""
    use = tables.read("internet_use")
    gone = (use["group"] == "education:low") & (use["indicator"] == "device_laptop")
    rows = run(use=use.assign(value=use["value"].mask(gone), se=use["se"].mask(gone)))
    rows = rows[rows["indicator"] == "no_laptop"]
    mute = rows[rows["group"] == "education:low"]
    assert len(mute) == 3 * 26
    assert set(mute["state"]) == {"cannot_tell"}
    assert mute[["probability", "tipping_point"]].isna().all(axis=None)
    assert mute["value"].notna().all()
    assert "higher" in set(rows[rows["group"] == "age:60_plus"]["state"])


def test_fitted_cells_give_published_margins_back(default_home: object) -> None:
    chosen, use = replace(setting(), draws=20), tables.read("internet_use")
    cells = survey.survey_cells(use, year=chosen.year, respondents=chosen.respondents)
    model = fits.fit_indicator(use, "device_laptop", cells, chosen)
    met = fits.margins_met(model, cells, ["total", "age:60_plus", "age:60_plus|age:15_29"])
    # BFS, px-x-1604000000_106, 2021: with a laptop 66.0 %, of people 60+ 46.2 %.
    assert met.loc["total", "published"] == pytest.approx(model.rates.share["total"])
    gaps = (met["published"] - met["fitted"]).iloc[:2]
    assert gaps.abs().max() < 0.005
    # A group that nobody publishes has no published rate: missing, not 0.
    assert pd.isna(met.loc["age:60_plus|age:15_29", "published"])
