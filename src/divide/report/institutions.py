"""The page of the institutions: what they say of people whom no other survey asks."""

from collections.abc import Sequence
from typing import Any, Final

import pandas as pd
from markupsafe import Markup

from divide import catalog, releases, terms, texts
from divide.measure.claims import Sentence, tell
from divide.report import figures, left_out, origins
from divide.report.study import Study
from divide.show import html_tables

# The dimensions of Molina and Sorin (2019), equipment first, the quality of answers last.
_DIMENSIONS: Final = ("EQ", "WO", "IN", "AR", "DS", "QU")
_ACTORS: Final = ("B", "P", "I")
_LAYERS: Final = ("HW", "SW", "CO")
_RATES: Final = ("response_rate", "client_coverage")
# How a figure beyond the last percentages that may be told is written.
_CODED: Final = {"": "", "at_most": f"≤{texts.FIXED}", "at_least": f"≥{texts.FIXED}"}
# The intervals that are always told together, and the letters that stand for them.
_INTERVALS: Final = {"A": "model", "B": "defect", "C": "worst", "D": "proxy"}


def parts(study: Study, order: Sequence[str]) -> dict[str, Any]:
    """Return what the template of the page asks for; `order` lists languages, the opening first."""
    rows = releases.admit(study.survey)
    country = rows[(rows["place_level"] == "country") & (rows["group"] == terms.TOTAL)]
    opening = {
        "synthetic": is_synthetic(rows),
        "open": is_open(rows),
        "opening": [_opening(study, rows, lang) for lang in order],
    }
    if is_open(rows):
        return opening
    return opening | {
        "response": response_table(rows),
        "leading": figure_table(_leading(country), "table.leading"),
        "dimensions": {
            name: figure_table(_dimension(country, name), f"survey.dimension.{name}")
            for name in _DIMENSIONS
        },
        "intervals": _legend(),
        "left_out": _left_out(study),
    }


def _legend() -> dict[str, dict[str, str]]:
    """Say under which assumption each interval holds."""
    values = {"defect": {"rho": _rho()}}
    return {
        letter: figures.each(f"survey.interval.{name}", **values.get(name, {}))
        for letter, name in _INTERVALS.items()
    }


def is_synthetic(rows: pd.DataFrame) -> bool:
    """Tell whether figures are of the demonstration: nobody's answers."""
    return bool(rows["source"].isin(catalog.facts("disclosure")["synthetic"]).all())


def is_open(rows: pd.DataFrame) -> bool:
    """Tell whether answers still come in: then no figure has left."""
    return bool(rows["value"].isna().all())


def _left_out(study: Study) -> Markup:
    """Return what leaving institutions out costs, worked out with their own answers."""
    rows = left_out.answered(study)
    caption = figures.each("table.left_out_survey", tau=left_out.tau(rows))
    return left_out.cost_table(rows, _warned(caption, invented=bool(rows["synthetic"].any())))


def _captioned(key: str, rows: pd.DataFrame) -> dict[str, str]:
    """Caption a table; one of made-up data says so, for tables travel without their page."""
    return _warned(figures.each(key), invented=is_synthetic(rows))


def _warned(told: dict[str, str], *, invented: bool) -> dict[str, str]:
    if not invented:
        return told
    words = figures.each("institutions.invented")
    return {lang: f"{told[lang]} – {words[lang]}" for lang in terms.LANGUAGES}


def _opening(study: Study, rows: pd.DataFrame, lang: str) -> dict[str, Any]:
    title = f"{texts.label('site.institutions', lang=lang)} – {texts.label('site.name', lang=lang)}"
    return {
        "lang": lang,
        "lead": _lead(rows, lang),
        "cite": origins.citation(study, f"{title} – divide", lang),
    }


def _lead(rows: pd.DataFrame, lang: str) -> Sentence:
    """Say how many institutions answered; before that, that they are asked or were not."""
    if is_synthetic(rows) or is_open(rows):
        name = "institutions_not_asked" if is_synthetic(rows) else "institutions_asked"
        return tell(name, lang=lang, statuses=["missing"])
    rate = _of_country(rows, "response_rate")
    return tell(
        "institutions_answered",
        lang=lang,
        statuses=["observed"],
        share=texts.format_share(rate["value"]),
        invited=texts.format_count(rate["invited"]),
    )


def _of_country(rows: pd.DataFrame, item: str) -> pd.Series:
    own = rows[(rows["item"] == item) & (rows["place_level"] == "country")]
    return own[own["group"] == terms.TOTAL].iloc[0]


