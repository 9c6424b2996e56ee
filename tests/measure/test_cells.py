"""The survey's own population and published rates; draws that agree in all margins."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit

from divide import tables
from divide.errors import MethodError
from divide.measure import cells as survey
from divide.measure import margins

YEAR = 2021
CROSSES = (("age", "education"),)


def frame(values: Mapping[str, tuple[float, float]], *, se: float = 0.01) -> pd.DataFrame:
    """Type internet use of one year: by group, share and weighted persons."""
    return pd.DataFrame(
        {
            "indicator": "internet_use_3m",
            "year": YEAR,
            "group": list(values),
            "value": [value for value, _ in values.values()],
            "count": [count for _, count in values.values()],
            "se": se,
        }
    )


def whole() -> dict[str, tuple[float, float]]:
    """Every cell: 90 of 100 persons use the internet."""
    return {group: (0.9, 90.0) for group in survey.possible_groups()}


@pytest.fixture(scope="module")
def use(built_default: object) -> pd.DataFrame:
    """Return the published table of internet use."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DIVIDE_HOME", str(built_default))
        return tables.read("internet_use")


def draws_of(
    use: pd.DataFrame, indicator: str, *, draws: int = 4000, seed: int = 1
) -> tuple[survey.Cells, survey.Rates, np.ndarray]:
    """Draw cell shares of a published indicator."""
    cells = survey.survey_cells(use, year=YEAR, respondents=3137)
    rates = survey.lacking_rates(use, indicator, year=YEAR)
    design, groups = survey.design(cells, rates, crosses=CROSSES)
    kept = margins.independent_columns(design, cells.counts)
    size = np.array([cells.counts[cells.members(groups[i])].sum() for i in kept])
    targets = size * np.array([rates.share[groups[i]] for i in kept])
    found = margins.fit(design[:, kept], cells.counts, targets, sample_size=3137)
    fitted = expit(design[:, kept] @ found.beta)
    drawn = survey.draw_shares(cells, rates, fitted, draws=draws, rng=np.random.default_rng(seed))
    return cells, rates, drawn


def test_cells_are_those_that_can_hold_anyone() -> None:
    groups = list(survey.possible_groups())
    # 2 sexes × (3 ages × 3 levels + the under-25 of the youngest).
    assert len(groups) == len(set(groups)) == 20
    assert "age:15_29|education:under_25|sex:f" in groups
    assert "age:60_plus|education:under_25|sex:f" not in groups


def test_categories_share_out_every_cell_once() -> None:
    cells = survey.survey_cells(frame(whole()), year=YEAR, respondents=100)
    for name, values in survey.DIMENSIONS.items():
        members = np.array([cells.members(f"{name}:{value}") for value in values])
        assert (members.sum(axis=0) == 1).all()
    assert cells.members("total").all()


def test_persons_are_count_over_share() -> None:
    values = whole() | {"age:30_59|education:low|sex:m": (0.8, 240.0)}
    cells = survey.survey_cells(frame(values), year=YEAR, respondents=100)
    persons = dict(zip(cells.groups, cells.counts, strict=True))
    assert persons.pop("age:30_59|education:low|sex:m") == pytest.approx(300)  # 240 ÷ .8
    assert set(np.round(list(persons.values()), 9)) == {100.0}  # 90 ÷ .9


def test_a_suppressed_cell_gets_what_its_margin_leaves_over() -> None:
    values = whole()
    values["age:15_29|education:low|sex:m"] = (np.nan, np.nan)
    values["education:low|sex:m"] = (0.8, 184.0)
    cells = survey.survey_cells(frame(values), year=YEAR, respondents=100)
    persons = dict(zip(cells.groups, cells.counts, strict=True))
    # 184 ÷ .8 = 230 men of low education, 100 of them 30 to 59 and 100 older.
    assert persons["age:15_29|education:low|sex:m"] == pytest.approx(30)


def test_rounding_never_leaves_fewer_than_nobody() -> None:
    values = whole()
    values["age:15_29|education:low|sex:m"] = (np.nan, np.nan)
    values["education:low|sex:m"] = (0.8, 159.0)  # 198.75, where the known ages hold 200
    cells = survey.survey_cells(frame(values), year=YEAR, respondents=100)
    persons = dict(zip(cells.groups, cells.counts, strict=True))
    assert persons["age:15_29|education:low|sex:m"] == 0


def test_two_suppressed_ages_are_refused() -> None:
    values = whole() | {"education:low|sex:m": (0.8, 184.0)}
    values["age:15_29|education:low|sex:m"] = values["age:30_59|education:low|sex:m"] = (
        np.nan,
        np.nan,
    )
    with pytest.raises(MethodError, match="cannot be worked out"):
        survey.survey_cells(frame(values), year=YEAR, respondents=100)


def test_an_absent_year_is_refused() -> None:
    with pytest.raises(MethodError, match="1999"):
        survey.survey_cells(frame(whole()), year=1999, respondents=100)


def test_lacking_is_one_minus_the_published_share() -> None:
    values = {"total": (0.956, 1.0), "sex:f": (np.nan, np.nan)}
    rates = survey.lacking_rates(frame(values), "internet_use_3m", year=YEAR)
    assert rates.share == {"total": pytest.approx(0.044)}  # a suppressed figure is absent
    assert rates.se == {"total": 0.01}


