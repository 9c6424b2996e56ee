"""What leaving institutions out costs: METHOD 5's two figures, and whose answers they rest on."""

import re
from typing import Any

from divide import terms
from divide.report import left_out


def test_the_sentence_tells_the_method_s_two_figures(default_pages: Any) -> None:
    said = left_out.cost(default_pages.study, "en")
    # METHOD 5: a gap of .30 and 9.4 % (VD) or 18.4 % (UR) outside: .30 × .094 and .30 × .184.
    assert ("30 points" in said.text, "2.8 to 5.5 points" in said.text) == (True, True)
    assert said.evidence == "assumed"


def test_a_canton_is_told_with_its_bounds(default_pages: Any) -> None:
    rows = left_out.assumed(default_pages.study)
    assert list(rows["place"]) == list(terms.CANTONS)
    table = str(left_out.cost_table(rows, {"en": "x"}))
    body = re.split(r"<tr[^>]*>", table[table.index("<tbody") :])
    (uri,) = [row for row in body if "Uri" in row]
    # From no gap at all to one of .30: .30 × .184 = .0552.
    assert re.split(r"<t[hd][^>]*>", uri)[-1].startswith("0.0–5.5")


def test_answers_that_are_made_up_stay_on_their_own_page(default_pages: Any) -> None:
    study = default_pages.study
    assert not left_out.assumed(study)["synthetic"].any()
    assert left_out.answered(study)["synthetic"].all()
