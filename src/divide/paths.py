"""Where things are: the study's home, its data, the package's facts."""

import os
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent
FACTS = PACKAGE / "facts"
_BASELINE = Path("data", "raw", "baseline")


def home() -> Path:
    """
    Find the folder that holds `data/` and `reports/`.

    In order: the environment's `DIVIDE_HOME`; the nearest folder at or above the
    working directory with an embedded default; the checkout the package is
    installed from; the working directory.
    """
    named = os.environ.get("DIVIDE_HOME")
    if named:
        return Path(named).expanduser().resolve()
    here = Path.cwd()
    for folder in (here, *here.parents, PACKAGE.parent.parent):
        if (folder / _BASELINE).is_dir():
            return folder
    return here


def baseline() -> Path:
    """Find the embedded default: in the home, in the checkout, else in the wheel."""
    for folder in (home() / _BASELINE, PACKAGE.parent.parent / _BASELINE):
        if folder.is_dir():
            return folder
    return PACKAGE / "baseline"


def raw() -> Path:
    """Return the folder of files as received: `<source>/<edition>/<file>`."""
    return home() / "data" / "raw"


def processed() -> Path:
    """Return the folder of built tables."""
    return home() / "data" / "processed"


def reports() -> Path:
    """Return the folder of finished pages."""
    return home() / "reports"


def notebooks() -> Path:
    """Return the folder of notebooks, in the home or in the checkout."""
    own = home() / "notebooks"
    return own if own.is_dir() else PACKAGE.parent.parent / "notebooks"


def mirror() -> Path | None:
    """
    Return the folder of official files beside data/raw, or None.

    It is laid out like `data/raw`: named by `DIVIDE_MIRROR`, else the one that the last
    `divide build` remembered, as long as it is still there.
    """
    named = os.environ.get("DIVIDE_MIRROR")
    if named:
        return Path(named).expanduser().resolve()
    try:
        remembered = Path(_memory().read_text(encoding="utf-8").strip())
    except OSError:
        return None
    return remembered if remembered.is_dir() else None


def remember_mirror() -> None:
    """Keep the folder named by `DIVIDE_MIRROR`, so that later commands find the same files."""
    if os.environ.get("DIVIDE_MIRROR"):
        _memory().parent.mkdir(parents=True, exist_ok=True)
        _memory().write_text(str(mirror()), encoding="utf-8")


def forget_mirror() -> None:
    """Go back to the embedded default where nothing was fetched."""
    _memory().unlink(missing_ok=True)


def _memory() -> Path:
    return processed() / ".mirror"
