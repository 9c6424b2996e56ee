"""From questions to indicators: every one asked, every cell filled, nothing summed."""

from collections.abc import Iterator

import numpy as np
import pandas as pd
import pytest

from divide import catalog, paths, terms, texts
from divide.errors import FactsError, MethodError, UnknownNameError
from divide.measure import survey_indicators as facts
from divide.measure.data_defect import Doubt
from divide.measure.designs import Design, survey_design
from divide.measure.silence import professionals_of
from divide.measure.survey_indicators import (
    ACTORS,
    DIMENSIONS,
    LAYERS,
    bands,
    declared_doubt,
    indicator_values,
    outside_base,
    survey_indicator,
    survey_indicators,
    survey_scales,
)
from divide.measure.survey_results import (
    dimension_matrix,
    equipment_cube,
    estimate_indicators,
)
from divide.measure.visibility import Bounds

BY = ("type", "size_class")


def questions() -> pd.DataFrame:
    return pd.read_csv(paths.FACTS / "questionnaire.csv", dtype="str").set_index("name")


def codes(question: str) -> set[str]:
    choices = pd.read_csv(paths.FACTS / "choices.csv", dtype="str", keep_default_na=False)
    return set(
        choices.loc[choices["list_name"] == questions().loc[question, "choice_list"], "name"]
    )


@pytest.mark.parametrize("name", survey_indicators())
def test_an_indicator_uses_what_the_questionnaire_asks(name: str) -> None:
    one = survey_indicator(name)
    asked = questions()
    assert one.question in asked.index
    told = {*one.yes, *one.no, *one.outside}
    if one.kind == "coded":
        assert told == codes(one.question) - {"dk"}
        assert not set(one.yes) & set(one.no)
    elif one.kind in ("chosen", "absent"):
        assert told < codes(one.question)
    elif one.kind == "banded":
        assert set(bands()) == codes(one.question) - {"dk"}
    for question, kept in (one.base or {}).items():
        assert set(kept) < codes(question)


@pytest.mark.parametrize("name", survey_indicators())
def test_an_indicator_stands_where_the_questionnaire_puts_it(name: str) -> None:
    one, asked = survey_indicator(name), questions().loc[survey_indicator(name).question]
    assert one.dimension == asked["dimension"]
    # Training is asked under beneficiaries; what is told of it is the institution's offer.
    assert one.actor == ("I" if name == "regular_training_offer" else asked["actor"])
    assert one.layer in (None, asked["layer"]) or asked["layer"] == "SK"
    assert one.sign in ("danger", "opportunity")


@pytest.mark.parametrize("lang", terms.LANGUAGES)
def test_every_indicator_has_its_words(lang: str) -> None:
    words = [texts.label(f"survey.indicator.{name}", lang=lang) for name in survey_indicators()]
    assert len(set(words)) == len(words)
    for kind, ids in (("dimension", DIMENSIONS), ("actor", ACTORS), ("layer", LAYERS)):
        assert all(texts.label(f"survey.{kind}.{one}", lang=lang) for one in ids)


def test_every_cell_of_cube_and_matrix_has_an_indicator() -> None:
    known = survey_indicators().values()
    cube = {(one.actor, one.layer) for one in known if one.dimension == "EQ"}
    assert cube == {(actor, layer) for actor in ACTORS for layer in LAYERS}
    matrix = {(one.dimension, one.actor) for one in known if one.dimension in DIMENSIONS}
    assert matrix == {(dimension, actor) for dimension in DIMENSIONS for actor in ACTORS}


def test_opportunities_are_told_as_well_as_dangers() -> None:
    found = {one.id for one in survey_indicators().values() if one.sign == "opportunity"}
    assert {"easier_contact", "contacts_despite_mobility", "digital_participation"} <= found


def test_the_leading_figures_are_indicators() -> None:
    assert set(catalog.facts("survey_indicators")["leading"]) <= set(survey_indicators())
    assert declared_doubt().rho == 0.1


