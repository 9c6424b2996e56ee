"""The first sentences of a page, and those on expected rates."""

from functools import cache
from typing import Any

from divide import catalog, terms, texts
from divide.measure.claims import Sentence, tell
from divide.report.study import Place, Study, one

_RISK = "no_internet_use_3m"


def lead(study: Study, place: Place, lang: str) -> list[Sentence]:
    """Return what a reader sees first: who is out of sight, and what follows from it."""
    row = one(study.minorities, place=place.id, group="age:80_plus", layer_indicator=_RISK)
    share, status = texts.format_share(row["value"]), [row["status"]]
    told = [
        tell("outside_frame_80", lang=lang, statuses=status, share=share, within=place.within[lang])
    ]
    told.append(
        tell(
            "excluded_and_unseen",
            lang=lang,
            statuses=status,
            high=texts.format_share(row["high"]),
            persons_high=texts.format_about(row["persons_high"]),
        )
    )
    told.append(
        tell(
            "excluded_and_unseen_assumed",
            lang=lang,
            statuses=[*status, "assumed"],
            low=texts.format_share(row["low"]),
            persons_low=texts.format_about(row["persons_low"]),
        )
    )
    return told


def expected(study: Study, place: Place, lang: str) -> list[Sentence]:
    """Return what composition leads one to expect, and whether it can be told apart."""
    ranking = _told_apart(study, lang)
    if place.is_country:
        return [ranking]
    tau = max(catalog.facts("thresholds")["taus"])
    wanted = {"indicator": _RISK, "group": terms.TOTAL, "place": place.id}
    row = one(study.risk, **wanted, tau=tau)
    told = tell(
        "expected_use",
        lang=lang,
        statuses=[row["status"]],
        within_first=place.within[lang],
        share=texts.format_share(row["value"]),
        range=texts.format_range(row["low"], row["high"]),
    )
    return [told, _against_country(study, row, lang), ranking]


def _against_country(study: Study, row: dict[str, float], lang: str) -> Sentence:
    year = catalog.facts("thresholds")["risk"]["year"]
    used = one(study.use, indicator="internet_use_3m", group=terms.TOTAL, year=year)
    country = texts.format_share(1 - used["value"])
    tipping = row["tipping_point"]
    if tipping != tipping:
        return tell("canton_not_told", lang=lang, statuses=["modelled"], country=country)
    state = texts.label("state.higher" if row["gap"] > 0 else "state.lower", lang=lang)
    return tell(
        "canton_told_until",
        lang=lang,
        statuses=["modelled"],
        state=state,
        country=country,
        tau=f"{tipping:.2f}",
    )


@cache
def _count_told(study: Study, tau: float) -> int:
    rows = study.risk[
        (study.risk["indicator"] == _RISK)
        & (study.risk["group"] == terms.TOTAL)
        & (study.risk["tau"] == tau)
    ]
    return int((rows["state"] != "cannot_tell").sum())


def _told_apart(study: Study, lang: str) -> Sentence:
    """Say how many cantons can still be told from the country at the largest τ."""
    tau = max(catalog.facts("thresholds")["taus"])
    told = _count_told(study, tau)
    values: dict[str, Any] = {"tau": f"{tau:.2f}"}
    if told == 0:
        return tell("no_canton_told", lang=lang, statuses=["modelled"], **values)
    cantons = texts.plural("count.canton", told, lang=lang)
    return tell("some_cantons_told", lang=lang, statuses=["modelled"], cantons=cantons, **values)
