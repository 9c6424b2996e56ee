"""The table of the 26 cantons: who is outside private households, and what is expected."""

from functools import cache

import pandas as pd
from markupsafe import Markup

from divide import terms, texts
from divide.report import figures
from divide.report.study import Study
from divide.show import html_tables


@cache
def canton_table(study: Study) -> Markup:
    """Return the table of the 26 cantons: outside private households, expected rates."""
    rows = _canton_rows(study)
    columns = [
        html_tables.Column("name"),
        html_tables.Column("outside", write=texts.format_share),
        html_tables.Column("persons", write=texts.format_about),
        html_tables.Column("expected", write=texts.format_share),
        html_tables.Column("interval"),
        html_tables.Column("tau", write=str, status="tau_status"),
    ]
    names = ("canton", "outside", "persons_high", "expected", "interval", "tau")
    heads = [
        (lang, [texts.label(f"column.{name}", lang=lang) for name in names])
        for lang in terms.LANGUAGES
    ]
    caption = {lang: texts.label("table.cantons", lang=lang) for lang in terms.LANGUAGES}
    words = {
        "missing": {lang: texts.label("value.not_even", lang=lang) for lang in terms.LANGUAGES}
    }
    return html_tables.table(
        rows, columns, caption=caption, heads=heads, words=words, row_id="place", prefix="k"
    )


def _canton_rows(study: Study) -> pd.DataFrame:
    rows = figures.outside(study)[["place", "value", "persons_high"]]
    risk = study.risk[
        (study.risk["indicator"] == "no_internet_use_3m")
        & (study.risk["group"] == terms.TOTAL)
        & (study.risk["tau"] == study.risk["tau"].max())
    ]
    joined = rows.merge(
        risk[["place", "value", "low", "high", "gap", "tipping_point"]],
        on="place",
        suffixes=("", "_expected"),
        validate="1:1",
    )
    ends = zip(joined["low"], joined["high"], strict=True)
    tipping = joined["tipping_point"]
    return pd.DataFrame(
        {
            "place": joined["place"],
            "name": [figures.own_name(one) for one in joined["place"]],
            "outside": joined["value"],
            "persons": joined["persons_high"],
            "expected": joined["value_expected"],
            "interval": [texts.format_range(low, high) for low, high in ends],
            "tau": [_signed(*one) for one in zip(joined["gap"], tipping, strict=True)],
            "tau_status": tipping.map(lambda t: "missing" if t != t else ""),
        }
    )


def _signed(gap: float, tipping: float) -> str:
    """Say which way a difference goes, and up to which τ it holds."""
    return "" if tipping != tipping else f"{'↑' if gap > 0 else '↓'}{texts.FIXED}{tipping:.2f}"
