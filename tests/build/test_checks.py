"""What `divide check` says of age: of every table, its years and its editions."""

from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from divide import catalog, tables
from divide.build import checks
from divide.build.recipe_list import RECIPES


def told(today: date) -> dict[str, str]:
    return {
        one["what"].removesuffix(" (age)"): one["told"]
        for one in checks.run_checks(today=today)
        if one["what"].endswith(" (age)")
    }


def test_every_built_table_knows_its_years_and_editions(default_home: Path) -> None:
    for name in RECIPES:
        if not tables.exists(name):
            continue
        made, frame = tables.provenance(name), tables.read(name)
        if "year" in frame:
            assert made["years"] == sorted(set(frame["year"])), name
        if {"source", "edition"} <= set(frame.columns):
            newest = frame.groupby("source")["edition"].max().to_dict()
            assert made["editions"] == newest, name
        assert any(checks.table_age(name)), name


def test_age_is_told_table_by_table(default_home: Path) -> None:
    early, late = told(date(2022, 1, 15)), told(date(2026, 11, 25))
    assert "internet_use" not in early
    # Figures of 2021, 59 months later; an edition of December 2021, every second year renewed.
    assert late["internet_use"] == (
        "its figures are of 2021; behind the publisher: bfs_ict_skills 2021-12-15"
    )
    # Eurostat's edition is of 2026 and its figures go to 2025.
    assert "international" not in late


@pytest.mark.parametrize(
    ("today", "state"), [(date(2024, 6, 1), None), (date(2026, 1, 1), "behind the publisher")]
)
def test_an_edition_may_be_behind_though_its_figures_are_not(
    home: Path, today: date, state: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = pd.DataFrame(
        {
            "indicator": ["households"], "group": ["total"], "place_level": ["country"],
            "place": ["CH"], "register_date": [None], "year": [2025], "value": [1.0],
            "status": ["observed"], "source": ["bfs_households"], "edition": ["2023-12-31"],
            "table": ["x"], "cell": ["A1"],
        }
    )  # fmt: skip
    assert catalog.source("bfs_households").rhythm_months == 12
    tables.write(rows, "households", provenance={})
    found = told(today).get("households")
    assert (found is None) == (state is None)
    assert found is None or state in found
