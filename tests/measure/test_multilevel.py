"""A multilevel logit finds what was simulated, agrees with NUTS, and refuses what it cannot use."""

import numpy as np
import pandas as pd
import pytest

from divide.errors import MethodError
from divide.measure.multilevel import fit_multilevel, with_crosses
from divide.measure.poststratification import coefficients, poststratified_draws, poststratify

RANDOM = ["commune", "canton", "age", "education", "age:education"]
FIXED = ["female", "deprivation"]
KINDS = pd.DataFrame(
    [(s, a, e) for s in (0.0, 1.0) for a in "abcd" for e in "lmh"],
    columns=["female", "age", "education"],
)


def population(communes: int, rng: np.random.Generator) -> pd.DataFrame:
    """Return communes × kinds of person with the true rate of each: σ .35 and .25 by place."""
    persons = rng.lognormal(7, 1, communes)[:, None] * rng.dirichlet(np.full(24, 6.0), communes)
    cells = KINDS.loc[np.tile(np.arange(24), communes)].reset_index(drop=True)
    place = np.repeat(np.arange(communes), 24)
    canton = np.sort(rng.integers(13, size=communes))[place]
    deprivation = rng.normal(size=communes)[place]
    effect = rng.normal(0, 0.35, communes)[place] + rng.normal(0, 0.25, 13)[canton]
    age = cells["age"].map(dict(zip("abcd", (-0.9, -0.3, 0.2, 1.1), strict=True)))
    education = cells["education"].map({"l": 0.7, "m": 0.0, "h": -0.6})
    logit = -1.2 + 0.3 * cells["female"] + 0.2 * deprivation + age + education + effect
    return cells.assign(
        commune=[f"{one:04d}" for one in place],
        canton=[f"canton {one}" for one in canton],
        deprivation=deprivation,
        persons=persons.ravel(),
        rate=1 / (1 + np.exp(-logit)),
    )


def ask(cells: pd.DataFrame, asked: int, rng: np.random.Generator) -> pd.DataFrame:
    """Draw respondents, and what they lack."""
    rows = rng.choice(len(cells), size=asked, p=cells["persons"] / cells["persons"].sum())
    answers = cells.iloc[rows].reset_index(drop=True)
    return answers.assign(lacks=(rng.random(asked) < answers["rate"]).astype(int))


@pytest.fixture(scope="module")
def cells() -> pd.DataFrame:
    return population(300, np.random.default_rng(11))


@pytest.fixture(scope="module")
def answers(cells: pd.DataFrame) -> pd.DataFrame:
    """Return answers; from the last 40 communes there are none."""
    return ask(cells[cells["commune"] < "0260"], 4000, np.random.default_rng(12))


def true_rates(cells: pd.DataFrame, by: str) -> np.ndarray:
    lacking = (cells["persons"] * cells["rate"]).groupby(cells[by]).sum()
    return np.asarray(lacking / cells.groupby(by)["persons"].sum())


def test_what_was_simulated_is_found(cells: pd.DataFrame, answers: pd.DataFrame) -> None:
    fit = fit_multilevel(answers, "lacks", random=RANDOM, fixed=FIXED)
    told = coefficients(fit).set_index("name")
    truth = {"female": 0.3, "deprivation": 0.2, "commune": 0.35, "canton": 0.25}
    for name, value in truth.items():
        assert abs(told.loc[name, "value"] - value) < 3 * told.loc[name, "se"], name
    found = poststratify(fit, cells, by="commune")
    rates = true_rates(cells, "commune")
    held = (found["low"] <= rates) & (rates <= found["high"])
    assert held.mean() == pytest.approx(0.90, abs=3 * np.sqrt(0.09 / 300))
    asked = found["place"].isin(answers["commune"])
    assert (~asked).sum() >= 40 and held[~asked].mean() > 0.9 - 3 * np.sqrt(0.09 / 40)
    # Shrinkage beats each place's own mean where few answer.
    own = answers.groupby("commune")["lacks"].mean().reindex(found["place"]).to_numpy()
    error = np.abs(found["value"] - rates)
    assert error[asked].mean() < 0.6 * np.nanmean(np.abs(own - rates))


# Posterior means and standard deviations of the fixture's cantons by NUTS (nutpie 0.16.8, the
# same priors, 4 chains of 4,000 draws after 1,500, no divergence).
NUTS = {
    "canton 0": (0.33367, 0.01873),
    "canton 1": (0.28591, 0.01977),
    "canton 2": (0.30530, 0.01742),
    "canton 3": (0.36963, 0.01972),
    "canton 4": (0.34565, 0.01962),
    "canton 5": (0.25992, 0.02225),
    "canton 6": (0.27325, 0.01990),
    "canton 7": (0.35644, 0.02478),
    "canton 8": (0.28159, 0.01954),
    "canton 9": (0.32316, 0.01931),
    "canton 10": (0.29619, 0.02239),
    "canton 11": (0.32864, 0.02080),
    "canton 12": (0.28628, 0.03824),
}


