"""The figures of a page as CSV inside the page, safe to open in a spreadsheet."""

import csv
import io
from urllib.parse import quote

import pandas as pd

from divide import catalog, releases, terms
from divide.report.study import Place, Study

_COLUMNS = tuple(
    ["indicator", "group", "place", "year", "value", "status", "low", "high", "tau", "source"]
)
_DANGEROUS = ("=", "+", "-", "@", "\t", "\r")


def page_rows(study: Study, place: Place) -> pd.DataFrame:
    """Return every figure of a page's place, long: one row an observation or estimate."""
    ends = study.risk["tau"].isin([study.risk["tau"].min(), study.risk["tau"].max()])
    told = (study.risk["group"] == "total") | (study.risk["indicator"] == "no_internet_use_3m")
    shown = study.use["group"].isin(["total", *catalog.facts("thresholds")["risk"]["groups"]])
    use = study.use[(study.use["indicator"] == "internet_use_3m") & shown]
    unseen = study.minorities[study.minorities["layer_indicator"] == "no_internet_use_3m"]
    known = study.risk["status"] != "missing"
    frames = [study.living, study.homes, unseen, study.risk[ends & told & known]]
    frames += [study.assistance, use[use["year"] == use["year"].max()]]
    parts = [frame[frame["place"] == place.id].reindex(columns=list(_COLUMNS)) for frame in frames]
    return pd.concat([part.astype(object) for part in parts], ignore_index=True)


def to_csv(rows: pd.DataFrame) -> str:
    """
    Write rows as CSV; a text that a spreadsheet would run as a formula is prefixed.

    A suppressed or missing value is an empty cell beside its status, never 0, and so are
    its bounds: they would tell it.
    """
    rows = releases.admit(rows)
    out = io.StringIO()
    # Lines end as RFC 4180 says; the writer then quotes a carriage return within a text.
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(rows.columns)
    for row in rows.itertuples(index=False):
        record = dict(zip(rows.columns, row, strict=True))
        if record.get("status") in terms.WITHOUT_VALUE:
            record |= dict.fromkeys(("value", "low", "high") & record.keys())
        writer.writerow([_cell(value) for value in record.values()])
    return out.getvalue()


def data_address(text: str) -> str:
    """Return a text as an address that a browser saves as a file without a network."""
    return "data:text/csv;charset=utf-8," + quote(text, safe=",:;|=()/ '")


def _cell(value: object) -> str:
    if value is None or value != value:
        return ""
    if isinstance(value, float):
        return f"{value:.4g}" if abs(value) < 1 else f"{value:.0f}"
    return safe_text(str(value))


def safe_text(text: str) -> str:
    """
    Prefix a text that a spreadsheet would run as a formula.

    Examples
    --------
    >>> safe_text("=1+1"), safe_text("Uri")
    ("'=1+1", 'Uri')
    """
    return f"'{text}" if text.startswith(_DANGEROUS) else text
