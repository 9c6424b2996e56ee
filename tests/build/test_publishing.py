"""One step from estimates to what may be shown; canaries planted in the answers stay inside."""

import gzip
import logging
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from divide import releases
from divide.build.publishing import publish, publish_named
from divide.errors import DisclosureError
from divide.measure.disclosure.rules import Item
from divide.report.exports import write_files
from divide.show import exhibits

from ..measure.canary import Canaries, leaks
from ..measure.surveys import figures_of, survey

ITEMS = {"clients": Item("count", "quasi")}
LEVELS = [("country", False), ("country", True), ("language_region", True), ("canton", False)]
TODAY = date(2026, 11, 25)
# An institution whose name and size would be recognised, alone in its canton.
PLANTED = Canaries(["Foyer Canari-Zéphyr"], [48271])


def confidential() -> pd.DataFrame:
    """Return answers in which a canary is alone in Jura and dominates the country's youth."""
    answers = survey(5, institutions=150, cantons=8, types=3)
    canary = answers.iloc[:1].assign(
        institution=PLANTED.names[0],
        canton="JU",
        language_region="fr",
        type="youth",
        persons=float(PLANTED.numbers[0]),
        value=float(PLANTED.numbers[0]),
    )
    return pd.concat([answers, canary], ignore_index=True)


def test_the_second_release_knows_the_first(home: Path) -> None:
    answers = survey(5, institutions=150, cantons=8, types=3)
    figures = figures_of(answers, LEVELS)
    first = publish(figures.iloc[:3], answers, ITEMS, today=TODAY)
    second = publish(figures, answers, ITEMS, today=TODAY)
    again = publish(figures, answers, ITEMS, today=date(2026, 12, 1))
    assert (first.release, second.release, again.release) == ("r0001", "r0002", "r0002")
    assert again.digest == second.digest
    assert len(releases.read()) == 2


def test_what_is_refused_is_not_registered(home: Path) -> None:
    answers = survey(5, institutions=150, cantons=8, types=3)
    figures = figures_of(answers, LEVELS).assign(group="size:small")
    with pytest.raises(DisclosureError):
        publish(figures, answers, ITEMS, today=TODAY)
    assert releases.read() == ()


def test_named_answers_pass_the_same_register(home: Path) -> None:
    answers = survey(5, institutions=150, cantons=8, types=3)
    rows = answers.iloc[:1].assign(status="observed", source="demonstration_survey", edition="2026")
    columns = ["indicator", "institution", "year", "value", "status", "source", "edition"]
    told = publish_named(rows[columns], answers, ITEMS, consents={"I-0000": "named"}, today=TODAY)
    assert told.frame["institution"].tolist() == ["I-0000"]
    assert [one.kind for one in releases.read()] == ["named"]


def leave(folder: Path, answers: pd.DataFrame) -> None:
    """Let figures leave in every way there is: register, files, notebook figure, log."""
    log = logging.FileHandler(folder / "run.log", encoding="utf-8")
    root = logging.getLogger()
    level = root.level
    root.addHandler(log)
    root.setLevel(logging.DEBUG)
    try:
        told = publish(figures_of(answers, LEVELS), answers, ITEMS, today=TODAY)
        write_files(told, folder / "files", "clients")
        rows = told.frame.assign(table=None, low=np.nan, high=np.nan)
        rows = rows[rows["place_level"] == "canton"]
        names = {place: place for place in rows["place"]}
        shown = exhibits.lines(rows, by="place", names=names, title="Clients", unit="persons")
        page = shown.figure.to_html(include_plotlyjs=False) + shown.table
        (folder / "page.html").write_text(page, encoding="utf-8")
        (folder / "page.html.gz").write_bytes(gzip.compress(page.encode()))
        with pytest.raises(DisclosureError) as refused:
            publish(figures_of(answers, [("canton", True)]), answers, ITEMS, today=TODAY)
        logging.getLogger("divide").error("%s", refused.value)
    finally:
        root.removeHandler(log)
        root.setLevel(level)
        log.close()


def test_no_byte_that_leaves_holds_a_canary(home: Path) -> None:
    leave(home, confidential())
    written = sorted(path.suffix for path in home.rglob("*") if path.is_file())
    assert {".csv", ".xlsx", ".parquet", ".json", ".jsonl", ".html", ".gz", ".log"} <= set(written)
    assert leaks(home, PLANTED) == []


def test_one_planted_leak_makes_it_fail(home: Path) -> None:
    """The same answers, written without the gate, are found."""
    answers = confidential()
    leave(home, answers)
    figures_of(answers, LEVELS).to_parquet(home / "unprotected.parquet")
    assert leaks(home, PLANTED) == [f"unprotected.parquet: {PLANTED.numbers[0]}"]
    answers.tail(1).to_csv(home / "answers.csv", index=False)
    assert f"answers.csv: {PLANTED.names[0]}" in leaks(home, PLANTED)


def test_a_figure_of_the_survey_is_not_drawn_without_the_gate(home: Path) -> None:
    rows = figures_of(confidential(), [("canton", False)]).assign(table=None, low=0.0, high=1.0)
    with pytest.raises(DisclosureError, match="in no release"):
        exhibits.lines(rows, by="place", names={"VD": "Vaud"}, title="Clients", unit="persons")
