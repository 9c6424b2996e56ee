"""The law of METHOD 2: deleting data may only move a pair towards "measure" or "cannot tell".

A table enters with what makes it, what it is made from, and the words that say "not known"; then
data are deleted at random, and no word may appear that was not said before and says more. A
refusal to make the table says nothing, which is allowed.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import pytest

from divide import catalog, tables
from divide.build.settings import lacking, setting, thresholds
from divide.errors import MethodError
from divide.measure import exclusion, layers, minorities, place_pairs
from divide.measure.ladders import STATISTICAL

Frames = dict[str, pd.DataFrame]
LACKING = {
    "no_internet_use_3m": "internet_use_3m",
    "no_laptop": "device_laptop",
    "no_advanced_digital_skills": "advanced_digital_skills",
}
CHOSEN = replace(setting(), draws=60)
TRIALS = 9
SHARES = (0.02, 0.1, 0.4)  # of the rows that lose their figures


@dataclass(frozen=True)
class Law:
    """
    A table that deleting data must not make surer.

    Attributes
    ----------
    make
        Input frames → the table.
    read
        Input tables, by name; of these rows lose their figures.
    figures
        By input, the columns that are deleted together.
    key
        What identifies a row of the table.
    unknown
        By column of states, the words that may replace any other.
    narrowing
        Pairs of columns that are a lower and an upper end, which may only move apart.
    kept
        By input, rows that stay, because without them the table is refused every time.
    """

    make: Callable[[Frames], pd.DataFrame]
    read: tuple[str, ...]
    figures: Mapping[str, tuple[str, ...]]
    key: tuple[str, ...]
    unknown: Mapping[str, frozenset[str]]
    narrowing: tuple[tuple[str, str], ...] = ()
    kept: Callable[[str, pd.DataFrame], pd.Series] | None = None


def risk(frames: Frames) -> pd.DataFrame:
    return exclusion.exclusion_risk(frames["internet_use"], frames["composition"], LACKING, CHOSEN)


def pairs(frames: Frames) -> pd.DataFrame:
    """Conclude from pairs what holds under every declared τ, as METHOD 2 does from risks."""
    few = {"no_laptop": LACKING["no_laptop"]}
    chosen = replace(CHOSEN, groups=("education:low",), taus=CHOSEN.taus[:2])
    found, _ = place_pairs.pairs_and_ranks(
        frames["internet_use"], frames["composition"], few, chosen
    )
    key = ["indicator", "group", "place", "other"]
    said = {
        one: found.pivot(index=key, columns="tau", values=one) for one in ("state", "state_alone")
    }
    return pd.DataFrame(
        {
            name: np.where(wide.iloc[:, 0] == wide.iloc[:, 1], wide.iloc[:, 0], "cannot_tell")
            for name, wide in said.items()
        },
        index=said["state"].index,
    ).reset_index()


def any_layer(frames: Frames) -> pd.DataFrame:
    return layers.lacking_any(frames["exclusion_risk"], LACKING)


def classes(frames: Frames) -> pd.DataFrame:
    """Put both axes together; a rung without a figure is anything from none to all."""
    seen = frames["visibility"]
    hidden = seen["status"].eq("missing") & seen["low"].isna() & seen["rung"].eq(STATISTICAL)
    bounds = {"low": seen["low"].mask(hidden, 0.0), "high": seen["high"].mask(hidden, 1.0)}
    return minorities.minorities(
        frames["risks"],
        seen.assign(**bounds),
        catalog.facts("groups"),
        {name: str(catalog.indicator(name).layer) for name in list(lacking())[:2]},
        thresholds(),
    )


def base_of_the_fit(name: str, frame: pd.DataFrame) -> pd.Series:
    """Keep totals, and the figures that the survey's population is rebuilt from."""
    if name != "internet_use":
        return pd.Series(True, frame.index)
    kept = (frame["group"] == "total") | (frame["indicator"] == "internet_use_3m")
    return kept | (frame["year"] != CHOSEN.year) | ~frame["indicator"].isin(LACKING.values())


SURVEY = {
    "read": ("internet_use", "composition"),
    "figures": {"internet_use": ("value", "se", "low", "high", "count", "count_se")},
    "kept": base_of_the_fit,
}
STATE = {"state": frozenset({"cannot_tell"})}
LAWS = {
    "risk": Law(risk, key=("indicator", "group", "place", "tau"), unknown=STATE, **SURVEY),
    "pairs": Law(
        pairs,
        key=("indicator", "group", "place", "other"),
        unknown={**STATE, "state_alone": STATE["state"]},
        **SURVEY,
    ),
    "classes": Law(
        classes,
        read=("risks", "visibility"),
        figures={
            "risks": ("value", "se", "low", "high", "gap", "gap_se", "probability"),
            "visibility": ("value", "low", "high"),
        },
        key=("layer_indicator", "group", "place"),
        unknown={
            "risk_state": STATE["state"],
            "visibility_state": frozenset({"unknown"}),
            # METHOD 2: towards "measure", never towards invisible, at risk or safe.
            "finding": frozenset(
                {
                    "measure_risk",
                    "measure_first",
                    "nobody_sees",
                    "measure_visibility",
                    "act_and_measure",
                }
            ),
        },
        narrowing=(("low", "high"),),
    ),
    "any layer": Law(
        any_layer,
        read=("exclusion_risk",),
        figures={"exclusion_risk": ("value", "low", "high")},
        key=("group", "place", "tau"),
        unknown={},
        narrowing=(("low", "high"), ("least", "most")),
    ),
}


