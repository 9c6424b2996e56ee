"""What each institution adds to each figure: the answers that the gate judges."""

import pandas as pd
import pytest

from divide.measure.contributions import contributions, responses, spreads
from divide.measure.survey_indicators import survey_indicators

PLACED = {"canton": "VD", "language_region": "fr", "type": "addiction"}


def answers() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "institution": ["a", "b", "c"],
            **PLACED,
            "weight": [2.0, 1.5, 1.0],
            "n_ben": [40.0, 10.0, 8.0],
            "n_pro": [20.0, 4.0, None],
            "b_eq_phone": ["b1", "b4", None],
            "p_eq_priv": ["b0", "b2", "b4"],
            "q_unask": [4.0, 0.0, None],
            "i_co_wifi": ["w0", "w2", None],
        }
    )


def told(rows: pd.DataFrame, name: str) -> list[list[float]]:
    columns = ["value", "base", "weight", "persons"]
    return rows.loc[rows["indicator"] == name, columns].to_numpy().tolist()


def test_each_kind_adds_what_its_share_is_made_of() -> None:
    wanted = ("no_own_smartphone", "private_devices", "unheard", "no_wifi")
    rows = contributions(answers(), {name: survey_indicators()[name] for name in wanted}, year=2026)
    # Under a quarter have one: at the middle, an eighth, so seven eighths of 40 have none.
    phone = [[35, 40, 1, 40], [1.25, 10, 1, 10]]
    assert told(rows, "no_own_smartphone_people") == phone
    # Of professionals, whose number the third does not tell.
    devices = [[0, 20, 1, 20], [1.5, 4, 1, 4]]
    assert told(rows, "private_devices_professionals") == devices
    assert told(rows, "unheard_people") == [[4, 40, 2, 40], [0, 10, 1.5, 10]]
    assert told(rows, "no_wifi_institutions") == [[1, 1, 2, 40], [0, 1, 1.5, 10]]
    assert told(rows, "no_wifi_people") == [[40, 40, 2, 40], [0, 10, 1.5, 10]]
    assert set(rows["year"]) == {2026}


def test_a_spread_is_a_mean_of_squares_for_the_country_alone() -> None:
    rows = spreads(answers(), {"no_own_smartphone": survey_indicators()["no_own_smartphone"]})
    # Rates 7/8 and 1/8, mean 36.25/50 = .725; within a band of a quarter (1/4)²/12 more.
    squares = [40 * (0.15**2 + 1 / 192), 10 * (0.6**2 + 1 / 192)]
    assert rows["value"].tolist() == pytest.approx(squares)
    assert rows[["canton", "language_region", "type"]].drop_duplicates().to_numpy().tolist() == [
        ["CH", "CH", "total"]
    ]


def test_everyone_invited_stands_behind_the_response() -> None:
    frame = pd.DataFrame({"institution": ["a", "b", "x"], "clients": [40, 10, 50], **PLACED})
    rows = responses(frame, pd.Series(["a", "b"]))
    assert told(rows, "response_rate") == [[1, 1, 1, 40], [1, 1, 1, 10], [0, 1, 1, 50]]
    assert told(rows, "client_coverage") == [[40, 40, 1, 40], [10, 10, 1, 10], [0, 50, 1, 50]]
