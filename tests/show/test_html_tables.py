"""Tables: one body, heads in every language, no cell blank, nothing protected."""

import pandas as pd
import pytest

from divide.errors import ReportError
from divide.show.html_tables import Column, table

WORDS = {"missing": "?", "suppressed": {"fr": "protégé", "de": "geschützt"}, "VD": "Vaud"}
HEADS = [("fr", ["Commune", "Type", "Part"]), ("de", ["Gemeinde", "Typ", "Anteil"])]
COLUMNS = [
    Column("name"),
    Column("type", is_text=True),
    Column("value", lambda share: f"{100 * share:.0f}", status="status"),
]


@pytest.fixture
def rows() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "place": ["0261", "5586", "5587"],
            "name": ["Zürich", "<b>Lausanne", "Le Mont"],
            "type": ["city", "city", "town"],
            "value": [0.29, None, 0.97],
            "status": ["observed", "missing", "suppressed"],
            "canton": ["ZH", "VD", "VD"],
        }
    )


def test_whole_table(rows: pd.DataFrame) -> None:
    html = table(
        rows.iloc[:1], COLUMNS, caption="Communes", heads=HEADS[:1], words=WORDS, row_id="place"
    )
    assert html == (
        "<table><caption>Communes</caption><thead><tr lang=fr><th scope=col>Commune"
        "<th scope=col class=l>Type<th scope=col>Part"
        "<tbody><tr id=r0261><th>Zürich<td class=l>city<td>29</table>"
    )


def test_one_body_has_heads_and_captions_in_each_language(rows: pd.DataFrame) -> None:
    html = table(rows, COLUMNS, caption={"fr": "x", "de": "y"}, heads=HEADS, words=WORDS)
    assert html.count("<thead>") == html.count("<tbody>") == 1
    assert "<caption><i lang=fr>x</i> <i lang=de>y</i></caption>" in html
    assert "<tr lang=de><th scope=col>Gemeinde" in html


def test_no_cell_is_blank_and_none_leaks(rows: pd.DataFrame) -> None:
    html = table(rows, COLUMNS, caption="c", heads=HEADS, words=WORDS)
    assert "<td>?" in html
    assert "<td class=gone><i lang=fr>protégé</i> <i lang=de>geschützt</i>" in html
    assert "97" not in html
    assert "nan" not in html
    assert "&lt;b&gt;Lausanne" in html


def test_ids_are_the_rows(rows: pd.DataFrame) -> None:
    html = table(rows, COLUMNS, caption="c", heads=HEADS, words=WORDS, row_id="place")
    assert [part[:5] for part in html.split("<tr id=")[1:]] == ["r0261", "r5586", "r5587"]


def test_sections_head_their_rows(rows: pd.DataFrame) -> None:
    html = table(rows, COLUMNS, caption="c", heads=HEADS, words=WORDS, section="canton")
    assert html.count("<tbody>") == 2
    assert "<tbody><tr><th scope=rowgroup colspan=3>Vaud<tr><th>&lt;b&gt;" in html


def test_faults_are_named(rows: pd.DataFrame) -> None:
    with pytest.raises(ReportError, match="'value' has empty cells"):
        bare = [Column("name"), Column("value")]
        table(rows, bare, caption="c", heads=[("fr", ["a", "b"])], words=WORDS)
    with pytest.raises(ReportError, match="1 fr heads for 3 columns"):
        table(rows, COLUMNS, caption="c", heads=[("fr", ["a"])], words=WORDS)
    with pytest.raises(ReportError, match="without heads"):
        table(rows, COLUMNS, caption="c", heads=[], words=WORDS)
    with pytest.raises(ReportError, match="same place"):
        table(
            rows.assign(place="x"), COLUMNS, caption="c", heads=HEADS, words=WORDS, row_id="place"
        )
    with pytest.raises(ReportError, match="lacks the word 'missing'"):
        table(rows.iloc[:2], COLUMNS, caption="c", heads=HEADS, words={})