def response_table(rows: pd.DataFrame) -> Markup:
    """Return the table of who answered: institutions, and the people whom they support."""
    told = rows[rows["item"].isin(_RATES) & (rows["place_level"] == "country")]
    wide = told.pivot(index="group", columns="item", values="value")
    states = told.pivot(index="group", columns="item", values="status").add_suffix("_status")
    wide = wide.join(states).sort_index(key=lambda groups: groups == terms.TOTAL).reset_index()
    words: list[Any] = [figures.each(f"survey.group.{_kind(group)}") for group in wide["group"]]
    return html_tables.table(
        wide.assign(group=words),
        [
            html_tables.Column("group", write=_as_is),
            *(_column(name, texts.format_share, f"{name}_status") for name in _RATES),
        ],
        caption=_captioned("table.response", told),
        heads=_heads("survey_type", *_RATES),
        words=figures.hidden_words(),
    )


def _kind(group: str) -> str:
    return group.removeprefix("type:")


def figure_table(rows: pd.DataFrame, caption: str) -> Markup:
    """Write figures with all their intervals, in sections by actor and, of equipment, layer."""
    shown = pd.DataFrame(
        {
            "item": [_named(one) for one in rows.to_dict("records")],
            "part": rows["actor"] + rows["layer"].fillna(""),
            "survey_share": [_written(one) for one in rows.to_dict("records")],
            "status": rows["status"],
            **{letter: _ends(rows, name) for letter, name in _INTERVALS.items()},
        }
    )
    return html_tables.table(
        shown,
        [
            html_tables.Column("item", write=_as_is),
            *(_column(name, str, "status") for name in ("survey_share", *_INTERVALS)),
        ],
        caption=_captioned(caption, rows),
        heads=_heads("indicator", "survey_share", *_INTERVALS),
        words=figures.hidden_words() | _parts(),
        section="part",
    )


def _written(row: dict[Any, Any]) -> str | None:
    """Write a share: beyond the last that may be told as a bound, a doubtful one in brackets."""
    if row["value"] != row["value"]:
        return None
    told = _CODED[row["coded"]] + texts.format_share(row["value"])
    return told if row["reliability"] == "reliable" else f"({told})"


def _ends(rows: pd.DataFrame, name: str) -> list[str]:
    """Write the ends of an interval; what rests on none has none."""
    start = "" if name == "model" else f"{name}_"
    both = zip(rows[f"{start}low"], rows[f"{start}high"], strict=True)
    return ["–" if low != low else texts.format_range(low, high) for low, high in both]


def _named(row: dict[Any, Any]) -> dict[str, str]:
    """Name a figure; of whom it is, if not of the people supported, and what is no danger."""
    told = figures.each(f"survey.indicator.{row['item']}")
    for lang in terms.LANGUAGES:
        if row["estimand"] == "professionals":
            told[lang] += f" ({texts.label('survey.of.professionals', lang=lang)})"
        if row["sign"] == "opportunity":
            told[lang] += f" · {texts.label('survey.sign.opportunity', lang=lang)}"
    return told


def _told_once(rows: pd.DataFrame) -> pd.DataFrame:
    """Keep of each figure the one that counts people, or professionals where it is of those."""
    return rows[rows["estimand"].isin(("people", "professionals")) & ~rows["item"].isin(_RATES)]


def _leading(rows: pd.DataFrame) -> pd.DataFrame:
    order = {name: at for at, name in enumerate(catalog.facts("survey_indicators")["leading"])}
    kept = _told_once(rows[rows["item"].isin(list(order))])
    return _in_sections(kept.assign(layer=None))


def _dimension(rows: pd.DataFrame, name: str) -> pd.DataFrame:
    return _in_sections(_told_once(rows[rows["dimension"] == name]))


def _in_sections(rows: pd.DataFrame) -> pd.DataFrame:
    """Sort by actor, layer and the order of the questionnaire."""
    known = {name: at for at, name in enumerate(catalog.facts("survey_indicators")["indicators"])}
    ordered = rows.assign(
        _actor=rows["actor"].map(_ACTORS.index),
        _layer=rows["layer"].map(lambda one: _LAYERS.index(one) if one in _LAYERS else -1),
        _item=rows["item"].map(known),
    )
    return ordered.sort_values(["_actor", "_layer", "_item"], ignore_index=True)


def _parts() -> dict[str, dict[str, str]]:
    """Name each section: who, and of equipment which layer."""
    whole = {actor: figures.each(f"survey.actor.{actor}") for actor in _ACTORS}
    layers = {layer: figures.each(f"survey.layer.{layer}") for layer in _LAYERS}
    both = {
        f"{actor}{layer}": {lang: f"{who[lang]} · {what[lang]}" for lang in terms.LANGUAGES}
        for actor, who in whole.items()
        for layer, what in layers.items()
    }
    return whole | both


def _column(name: str, write: Any, status: str) -> html_tables.Column:
    return html_tables.Column(name, write=write, status=status)


def _heads(*names: str) -> list[tuple[str, list[str]]]:
    return [(lang, [_head(name, lang) for name in names]) for lang in terms.LANGUAGES]


def _head(name: str, lang: str) -> str:
    return name if name in _INTERVALS else texts.label(f"column.{name}", lang=lang)


def _as_is(word: Any) -> Any:
    return word


def _rho() -> str:
    return f"{catalog.facts('survey_indicators')['doubt']['rho']:.1f}"
