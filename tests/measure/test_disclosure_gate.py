"""The gate: closed by default, linked with all earlier releases, silent about what it hides."""

import logging
from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from divide.errors import DisclosureError
from divide.measure.disclosure import gate, naming
from divide.measure.disclosure.rules import Item
from divide.releases import Release

from .surveys import figures_of, survey

TODAY = date(2026, 11, 25)
ITEMS = {
    "clients": Item("count", "quasi"),
    "phone_share": Item("share", "none"),
    "lost_share": Item("share", "sensitive"),
    "devices": Item("mean", "none"),
    "age_median": Item("median", "none"),
    "remark": Item("share", "freetext"),
}
ALL = [
    ("country", False),
    ("country", True),
    ("language_region", False),
    ("language_region", True),
    ("canton", False),
]
KEY = ["place_level", "place", "group"]


@pytest.fixture(scope="module")
def answers() -> pd.DataFrame:
    return survey(3, institutions=120, cantons=8, types=4)


def shares(answers: pd.DataFrame, indicator: str, rate: float, seed: int = 1) -> pd.DataFrame:
    """Return answers to a share: of each institution's persons so many do."""
    drawn = np.random.default_rng(seed).binomial(answers["persons"].astype(int), rate)
    return answers.assign(indicator=indicator, value=drawn.astype(float), base=answers["persons"])


def share_figures(answers: pd.DataFrame) -> pd.DataFrame:
    """Return a share on every level, with an interval."""
    top, base = figures_of(answers, ALL), figures_of(answers.assign(value=answers["base"]), ALL)
    value = top["value"] / base["value"]
    return top.assign(value=value, se=0.02, low=value - 0.04, high=value + 0.04)


def passed(figures: pd.DataFrame, answers: pd.DataFrame, *earlier: Release, **more) -> Release:  # type: ignore[no-untyped-def]
    return gate.protect(figures, answers, ITEMS, today=TODAY, earlier=earlier, **more)


def registered(release: Release, name: str) -> Release:
    return Release(name, release.day, release.kind, release.answers, release.rows)


def test_a_hidden_figure_carries_no_number_at_all(answers: pd.DataFrame) -> None:
    figures = figures_of(answers, ALL).assign(se=10.0, low=1.0, high=9.0, n=7.0)
    rows = passed(figures, answers).rows
    hidden = rows[rows["status"] == "suppressed"]
    assert 0 < len(hidden) < len(rows)
    assert hidden[["value", "se", "low", "high", "n"]].isna().all(axis=None)
    assert set(rows.columns) == {*figures.columns, "coded"}
    # Nothing says which cells are hidden for their own sake and which for others'.
    assert hidden[["status", "coded"]].drop_duplicates().values.tolist() == [["suppressed", ""]]


def test_persons_are_rounded_and_still_add_up(answers: pd.DataFrame) -> None:
    rows = passed(figures_of(answers, ALL), answers).rows.set_index(KEY)["value"]
    assert (rows.dropna() % 5 == 0).all()
    regions = rows["language_region"].xs("total", level="group")
    assert regions.notna().all()
    assert rows["country", "CH", "total"] == regions.sum()
    assert abs(rows["country", "CH", "total"] - answers["value"].sum()) < 5


def test_shares_are_told_in_few_digits(answers: pd.DataFrame) -> None:
    own = shares(answers, "phone_share", 0.4)
    rows = passed(share_figures(own), own).rows.dropna(subset="value")
    step = np.where(rows["n"] >= 100, 0.01, np.where(rows["n"] >= 20, 0.05, 0.1))
    scaled = rows["value"] / step
    assert np.allclose(scaled, scaled.round())
    assert (rows["low"] <= rows["value"]).all() and (rows["high"] >= rows["value"]).all()


def test_extreme_shares_of_a_sensitive_item_are_bounds_everywhere(answers: pd.DataFrame) -> None:
    own = shares(answers, "lost_share", 0.03)
    figures = share_figures(own)
    rows = passed(figures, own).rows
    joined = rows.merge(figures[[*KEY, "value"]], on=KEY, suffixes=("", "_true"))
    told = joined[joined["value"].notna() & (joined["value_true"] < 0.05)]
    assert len(told) > 3
    assert set(told["coded"]) == {"at_most"} and set(told["value"]) == {0.05}
    assert set(told["low"]) == {0.0} and told["se"].isna().all()
    assert (rows.loc[rows["value"].notna(), "value"] >= 0.05).all()


