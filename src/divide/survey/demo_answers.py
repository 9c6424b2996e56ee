"""What every institution of the demonstration would answer: drawn from a known truth."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas import DataFrame

from divide import paths
from divide.survey.choices import joined
from divide.survey.demo_frame import parameters
from divide.survey.questionnaire import instrument

Array = NDArray[np.float64]
Rng = np.random.Generator
_MIDDLE: Final = 50.0  # clients at which the effect of size is nought
_BANDS: Final = (0.25, 0.5, 0.75)


def share_truth(frame: DataFrame, counts: DataFrame, rng: Rng) -> DataFrame:
    """
    Draw, for every institution and share of the questionnaire, how many people it concerns.

    Parameters
    ----------
    counts
        `n_ben` and `n_pro` of each institution of the frame.

    Returns
    -------
    DataFrame
        One row an institution and question: `base` persons, `count` of them, and
        `probability`, the expected share. Counts are beta-binomial.
    """
    known = parameters()
    linear = _effects(frame, known["region_effect"], known["size_effect"])
    parts = []
    for name, told in known["shares"].items():
        typical = _by_type(frame, known, told["by_type"])
        mean = 1 / (1 + np.exp(-(np.log(typical / (1 - typical)) + linear)))
        base = counts[told["base"]].to_numpy(dtype=np.int64)
        spread = 1 / known["correlation"] - 1
        share = rng.beta(mean * spread, (1 - mean) * spread)
        parts.append(
            DataFrame(
                {
                    "institution": frame["institution"],
                    "question": name,
                    "base": base,
                    "count": rng.binomial(base, share),
                    "probability": mean,
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


def draw_counts(frame: DataFrame, rng: Rng) -> DataFrame:
    """Draw the numbers of each institution: clients, staff, devices, ages, who was not asked."""
    known = parameters()
    clients = frame["clients"].to_numpy(dtype=np.int64)
    size = clients.astype(float)
    staff = rng.poisson(size * _by_type(frame, known, known["professionals"])) + 1
    old = rng.binomial(clients, _by_type(frame, known, [0.96, 0.12, 0.08, 0.03]))
    young = rng.binomial(clients - old, _by_type(frame, known, [0.0, 0.08, 0.01, 0.5]))
    return DataFrame(
        {
            "n_ben": clients,
            "n_age_u18": young,
            "n_age_a18": clients - old - young,
            "n_age_o65": old,
            "n_pro": staff,
            "i_hw_dev": rng.poisson(size * _by_type(frame, known, known["devices"])),
            "q_unask": rng.binomial(clients, _by_type(frame, known, known["unasked"])),
        },
        index=frame.index,
    )


def draw_answers(frame: DataFrame, counts: DataFrame, truth: DataFrame, rng: Rng) -> DataFrame:
    """Draw every answer of every institution, before anything is left out: codes and digits."""
    known, made = parameters(), instrument()
    theta = rng.normal(size=len(frame)) + _by_type(frame, known, known["maturity"])
    drawn: dict[str, Any] = {str(name): counts[name].astype("str") for name in counts}
    for name, rows in truth.groupby("question", sort=False):
        drawn[str(name)] = bands(rows["count"].to_numpy(), rows["base"].to_numpy())
    for name, loading in known["scales"].items():
        codes = [choice.code for choice in made.choices(name)][:5]
        drawn[name] = _scale(theta, loading, known["cuts"], codes, rng)
    kinds = frame["type"].map({one: at for at, one in enumerate(known["types"])}).to_numpy()
    for name, options in known["choices"].items():
        drawn[name] = _one(options, kinds, rng)
    for name, options in known["several"].items():
        drawn[name] = _several(name, options, kinds, rng)
    drawn["id_inst"] = frame["institution"]
    capitals = pd.read_csv(paths.FACTS / "capitals.csv", dtype="str").set_index("canton")
    drawn["npa"] = frame["canton"].map(capitals["postcode"])
    drawn["locality"] = frame["canton"].map(capitals["locality"])
    commune = frame["canton"].map(capitals["commune"]).str.lstrip("0")
    drawn["bfs_nr"] = commune.where(rng.random(len(frame)) < 0.3)
    answers = DataFrame(drawn, index=frame.index).reindex(columns=list(made.columns))
    return answers.astype(object).where(answers.notna(), None)


def bands(count: NDArray[np.int64], base: NDArray[np.int64]) -> NDArray[np.object_]:
    """
    Put shares into the questionnaire's bands; nobody only if it is nobody.

    Examples
    --------
    >>> list(bands(np.array([0, 1, 5, 20]), np.array([20, 20, 20, 20])))
    ['b0', 'b1', 'b2', 'b4']
    """
    share = count / np.maximum(base, 1)
    level = np.where(count == 0, 0, 1 + np.digitize(share, _BANDS))
    return np.array([f"b{one}" for one in range(5)], dtype=object)[level]


def response_probability(
    frame: DataFrame, *, score: Array | None = None, defect: float = 0.0
) -> Array:
    """
    Return each institution's probability of answering; they add up to the expected number.

    Parameters
    ----------
    score, defect
        A quantity of each institution that the frame does not tell, and its effect on the
        logit: with 0, non-response is at random given type, region and size.
    """
    known = parameters()
    told = known["response"]
    linear = _by_type(frame, known, told["type"]) + _effects(frame, told["region"], told["size"])
    if score is not None:
        linear = linear + defect * score
    constant = 0.0
    for _ in range(50):
        chance = 1 / (1 + np.exp(-(linear + constant)))
        constant += (known["replies"] - chance.sum()) / (chance * (1 - chance)).sum()
    return np.asarray(1 / (1 + np.exp(-(linear + constant))))


def _effects(frame: DataFrame, regions: Mapping[str, float], size: float) -> Array:
    region = frame["language_region"].map(regions).to_numpy(dtype=float)
    return np.asarray(region + size * np.log(frame["clients"].to_numpy(dtype=float) / _MIDDLE))


def _by_type(frame: DataFrame, known: Mapping[str, Any], values: Sequence[float]) -> Array:
    return frame["type"].map(dict(zip(known["types"], values, strict=True))).to_numpy(dtype=float)


def _scale(
    theta: Array, loading: float, cuts: Sequence[float], codes: Sequence[str], rng: Rng
) -> NDArray[np.object_]:
    latent = loading * theta + np.sqrt(1 - loading**2) * rng.normal(size=len(theta))
    level = np.searchsorted(np.quantile(latent, cuts), latent)
    return np.asarray(np.array(codes, dtype=object)[level])


def _one(
    options: Sequence[Mapping[str, float]], kinds: NDArray[np.int64], rng: Rng
) -> NDArray[np.object_]:
    chosen = np.empty(len(kinds), dtype=object)
    for kind in np.unique(kinds):
        told = options[kind] if len(options) > 1 else options[0]
        rows = kinds == kind
        shares = np.array(list(told.values()))
        chosen[rows] = rng.choice(np.array(list(told), dtype=object), rows.sum(), p=shares)
    return chosen


def _several(
    name: str, options: Sequence[Mapping[str, float]], kinds: NDArray[np.int64], rng: Rng
) -> NDArray[np.object_]:
    """Choose each option by its own probability; none of them is `nix`, or `dk` without it."""
    row = instrument().columns[name]
    names = tuple(choice.code for choice in instrument().choices(name))
    chance = np.zeros((len(kinds), len(names)))
    for kind in np.unique(kinds):
        told = options[kind] if len(options) > 1 else options[0]
        chance[kinds == kind] = [told.get(code, 0.0) for code in names]
    drawn = rng.random(chance.shape) < chance
    if row.most:
        # The first ones in a random order: nobody may choose more.
        order = rng.random(drawn.shape) * drawn
        drawn &= order >= -np.sort(-order, axis=1)[:, [row.most - 1]]
    none = ~drawn.any(axis=1)
    drawn[none, names.index(row.exclusive[0])] = True
    return joined(drawn, names)
