"""Words: hostile text stays text."""

import pandas as pd
import pytest

from divide.errors import ReportError
from divide.show.words import bare, mark_name, need_columns, need_word, spans


def test_hostile_text_shows_as_text() -> None:
    assert spans("<script>") == "&lt;script&gt;"
    assert spans({"fr": "<b>", "de": "x"}) == ("<i lang=fr>&lt;b&gt;</i> <i lang=de>x</i>")


@pytest.mark.parametrize("name", ["", "a b", "a>", 'a"', "a=b", "é", "a/b"])
def test_ids_need_no_quotes(name: str) -> None:
    with pytest.raises(ReportError, match="no id or class"):
        bare(name)


def test_faults_are_named() -> None:
    with pytest.raises(ReportError, match="'c9' is no mark"):
        mark_name("c9")
    with pytest.raises(ReportError, match="lacks low, high"):
        need_columns(pd.DataFrame({"value": []}), "value", "low", "high")
    with pytest.raises(ReportError, match="lacks the word 's-none'"):
        need_word({}, "s-none")
