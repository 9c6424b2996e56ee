"""Social assistance: two kinds of N/A, estimates, and shares from 0 to 1."""

import pytest

from divide import terms
from divide.errors import SourceChangedError, SourceError
from divide.tidy import beneficiaries
from divide.tidy.places import tidy_places

TITLES = ["Swiss Stats Map Explorer; ; ; ", "Référentiel géographique : Communes 01.01.2024; ; ; "]
HEADS = ";".join(
    [
        "Code",
        "Libellé",
        "Nombre de bénéficiaires de l'aide sociale 2022",
        "Nombre de bénéficiaires de l'aide sociale 2022 - estimation (*=oui)",
        "Taux d'aide sociale 2022",
        "Taux d'aide sociale 2022 - estimation (*=oui)",
    ]
)
SECRET = "N/A - secret statistique"
# Aeugst am Albis and Walliswil bei Niederbipp as published; the signs of the others are made up.
COMMUNES = [
    "1;Aeugst am Albis;17;;0.9;",
    "2;Affoltern am Albis;307;*;2.5;*",
    f"3;Bonstetten;{SECRET};;{SECRET};",
    "990;Walliswil bei Niederbipp;N/A;;N/A;",
]


def export(tmp_path, lines, heads=HEADS):
    path = tmp_path / "communes.csv"
    path.write_text("\n".join([*TITLES, heads, *lines]), encoding="utf-8")
    return path


def test_two_kinds_of_not_available_stay_apart(tmp_path):
    frame = beneficiaries.tidy_social_assistance_communes(
        export(tmp_path, COMMUNES), edition="2022"
    )
    persons = frame[frame["indicator"] == beneficiaries.RECIPIENTS].set_index("place")
    assert persons["status"].to_dict() == {
        "0001": "observed",
        "0002": "modelled",  # the publisher marks an estimate by *
        "0003": "suppressed",
        "0990": "missing",
    }
    assert persons["value"].isna().tolist() == [False, False, True, True]
    share = frame[frame["indicator"] == beneficiaries.SHARE].set_index("place")
    assert share.loc["0001", "value"] == 0.009  # 0.9 %
    assert share.loc["0001", "cell"] == "line 4"
    assert set(frame["register_date"]) == {"2024-01-01"}
    assert set(frame["year"]) == {2022}


@pytest.mark.parametrize("line", ["1;Aeugst am Albis;X;;0.9;", "1;Aeugst am Albis;17;?;0.9;"])
def test_signs_of_unknown_meaning_are_refused(tmp_path, line):
    with pytest.raises(SourceChangedError, match="unknown meaning for social_assistance"):
        beneficiaries.tidy_social_assistance_communes(export(tmp_path, [line]), edition="2022")


def test_a_commune_twice_is_refused(tmp_path):
    path = export(tmp_path, [COMMUNES[0], COMMUNES[0]])
    with pytest.raises(SourceError, match="gives figures twice"):
        beneficiaries.tidy_social_assistance_communes(path, edition="2022")


def test_another_year_is_refused(tmp_path):
    with pytest.raises(SourceChangedError, match="lacks the columns"):
        beneficiaries.tidy_social_assistance_communes(export(tmp_path, COMMUNES), edition="2023")


def test_a_missing_export_is_named(tmp_path):
    with pytest.raises(SourceError, match=r"gone\.csv is missing"):
        beneficiaries.tidy_social_assistance_communes(tmp_path / "gone.csv", edition="2022")


def key_figures(tmp_path, figures):
    """Write figures of the rate, (place, % or empty, status), beside another indicator."""
    lines = ["PERIOD_REF,PERIOD_COMP,REGION,INDICATORS,UNIT_MES,VALUE,STATUS,STATUS_1"]
    lines += ["2019,,CH,Ind_01_01,UM_1,8606.033,A,"]
    lines += [f"2019,,{place},Ind_11_01,UM_2,{value},{status}," for place, value, status in figures]
    path = tmp_path / "cantons.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_shares_of_cantons_keep_every_digit(tmp_path):
    # CH 3.176524575 % and VD 4.4938 % as published for 2019.
    figures = [("CH", 3.176524575, "A"), ("VD", 4.4938, "P"), ("AI", "", "Q")]
    others = [(c, 2.0, "A") for c in terms.CANTONS if c not in ("VD", "AI")]
    path = key_figures(tmp_path, [*figures, *others])
    frame = beneficiaries.tidy_social_assistance_cantons(path, edition="2021").set_index("place")
    assert frame.loc["CH", "value"] == 0.03176524575
    assert frame.loc["CH", "place_level"] == "country"
    assert frame.loc["VD", ["value", "status"]].tolist() == [0.044938, "provisional"]
    assert frame.loc["AI", "status"] == "suppressed"
    assert len(frame) == 27


def test_a_canton_without_a_rate_is_refused(tmp_path):
    figures = [(place, 2.0, "A") for place in ("CH", *terms.CANTONS[:-1])]
    with pytest.raises(SourceError, match="not given once"):
        beneficiaries.tidy_social_assistance_cantons(key_figures(tmp_path, figures), edition="2021")


@pytest.mark.parametrize("odd", [("VD", "...", "A"), ("VD", 4.5, "Q"), ("VD", 4.5, "Z")])
def test_a_value_that_its_status_denies_is_refused(tmp_path, odd):
    figures = [(place, 2.0, "A") for place in ("CH", *terms.CANTONS) if place != "VD"]
    path = key_figures(tmp_path, [*figures, odd])
    with pytest.raises(SourceChangedError, match="value and status disagree for VD"):
        beneficiaries.tidy_social_assistance_cantons(path, edition="2021")


def test_key_figures_without_a_column_are_refused(tmp_path):
    path = tmp_path / "cantons.csv"
    path.write_text("REGION,VALUE\nCH,3.2\n", encoding="utf-8")
    with pytest.raises(SourceChangedError, match="INDICATORS, PERIOD_REF"):
        beneficiaries.tidy_social_assistance_cantons(path, edition="2021")


@pytest.mark.mirror
def test_official_communes_are_those_of_the_register(mirror):
    path = mirror / "bfs_social_assistance" / "2022" / "social_assistance_2022.csv"
    frame = beneficiaries.tidy_social_assistance_communes(path, edition="2022")
    # Counted in the file: 1,639 numeric, 363 secret, 129 without value, none estimated.
    for _, part in frame.groupby("indicator"):
        counted = part["status"].value_counts().to_dict()
        assert counted == {"observed": 1639, "suppressed": 363, "missing": 129}
    register = mirror / "bfs_communes" / "2024-01-01" / "niveaux_geographiques_communes.xlsx"
    places = tidy_places(register, register_date="2024-01-01", edition="2024-01-01")
    communes = places.loc[places["place_level"] == "commune", "place"]
    assert set(frame["place"]) == set(communes)


@pytest.mark.mirror
def test_baseline_of_social_assistance_is_the_official_one(mirror, embedded, same):
    path = mirror / "bfs_canton_key_figures" / "2021" / "ts-x-21.03.02.csv"
    frame = beneficiaries.tidy_social_assistance_cantons(path, edition="2021")
    same(frame, embedded("social_assistance"), "social_assistance")
