"""A filled workbook with the mistakes that secretaries meet most: what the check must explain."""

from pathlib import Path
from typing import Any, Final

import pandas as pd

from divide import texts
from divide.survey.extras import library
from divide.survey.questionnaire import instrument
from divide.survey.workbooks import CODE_ROW, Slot, slots, write_workbook

# Row of the workbook, column, what was typed, and the code of the message it must get.
MISTAKES: Final = (
    (5, "npa", "CH-1700", "SV014"),
    (5, "n_pro", "environ 40", "SV023"),
    (6, "n_ben", "1’234", "SV022"),
    (6, "i_hw_dev", "99999", "SV024"),
    (7, "b_eq_phone", "30 %", "SV030"),
    (7, "b_eq_comp", "Trois quart ou plus", "SV045"),
    (8, "i_co_wifi", "#REF!", "SV041"),
    (8, "p_chan/nix", "{yes}", "SV028"),
    (9, "id_inst", "1234", "SV033"),
    (9, "n_age_u18", "500", "SV035"),
    (10, "id_inst", "VD-0001", "SV034"),
    (10, "i_co_pay", "{free}", "SV027"),
    (11, "s_need/fund", "{yes}", "SV029"),
    (11, "n_ben", "", "SV037"),
)


def write_mistakes(path: Path, *, lang: str) -> None:
    """
    Write a workbook of seven synthetic replies with the mistakes listed in `MISTAKES`.

    Without them every reply would be in order.
    """
    made = instrument()
    rows = [_sound(f"VD-{number:04d}") for number in range(1, 8)]
    frame = pd.DataFrame(rows, columns=list(made.columns), dtype=object)
    banner = texts.label("survey.synthetic", lang=lang)
    write_workbook(path, lang=lang, answers=frame, banner=banner)
    openpyxl = library("openpyxl")
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    places = {slot.code: at for at, slot in enumerate(slots(made), 1)}
    for row, code, typed, _ in MISTAKES:
        _type(sheet.cell(row=row, column=places[code]), _words(typed, lang))
    wifi = places[Slot("i_co_wifi").code]
    _type(sheet.cell(row=10, column=wifi), _label("i_co_wifi", "w0", lang))
    book.save(path)


def _sound(code: str) -> dict[str, str | None]:
    """Return a reply that is in order: the first choice of everything, small numbers."""
    made = instrument()
    told: dict[str, str | None] = {}
    for name, row in made.columns.items():
        choices = made.choices(name)
        told[name] = choices[0].code if choices else "20" if row.type == "integer" else None
    told |= {
        "id_inst": code,
        "npa": "1003",
        "locality": "Lausanne",
        "bfs_nr": "5586",
        "n_age_u18": "0",
        "n_age_a18": "5",
        "n_age_o65": "15",
        "i_co_wifi": "w1",
        "s_need": "dev con tpro",
        "q_unask": "2",
    }
    return told


def _words(typed: str, lang: str) -> str:
    yes = texts.label("survey.yes", lang=lang)
    return typed.format(yes=yes, free=_label("i_co_pay", "free", lang)) if "{" in typed else typed


def _label(name: str, code: str, lang: str) -> str:
    return next(one.label[lang] for one in instrument().choices(name) if one.code == code)


def _type(cell: Any, typed: str) -> None:
    """Put text into a cell as a person types it: never a formula here."""
    cell.value = typed or None
    if typed:
        cell.data_type = "s"


FIRST_ROW: Final = CODE_ROW + 2
