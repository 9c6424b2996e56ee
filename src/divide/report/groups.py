"""What a page says of each group: finding, sentences, evidence."""

from dataclasses import dataclass
from typing import Any

from divide import catalog, texts
from divide.measure.claims import Sentence, tell
from divide.report.findings import RISK, findings, published
from divide.report.overview import in_cantons
from divide.report.study import Place, Study, one


@dataclass(frozen=True)
class GroupItem:
    """One entry of the list of groups: its name, its class, its sentences."""

    id: str
    name: str
    finding: str
    label: str
    sentences: tuple[Sentence, ...]


def group_items(study: Study, place: Place, lang: str) -> list[GroupItem]:
    """Return the groups of a page, in the order in which facts list them."""
    items = []
    for name, found in findings(study, place.id).items():
        label = texts.label(f"finding.{found}", lang=lang)
        title = texts.label(f"group.{name}", lang=lang)
        told = _SENTENCES[name](study, place, lang)
        if place.is_country:
            group = catalog.facts("groups")[name]["key"]
            told += tuple(filter(None, [in_cantons(study, group, found, lang)]))
        items.append(GroupItem(name, title, found, label, told))
    return items


def stability(study: Study, place: Place, lang: str) -> Sentence:
    """Say whether the list would change at the other declared thresholds (METHOD section 2)."""
    declared = catalog.facts("thresholds")
    probabilities, visibles = (
        declared[f"{name}_alternatives"] for name in ("probability", "visible")
    )
    lists = [findings(study, place.id, probability=one) for one in probabilities]
    lists += [findings(study, place.id, visible=one) for one in visibles]
    now = findings(study, place.id)
    moved = [name for name in now if any(one[name] != now[name] for one in lists)]
    values: dict[str, Any] = {
        "probabilities": "/".join(f"{one:.2f}" for one in probabilities),
        "visibles": "/".join(f"{one:.2f}" for one in visibles),
    }
    if not moved:
        return tell("list_stable", lang=lang, statuses=["modelled"], **values)
    named = " · ".join(texts.label(f"group.{name}", lang=lang) for name in moved)
    return tell("list_moves", lang=lang, statuses=["modelled"], groups=named, **values)


def _lacking_range(rate: dict[str, float]) -> str:
    return texts.format_range(1 - rate["high"], 1 - rate["low"])


def _older_low_education(study: Study, place: Place, lang: str) -> tuple[Sentence, ...]:
    group, everyone = published(study, "age:60_plus|education:low"), published(study, "total")
    if place.is_country:
        return (
            tell(
                "older_low_education_national",
                lang=lang,
                statuses=["observed"],
                share=texts.format_share(1 - group["value"]),
                range=_lacking_range(group),
                all=texts.format_share(1 - everyone["value"]),
            ),
        )
    tau = max(catalog.facts("thresholds")["taus"])
    wanted = {"indicator": RISK, "group": "age:60_plus|education:low", "place": place.id}
    row = one(study.risk, **wanted, tau=tau)
    sentence = tell(
        "older_low_education",
        lang=lang,
        statuses=[row["status"]],
        within_first=_first(place.within[lang]),
        share=texts.format_share(row["value"]),
        range=texts.format_range(row["low"], row["high"]),
        rest=texts.format_share(max(row["value"] - row["gap"], 0.0)),
    )
    return sentence, _gap(row, tau, lang)


def _gap(row: dict[str, float], tau: float, lang: str) -> Sentence:
    """Say up to which τ a gap holds."""
    tipping = row["tipping_point"]
    if tipping != tipping:
        return tell("gap_not_established", lang=lang, statuses=["modelled"])
    if tipping > tau:
        return tell("gap_holds_always", lang=lang, statuses=["modelled"], tau=f"{tau:.2f}")
    return tell("gap_holds_until", lang=lang, statuses=["modelled"], tau=f"{tipping:.2f}")


def _first(words: str) -> str:
    return words[:1].upper() + words[1:]


def _older(study: Study, place: Place, lang: str) -> tuple[Sentence, ...]:
    older = 1 - published(study, "age:60_plus")["value"]
    share = texts.format_share(older)
    return (tell("older_80_risk", lang=lang, statuses=["observed", "assumed"], older=share),)


def _nursing_homes(study: Study, place: Place, lang: str) -> tuple[Sentence, ...]:
    occupied, clients = (
        one(study.homes, place=place.id, indicator=name)
        for name in ("nursing_home_occupancy", "nursing_home_clients_year")
    )
    return (
        tell(
            "nursing_homes",
            lang=lang,
            statuses=[occupied["status"], clients["status"]],
            occupancy=texts.format_count(occupied["value"]),
            clients=texts.format_count(clients["value"]),
            within=place.within[lang],
        ),
    )


def _social_assistance(study: Study, place: Place, lang: str) -> tuple[Sentence, ...]:
    row = one(study.assistance, indicator="social_assistance_share", place=place.id)
    share = texts.format_share(row["value"])
    return (tell("social_assistance", lang=lang, statuses=[row["status"]], share=share),)


def _foreign(study: Study, place: Place, lang: str) -> tuple[Sentence, ...]:
    rows = study.population[study.population["source"] == "bfs_population_citizenship"]
    foreign = one(rows, place=place.id, group="citizenship:foreign")
    everyone = one(rows, place=place.id, group="total")
    return (
        tell(
            "foreign",
            lang=lang,
            statuses=[foreign["status"], everyone["status"]],
            persons=texts.format_count(foreign["value"]),
            share=texts.format_share(foreign["value"] / everyone["value"]),
            year=str(foreign["year"]),
        ),
    )


def _youth_in_care(study: Study, place: Place, lang: str) -> tuple[Sentence, ...]:
    return (tell("youth_in_care", lang=lang, statuses=[], within=place.within[lang]),)


def _impairment(study: Study, place: Place, lang: str) -> tuple[Sentence, ...]:
    if not place.is_country:
        return (tell("impairment", lang=lang, statuses=[], within=place.within[lang]),)
    rows = study.rates[study.rates["source"] == "bfs_silc"]
    rates = rows.set_index(["indicator", "group"])["value"]
    return (
        tell(
            "impairment_national",
            lang=lang,
            statuses=list(rows["status"]),
            internet=texts.format_share(rates["internet_at_home", "impairment:any"]),
            computer=texts.format_share(rates["own_computer", "impairment:any"]),
            severe=texts.format_share(rates["own_computer", "impairment:severe"]),
        ),
    )


def _unregistered(study: Study, place: Place, lang: str) -> tuple[Sentence, ...]:
    row = one(study.rates, source="sem_2015")
    persons, low, high = (texts.format_count(row[name]) for name in ("value", "low", "high"))
    values: dict[str, Any] = {"persons": persons, "low": low, "high": high}
    return (tell("unregistered", lang=lang, statuses=[row["status"]], **values),)


_SENTENCES = {
    "60_plus_low": _older_low_education,
    "80_plus": _older,
    "nursing_homes": _nursing_homes,
    "unregistered": _unregistered,
    "youth_in_care": _youth_in_care,
    "social_assistance": _social_assistance,
    "foreign": _foreign,
    "impairment": _impairment,
}