def delete(law: Law, frames: Frames, rng: np.random.Generator, share: float) -> Frames:
    """Take their figures from a share of the rows of the inputs."""
    poorer = dict(frames)
    for name, columns in law.figures.items():
        frame = frames[name]
        gone = pd.Series(rng.random(len(frame)) < share, frame.index)
        if law.kept is not None:
            gone &= ~law.kept(name, frame)
        status = frame["status"].mask(gone, "missing")
        figures = {one: frame[one].mask(gone) for one in columns if one in frame}
        poorer[name] = frame.assign(status=status, **figures)
    return poorer


def surer(law: Law, before: pd.DataFrame, after: pd.DataFrame) -> list[str]:
    """Say which rows tell more than they did, if any."""
    was, now = (one.set_index(list(law.key)) for one in (before, after))
    now = now.reindex(was.index)
    faults = []
    for column, words in law.unknown.items():
        said = now[column].notna() & (now[column] != was[column]) & ~now[column].isin(words)
        faults += [
            f"{key}: {column} {was[column][key]} to {now[column][key]}" for key in now[said].index
        ]
    for low, high in law.narrowing:
        slack = 1e-12
        closer = (now[low] > was[low] + slack) | (now[high] < was[high] - slack)
        faults += [f"{key}: {low} to {high} is narrower" for key in now[closer].index]
    return faults


@pytest.fixture(scope="module")
def default_frames(built_default: object) -> Frames:
    """Read what any law is made from, of the embedded default, once."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DIVIDE_HOME", str(built_default))
        frames = {name: tables.read(name) for name in ("internet_use", "composition", "visibility")}
        frames["risks"] = tables.read("exclusion_risk")
    few = {"place": ("CH", "UR", "VD", "ZH"), "indicator": list(lacking())[:2]}
    frames["risks"] = frames["risks"][
        frames["risks"]["place"].isin(few["place"])
        & frames["risks"]["indicator"].isin(few["indicator"])
    ]
    frames["visibility"] = frames["visibility"][frames["visibility"]["place"].isin(few["place"])]
    # Provenance is of no use here, and pandas copies it with every selection.
    frames = {name: pd.DataFrame(frame.to_dict("series")) for name, frame in frames.items()}
    return frames | {"exclusion_risk": risk(frames)}


@pytest.mark.parametrize("name", LAWS)
def test_deleting_data_never_makes_a_class_surer(name: str, default_frames: Frames) -> None:
    law = LAWS[name]
    frames = {one: default_frames[one] for one in law.read}
    before, made = law.make(frames), 0
    for trial in range(TRIALS):
        rng = np.random.default_rng([trial, len(name)])
        poorer = delete(law, frames, rng, SHARES[trial % len(SHARES)])
        try:
            after = law.make(poorer)
        except MethodError:
            continue
        made += 1
        assert surer(law, before, after) == []
    assert made >= TRIALS / 2  # a law that is only ever refused has not been tried


def test_a_model_without_a_category_tells_nothing(default_frames: Frames) -> None:
    """Without education places differ by age and sex alone: by less, and too surely."""
    use = default_frames["internet_use"]
    gone = use["group"].str.contains("education") & (use["indicator"] == "device_laptop")
    hidden = {one: use[one].mask(gone) for one in ("value", "se")}
    poorer = risk(default_frames | {"internet_use": use.assign(**hidden)})
    mute = poorer[poorer["indicator"] == "no_laptop"]
    assert set(mute["state"]) == {"cannot_tell"}
    assert mute["probability"].isna().all()
    assert set(poorer[poorer["indicator"] == "no_internet_use_3m"]["state"]) > {"cannot_tell"}


def test_the_law_finds_what_breaks_it() -> None:
    law = Law(
        any_layer, (), {}, ("place",), {"state": frozenset({"cannot_tell"})}, (("low", "high"),)
    )
    told = {"state": ["higher", "cannot_tell", "higher"], "low": 0.2, "high": 0.4}
    before = pd.DataFrame({"place": ["A", "B", "C"], **told})
    assert surer(law, before, before) == []
    assert surer(law, before, before.iloc[:1]) == []  # rows may vanish
    less = before.assign(state="cannot_tell", low=0.1)
    assert surer(law, before, less) == []
    more = before.assign(state=["lower", "higher", "higher"], high=[0.4, 0.4, 0.3])
    assert surer(law, before, more) == [
        "A: state higher to lower",
        "B: state cannot_tell to higher",
        "C: low to high is narrower",
    ]