def test_without_a_published_total_nothing_is_read() -> None:
    with pytest.raises(MethodError, match="No published total"):
        survey.lacking_rates(frame({"sex:f": (0.9, 1.0)}), "internet_use_3m", year=YEAR)


def test_columns_without_a_published_rate_are_left_out() -> None:
    cells = survey.survey_cells(frame(whole()), year=YEAR, respondents=100)
    rates = survey.Rates(
        share={"total": 0.1, "sex:m": 0.1, "age:60_plus|education:low": 0.3}, se={}
    )
    matrix, groups = survey.design(cells, rates, crosses=CROSSES)
    assert groups == ("total", "sex:m", "age:60_plus|education:low")
    assert matrix.sum(axis=0).tolist() == [20, 10, 2]  # all, the men, two sexes


# Where no cell is published as "100 % ± 0", draws come from published errors alone.
@pytest.mark.parametrize(
    "indicator", ["advanced_digital_skills", "device_laptop", "device_tablet", "device_desktop"]
)
def test_drawn_margins_reproduce_published_errors(use: pd.DataFrame, indicator: str) -> None:
    cells, rates, drawn = draws_of(use, indicator)
    ages = [f"age:{age}" for age in survey.DIMENSIONS["age"]]
    education = [f"education:{level}" for level in survey.DIMENSIONS["education"]]
    ratios = {}
    for group in ["total", *ages, *education]:
        inside = cells.members(group) * cells.counts
        ratios[group] = (drawn @ inside / inside.sum()).std() / rates.se[group]
    assert {group: ratio for group, ratio in ratios.items() if abs(ratio - 1) > 0.1} == {}


@pytest.mark.parametrize("indicator", ["internet_use_3m", "device_smartphone"])
def test_draws_of_rare_events_are_not_too_sure(use: pd.DataFrame, indicator: str) -> None:
    """Cells published as "100 % ± 0" add an error that the publisher does not state."""
    cells, rates, drawn = draws_of(use, indicator)
    certain = {group for group in cells.groups if rates.share.get(group) == 0}
    assert certain
    for group in ["total", "age:30_59", "age:60_plus", "education:low", "education:tertiary"]:
        inside = cells.members(group) * cells.counts
        assert (drawn @ inside / inside.sum()).std() == pytest.approx(rates.se[group], rel=0.1)
    for group in certain:
        assert drawn[:, cells.groups.index(group)].std() > 0


def test_draws_lie_strictly_inside_and_repeat(use: pd.DataFrame) -> None:
    _, _, drawn = draws_of(use, "internet_use_3m", draws=500)
    assert drawn.shape == (500, 20)
    assert ((drawn > 0) & (drawn < 1)).all()
    assert (draws_of(use, "internet_use_3m", draws=500)[2] == drawn).all()
    assert (draws_of(use, "internet_use_3m", draws=500, seed=2)[2] != drawn).any()


def cell_of(share: float | None, se: float) -> tuple[np.ndarray, survey.Cells]:
    """Draw twenty cells of 100 persons, 50 interviewed in each; the first as given."""
    cells = survey.survey_cells(frame(whole()), year=YEAR, respondents=1000)
    shares = {group: 0.5 for group in cells.groups}
    errors = {group: 0.05 for group in cells.groups}
    first = cells.groups[0]
    errors[first] = se
    if share is None:
        del shares[first], errors[first]
    else:
        shares[first] = share
    rates = survey.Rates(share=shares, se=errors)
    fitted = np.full(20, 0.2)
    rng = np.random.default_rng(3)
    return survey.draw_shares(cells, rates, fitted, draws=20_000, rng=rng)[:, 0], cells


def test_a_suppressed_cell_is_drawn_around_its_fit() -> None:
    drawn, _ = cell_of(None, 0.0)
    # Published cells have .05² where the binomial error is .5·.5/50 = .005: an effect of .5.
    # So the hidden one has .5·.2·.8/50 = .0016, an error of .04.
    assert drawn.mean() == pytest.approx(0.2, abs=0.002)
    assert drawn.std() == pytest.approx(0.04, rel=0.03)


@pytest.mark.parametrize("se", [0.0, 0.003])
def test_a_published_none_is_drawn_from_jeffreys_posterior(se: float) -> None:
    drawn, _ = cell_of(0.0, se)
    # Beta(.5, 50.5): mean .5/51, variance mean·(1 - mean)/52.
    assert drawn.mean() == pytest.approx(0.5 / 51, rel=0.05)
    assert drawn.std() == pytest.approx(((0.5 / 51) * (50.5 / 51) / 52) ** 0.5, rel=0.05)


def test_a_share_without_an_error_keeps_its_share() -> None:
    drawn, _ = cell_of(0.7, np.nan)
    # The effect of the others, .5: .5·.7·.3/50 = .0021, an error of .0458.
    assert drawn.mean() == pytest.approx(0.7, abs=0.002)
    assert drawn.std() == pytest.approx(0.0021**0.5, rel=0.03)
