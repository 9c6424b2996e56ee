"""Every notebook runs on the embedded default and leaves a page; some on the official files too."""

import re
import shutil
from pathlib import Path

import pytest

from divide import paths
from divide.report.notebooks import export_notebook

FOLDER = paths.PACKAGE.parent.parent / "notebooks"
# The first one has tests of its own.
OTHERS = sorted(path.stem for path in FOLDER.glob("*.py") if not path.stem.startswith("01"))

# What a page must say, worked out beside it. A page that stops saying it has lost a step.
SAID = {
    "02_places_through_time": [
        # 20,430 + 3,157 + 112 + 655 people; Baden's 20,430 find a place by number.
        "Joined by number: 3 924 of 24 354 people are gone",
    ],
    "04_exclusion_risk": [
        # BFS, px-x-1604000000_106, 2021: 95.6 ± 0.7 % online.
        "Everyone asked 4.4 % 3.7–5.1 %",
        "in the country 4.4 %",
        # METHOD 4.0: τ = 0.30, no canton is told from the country.
        "0 at τ = 0.3.",
        # No table splits 60 and over.
        "80 and over no rate is published cannot tell cannot tell",
        # 26 · 25 / 2 pairs.
        "0.3 325 1 0 26 not possible",
    ],
    "05_visibility_ladder": [
        # 81.6 % of people 80+ in Uri live in private households.
        "Fewest stand on L2 In a private household: 18.4 % do not.",
        # .87 + .80 − 1, and .87 · .80.
        "Suppose L2 = 87 % and L3 = 80 % 67.0 % 80.0 %",
        "The tempting product of these two 69.6 % 69.6 %",
        # Rates .2 and .6 in two halves of 100 homes: S = .2 √(100/99).
        "R-indicator: 1 − 2 × 0.201 = 0.60.",
        "Counts by commune come from official files",
    ],
    "06_invisible_minorities": [
        # VD: 1 − .906; 35,765 / .906 · .094; and times the 11.2 % offline of 60+.
        "At least, if no better off 1.1 % 416 At most 9.4 % 3 710",
        "39 476 people",
        "ranks places, and no rank set stands behind it",
        "is worded too strongly",
        "no sentence is. Speak of the place above it.",
        # Eurostat asks 16 to 74, BFS 15 to 88.
        "95.6 % (94.9 % to 96.3 %); BFS 2021 98.1 %; Eurostat 2021",
    ],
    "07_sensitivity": [
        "Measure this first",
        "Left if all others are known",
        # A score of 0 to 100 says 6 to 9; nothing is told at τ = .15.
        "Rank online, τ = 0.15 1 to 26 1 to 26",
        "Hot spots are sought in measured quantities only",
        "Communes come from official files, not in the default.",
    ],
}


def exported(name: str, home: Path, source: Path, mirror: Path | None) -> str:
    """Run a notebook in a home of its own, on tables built before; return what its page says."""
    shutil.copytree(source / "data", home / "data")
    (home / "notebooks").mkdir()
    shutil.copy(FOLDER / f"{name}.py", home / "notebooks")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DIVIDE_HOME", str(home))
        if mirror:
            patch.setenv("DIVIDE_MIRROR", str(mirror))
        else:
            patch.delenv("DIVIDE_MIRROR", raising=False)
        page = export_notebook(name[:2])
    html = re.sub(r"<(script|style).*?</\1>", " ", page.read_text("utf-8"), flags=re.S)
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


@pytest.mark.parametrize("name", OTHERS)
def test_it_runs_on_the_embedded_default(name: str, built_default: Path, tmp_path: Path) -> None:
    told = exported(name, tmp_path, built_default, None)
    assert "What this page does not show" in told
    assert [said for said in SAID.get(name, []) if said not in told] == []
    # A figure that is not a number would show as one of these words.
    assert not re.search(r"\b(nan|NaN|inf|None|<NA>)\b", told)


@pytest.mark.mirror
def test_places_through_time_on_the_official_files(
    built_official: Path, mirror: Path, tmp_path: Path
) -> None:
    told = exported("02_places_through_time", tmp_path, built_official, mirror)
    wrong, _, right = told.partition("Right: foreign residents, restated before dividing")
    # Of 50 communes of the Jura one has no figure by number; restated, every one has.
    assert "no value or not measured yet: 1 of 50" in wrong
    assert "no value" not in right


@pytest.mark.mirror
def test_what_communes_hide_and_where_they_cluster(
    built_official: Path, mirror: Path, tmp_path: Path
) -> None:
    ladder = exported("05_visibility_ladder", tmp_path / "ladder", built_official, mirror)
    hidden = re.search(r"Uri: at least (\d+), at most ([\d ]+), in 12 of 19 communes", ladder)
    assert hidden is not None
    least, most = (int(one.replace(" ", "")) for one in hidden.groups())
    # Of the twelve, those that hide their count add five each; one that told nothing, everybody.
    assert least < most
    spots = exported("07_sensitivity", tmp_path / "spots", built_official, mirror)
    table = re.search(r"borders nearest both agree (.*?) What this page does not show", spots)
    assert table is not None
    kinds = ["high among high", "high among low", "low among high", "low among low"]
    number = r"(\d+(?: \d{3})*)"
    found = [
        re.search(f"{kind} {number} {number} {number}", table[1])
        for kind in [*kinds, "no hot spot", "cannot tell"]
    ]
    counts = [[int(one.replace(" ", "")) for one in row.groups()] for row in found if row]
    # Every one of the 2,131 communes is of one kind, under either way to be neighbours.
    assert [sum(row[at] for row in counts) for at in (0, 1)] == [2131, 2131]
    assert all(row[2] <= min(row[:2]) for row in counts)