def answers() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "r_alt": pd.Categorical(["al2", "al1", "al0", "nap", None]),
            "i_co_wifi": ["w0", "w1", "w2", None, "w1"],
            "i_co_pay": [None, "paid", "free", None, "part"],
            "i_hw_dev": [0.0, 1, 12, None, 0],
            "p_chan.sim": [1.0, 0, 0, None, 0],
            "p_chan.port": [0.0, 0, 1, None, 0],
        }
    )


def test_values_by_hand() -> None:
    told = {
        "choice_gap": [0, 1, 1, np.nan, np.nan],
        "paid_connection": [np.nan, 1, 0, np.nan, 0],
        "no_device_on_site": [1, 0, 0, np.nan, 1],
        "no_institutional_channel": [0, 1, 0, np.nan, 1],
    }
    for name, expected in told.items():
        found = indicator_values(answers(), survey_indicator(name))
        assert found == pytest.approx(np.array(expected, dtype=float), nan_ok=True), name


def test_who_was_never_asked_is_no_silence() -> None:
    asked = outside_base(answers(), survey_indicator("paid_connection"))
    assert asked.tolist() == [True, False, False, False, False]
    assert outside_base(answers(), survey_indicator("choice_gap")).tolist() == [
        *(False, False, False, True),
        False,
    ]


def test_a_code_that_nobody_declared_stops_the_count() -> None:
    odd = answers().assign(r_alt=["al2", "al9", None, None, None])
    with pytest.raises(MethodError, match="answered al9"):
        indicator_values(odd, survey_indicator("choice_gap"))
    with pytest.raises(MethodError, match="is banded"):
        indicator_values(odd, survey_indicator("no_computer"))


def test_near_names_are_told() -> None:
    with pytest.raises(UnknownNameError, match="mediation_burden"):
        survey_indicator("mediation_burdn")


@pytest.fixture
def spoilt(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, object]]:
    """Return indicators that a test may spoil."""
    found: dict[str, object] = {"one": {"question": "x", "kind": "coded", "of": "institutions"}}
    monkeypatch.setattr(catalog, "facts", lambda name: {"indicators": found})
    survey_indicators.cache_clear()
    yield found
    survey_indicators.cache_clear()


def test_an_incomplete_indicator_is_named(spoilt: dict[str, object]) -> None:
    with pytest.raises(FactsError, match=r"one: .*dimension"):
        facts.survey_indicators()


def test_an_unknown_kind_is_named(spoilt: dict[str, object]) -> None:
    whole = {"question": "x", "of": "institutions", "dimension": "EQ", "actor": "B"}
    spoilt["one"] = whole | {"kind": "summed", "layer": None, "sign": "danger"}
    with pytest.raises(FactsError, match="kind 'summed' is none"):
        facts.survey_indicators()


