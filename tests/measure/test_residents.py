"""Residents as cells of the survey: margins met, assumptions applied, holes refused."""

import pandas as pd
import pytest

from divide import tables, terms
from divide.errors import MethodError
from divide.measure.cells import Cells, possible_groups
from divide.measure.residents import compose_cantons, shift_education
from divide.terms import group_parts

AGES = ["10_19", "20_29", "30_39", "40_49", "50_59", "60_69", "70_79", "80_plus"]
Frames = dict[str, pd.DataFrame]


def cantons_of(indicator: str, values: dict[str, float], year: int) -> pd.DataFrame:
    """Type the same figures for each of the 26 cantons."""
    rows = [
        {"indicator": indicator, "place_level": "canton", "place": place, "group": group}
        | {"year": year, "value": value}
        for place in terms.CANTONS
        for group, value in values.items()
    ]
    return pd.DataFrame(rows)


@pytest.fixture
def frames() -> Frames:
    """Return 100 persons of each sex in every ten-year class, 50 of them from 80 on."""
    ages = {f"age:{age}|sex:{sex}": 100.0 for age in AGES for sex in "mf"}
    ages |= {"age:80_plus|sex:m": 50.0, "age:80_plus|sex:f": 50.0}
    return {
        "population": cantons_of("residents", ages, 2018),
        # Education speaks of 2,000 adults: only its shares, 10, 40 and 50 %, are used.
        "education": cantons_of(
            "residents_25_plus",
            {"education:low": 200.0, "education:secondary": 800.0, "education:tertiary": 1000.0},
            2022,
        ),
        "living": cantons_of("in_private_household_share", {"age:80_plus": 0.8}, 2021),
    }


@pytest.fixture
def cells() -> Cells:
    """Return a survey with as many persons in each cell."""
    groups = tuple(possible_groups())
    return Cells(groups=groups, counts=pd.Series(1000.0, index=groups).to_numpy(), respondents=9)


def persons(frame: pd.DataFrame, place: str = "VD", **parts: str) -> float:
    """Add up a canton's cells that lie in a group."""
    here = frame[frame["place"] == place]
    inside = here["group"].map(lambda group: parts.items() <= group_parts(group).items())
    return float(here.loc[inside, "value"].sum())


def test_margins_by_hand(frames: Frames, cells: Cells) -> None:
    found = compose_cantons(**frames, cells=cells, year=2021)
    assert len(found) == 26 * 20
    # Of 10–19 half are 15–19; of 20–29 half are under 25: 50 + 50 of each sex.
    assert persons(found, education="under_25", sex="f") == pytest.approx(100)
    assert persons(found, age="15_29", sex="f") == pytest.approx(150)
    assert persons(found, age="30_59", sex="f") == pytest.approx(300)
    # 100 + 100 + .8 · 50: a fifth of those from 80 on live outside private households.
    assert persons(found, age="60_plus", sex="f") == pytest.approx(240)
    # Adults: 2 · (50 + 300 + 240) = 1180, of whom 10 %, 40 %, 50 %.
    assert persons(found, education="low") == pytest.approx(118)
    assert persons(found, education="secondary") == pytest.approx(472)
    assert persons(found, education="tertiary") == pytest.approx(590)
    # An even seed knows no link of education with age or sex: .5 · 240.
    assert persons(found, age="60_plus", sex="f", education="tertiary") == pytest.approx(120)
    assert set(found["status"]) == {"modelled"}


def test_the_seed_links_education_with_age(frames: Frames, cells: Cells) -> None:
    """Where the survey finds more low education among the old, so does the composition."""
    tilted = [
        2000.0 if "60_plus|education:low" in group else count
        for group, count in zip(cells.groups, cells.counts, strict=True)
    ]
    seed = Cells(cells.groups, pd.Series(tilted).to_numpy(), cells.respondents)
    found = compose_cantons(**frames, cells=seed, year=2021)
    assert persons(found, education="low") == pytest.approx(118)  # the margin still holds
    assert persons(found, age="60_plus", education="low") > 48 + 1  # 10 % of 480, evenly


def test_only_the_newest_year_is_read(frames: Frames, cells: Cells) -> None:
    older = frames["education"].assign(year=2011, value=1.0)
    frames["education"] = pd.concat([older, frames["education"]])
    found = compose_cantons(**frames, cells=cells, year=2021)
    assert persons(found, education="low") == pytest.approx(118)