def test_the_five_marks(answers: pd.DataFrame) -> None:
    frame = survey(99, institutions=900, cantons=9, types=5)
    silent = pd.DataFrame(
        {"place_level": "canton", "place": ["NE", "TI"], "group": "total", "value": np.nan}
    ).assign(indicator="clients", register_date=None, year=2026, status="missing")
    figures = pd.concat([figures_of(answers, ALL), silent], ignore_index=True)
    # Too uncertain is the estimate's own status: the gate keeps it.
    shaky = (figures["place_level"] == "country") & (figures["group"] == "type:elder")
    figures.loc[shaky, "status"] = "unreliable"
    rows = passed(figures, answers, frame=frame).rows.set_index(KEY)
    assert set(frame["canton"]) >= {"NE"} and "TI" not in set(frame["canton"])
    assert rows.loc[("canton", "NE", "total"), "status"] == "missing"  # asked, nobody replied
    assert rows.loc[("canton", "TI", "total"), "status"] == "none"  # nobody to ask
    assert rows.loc[("country", "CH", "type:elder"), "status"] == "unreliable"
    assert {"observed", "suppressed"} <= set(rows["status"])


def test_how_many_answered_is_told_in_steps(answers: pd.DataFrame) -> None:
    told = passed(figures_of(answers, ALL), answers).rows.set_index(KEY)["n"]
    # 120 are a multiple of 5 already; of each canton it is the multiple at or below.
    assert told["country", "CH", "total"] == 120
    cantons = told.loc["canton"].droplevel("group").dropna()
    number = answers.groupby("canton").size().reindex(cantons.index)
    assert (cantons == number // 5 * 5).all() and (cantons < number).any()
    everyone = {"clients": replace(ITEMS["clients"], everyone=True)}
    exact = gate.protect(figures_of(answers, ALL), answers, everyone, today=TODAY).rows
    cantons = exact[exact["place_level"] == "canton"].set_index("place")["n"].dropna()
    assert (cantons == answers.groupby("canton").size().reindex(cantons.index)).all()


def test_no_reply_to_one_question_is_told_of_nobody_who_replied(answers: pd.DataFrame) -> None:
    frame = survey(99, institutions=900, cantons=9, types=5)
    silent = pd.DataFrame(
        {"place_level": "canton", "place": ["NE"], "group": "total", "value": np.nan}
    ).assign(indicator="clients", register_date=None, year=2026, status="missing")
    figures = pd.concat([figures_of(answers, ALL), silent], ignore_index=True)
    for replied, status in (("VD", "missing"), ("NE", "suppressed")):
        public = frame.assign(answered=frame["canton"] == replied)
        rows = passed(figures, answers, frame=public).rows.set_index(KEY)
        assert rows.loc[("canton", "NE", "total"), "status"] == status


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"place_level": "canton", "place": "VD", "group": "type:elder"}, "canton by type never"),
        ({"place_level": "major_region", "place": "1", "group": "total"}, "major_region never"),
        ({"place_level": "country", "place": "CH", "group": "size:small"}, "country by size never"),
        ({"indicator": "remark"}, "never leaves"),
        ({"indicator": "unheard_of"}, "Nothing says what"),
        ({"value": 12345.0}, "not what the answers"),
        ({"year": 2025}, "No answer"),
    ],
)
def test_what_may_not_leave_is_refused(
    answers: pd.DataFrame, change: dict[str, object], said: str
) -> None:
    figure = figures_of(answers, [("country", False)]).assign(**change)
    with pytest.raises(DisclosureError, match=said) as error:
        passed(figure, answers)
    assert error.value.exit_code == 5
    # The sentence names no institution and none of its numbers.
    assert not {"I-00", *map(str, answers["value"].astype(int))} & set(str(error.value).split())


def test_a_column_that_is_not_on_the_list_is_refused(answers: pd.DataFrame) -> None:
    figures = figures_of(answers, ALL).assign(largest="I-0007")
    with pytest.raises(DisclosureError, match="largest"):
        passed(figures, answers)


def test_answers_that_prove_nothing_are_refused(answers: pd.DataFrame) -> None:
    figures = figures_of(answers, ALL)
    for broken in (
        answers.drop(columns="persons"),
        answers.drop(columns="canton"),
        answers.assign(value=np.nan),
        answers.assign(value=-1.0),
        pd.concat([answers, answers.iloc[:1]]),
        answers.assign(language_region=["fr", "de"] * 60),  # cantons in two regions
        answers.iloc[1:],  # not those the figures were made from
    ):
        with pytest.raises(DisclosureError):
            passed(figures, broken)


def test_a_survey_of_too_few_tells_nothing(answers: pd.DataFrame) -> None:
    few = answers.iloc[:4]
    with pytest.raises(DisclosureError, match="none may be told"):
        passed(figures_of(few, ALL), few)


def test_asked_twice_the_gate_answers_the_same(answers: pd.DataFrame) -> None:
    figures = figures_of(answers, ALL)
    first = registered(passed(figures, answers), "r0001")
    again = passed(
        figures.sample(frac=1, random_state=1), answers.sample(frac=1, random_state=2), first
    )
    assert again is first


