"""What only the country's page tells: classes by canton, what to measure, what sources dispute."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import pandas as pd
from markupsafe import Markup

from divide import catalog, terms, texts
from divide.measure.claims import Sentence, tell
from divide.report import figures
from divide.report.findings import RISK
from divide.report.study import Study, one
from divide.show import html_tables

# Signs of classes: letters are read aloud as they are, and serve four languages.
_LETTERS: Final = "ABCDEFGHI"


@dataclass(frozen=True)
class Matter:
    """What sources say differently of the same: its name, what each says, why they differ."""

    name: str
    sides: tuple[str, ...]
    why: str


def classes_of(study: Study) -> pd.DataFrame:
    """Return the class of every group and canton in the layer of the page: one row each."""
    rows = study.minorities
    kept = rows[(rows["layer_indicator"] == RISK) & (rows["place_level"] == "canton")]
    return kept[["place", "group", "finding", "tipping_point"]]


def in_cantons(study: Study, group: str, finding: str, lang: str) -> Sentence | None:
    """Say in how many cantons a group is in the country's class too, and up to which τ."""
    rows = classes_of(study)
    rows = rows[(rows["group"] == group) & (rows["finding"] == finding)]
    if rows["tipping_point"].isna().all():
        return None
    return tell(
        "risk_in_cantons",
        lang=lang,
        statuses=["modelled"],
        cantons=texts.plural("count.canton", len(rows), lang=lang),
        tau=f"{rows['tipping_point'].min():.2f}",
    )


@cache
def class_table(study: Study) -> Markup:
    """Return the table of cantons × groups: each cell a class, and the τ up to which it holds."""
    rows, letters = classes_of(study), _letters(study)
    signs = [
        letters[finding] + ("" if tau != tau else f"{texts.FIXED}{tau:.2f}")
        for finding, tau in zip(rows["finding"], rows["tipping_point"], strict=True)
    ]
    wide = rows.assign(sign=signs).pivot(index="place", columns="group", values="sign")
    groups = catalog.facts("groups")
    keys = [group["key"] for group in groups.values()]
    shown = wide.loc[list(terms.CANTONS), keys].reset_index()
    shown.insert(0, "name", [figures.own_name(place) for place in shown["place"]])
    heads = [
        (
            lang,
            [texts.label("column.canton", lang=lang)]
            + [texts.label(f"group.{name}", lang=lang) for name in groups],
        )
        for lang in terms.LANGUAGES
    ]
    return html_tables.table(
        shown,
        [html_tables.Column(name) for name in ("name", *keys)],
        caption=figures.each("table.classes"),
        heads=heads,
        words={},
        row_id="place",
        prefix="c",
    )


def _all_findings() -> list[str]:
    """Return the classes in the order in which a reader should meet them."""
    return [
        *("invisible_minority", "act_and_measure", "act", "measure_first", "nobody_sees"),
        *("measure_risk", "measure_visibility", "unseen_no_sign", "nothing"),
    ]


def _letters(study: Study) -> dict[str, str]:
    """Return the sign of each class that occurs."""
    found = set(classes_of(study)["finding"])
    return dict(zip((name for name in _all_findings() if name in found), _LETTERS, strict=False))


def class_key(study: Study, lang: str) -> str:
    """Say what the letters of the table of classes stand for."""
    return " · ".join(
        f"{letter} = {texts.label(f'finding.{name}', lang=lang)}"
        for name, letter in _letters(study).items()
    )


def pairs_of_cantons(study: Study) -> pd.DataFrame:
    """Return every two cantons once, by indicator and τ, for their whole population."""
    rows = study.pairs[study.pairs["group"] == terms.TOTAL]
    return rows[rows["place"] < rows["other"]]


def single_score(study: Study, lang: str) -> list[Sentence]:
    """Say what the usual composite index would make of the same figures, and what it hides."""
    ranked = study.scores.sort_values("value")
    pairs, tau = pairs_of_cantons(study), study.pairs["tau"].max()
    pairs = pairs[(pairs["tau"] == tau) & (pairs["indicator"] == RISK)]
    names = {place: catalog.canton(place).name[lang] for place in ranked["place"]}
    told = [
        tell(
            "single_score_order",
            lang=lang,
            statuses=["modelled"],
            first=names[ranked["place"].iloc[-1]],
            last=names[ranked["place"].iloc[0]],
            tau=f"{tau:.2f}",
            told=texts.format_count(float((pairs["state"] != "cannot_tell").sum())),
            all=texts.format_count(float(len(pairs))),
        )
    ]
    twins = ranked[ranked["twin"].notna()].sort_values("distance", ascending=False)
    if len(twins):
        told.append(_twins(study, twins.iloc[0], names, lang))
    return told


def _twins(study: Study, row: Any, names: Mapping[str, str], lang: str) -> Sentence:
    other = one(study.scores, place=row["twin"])
    return tell(
        "single_score_twins",
        lang=lang,
        statuses=["modelled"],
        one=names[row["place"]],
        other=names[row["twin"]],
        score=f"{row['value']:.0f}",
        other_score=f"{other['value']:.0f}",
        better=texts.label(f"indicator.{row['better_in']}", lang=lang),
        worse=texts.label(f"indicator.{row['worse_in']}", lang=lang),
    )


def matters(study: Study, lang: str) -> list[Matter]:
    """Return what sources say differently: side by side, never averaged."""
    found = []
    for _, rows in study.contradictions.groupby("matter", sort=False):
        first = rows.iloc[0]
        sides = tuple(_side(row, lang) for row in rows.to_dict("records"))
        found.append(Matter(first[f"matter_{lang}"], sides, first[f"differ_{lang}"]))
    return found


def _side(row: Mapping[Any, Any], lang: str) -> str:
    """Write what one source says: its figure with interval, or its finding in words."""
    if row["value"] != row["value"]:
        return str(row[f"found_{lang}"])
    share = texts.format_share(row["value"])
    ends = "" if row["low"] != row["low"] else f" ({texts.format_range(row['low'], row['high'])})"
    return f"{share}{ends}, {_named(str(row['source']))} {int(row['of_year'])}"


def _named(source: str) -> str:
    known = catalog.sources()
    if source in known:
        publisher = known[source].publisher
        return "OFS/BFS/UST/FSO" if publisher == "BFS" else publisher
    return str(catalog.publications()[source]["publisher"])


def measure_first(study: Study, lang: str) -> list[Sentence]:
    """Say what would move the answer most were it measured, and how far it may move."""
    rows = study.sensitivity
    leading = rows[(rows["kind"] == "measure_first") & (rows["leads"] == "yes")]
    leading = leading[leading["output"].isin(("pairs_invisible", "persons_excluded_unseen"))]
    ordered = leading.sort_values("value", ascending=False)["factor"].drop_duplicates()
    named = ", ".join(texts.label(f"factor.{name}", lang=lang) for name in ordered)
    return [tell("measure_first", lang=lang, statuses=["assumed"], factors=named)]


def result(study: Study, lang: str) -> Sentence:
    """Say between which numbers of persons the answer lies when everything varies at once."""
    row = one(study.sensitivity, kind="result", output="persons_excluded_unseen")
    ends = f"{texts.format_about(row['low'])}–{texts.format_about(row['high'])}"
    return tell("persons_result", lang=lang, statuses=["assumed"], range=ends)
