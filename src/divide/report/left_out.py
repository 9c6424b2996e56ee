"""What leaving people in institutions out of a rate costs, canton by canton (METHOD 5)."""

from collections.abc import Callable

import pandas as pd
from markupsafe import Markup

from divide import terms, texts
from divide.measure.claims import Sentence, tell
from divide.report import figures
from divide.report.findings import RISK
from divide.report.study import Study
from divide.show import html_tables

_GROUP = "age:80_plus"


def assumed(study: Study) -> pd.DataFrame:
    """Return one row a canton: people 80+ without internet, under the declared gap."""
    return _rows(study, basis="declared_gap", indicator=RISK)


def answered(study: Study) -> pd.DataFrame:
    """Return one row a canton: people 80+ without what institutions were asked about."""
    return _rows(study, basis="survey", indicator="no_smartphone")


def _rows(study: Study, *, basis: str, indicator: str) -> pd.DataFrame:
    rows = study.mixture
    kept = rows[
        (rows["basis"] == basis)
        & (rows["indicator"] == indicator)
        & (rows["group"] == _GROUP)
        & (rows["place_level"] == "canton")
        & (rows["tau"] == rows["tau"].max())
    ]
    ordered: pd.DataFrame = kept.set_index("place").loc[list(terms.CANTONS)].reset_index()
    return ordered


def cost(study: Study, lang: str) -> Sentence:
    """Say between which points cantons understate exclusion at 80 and over, were the gap so."""
    rows = assumed(study)
    return tell(
        "left_out_cost",
        lang=lang,
        statuses=sorted(set(rows["status"])),
        gap=f"{100 * rows['gap'].iloc[0]:.0f}",
        least=_points(rows["cost"].min()),
        most=_points(rows["cost"].max()),
    )


def cost_table(rows: pd.DataFrame, caption: dict[str, str]) -> Markup:
    """Write, canton by canton, who is left out, the rate with everyone, and the cost in points."""
    shown = pd.DataFrame(
        {
            "name": [figures.own_name(place) for place in rows["place"]],
            "outside": 1 - rows["private_share"],
            "everyone": _spans(rows["low"], rows["high"], texts.format_range),
            "cost": _spans(rows["cost_low"], rows["cost_high"], _point_range),
            "status": rows["status"],
        }
    )
    names = ("canton", "left_out", "everyone", "cost")
    return html_tables.table(
        shown,
        [
            html_tables.Column("name"),
            html_tables.Column("outside", write=texts.format_share),
            html_tables.Column("everyone", status="status"),
            html_tables.Column("cost", status="status"),
        ],
        caption=caption,
        heads=[
            (lang, [texts.label(f"column.{name}", lang=lang) for name in names])
            for lang in terms.LANGUAGES
        ],
        words=figures.hidden_words(),
    )


def tau(rows: pd.DataFrame) -> str:
    """Write the τ under which the rows are told."""
    return f"{rows['tau'].iloc[0]:.2f}"


def _spans(
    low: pd.Series, high: pd.Series, write: Callable[[float, float], str]
) -> list[str | None]:
    """Write both ends; where there are none, nothing, and the status says why."""
    return [None if one != one else write(one, other) for one, other in zip(low, high, strict=True)]


def _point_range(low: float, high: float) -> str:
    return f"{_points(low)}–{_points(high)}"


def _points(share: float) -> str:
    return f"{100 * share:.1f}"
