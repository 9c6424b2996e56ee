"""From what people type to a commune: proofs, declared rules, and reasons why not."""

import pandas as pd
import pytest
from pandas import DataFrame

from divide.errors import MethodError
from divide.measure.directories import Directory, candidates_of, directory
from divide.measure.place_names import forms_of, is_short_for, read_address, words_of
from divide.measure.placing import EVIDENCE, place_typed

COMMUNES = DataFrame(
    [
        ("0261", "Zürich", "ZH"), ("0131", "Adliswil", "ZH"), ("0002", "Affoltern am Albis", "ZH"),
        ("0010", "Obfelden", "ZH"), ("0371", "Biel/Bienne", "BE"), ("0942", "Thun", "BE"),
        ("0768", "Spiez", "BE"), ("6217", "Saint-Maurice", "VS"), ("6213", "Evionnaz", "VS"),
        ("3427", "Wil (SG)", "SG"), ("3426", "Zuzwil (SG)", "SG"),
        ("6623", "Le Grand-Saconnex", "GE"), ("6621", "Genève", "GE"),
        ("6404", "Boudry", "NE"), ("6416", "Milvignes", "NE"), ("6417", "La Grande Béroche", "NE"),
    ],
    columns=["place", "name", "canton"],
)  # fmt: skip
# Cut from the shape of the official directory (swisstopo): some localities of these communes.
LOCALITIES = DataFrame(
    [
        ("8001", "Zürich", "0261"), ("8134", "Adliswil", "0131"), ("8134", "Adliswil", "0261"),
        ("8910", "Affoltern am Albis", "0002"), ("8910", "Affoltern am Albis", "0010"),
        ("8912", "Obfelden", "0010"), ("2502", "Biel/Bienne", "0371"), ("3600", "Thun", "0942"),
        ("3645", "Gwatt (Thun)", "0942"), ("3645", "Gwatt (Thun)", "0768"),
        ("1890", "St-Maurice", "6217"), ("1902", "Evionnaz", "6213"), ("9500", "Wil SG", "3427"),
        ("9500", "Wil SG", "3426"), ("9524", "Zuzwil SG", "3426"),
        ("1218", "Le Grand-Saconnex", "6623"), ("1218", "Le Grand-Saconnex", "6621"),
        ("1204", "Genève", "6621"), ("2013", "Colombier NE", "6404"),
        ("2013", "Colombier NE", "6416"), ("2017", "Boudry", "6404"), ("2022", "Bevaix", "6417"),
        ("9999", "Nowhere", "9999"),
    ],
    columns=["postcode", "locality", "place"],
)  # fmt: skip


@pytest.fixture(scope="module")
def known() -> Directory:
    cantons = COMMUNES.set_index("place")["canton"]
    rows = LOCALITIES.assign(canton=LOCALITIES["place"].map(cantons), address_share=float("nan"))
    names = DataFrame({"name": ["Genève", "Thun"], "other": ["Genf", "Thoune"]})
    return directory(rows, COMMUNES, names=names)


def one(known: Directory, address: str, canton: str | None = None, **more: str) -> pd.Series:
    postcode, locality = read_address(address)
    typed = {"postcode": postcode, "locality": locality, "canton": canton, **more}
    return place_typed(DataFrame([typed]), known).iloc[0]