def test_nuts_agrees(cells: pd.DataFrame, answers: pd.DataFrame) -> None:
    fit = fit_multilevel(answers, "lacks", random=RANDOM, fixed=FIXED, draws=4000)
    found = poststratify(fit, cells, by="canton").set_index("place")
    mean, sd = pd.DataFrame(NUTS, index=["mean", "sd"]).T.loc[found.index].to_numpy().T
    assert (np.abs(found["value"] - mean) / sd).max() < 0.1
    assert (found["se"] / sd).between(0.9, 1.1).all()


def test_places_average_to_their_canton_draw_by_draw(
    cells: pd.DataFrame, answers: pd.DataFrame
) -> None:
    fit = fit_multilevel(answers, "lacks", random=RANDOM, fixed=FIXED, draws=50)
    communes, persons = poststratified_draws(fit, cells, by="commune")
    cantons, totals = poststratified_draws(fit, cells, by="canton")
    canton_of = cells.groupby("commune")["canton"].first()
    for place, canton in enumerate(totals.index):
        inside = (canton_of == canton).to_numpy()
        mean = communes[:, inside] @ persons[inside] / persons[inside].sum()
        assert cantons[:, place] == pytest.approx(mean, abs=1e-5)


def test_the_seed_tells_all(cells: pd.DataFrame, answers: pd.DataFrame) -> None:
    one, again, other = (
        poststratify(
            fit_multilevel(answers, "lacks", random=["canton", "age"], draws=40, seed=seed),
            cells,
            by="canton",
        )
        for seed in (1, 1, 2)
    )
    assert one.equals(again)
    assert not one.equals(other)
    assert len(one) == 13 and one["status"].eq("modelled").all()


def test_a_place_without_answers_is_less_certain(
    cells: pd.DataFrame, answers: pd.DataFrame
) -> None:
    busiest = answers["commune"].value_counts().index[0]
    se = {}
    for name, part in (("with", answers), ("without", answers[answers["commune"] != busiest])):
        fit = fit_multilevel(part, "lacks", random=RANDOM, fixed=FIXED)
        se[name] = poststratify(fit, cells, by="commune").set_index("place").loc[busiest, "se"]
    assert se["without"] > 1.3 * se["with"]


def test_one_answer_more_or_less_of_everything() -> None:
    """All lack it, or nobody does: the prior keeps the rate away from 0 and 1."""
    places = pd.DataFrame({"place": list("aabb"), "persons": 1.0})
    for lacks in (0, 1):
        fit = fit_multilevel(places.assign(lacks=lacks), "lacks", random=["place"])
        found = poststratify(fit, places, by="place")
        assert ((found["value"] > 0.6) if lacks else (found["value"] < 0.4)).all()
        assert found["low"].gt(0).all() and found["high"].lt(1).all()


@pytest.mark.parametrize(
    ("change", "options", "said"),
    [
        ({}, {"random": []}, "at least one random term"),
        ({}, {"random": ["village"]}, "no column village"),
        ({"age": None}, {"random": ["age:education"]}, "Missing values in age"),
        ({"lacks": 2}, {"random": ["age"]}, "other values than 0 and 1"),
    ],
)
def test_what_cannot_be_modelled_is_refused(
    answers: pd.DataFrame, change: dict[str, object], options: dict[str, list[str]], said: str
) -> None:
    with pytest.raises(MethodError, match=said):
        fit_multilevel(answers.assign(**change), "lacks", **options)


def test_too_many_small_levels_are_refused() -> None:
    several = pd.DataFrame({"a": range(2100), "b": range(2100), "lacks": 0})
    with pytest.raises(MethodError, match="2100 levels: at most 2000"):
        fit_multilevel(several, "lacks", random=["a", "b"])


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"persons": 0.0}, "Nobody lives in 0000"),
        ({"persons": -1.0}, "negative values in persons"),
        ({"age": None}, "Missing or negative values in age"),
    ],
)
def test_cells_that_cannot_be_weighed_are_refused(
    cells: pd.DataFrame, answers: pd.DataFrame, change: dict[str, object], said: str
) -> None:
    fit = fit_multilevel(answers, "lacks", random=["canton", "age"], draws=10)
    with pytest.raises(MethodError, match=said):
        poststratify(fit, cells.assign(**change), by="commune")
    with pytest.raises(MethodError, match="no column age"):
        poststratify(fit, cells.drop(columns="age"), by="commune")


def test_crosses_join_names() -> None:
    frame = pd.DataFrame({"a": ["x"], "b": [1], "c": ["z"]})
    assert with_crosses(frame, ["a", "a:b:c"])["a:b:c"].tolist() == ["x:1:z"]
