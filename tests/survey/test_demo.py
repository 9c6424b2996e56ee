"""The demonstration: real counts, a known truth, all traps of practice, loudly synthetic."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from divide import paths, terms
from divide.survey import demo
from divide.survey.answers import read_answers
from divide.survey.demo_files import PREFIX, write_demo
from divide.survey.demo_frame import COLUMNS, make_frame, parameters, share_out
from divide.survey.findings import stops
from divide.survey.states import BLANK, DONT_KNOW, NOT_SHOWN
from divide.survey.tabulation import to_table
from divide.tidy.homes import list_nursing_homes
from divide.tidy.localities import tidy_localities

SAME = ["institution", "wave", "question", "answer", "state", "completed"]


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    return demo.frame()


def test_the_frame_meets_the_published_counts(frame: pd.DataFrame) -> None:
    """SOMED 2019: 1,551 homes; BFS 2015: 527, 78 and 129 institutions with their clients."""
    assert tuple(frame.columns) == COLUMNS
    assert frame["type"].value_counts().to_dict() == {
        "nursing_home": 1551,
        "disability": 527,
        "psychosocial": 129,
        "addiction": 78,
    }
    assert len(frame) == 2285 and frame["invited"].all() and frame["institution"].is_unique
    clients = frame.groupby("type")["clients"].sum()
    assert clients[["disability", "addiction", "psychosocial"]].tolist() == [46720, 3989, 6710]
    assert set(frame["source"]) == {"demonstration_survey"}


def test_homes_and_their_places_are_those_of_each_canton(frame: pd.DataFrame) -> None:
    published = pd.read_csv(paths.baseline() / "nursing_homes.csv", dtype={"place": "str"})
    counts = published.pivot(index="place", columns="indicator", values="value")
    homes = frame[frame["type"] == "nursing_home"].groupby("canton")["places"].agg(["size", "sum"])
    for canton in terms.CANTONS:
        told = counts.loc[canton]
        assert homes.loc[canton].tolist() == [told["nursing_homes"], told["nursing_home_places"]]
    # 92,766 occupied places in the country; rounding home by home moves it by under 0.1 %.
    clients = frame.loc[frame["type"] == "nursing_home", "clients"].sum()
    assert clients == pytest.approx(92_765.65, rel=1e-3)


def test_language_regions_are_where_people_live(frame: pd.DataFrame) -> None:
    regions = frame.groupby("canton")["language_region"].unique().map(sorted)
    assert regions["TI"] == ["it"] and regions["ZH"] == ["de"] and regions["VD"] == ["fr"]
    assert regions["FR"] == regions["VS"] == ["de", "fr"]
    assert regions["GR"] == ["de", "it"]  # Romansh-speaking communes count as German


@pytest.mark.mirror
def test_sizes_of_homes_resemble_the_official_ones(frame: pd.DataFrame, mirror: Path) -> None:
    path = mirror / "bag_nursing_homes" / "2019" / "2019_Flat_File_de.xlsx"
    official = list_nursing_homes(path, edition="2019")["places"]
    own = frame.loc[frame["type"] == "nursing_home", "places"]
    bounds = [0, 20, 50, 100, np.inf]
    shares = [np.histogram(one, bounds)[0] / len(one) for one in (official, own)]
    assert np.abs(shares[0] - shares[1]).max() < 0.04


@pytest.mark.mirror
def test_capitals_lie_where_the_directory_says(mirror: Path) -> None:
    folder = mirror / "swisstopo_localities"
    path = next(one for one in sorted(folder.rglob("*.csv")))
    known = tidy_localities(path, edition="2024-03")
    told = pd.read_csv(paths.FACTS / "capitals.csv", dtype="str")
    assert told["canton"].tolist() == list(terms.CANTONS)
    keys = ["postcode", "locality", "canton", "commune"]
    met = told.merge(known.rename(columns={"place": "commune"}), on=keys, how="left")
    assert met["commune_name"].notna().all()


def test_about_nine_hundred_reply_unevenly() -> None:
    drawn = demo.survey()
    assert drawn.probability.sum() == pytest.approx(parameters()["replies"])
    assert 850 <= drawn.responded.sum() <= 950
    by_type = drawn.probability.groupby(drawn.frame["type"]).mean()
    by_region = drawn.probability.groupby(drawn.frame["language_region"]).mean()
    by_size = drawn.probability.groupby(drawn.frame["size_class"]).mean()
    assert by_type["disability"] > by_type["psychosocial"] + 0.05
    assert by_region["de"] > by_region["it"] + 0.05
    assert by_size["very_large"] > by_size["small"] + 0.05


def test_the_truth_is_the_declared_one() -> None:
    """At 50 clients in German-speaking Switzerland the declared probability is the expectation."""
    drawn = demo.survey()
    told = drawn.truth.merge(drawn.frame, on="institution", validate="m:1")
    here = told[(told["question"] == "b_eq_phone") & (told["language_region"] == "de")]
    for kind, declared in zip(parameters()["types"], (0.25, 0.55, 0.75, 0.70), strict=True):
        rows = here[here["type"] == kind]
        middle = rows.iloc[(rows["clients"] - 50).abs().argmin()]
        assert middle["probability"] == pytest.approx(declared, abs=0.01)
    # Beta-binomial counts: the pooled share is near its expectation, 1,147 homes of about 60.
    homes = here[here["type"] == "nursing_home"]
    pooled = homes["count"].sum() / homes["base"].sum()
    assert pooled == pytest.approx(
        np.average(homes["probability"], weights=homes["base"]), abs=0.015
    )


def test_bands_follow_from_the_truth() -> None:
    drawn = demo.survey()
    phones = drawn.truth[drawn.truth["question"] == "b_eq_phone"].reset_index(drop=True)
    bands = drawn.everything["b_eq_phone"].reset_index(drop=True)
    share = phones["count"] / phones["base"]
    assert ((bands == "b0") == (phones["count"] == 0)).all()
    assert share[bands == "b1"].between(0, 0.25, inclusive="neither").all()
    assert (share[bands == "b4"] >= 0.75).all()


def test_the_same_seed_gives_the_same_survey() -> None:
    pd.testing.assert_frame_equal(make_frame(), make_frame())
    assert not make_frame(1)["clients"].equals(make_frame(2)["clients"])
    assert demo.answers(7).equals(demo.answers(7))


def test_a_data_defect_can_be_put_in() -> None:
    """With a defect, those who answer have more smartphones than those who do not."""

    def gap(defect: float) -> float:
        drawn = demo.survey(None, defect)
        phones = drawn.truth[drawn.truth["question"] == "b_eq_phone"]
        apart = (phones["count"] / phones["base"] - phones["probability"]).to_numpy()
        answering = drawn.responded.to_numpy(dtype=bool)
        return float(apart[answering].mean() - apart[~answering].mean())

    assert abs(gap(0.0)) < 0.02 < 0.05 < gap(1.0)


def test_answers_hold_every_kind_of_missing_and_four_languages() -> None:
    drawn = demo.survey()
    seen = set(drawn.batch.states.to_numpy().ravel())
    assert {BLANK, DONT_KNOW, NOT_SHOWN} <= seen
    assert set(drawn.batch.replies["language"]) == set(terms.LANGUAGES)
    assert not drawn.batch.replies["completed"].all()


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return write_demo(tmp_path_factory.mktemp("demo"))


def test_every_file_is_called_synthetic(written: list[Path]) -> None:
    assert len(written) == 11
    assert all(path.name.startswith(PREFIX) for path in written)
    readme = written[-1].read_text(encoding="utf-8")
    for word in ("synthétiques", "synthetische", "sintetici", "synthetic"):
        assert word in readme
    assert all(path.name in readme for path in written[:-1])


@pytest.mark.parametrize(
    "name",
    [
        "limesurvey_short.csv",
        "limesurvey_long_fr.csv",
        "limesurvey_cut_it.csv",
        "kobo.csv",
        "kobo.xlsx",
        "odk.csv",
        "workbook_de.xlsx",
        "forms_en.xlsx",
    ],
)
def test_every_format_is_taken_in_as_the_table_that_was_drawn(
    written: list[Path], name: str
) -> None:
    path = next(one for one in written if one.name == PREFIX + name)
    read = read_answers(path)
    assert stops(read.findings).empty
    expected = demo.answers()
    if not name.startswith("limesurvey"):
        expected = expected[expected["completed"]].reset_index(drop=True)
    pd.testing.assert_frame_equal(to_table(read)[SAME], expected[SAME])


def test_the_traps_of_practice_are_inside(written: list[Path]) -> None:
    path = next(one for one in written if one.name == PREFIX + "limesurvey_short.csv")
    codes = set(read_answers(path).findings["code"])
    # Odd postcodes, numbers and codes; twice; unfinished; ages that do not add up; blanks.
    assert {"SV014", "SV022", "SV032", "SV034", "SV038", "SV035", "SV026"} <= codes


def test_shares_are_given_out_to_the_unit() -> None:
    assert share_out(7, np.array([1.0, 2.0, 4.0])).tolist() == [1, 2, 4]
    assert share_out(1, np.array([1.0, 1.0])).sum() == 1