def test_answers_that_changed_since_a_release_are_refused(answers: pd.DataFrame) -> None:
    """Two tables of nearly the same answers tell the difference: who came late."""
    first = registered(passed(figures_of(answers, ALL), answers), "r0001")
    late = pd.concat([answers, survey(50, institutions=3).assign(institution=["a", "b", "c"])])
    with pytest.raises(DisclosureError, match="not those of release r0001 of 2026-11-25"):
        passed(figures_of(late, ALL), late, first)
    moved = answers.assign(canton=["ZH", *answers["canton"].iloc[1:]], language_region="de")
    with pytest.raises(DisclosureError, match="not those of release r0001"):
        passed(figures_of(moved, ALL), moved, first)
    # Another wave is another question.
    next_year = late.assign(year=2027)
    assert passed(figures_of(next_year, ALL).assign(year=2027), next_year, first).name == ""


def test_what_was_told_is_told_again_as_it_was(answers: pd.DataFrame) -> None:
    narrow = [("country", False), ("canton", False)]
    first = registered(passed(figures_of(answers, narrow), answers), "r0001")
    second = passed(figures_of(answers, ALL), answers, first)
    before, after = (
        one.rows.dropna(subset="value").set_index(KEY)["value"] for one in (first, second)
    )
    assert len(before) > 3
    assert (after.loc[before.index] == before).all()


def test_medians_need_more_institutions(answers: pd.DataFrame) -> None:
    own = answers.assign(indicator="age_median")
    rows = passed(figures_of(own, ALL).assign(value=0.5), own).rows
    told = rows.dropna(subset="value")
    assert (told["n"] >= 10).all()
    count = rows["value"].isna().sum()
    assert count > 0


def test_means_are_protected_as_sums(answers: pd.DataFrame) -> None:
    own = answers.assign(indicator="devices", value=answers["persons"] % 7, base=1.0)
    top, base = figures_of(own, ALL), figures_of(own.assign(value=1.0), ALL)
    rows = passed(top.assign(value=top["value"] / base["value"]), own).rows
    assert 0 < rows["value"].isna().sum() < len(rows)


def test_the_log_counts_figures_and_tells_no_answer(
    answers: pd.DataFrame, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        rows = passed(figures_of(answers, ALL), answers).rows
    assert f"{rows['value'].notna().sum()} of {len(rows)} figures may leave" in caplog.text
    assert "I-0" not in caplog.text


def named_rows(answers: pd.DataFrame, who: str, indicator: str = "phone_share") -> pd.DataFrame:
    own = answers[answers["institution"] == who]
    columns = ["indicator", "institution", "year", "value", "status", "source", "edition"]
    made = own.assign(
        indicator=indicator, status="observed", source="demonstration_survey", edition="2026"
    )
    return made[columns]


def test_an_institution_is_named_only_if_it_agreed(answers: pd.DataFrame) -> None:
    own = shares(answers, "phone_share", 0.4)
    rows = named_rows(own, "I-0003")

    def name(consent: str, items: dict[str, Item] = ITEMS) -> Release:
        consents = {"I-0003": consent}
        return naming.protect_named(rows, own, items, consents=consents, today=TODAY)

    assert name("named").kind == "named"
    for consent in ("agg", "back", ""):
        with pytest.raises(DisclosureError, match="1 institutions did not agree"):
            name(consent)
    with pytest.raises(DisclosureError, match="never told by name"):
        name("named", {"phone_share": Item("share", "sensitive")})
    with pytest.raises(DisclosureError, match="never leaves"):
        name("named", {"phone_share": Item("share", "freetext")})


def test_who_is_named_protects_nobody_any_more(answers: pd.DataFrame) -> None:
    """Named first: the cell of five in which it was is one of four to everybody."""
    small = answers[answers["canton"] == answers["canton"].mode()[0]].head(5)
    size = pd.Series([20.0, 22, 18, 21, 19], index=small.index)
    five = pd.concat([answers.drop(small.index), small.assign(canton="JU", language_region="fr")])
    five.loc[small.index, ["persons", "value"]] = np.column_stack([size, size])
    figures = figures_of(five, [("country", False), ("canton", False)])
    place = ("canton", "JU", "total")
    plain = passed(figures, five).rows.set_index(KEY)
    assert plain.loc[place, "status"] == "observed"
    who = str(small["institution"].iloc[0])
    named = Release("r0001", "2026-11-25", "named", {}, named_rows(five, who, "clients"))
    assert passed(figures, five, named).rows.set_index(KEY).loc[place, "status"] == "suppressed"
    # Figures first: then naming it would show the four, so it is refused.
    first = registered(passed(figures, five), "r0001")
    with pytest.raises(DisclosureError, match="would give others away"):
        naming.protect_named(
            named_rows(five, who, "clients"),
            five,
            ITEMS,
            consents={who: "named"},
            today=TODAY,
            earlier=[first],
        )