@pytest.mark.parametrize(
    ("address", "canton", "place", "rule"),
    [
        ("8001 Zürich", None, "0261", "postcode"),
        ("CH-8001 Zurich", "ZH", "0261", "postcode"),
        ("1890 Saint-Maurice", "VS", "6217", "postcode"),
        ("2502 Bienne", "BE", "0371", "postcode"),
        ("8134 Adliswil", "ZH", "0131", "own_name"),
        ("9500 Wil", "SG", "3427", "own_name"),
        ("3645 Gwatt (Thun)", "BE", "0942", "in_brackets"),
        ("8910 Affoltern A.a.", "ZH", "0002", "short_form"),
        ("1218 Grand-Saconnex", "GE", "6623", "own_name"),
        ("3601 Thun", "BE", "0942", "post_box"),
        ("3601 Thoune", "BE", "0942", "post_box"),
        ("St-Maurice", None, "6217", "name"),
        ("Saint-Maurice", None, "6217", "name"),
        ("Biel/Bienne", None, "0371", "name"),
        ("Bienne", None, "0371", "name"),
        ("Genf", None, "6621", "name"),
        ("Wil SG", None, "3427", "own_name"),
        ("Zurich", None, "0261", "name"),
        ("Bevaix", None, "6417", "name"),
    ],
)
def test_what_people_type_is_placed_by_a_named_rule(
    known: Directory, address: str, canton: str | None, place: str, rule: str
) -> None:
    found = one(known, address, canton)
    assert (found["place"], found["rule"]) == (place, rule)
    assert found["evidence"] == EVIDENCE[rule] and pd.isna(found["reason"])


@pytest.mark.parametrize(
    ("address", "canton", "reason", "candidates"),
    [
        ("2013 Colombier", "NE", "several", "6404;6416"),
        ("8134", None, "several", "0131;0261"),
        ("8001 Zürich", "VD", "other_canton", "0261"),
        ("2502 Spiez", "BE", "names_disagree", "0371"),
        ("5000 Thun", "BE", "unknown_postcode", None),  # boxes of Thun begin with 36
        ("9999 Nowhere", None, "unknown_postcode", None),  # its commune is not on the list
        ("Atlantis", None, "unknown_name", None),
        ("", None, "nothing_typed", None),
        ("Zürich", "XX", "unknown_canton", None),
    ],
)
def test_what_cannot_be_told_says_why(
    known: Directory, address: str, canton: str | None, reason: str, candidates: str | None
) -> None:
    found = one(known, address, canton)
    assert pd.isna(found["place"]) and found["reason"] == reason
    assert (None if pd.isna(found["candidates"]) else found["candidates"]) == candidates


def test_numbers_with_and_without_zeros(known: Directory) -> None:
    typed = DataFrame({"number": ["261", "0261", "700", "26a"], "canton": ["ZH", None, None, None]})
    found = place_typed(typed, known)
    assert found["place"].tolist()[:2] == ["0261", "0261"]
    assert found["reason"].tolist()[2:] == ["not_on_list", "no_number"]
    assert place_typed(DataFrame({"number": ["261"], "canton": ["BE"]}), known)[
        "reason"
    ].tolist() == ["other_canton"]


def test_a_misspelt_name_is_suggested_never_placed(known: Directory) -> None:
    found = one(known, "Adliswill")
    assert pd.isna(found["place"]) and found["reason"] == "unknown_name"
    assert found["suggestions"] == "0131"


def test_candidates_have_their_shares_where_the_edition_tells() -> None:
    rows = LOCALITIES[LOCALITIES["postcode"] == "8134"].assign(
        canton="ZH", address_share=[0.9994, 0.0006]
    )
    found = candidates_of("8134", directory(rows, COMMUNES))
    assert found[["place", "address_share"]].to_numpy().tolist() == [
        ["0131", 0.9994],
        ["0261", 0.0006],
    ]


def test_rows_keep_their_index(known: Directory) -> None:
    typed = DataFrame({"postcode": ["8001", None]}, index=["a", "b"])
    assert place_typed(typed, known).index.tolist() == ["a", "b"]
    with pytest.raises(MethodError, match="number, postcode, locality"):
        place_typed(DataFrame({"street": ["x"]}), known)


def test_names_have_one_form() -> None:
    assert words_of("ST. GALLEN") == words_of("Sankt Gallen") == ("st", "gallen")
    assert words_of("Ge\u0301ne\u0300ve") == words_of("Genève")
    assert ("glion",) in forms_of("Ilanz/Glion")
    assert is_short_for(words_of("Büren a.A."), words_of("Büren an der Aare"))
    assert not is_short_for(words_of("Wil"), words_of("Wilen"))
