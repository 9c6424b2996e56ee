"""The sentence of each class: what may be said of a group in a place, in four languages."""

from collections.abc import Mapping
from typing import Any, Final

from pandas import DataFrame

from divide import catalog, terms, texts
from divide.measure.claims import tell
from divide.terms import COUNTRY

_HIGHER: Final = ("act", "act_and_measure", "invisible_minority")
# What stands behind a sentence: the model, the survey, or nothing.
_STATUSES: Final = {"observed": ["observed"], "modelled": ["modelled"], "unknown": []}


def sentences(found: DataFrame, groups: Mapping[str, Mapping[str, Any]]) -> DataFrame:
    """
    Say in one sentence what each class rests on.

    Parameters
    ----------
    found
        Classes as `minorities.minorities` gives them.
    groups
        Groups of the facts, each with its `key`.

    Returns
    -------
    DataFrame
        The same rows with the id of the `claim`, and `sentence_fr`, `sentence_de`,
        `sentence_it`, `sentence_en`.

    Raises
    ------
    ClaimError
        If a sentence would say more than its evidence carries.
    """
    names = {group["key"]: name for name, group in groups.items()}
    ids = [_claim(*one) for one in zip(found["finding"], found["place"], strict=True)]
    told = found.assign(claim=ids)
    columns = {
        f"sentence_{lang}": [_sentence(row, names, lang) for row in told.to_dict("records")]
        for lang in terms.LANGUAGES
    }
    return told.assign(**columns)


def _claim(finding: str, place: str) -> str:
    """Name the claim: what the survey measured in the country is not modelled."""
    observed = place == COUNTRY and finding in _HIGHER
    return f"class_{finding}{'_observed' if observed else ''}"


def _sentence(row: Mapping[Any, Any], names: Mapping[str, str], lang: str) -> str:
    claim = str(row["claim"])
    evidence = "observed" if claim.endswith("_observed") else "modelled"
    if row["risk_state"] == "cannot_tell":
        evidence = "unknown"
    tau = row["tipping_point"]
    return tell(
        claim,
        lang=lang,
        statuses=_STATUSES[evidence],
        group=texts.label(f"group.{names[row['group']]}", lang=lang),
        within=_within(str(row["place"]), lang),
        layer=texts.label(f"indicator.{row['layer_indicator']}", lang=lang),
        tau="–" if tau != tau else f"{tau:.2f}",
    ).text


def _within(place: str, lang: str) -> str:
    if place == COUNTRY:
        return texts.label("place.within_CH", lang=lang)
    return catalog.canton(place).within[lang]