@pytest.mark.parametrize(
    ("table", "group"),
    [
        ("population", "age:80_plus|sex:f"),
        ("education", "education:low"),
        ("living", "age:80_plus"),
    ],
)
@pytest.mark.parametrize("gone", ["value", "row", "rows of all cantons"])
def test_a_missing_margin_is_named(
    frames: Frames, cells: Cells, table: str, group: str, gone: str
) -> None:
    frame = frames[table]
    there = (frame["group"] == group) & ((frame["place"] == "UR") | (gone != "row"))
    if gone == "value":
        there &= frame["place"] == "UR"
        frames[table] = frame.assign(value=frame["value"].mask(there))
    else:
        frames[table] = frame[~there]
    with pytest.raises(MethodError, match="cannot be modelled") as refused:
        compose_cantons(**frames, cells=cells, year=2021)
    # ZH comes first where every canton lacks it.
    assert ("composition of UR" if gone != "rows of all cantons" else "ZH") in str(refused.value)


def test_nothing_given_is_changed(frames: Frames, cells: Cells) -> None:
    before = {name: frame.copy() for name, frame in frames.items()}
    compose_cantons(**frames, cells=cells, year=2021)
    for name, frame in frames.items():
        pd.testing.assert_frame_equal(frame, before[name])


def test_every_canton_meets_its_published_margins(default_home: object) -> None:
    """Sex by age to the person, education in its shares: on the embedded default."""
    composed, ages = tables.read("composition"), tables.read("population")
    schooling, living = tables.read("education"), tables.read("living_arrangements")
    ages = ages[ages["group"].str.fullmatch("age:.*[|]sex:.") & (ages["year"] == 2018)]
    ages = ages.pivot(index="place", columns="group", values="value")
    private = living[
        (living["indicator"] == "in_private_household_share") & (living["group"] == "age:80_plus")
    ].set_index("place")["value"]
    levels = schooling[schooling["group"].str.startswith("education:")]
    levels = levels.pivot(index="place", columns="group", values="value")
    for place in terms.CANTONS:
        older = sum(ages.loc[place, f"age:{age}|sex:f"] for age in ("60_69", "70_79"))
        older += private[place] * ages.loc[place, "age:80_plus|sex:f"]
        assert persons(composed, place, age="60_plus", sex="f") == pytest.approx(older, rel=1e-6)
        adults = sum(
            persons(composed, place, education=e) for e in ("low", "secondary", "tertiary")
        )
        low = levels.loc[place, "education:low"] / levels.loc[place].sum()
        assert persons(composed, place, education="low") / adults == pytest.approx(low, rel=1e-6)


def shifted_by(frames: Frames, cells: Cells, errors: dict[str, float]) -> tuple[pd.DataFrame, list]:
    """Return VD's composition and its three shifts, each as persons by cell."""
    frame = compose_cantons(**frames, cells=cells, year=2021)
    wide = frame.pivot(index="place", columns="group", values="value")[list(cells.groups)]
    education = frames["education"].assign(se=frames["education"]["group"].map(errors))
    shifts = shift_education(wide, education, cells)
    at = wide.index.get_loc("VD")
    return wide.loc["VD"], [pd.Series(one[at], index=wide.columns) for one in shifts]


def level(persons: "pd.Series[float]", **parts: str) -> float:
    """Add up the cells of a group."""
    inside = [parts.items() <= group_parts(group).items() for group in persons.index]
    return float(persons[inside].sum())


def test_a_shift_moves_one_level_by_its_error(frames: Frames, cells: Cells) -> None:
    errors = {"education:low": 100.0, "education:secondary": 0.0, "education:tertiary": 0.0}
    base, (low, secondary, tertiary) = shifted_by(frames, cells, errors)
    adults = base.sum() - level(base, education="under_25")
    # 200 + 100 of 2,000 + 100: low education rises from 10 to 14.2857 % of as many adults.
    assert level(base, education="low") == pytest.approx(0.1 * adults)
    assert level(low, education="low") == pytest.approx(300 / 2100 * adults)
    assert level(low, education="under_25") == pytest.approx(level(base, education="under_25"))
    for sex in ("m", "f"):
        for age in ("15_29", "30_59", "60_plus"):
            assert level(low, sex=sex, age=age) == pytest.approx(level(base, sex=sex, age=age))
    # No error, no shift.
    assert secondary.to_numpy() == pytest.approx(base.to_numpy())
    assert tertiary.to_numpy() == pytest.approx(base.to_numpy())


def test_a_composition_without_published_error_is_refused(frames: Frames, cells: Cells) -> None:
    errors = {"education:low": 1.0, "education:secondary": 1.0}
    with pytest.raises(MethodError, match="rebuild education"):
        shifted_by(frames, cells, errors)
