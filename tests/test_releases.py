"""The register: whole or not at all, sealed line by line, and the only proof of a figure."""

import json
import multiprocessing
import os
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from divide import releases
from divide.errors import DisclosureError
from divide.releases import Publishable, Release, register
from divide.report import downloads
from divide.show import classes, exhibits, html_tables


def release(value: float = 0.41, day: str = "2026-11-25") -> Release:
    """Return a release of one told and one hidden figure."""
    rows = pd.DataFrame(
        {
            "indicator": "phone_share",
            "group": "total",
            "place_level": "canton",
            "place": ["VD", "UR"],
            "year": 2026,
            "value": [value, None],
            "status": ["observed", "suppressed"],
            "source": "demonstration_survey",
            "edition": "2026",
            "coded": "",
        }
    )
    return Release("", day, "figures", {"phone_share|2026": "digest"}, rows)


def test_what_is_registered_comes_back(home: Path) -> None:
    first = releases.enter(release())
    second = releases.enter(release(0.5))
    assert (first.release, second.release) == ("r0001", "r0002")
    known = releases.read()
    assert [one.name for one in known] == ["r0001", "r0002"]
    assert [one.digest for one in known] == [first.digest, second.digest]
    assert known[0].answers == {"phone_share|2026": "digest"}
    pd.testing.assert_frame_equal(known[0].rows, first.frame, check_dtype=False)
    assert home in register.path().parents


def test_a_released_frame_that_was_changed_is_refused(home: Path) -> None:
    told = releases.enter(release())
    frame = told.frame
    frame.loc[0, "value"] = 0.99  # a copy: nothing happens to the release
    assert told.frame["value"].iloc[0] == 0.41
    told._rows.loc[0, "value"] = 0.99
    with pytest.raises(DisclosureError, match="changed after the gate"):
        _ = told.frame


@pytest.mark.parametrize(
    "harm",
    [
        lambda text: text.replace("0.41", "0.42", 1),  # a figure told otherwise
        lambda text: text[: len(text) // 2],  # cut
        lambda text: "".join(text.splitlines(keepends=True)[1:]),  # the first forgotten
        lambda text: "".join(reversed(text.splitlines(keepends=True))),
        lambda text: text.replace("2026-11-25", "2025-11-25", 1),
        lambda text: text + "[]\n",
    ],
)
def test_a_register_that_was_changed_stops_everything(home: Path, harm) -> None:  # type: ignore[no-untyped-def]
    for value in (0.41, 0.5, 0.6):
        told = releases.enter(release(value))
    path = register.path()
    path.write_text(harm(path.read_text(encoding="utf-8")), encoding="utf-8")
    for forbidden in (
        releases.read,
        lambda: releases.enter(release()),
        lambda: releases.admit(told),
    ):
        with pytest.raises(DisclosureError, match="damaged"):
            forbidden()


def test_a_crash_while_writing_leaves_the_register_as_it_was(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    releases.enter(release())
    before = register.path().read_bytes()

    def crash(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(os, "fsync", crash)
    with pytest.raises(OSError, match="disk full"):
        releases.enter(release(0.5))
    assert register.path().read_bytes() == before
    assert sorted(path.name for path in register.path().parent.iterdir()) == ["releases.jsonl"]


def enter(value: float) -> None:
    with releases.held():
        releases.enter(release(value))


def test_processes_that_release_at_once_wait_for_each_other(home: Path) -> None:
    context = multiprocessing.get_context("fork")
    workers = [context.Process(target=enter, args=(n / 10,)) for n in range(1, 7)]
    for one in workers:
        one.start()
    for one in workers:
        one.join(60)
    assert [one.name for one in releases.read()] == [f"r{n:04d}" for n in range(1, 7)]


def test_only_released_figures_of_the_survey_are_admitted(home: Path) -> None:
    told = releases.enter(release())
    frame = told.frame
    assert releases.admit(told).equals(frame)
    # Chosen, sorted, joined: each figure is still the one that was told.
    chosen = frame.iloc[::-1].merge(pd.DataFrame({"place": ["VD"], "name": ["Vaud"]}), on="place")
    assert releases.admit(chosen) is chosen
    for changed in (
        frame.assign(value=0.42),
        frame.assign(place="GE"),
        frame.assign(status="observed"),
        frame.assign(status=["observed", "missing"]),
        frame.drop(columns="year"),
        release(0.4142857).rows,
    ):
        with pytest.raises(DisclosureError, match="in no release"):
            releases.admit(changed)


def test_public_statistics_pass_as_they_are(home: Path) -> None:
    public = release(0.123).rows.assign(source="bfs_population")
    assert releases.admit(public) is public
    bare = pd.DataFrame({"value": [1]})
    assert releases.admit(bare) is bare
    mixed = pd.concat([public, release(0.9).rows])
    # Of two rows one is hidden and has no number: it tells nothing.
    with pytest.raises(DisclosureError, match="1 of 1 figures of the survey"):
        releases.admit(mixed)


def test_a_release_that_is_not_registered_is_refused(home: Path) -> None:
    forged = Publishable("r0001", release().digest, release().rows)
    with pytest.raises(DisclosureError, match="not in the register"):
        releases.admit(forged)


def test_pages_and_figures_ask_for_the_proof(home: Path) -> None:
    """`show` and `report` take no unproven figure: at the seams that maps, tables, files pass."""
    breaks = classes.Breaks((0,), (100,), 2)

    def seams(rows: pd.DataFrame) -> list[Callable[[], object]]:
        column = html_tables.Column("value", status="status")
        words = {"suppressed": "hidden"}
        heads = [("en", ["Value"])]
        return [
            lambda: classes.classify(rows, breaks),
            lambda: html_tables.table(rows, [column], caption="x", heads=heads, words=words),
            lambda: exhibits.table(rows[["value"]].fillna(0), caption="x", made_from=rows),
            lambda: downloads.to_csv(rows),
        ]

    for use in seams(release().rows.assign(table=None)):
        with pytest.raises(DisclosureError, match="in no release"):
            use()
    for use in seams(releases.enter(release()).frame.assign(table=None)):
        assert use() is not None


def test_the_register_holds_what_was_told_and_no_more(home: Path) -> None:
    releases.enter(release())
    raw = json.loads(register.path().read_text(encoding="utf-8"))
    assert set(raw) == {"release", "day", "kind", "answers", "digest", "after", "columns", "rows"}
    assert raw["rows"][1][5] is None
