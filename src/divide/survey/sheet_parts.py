"""Small parts of workbooks: letters of columns, styles, conditions as Excel writes them."""

from collections.abc import Mapping
from typing import Any, Final

from divide.survey.questionnaire import Condition, Instrument

# Pale bands that tell the sections apart, dark text on each above 7:1.
_BANDS: Final = {
    "A": "#DCE6F1",
    "B": "#E2EFDA",
    "C": "#FFF2CC",
    "D": "#FCE4D6",
    "E": "#E4DFEC",
    "F": "#DAEEF3",
    "G": "#EDEDED",
}


def letters(column: int) -> str:
    """
    Return a column's letters; the first column is 0.

    Examples
    --------
    >>> letters(0), letters(25), letters(26), letters(701), letters(702)
    ('A', 'Z', 'AA', 'ZZ', 'AAA')
    """
    found = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        found = chr(ord("A") + rest) + found
    return found


def column_of(letters: str) -> int:
    """
    Return the column of letters; the first column is 0.

    Examples
    --------
    >>> column_of("A"), column_of("Z"), column_of("AA"), column_of("AAA")
    (0, 25, 26, 702)
    """
    found = 0
    for one in letters:
        found = found * 26 + ord(one) - ord("A") + 1
    return found - 1


def styles(book: Any) -> dict[str, Any]:
    """Return the formats of a workbook of the survey by name."""
    head = {"text_wrap": True, "valign": "top", "border": 1, "border_color": "#A6A6A6"}
    made = {
        "title": book.add_format({"bold": True, "font_size": 14, "text_wrap": True}),
        "guide": book.add_format({"text_wrap": True, "valign": "top", "font_size": 11}),
        "item": book.add_format({**head, "italic": True, "font_size": 9}),
        "code": book.add_format({"font_size": 7, "font_color": "#595959", "bottom": 2}),
        "answer": book.add_format({"locked": False, "text_wrap": True, "valign": "top"}),
        "not_asked": book.add_format({"bg_color": "#D9D9D9"}),
    }
    for section, colour in _BANDS.items():
        made[f"band_{section}"] = book.add_format({**head, "bg_color": colour})
        made[f"title_{section}"] = book.add_format({**head, "bg_color": colour, "bold": True})
    return made


def hidden_when(
    shown: Condition, places: Mapping[str, int], made: Instrument, lang: str, row: int
) -> str:
    """
    Write for Excel when a question is not to be answered: its condition is answered and fails.

    Examples
    --------
    >>> from divide.survey.questionnaire import instrument
    >>> hidden_when(Condition("n_ben", ">", ("0",)), {"n_ben": 5}, instrument(), "en", 5)
    '=AND($F5<>"",NOT($F5>0))'
    """
    cell = f"${letters(places[shown.question])}{row}"
    if shown.sign == ">":
        holds = f"{cell}>{shown.values[0]}"
    else:
        words = [
            c.label[lang].replace('"', '""')
            for c in made.choices(shown.question)
            if c.code in shown.values
        ]
        holds = "OR({})".format(",".join(f'{cell}="{word}"' for word in words))
    return f'=AND({cell}<>"",NOT({holds}))'
