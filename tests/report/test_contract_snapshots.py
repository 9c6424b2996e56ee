"""
The contract of what is heard: golden accessibility trees, one a language and page.

Renew them after a change of words or figures, and read the difference before committing it:
DIVIDE_RENEW_SNAPSHOTS=1 pytest tests/report/test_contract_snapshots.py
"""

import os
import re
from difflib import unified_diff
from pathlib import Path
from typing import Any

import pytest

from divide import terms

pytestmark = pytest.mark.browser

SNAPSHOTS = Path(__file__).parent / "snapshots"
RENEW = "DIVIDE_RENEW_SNAPSHOTS"


def heard(tab: Any) -> str:
    """Return the accessibility tree of what is in sight, without CSV; a row tells its cells."""
    tree = tab.page.locator("main").aria_snapshot()
    tree = re.sub(r"(/url: )\"?data:text/csv.*", r"\1data:text/csv", tree)
    cells = re.compile(r" *- (?:cell|rowheader|columnheader)\b")
    return "".join(f"{one}\n" for one in tree.splitlines() if not cells.match(one))


@pytest.mark.parametrize("lang", terms.LANGUAGES)
@pytest.mark.parametrize("page", ["index", "VD"])
def test_a_page_sounds_as_it_did(default_pages: Any, page: str, lang: str, open_tab: Any) -> None:
    tab = open_tab(default_pages.path(page))
    tab.choose(lang)
    now, path = heard(tab), SNAPSHOTS / f"{page}.{lang}.txt"
    assert now.count("heading") > 10
    assert "[checked]" in now
    if os.environ.get(RENEW) == "1":
        path.write_text(now, encoding="utf-8", newline="\n")
    before = path.read_text(encoding="utf-8") if path.exists() else ""
    moved = unified_diff(before.splitlines(), now.splitlines(), "before", "now", "", "", 1, "")
    assert now == before, "\n".join([*moved, f"If this is meant: {RENEW}=1 pytest {__file__}"])


def test_no_snapshot_is_left_over() -> None:
    wanted = {f"{page}.{lang}.txt" for page in ("index", "VD") for lang in terms.LANGUAGES}
    assert {path.name for path in SNAPSHOTS.iterdir()} == wanted


def test_a_changed_number_or_a_lost_heading_is_heard(
    default_pages: Any, open_tab: Any, tmp_path: Path
) -> None:
    trees = []
    html = default_pages.html("VD")
    changes = [("", ""), ("<h1>Vaud", "<h1>Vaut"), ("<h2", "<h3"), ("<b>14</b>", "<b>41</b>")]
    for number, (old, new) in enumerate(changes):
        path = tmp_path / f"{number}.html"
        path.write_text(html.replace(old, new) if old else html, encoding="utf-8")
        trees.append(heard(open_tab(path)))
    assert len(set(trees)) == len(changes)