def drawn(n: int = 240) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Draw answers to every question that an indicator uses, and the frame they come from."""
    rng = np.random.default_rng(9)
    units = pd.DataFrame(
        {
            "type": rng.choice(["home", "addiction"], n),
            "size_class": rng.choice(["small", "large"], n),
            "clients": rng.integers(4, 120, n).astype(float),
        }
    )
    told = units.assign(n_ben=units["clients"], n_pro=np.ceil(units["clients"] / 2))
    for one in survey_indicators().values():
        if one.kind in ("chosen", "absent"):
            for code in one.yes:
                told[f"{one.question}.{code}"] = rng.integers(0, 2, n).astype(float)
        elif one.kind == "banded":
            told[one.question] = rng.choice(list(bands()), n)
        elif one.kind == "coded":
            told[one.question] = rng.choice([*one.yes, *one.no], n)
    told["i_hw_dev"], told["q_unask"] = rng.integers(0, 9, n), np.floor(told["n_ben"] / 8)
    told.loc[told["i_co_wifi"] == "w0", "i_co_pay"] = None
    return told.iloc[: n // 2].reset_index(drop=True), units


def design_of(told: pd.DataFrame) -> Design:
    return survey_design(told.assign(weight=2.0))


def test_all_indicators_at_once() -> None:
    told, frame = drawn()
    found = estimate_indicators(design_of(told), told, frame, by=BY)
    assert set(found["indicator"]) == set(survey_indicators())
    assert found["value"].between(0, 1).all()
    assert (found["worst_low"] <= found["value"]).all()
    assert (found["value"] <= found["worst_high"]).all()
    # A share of institutions is told twice, under both estimands.
    both = found[found["of"] == "institutions"].groupby("indicator")["estimand"].agg(set)
    assert (both == {"institutions", "people"}).all()
    assert set(found.loc[found["of"] == "professionals", "estimand"]) == {"professionals"}


def test_an_indicator_by_type() -> None:
    told, frame = drawn()
    found = estimate_indicators(
        design_of(told), told, frame, by=BY, domain="type", only=["mediation_burden", "unheard"]
    )
    homes = found.query("indicator == 'mediation_burden' and estimand == 'institutions'")
    rows = told["r_proxy"].isin(["f4", "f5"]).groupby(told["type"]).mean()
    assert homes.set_index("type")["value"].to_dict() == pytest.approx(rows.to_dict())
    unheard = found.query("indicator == 'unheard'").set_index("type")["value"]
    sums = told.groupby("type")[["q_unask", "n_ben"]].sum()
    assert unheard.to_dict() == pytest.approx((sums["q_unask"] / sums["n_ben"]).to_dict())


def test_cube_and_matrix_show_every_cell_and_sum_nothing() -> None:
    told, frame = drawn()
    doubt = Doubt(0.1, Bounds(0, 0))
    only = ["no_wifi", "easier_contact", "no_own_smartphone"]
    found = estimate_indicators(design_of(told), told, frame, by=BY, doubt=doubt, only=only)
    cube = equipment_cube(found)
    assert len(cube.groupby(["actor", "layer"])) == 9
    empty = cube[cube["indicator"].isna()]
    assert len(empty) == 7 and (empty["status"] == "missing").all() and empty["value"].isna().all()
    matrix = dimension_matrix(found)
    assert len(matrix.groupby(["dimension", "actor"])) == 12
    # Figures leave as they came: no row is a mean or sum of others.
    kept = matrix.dropna(subset="value").merge(found, on=["indicator", "estimand", "value"])
    assert len(kept) == 2 == matrix["value"].notna().sum()


def test_professionals_of_the_silent_are_assumed() -> None:
    cells = pd.DataFrame(
        {
            "type": ["a", "b"],
            "size_class": ["s", "s"],
            "institutions": [2, 1],
            "clients": [100.0, 30.0],
        }
    )
    told = pd.DataFrame(
        {"type": ["a"], "size_class": ["s"], "clients": [60.0], "professionals": [30.0]}
    )
    found = professionals_of(cells, told, by=BY)
    # Half as many as clients: 30 + 40/2; nobody of b tells, so all that answered do: 30/2.
    assert found["clients"].tolist() == [50, 15]


def test_scales_tell_what_they_rest_on() -> None:
    told, _ = drawn()
    score = {"c1": 1, "c2": 2, "c3": 3, "c4": 4, "c5": 5}
    items = catalog.facts("survey_indicators")["scales"]["team_confidence"]["items"]
    names = {number: code for code, number in score.items()}
    level = told["n_ben"].rank(pct=True)
    rng = np.random.default_rng(3)
    for item in items:
        noisy = np.clip(np.round(1 + 4 * level + rng.normal(0, 0.8, len(told))), 1, 5)
        told[item] = noisy.map(names)
    told.loc[0, items[0]] = None
    found = survey_scales(told).set_index("scale")
    assert found.loc["team_confidence", "n"] == len(told) - 1
    assert 0.8 < found.loc["team_confidence", "alpha"] < 1
    assert found.loc["team_confidence", "omega"] == pytest.approx(
        found.loc["team_confidence", "alpha"], abs=0.02
    )
    # Answers drawn apart from each other are no scale.
    assert found.loc["client_skills", "alpha"] < 0.4
