"""The demonstration in every format, with all that goes wrong in practice; loudly synthetic."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
from pandas import DataFrame

from divide import terms, texts
from divide.survey import demo
from divide.survey.demo_frame import parameters
from divide.survey.exports import (
    Batch,
    write_filled,
    write_forms,
    write_kobo,
    write_limesurvey,
)
from divide.survey.mistakes import write_mistakes
from divide.survey.states import ANSWERED, NOT_SHOWN

PREFIX: Final = "SYNTHETIC_"
_README: Final = f"""{{title}}

All files whose names begin with {PREFIX} are made by a program from declared parameters
(seed {{seed}}). They describe no institution and no person. Nothing computed from them says
anything about Switzerland.

{{names}}
"""


def write_demo(folder: Path, *, seed: int | None = None) -> list[Path]:
    """
    Write the demonstration survey in each format into a folder.

    LimeSurvey holds every reply, unfinished and repeated ones too; Kobo, ODK, the workbook
    and Forms hold those that are finished, for they know no others. All hold the same answers.

    Returns
    -------
    list of Path
        The files, every name beginning with SYNTHETIC_.
    """
    drawn = demo.survey(seed)
    written = []
    for name, write in _writers(drawn, seed).items():
        path = folder / f"{PREFIX}{name}"
        write(path)
        written.append(path)
    readme = folder / f"{PREFIX}README.txt"
    title = "\n".join(texts.label("survey.synthetic", lang=one) for one in terms.LANGUAGES)
    names = "\n".join(path.name for path in written)
    start = parameters()["seed"] if seed is None else seed
    readme.write_text(_README.format(title=title, seed=start, names=names), encoding="utf-8")
    return [*written, readme]


def _writers(drawn: demo.Survey, seed: int | None) -> dict[str, Callable[[Path], None]]:
    """Map the name of each file to what writes it."""
    finished = _finished(drawn.batch)
    every = with_traps(drawn.batch, seed=seed)
    banner = texts.label("survey.synthetic", lang="de")
    return {
        "limesurvey_short.csv": lambda path: write_limesurvey(path, every),
        "limesurvey_long_fr.csv": lambda path: write_limesurvey(
            path, every, lang="fr", long=True, headings="full"
        ),
        "limesurvey_cut_it.csv": lambda path: write_limesurvey(
            path, every, lang="it", long=True, headings="cut"
        ),
        "kobo.csv": lambda path: write_kobo(path, finished),
        "kobo.xlsx": lambda path: write_kobo(path, finished),
        "odk.csv": lambda path: write_kobo(path, finished, odk=True),
        "workbook_de.xlsx": lambda path: write_filled(path, finished, lang="de", banner=banner),
        "forms_en.xlsx": lambda path: write_forms(path, finished, lang="en"),
        "frame.csv": lambda path: drawn.frame.to_csv(path, index=False),
        "ten_mistakes_fr.xlsx": lambda path: write_mistakes(path, lang="fr"),
    }


def with_traps(batch: Batch, *, seed: int | None = None) -> Batch:
    """
    Add what spreadsheets and people do: earlier and broken-off replies of the same
    institutions, codes and numbers written oddly, an informal language.

    A sound intake reads the same answers from it.
    """
    practice = parameters()["practice"]
    start = parameters()["seed"] if seed is None else seed
    rng = np.random.default_rng([start, 3])
    values, replies = batch.values.copy(), batch.replies.copy()
    number = len(values)
    for name, write in _ODD.items():
        rows = np.flatnonzero(rng.random(number) < practice["odd"])
        values.loc[rows, name] = values.loc[rows, name].map(write)
    informal = (replies["language"] == "de") & (rng.random(number) < practice["odd"])
    replies.loc[informal, "language"] = "de-informal"
    twice = np.flatnonzero((rng.random(number) < practice["twice"]) & replies["completed"])
    earlier = _earlier(batch, twice, rng)
    return Batch(
        pd.concat([earlier.values, values], ignore_index=True),
        pd.concat([earlier.states, batch.states], ignore_index=True),
        pd.concat([earlier.replies, replies], ignore_index=True),
    )


def _earlier(
    batch: Batch, rows: "np.ndarray[tuple[int, ...], np.dtype[np.int64]]", rng: np.random.Generator
) -> Batch:
    """Return earlier replies of some institutions: half of them broke off, half said otherwise."""
    values = batch.values.iloc[rows].reset_index(drop=True).copy()
    states = batch.states.iloc[rows].reset_index(drop=True).copy()
    replies = batch.replies.iloc[rows].reset_index(drop=True).copy()
    broke = rng.random(len(rows)) < 0.5
    late = [name for name in values.columns if name.startswith(("w_", "v_", "r_", "s_", "q_"))]
    values.loc[broke, late] = None
    states.loc[broke, late] = NOT_SHOWN
    said = states["i_hw_dev"] == ANSWERED
    values.loc[~broke & said, "i_hw_dev"] = "1"
    moments = pd.to_datetime(replies["submitted"]) - pd.Timedelta(days=3)
    replies["submitted"] = moments.dt.strftime("%Y-%m-%d %H:%M").astype(object)
    replies["completed"] = ~broke
    return Batch(values, states, replies)


def _finished(batch: Batch) -> Batch:
    done = batch.replies["completed"].to_numpy(dtype=bool)
    parts: list[DataFrame] = [
        one[done].reset_index(drop=True) for one in (batch.values, batch.states, batch.replies)
    ]
    return Batch(*parts)


def _thousands(text: str) -> str:
    return f"{text[:-3]}’{text[-3:]}" if len(text) > 3 else f"{text}.0"


_ODD: Final[dict[str, Callable[[str], str]]] = {
    "id_inst": lambda text: text.lower().replace("-", " "),
    "npa": lambda text: f"CH-{text}",
    "n_ben": _thousands,
    "n_pro": lambda text: f"{text},0",
}
