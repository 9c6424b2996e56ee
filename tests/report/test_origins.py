"""Age on pages: figures too old, or editions behind their publisher's rhythm."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from divide import terms
from divide.report import origins
from divide.report.study import Study, load_study

# The ICT survey is every second year: an edition of December 2021 is behind after four years.
EDITION = "2021-12-15"


@pytest.fixture
def study(default_home: Path) -> Study:
    """Return the default's study, resting on one survey alone."""
    rows = pd.DataFrame(
        {"source": ["bfs_ict_skills"], "edition": [EDITION], "year": [2025], "table": ["x"]}
    )
    return replace(load_study(), origins=rows)


@pytest.mark.parametrize("lang", terms.LANGUAGES)
def test_each_reason_raises_the_banner(study: Study, lang: str) -> None:
    recent = replace(study, today=date(2025, 12, 1))
    assert origins.stale_banner(recent, lang) is None
    behind = origins.stale_banner(replace(study, today=date(2026, 1, 1)), lang)
    assert behind and f"px-x-1604000000_106 {EDITION}" in behind
    old = study.origins.assign(year=2021)
    stale = origins.stale_banner(replace(recent, origins=old), lang)
    assert stale and "2021" in stale and stale != behind


def test_the_default_is_old_and_says_so(default_home: Path) -> None:
    assert origins.stale_banner(load_study(today=date(2026, 11, 25)), "en")
