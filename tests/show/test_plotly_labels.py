"""Names beside the lines of a chart: broken for a phone, and never read as tags."""

from divide.show.plotly_labels import chart_height, wrapped


def test_names_are_broken_and_escaped() -> None:
    names = wrapped({"a": "Short", "b": "<b>bold</b> & long enough to need a second line"})
    assert names["a"] == "Short"
    assert "<b>" not in names["b"] and names["b"].startswith("&lt;b&gt;bold")
    # At most 24 letters a line: "<b>bold</b> & long", "enough to need a second", "line".
    assert names["b"].count("<br>") == 2


def test_a_chart_has_room_for_its_longest_name() -> None:
    # 180 around; a line needs 30, or 10 and 16 for each line of words: 42 with two, 58 with three.
    assert chart_height(["a", "b"]) == 180 + 2 * 30
    assert chart_height(["a", "b<br>c"]) == 180 + 2 * 42
    assert chart_height(["a<br>b<br>c"]) == 180 + 58
