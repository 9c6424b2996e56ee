"""What the federal coverage layers say at the addresses of institutions."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from pandas import DataFrame

from divide import catalog
from divide.errors import SourceChangedError, SourceError

SOURCE: Final = "bakom_coverage"
COLUMNS: Final = (
    *("institution", "layer", "east", "north", "low", "high", "operators"),
    *("status", "source", "edition"),
)


def tidy_coverage(files: Mapping[str, Path], *, edition: str) -> DataFrame:
    """
    List what each layer says at each point that was asked about.

    Parameters
    ----------
    files
        `points`: what was asked; `<point>.<layer>`: the answer of one layer at one point.

    Returns
    -------
    DataFrame
        One row per institution and layer. Fixed lines: the share of buildings of its cell
        of 250 m that are served lies above `low` and up to `high`, 0 to 1. Mobile layers:
        `operators`. Where the layer has no data, `status` is missing: that is never 0.

    Raises
    ------
    SourceError
        If a file is missing or cannot be read.
    SourceChangedError
        If a class is not one of the legend.
    """
    asked = _read(files, "points")
    rows = [
        {
            "institution": str(point["name"]),
            "layer": str(layer),
            "east": float(point["east"]),
            "north": float(point["north"]),
            **_reading(_read(files, f"{point['name']}.{layer}"), str(layer)),
        }
        for point in asked["points"]
        for layer in asked["layers"]
    ]
    frame = DataFrame(rows).assign(source=SOURCE, edition=edition)
    texts = dict.fromkeys(("institution", "layer", "operators", "status", "edition"), "str")
    numbers = dict.fromkeys(("low", "high"), "float64")
    ordered = frame[list(COLUMNS)].astype(texts | numbers)
    return ordered.sort_values(["institution", "layer"], ignore_index=True)


def _reading(found: Any, layer: str) -> dict[str, Any]:
    """Turn the classes of an answer into a band of shares, or a number of operators."""
    legend = catalog.facts("coverage")
    known = legend["operators" if layer.startswith(legend["mobile"]) else "shares"]
    classes = {str(one["properties"]["value_0"]) for one in found["features"]}
    if not classes:
        return {"low": None, "high": None, "operators": None, "status": "missing"}
    if len(classes) != 1 or not classes <= set(known):
        raise SourceChangedError(
            f"Layer {layer} has class {', '.join(sorted(classes))}, its legend knows "
            f"{', '.join(known)}. Read its legend, mend facts/coverage.yml."
        )
    value = known[classes.pop()]
    if isinstance(value, str):
        return {"low": None, "high": None, "operators": value, "status": "observed"}
    return {"low": value[0], "high": value[1], "operators": None, "status": "observed"}


def _read(files: Mapping[str, Path], role: str) -> Any:
    try:
        return json.loads(files[role].read_text(encoding="utf-8-sig"))
    except (KeyError, OSError, ValueError) as error:
        raise SourceError(
            f"The answer '{role}' of {SOURCE} cannot be read ({error!r}). Fetch the points again."
        ) from error
