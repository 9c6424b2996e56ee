"""The page of the evidence: what holds, up to which τ, what to measure, where sources part."""

from collections.abc import Callable, Sequence
from typing import Any

import pandas as pd
from markupsafe import Markup

from divide import catalog, terms, texts
from divide.measure.claims import Sentence, tell
from divide.report import figures, left_out, origins, overview
from divide.report.study import Study
from divide.show import html_tables


def parts(study: Study, order: Sequence[str]) -> dict[str, Any]:
    """Return what the template of the page asks for; `order` lists languages, the opening first."""
    each = _in_languages
    return {
        "opening": [_opening(study, lang) for lang in order],
        "factors": factor_table(study),
        "classes": overview.class_table(study),
        "class_key": each(lambda lang: overview.class_key(study, lang)),
        "pairs": pair_table(study),
        "pairs_note": figures.each("pairs.note", all=_pairs_of_cantons()),
        "taus": tau_table(study),
        "beyond": each(lambda lang: _beyond(study, lang)),
        "single": each(lambda lang: overview.single_score(study, lang)),
        "matters": each(lambda lang: overview.matters(study, lang)),
        "cost": each(lambda lang: left_out.cost(study, lang)),
        "left_out": _left_out(study),
        "sources": origins.source_list(study, order[0]),
        "account": origins.account_lines(study),
        "origins": {
            "use": origins.source_line(study.use),
            "living": origins.source_line(study.living),
        },
    }


def _left_out(study: Study) -> Markup:
    rows = left_out.assumed(study)
    gap = f"{100 * rows['gap'].iloc[0]:.0f}"
    caption = figures.each("table.left_out", gap=gap, tau=left_out.tau(rows))
    return left_out.cost_table(rows, caption)


def _beyond(study: Study, lang: str) -> list[Sentence]:
    """Warn where quantities known for every canton differ more than the largest τ allows."""
    tried = max(catalog.facts("thresholds")["taus"])
    if not (study.taus["value"] > tried).any():
        return []
    return [tell("tau_beyond", lang=lang, statuses=["modelled"], tau=f"{tried:.2f}")]


def _in_languages(made: Callable[[str], Any]) -> dict[str, Any]:
    return {lang: made(lang) for lang in terms.LANGUAGES}


def _opening(study: Study, lang: str) -> dict[str, Any]:
    title = f"{texts.label('site.evidence', lang=lang)} – {texts.label('site.name', lang=lang)}"
    return {
        "lang": lang,
        "result": overview.result(study, lang),
        "measure": overview.measure_first(study, lang),
        "stale": origins.stale_banner(study, lang),
        "origin": origins.made_from(study, lang),
        "cite": origins.citation(study, f"{title} – divide", lang),
    }


def factor_table(study: Study) -> Markup:
    """Return the table of factors: which share of the answer's variance each one moves."""
    rows = study.sensitivity
    rows = rows[rows["kind"] == "measure_first"]
    outputs = ("pairs_invisible", "persons_excluded_unseen")
    wide = rows[rows["output"].isin(outputs)].pivot(
        index="factor", columns="output", values="value"
    )
    wide = wide.loc[wide.max(axis=1).sort_values(ascending=False).index].reset_index()
    moving = wide[wide[list(outputs)].max(axis=1) >= 0.005]
    words: list[Any] = [figures.each(f"factor.{name}") for name in moving["factor"]]
    return _table(
        moving.assign(factor=words),
        {"factor": None, **dict.fromkeys(outputs, texts.format_share)},
        heads=("factor", *outputs),
        caption="table.factors",
    )


def pair_table(study: Study) -> Markup:
    """Return the table of how many pairs of cantons can be told apart, by indicator and τ."""
    told = overview.pairs_of_cantons(study)
    told = told.assign(told=told["state"] != "cannot_tell")
    wide = told.pivot_table(index="indicator", columns="tau", values="told", aggfunc="sum")
    taus = [f"{tau:.2f}" for tau in wide.columns]
    wide = wide.set_axis(taus, axis=1).reset_index()
    known = [name for name in figures.INDICATORS if name in set(wide["indicator"])]
    wide = wide.set_index("indicator").loc[known].reset_index()
    words: list[Any] = [figures.each(f"indicator.{one}") for one in known]
    return _table(
        wide.assign(indicator=words),
        {"indicator": None, **dict.fromkeys(taus, texts.format_count)},
        heads=("indicator", *(f"τ = {tau}" for tau in taus)),
        caption="table.pairs",
    )


def tau_table(study: Study) -> Markup:
    """Return the table of what is known of τ, from quantities known for every place."""
    rows = study.taus.sort_values("value", ascending=False)
    shown = pd.DataFrame(
        {
            "what": [
                figures.each(f"tau.{name}", places=places)
                for name, places in zip(rows["indicator"], rows["places"], strict=True)
            ],
            "value": rows["value"],
            "range": [
                f"{low:.2f}–{high:.2f}" if low == low else "?"
                for low, high in zip(rows["low"], rows["high"], strict=True)
            ],
        }
    )
    write: dict[str, Any] = {"what": None, "value": lambda tau: f"{tau:.2f}", "range": str}
    return _table(shown, write, heads=("tau_of", "tau_value", "tau_range"), caption="table.taus")


def _table(
    rows: pd.DataFrame, columns: dict[str, Any], *, heads: Sequence[str], caption: str
) -> Markup:
    """Write a table whose first column holds words of four languages."""
    return html_tables.table(
        rows,
        [html_tables.Column(name, write=write or _as_is) for name, write in columns.items()],
        caption=figures.each(caption),
        heads=[(lang, [_head(name, lang) for name in heads]) for lang in terms.LANGUAGES],
        words={},
    )


def _as_is(word: Any) -> Any:
    return word


def _head(name: str, lang: str) -> str:
    return name if name.startswith("τ") else texts.label(f"column.{name}", lang=lang)


def _pairs_of_cantons() -> str:
    count = len(terms.CANTONS)
    return texts.format_count(float(count * (count - 1) // 2))
