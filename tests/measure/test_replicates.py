"""Replicates: jackknife as R's, bootstrap as the linearised error, raked anew each time."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from divide.errors import MethodError
from divide.measure.designs import Design, survey_design
from divide.measure.distances import calibrate
from divide.measure.estimates import estimate_means
from divide.measure.replicates import bootstrap_means, bootstrap_weights, jackknife_means
from divide.measure.weights import rake


def rows() -> pd.DataFrame:
    rng = np.random.default_rng(11)
    n = 300
    frame = pd.DataFrame(
        {
            "type": pd.Categorical(rng.choice(["a", "b", "c"], n)),
            "region": pd.Categorical(rng.choice(["de", "fr"], n)),
            "y": rng.normal(10, 3, n),
        }
    )
    held = frame.groupby("type", observed=True)["y"].transform("size")
    return frame.assign(
        weight=2.5, population=held * 2.5, y=frame["y"] + 2 * (frame["region"] == "fr")
    )


def design_of(frame: pd.DataFrame) -> Design:
    return survey_design(frame, stratum="type", population="population")


def raked() -> tuple[pd.DataFrame, Design]:
    frame = rows()
    margins = {
        "type": pd.Series({"a": 300.0, "b": 250.0, "c": 200.0}),
        "region": pd.Series({"de": 400.0, "fr": 350.0}),
    }
    return frame, rake(design_of(frame), frame, margins)


def test_the_jackknife_keeps_the_frames_size(oracles: Path) -> None:
    # R survey 4.1: as.svrepdesign of both designs. svy's jackknife forgets the fpc.
    clus1 = pd.read_csv(oracles / "apiclus1.csv")
    design = survey_design(clus1, weight="pw", cluster="dnum", population="fpc", invited="sample")
    assert jackknife_means(design, clus1["api00"])["se"].iloc[0] == pytest.approx(
        26.32936, rel=1e-6
    )
    margins = {
        "stype": pd.Series({"E": 4421.0, "H": 755.0, "M": 1018.0}),
        "sch.wide": pd.Series({"No": 1072.0, "Yes": 5122.0}),
    }
    # rake of the replicate design, run until it stands: 26.87398.
    found = jackknife_means(rake(design, clus1, margins), clus1["api00"])
    assert found[["value", "se"]].to_numpy()[0] == pytest.approx((641.2303, 26.87398), rel=1e-6)


def test_a_jackknife_by_hand() -> None:
    # Means without one of 1, 2, 6: 4, 3.5, 1.5, mean 3; (1 − 3/6)·2/3·(1 + .25 + 2.25).
    frame = pd.DataFrame({"weight": [2.0] * 3, "population": [6] * 3})
    design = survey_design(frame, population="population")
    found = jackknife_means(design, [1, 2, 6])
    assert found["se"].iloc[0] == pytest.approx(np.sqrt(0.5 * 2 / 3 * 3.5))


def test_the_bootstrap_finds_the_linearised_error() -> None:
    frame = rows()
    for design in (design_of(frame), raked()[1]):
        told = estimate_means(design, frame["y"], domains=frame["region"])
        drawn = bootstrap_means(design, frame["y"], domains=frame["region"], replicates=3000)
        assert drawn["value"].tolist() == pytest.approx(told["value"].tolist())
        # 3,000 replicates know a standard error to 1.3 %.
        assert drawn["se"].tolist() == pytest.approx(told["se"].tolist(), rel=0.06)


def test_raking_again_is_what_shrinks_the_error() -> None:
    """Whoever keeps the factors of the sample in each replicate misses what margins tell."""
    frame, design = raked()
    told = bootstrap_means(design, frame["y"], replicates=500)["se"].iloc[0]
    kept = survey_design(frame.assign(weight=design.weights), stratum="type")
    assert told < 0.9 * bootstrap_means(kept, frame["y"], replicates=500)["se"].iloc[0]


def test_every_replicate_meets_the_margins() -> None:
    frame, design = raked()
    weights = bootstrap_weights(design, replicates=60, seed=3)
    for row in weights[::7]:
        met = pd.Series(row).groupby(frame["region"], observed=True).sum()
        assert met.to_dict() == pytest.approx({"de": 400, "fr": 350})
    totals = {"y": 8000.0, "type": pd.Series({"a": 300.0, "b": 250.0, "c": 200.0})}
    greg = calibrate(design_of(frame), frame, totals)
    for row in bootstrap_weights(greg, replicates=5):
        assert row @ frame["y"] == pytest.approx(8000)
    # A mean that calibration fixes has no error left.
    assert bootstrap_means(greg, frame["y"], replicates=20)["se"].iloc[0] < 1e-8


def test_a_whole_frame_does_not_vary() -> None:
    frame = rows().assign(weight=1.0)
    frame["population"] = frame["population"] / 2.5
    found = bootstrap_means(design_of(frame), frame["y"], replicates=20)
    assert found["se"].iloc[0] == pytest.approx(0, abs=1e-12)


def test_clusters_are_drawn_whole() -> None:
    frame = rows().assign(owner=np.arange(300) // 3)
    design = survey_design(frame, cluster="owner")
    weights = bootstrap_weights(design, replicates=4)
    of_owners = weights.reshape(4, 100, 3)
    assert (of_owners == of_owners[:, :, :1]).all()


def test_the_same_seed_gives_the_same_figures() -> None:
    frame, design = raked()
    first, again, other = (
        bootstrap_means(design, frame["y"], replicates=60, seed=seed)["se"].iloc[0]
        for seed in (1, 1, 2)
    )
    assert first == again != other


def test_one_replicate_has_no_spread() -> None:
    with pytest.raises(MethodError, match="no spread"):
        bootstrap_means(design_of(rows()), rows()["y"], replicates=1)
