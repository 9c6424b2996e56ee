"""WMS GetFeatureInfo: what the broadband atlas says at one point.

Only ever with the address of an institution, never with a beneficiary's: a question to a
public service leaves the house.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from divide import catalog
from divide.errors import BadAnswerError, FactsError, SourceChangedError, SourceError
from divide.fetch import entries, http
from divide.fetch.channel import Fetched, Report

_OPTIONS: Final = ("layers", "points", "edition")
# The country's bounding box in LV95 (EPSG:2056), in metres.
_EAST: Final = (2_485_000, 2_834_000)
_NORTH: Final = (1_075_000, 1_296_000)
_SIDE, _PIXELS = 200, 1000
_CELL: Final = 250.0


@dataclass(frozen=True)
class Reading:
    """
    What a layer says at a point.

    Attributes
    ----------
    low, high
        Share of buildings served, 0 to 1, above `low` up to `high`; None where the layer
        counts operators, or says nothing.
    words
        How many operators, on mobile layers: `all_3` or `fewer_than_3`.
    status
        `observed`; `missing` where the atlas has no data, which is never 0.
    """

    layer: str
    low: float | None
    high: float | None
    words: str
    status: str


def fetch(
    options: entries.Options,
    folder: Path,
    policy: http.Policy,
    *,
    report: Report | None = None,
) -> Fetched:
    """
    Bring the answers for some points, one file for each point and layer.

    Parameters
    ----------
    options
        `url`, `layers` (ids), `points` (a list of `name`, `east`, `north` in LV95:
        institutions only, never a beneficiary's address); optional `edition`, the day of
        the atlas.

    Returns
    -------
    Fetched
        Files by `<point>.<layer>`, as received, and `points`: the points asked about.

    Raises
    ------
    FactsError
        If a point lies outside Switzerland.
    """
    entries.check(options, _OPTIONS)
    layers, points = entries.texts(options, "layers"), options.get("points") or []
    if not layers or not points:
        raise FactsError("Channel 'wms' needs 'layers', from the YAML, and 'points', from a file.")
    for point in points:
        _inside(*_place(point))
    files, answers = {}, []
    for point in points:
        for layer in layers:
            path = entries.target(folder, f"{point['name']}.{layer}.json")
            ask = _ask(options, layer, point)
            answers.append(_bring(ask, layer, path, policy, report=report))
            read_answer(path.read_bytes(), layer, *_place(point))
            files[path.stem] = path
    files["points"] = entries.target(folder, "points.json")
    asked = json.dumps({"layers": layers, "points": points})
    entries.keep(asked.encode(), files["points"], policy)
    told = options.get("edition")
    edition, notes = entries.dated(answers[-1], str(told) if told else None)
    return Fetched(files, tuple(answers), edition, None, notes)


def read_point(
    options: entries.Options, layer: str, east: float, north: float, policy: http.Policy
) -> Reading:
    """
    Ask one layer about the address of an institution, never of a beneficiary.

    Parameters
    ----------
    options
        `url` of the service.
    east, north
        LV95, in metres.
    """
    _inside(east, north)
    try:
        body, _ = http.read(
            _ask(options, layer, {"east": east, "north": north}), http.Promise("json"), policy
        )
    except SourceError as error:
        raise _explain(error, layer) from error
    return read_answer(body, layer, east, north)


def read_answer(body: bytes, layer: str, east: float, north: float) -> Reading:
    """
    Read the answer for one point: an empty list is "no data", never 0.

    Raises
    ------
    BadAnswerError
        If the answer speaks of another layer or place.
    SourceChangedError
        If its class is unknown.
    """
    found = entries.parse_json(body, layer)
    features = found.get("features") if isinstance(found, dict) else None
    if not isinstance(features, list) or found.get("name", layer) != layer:
        raise BadAnswerError(f"Layer {layer} answered something else ({_head(body)}). Try again.")
    if not features:
        return Reading(layer, None, None, "", "missing")
    values = {str((one.get("properties") or {}).get("value_0")) for one in features}
    if any(not _near(one, east, north) for one in features):
        raise BadAnswerError(f"Layer {layer} answered for another place. Try again.")
    legend = catalog.facts("coverage")
    mobile = layer.startswith(legend["mobile"])
    known: Mapping[str, Any] = legend["operators" if mobile else "shares"]
    if len(values) != 1 or not values <= known.keys():
        raise SourceChangedError(
            f"Layer {layer} answered class {', '.join(sorted(values))}; known are "
            f"{', '.join(known)}. Read its legend before using it."
        )
    value = values.pop()
    if mobile:
        return Reading(layer, None, None, known[value], "observed")
    low, high = known[value]
    return Reading(layer, low, high, "", "observed")


def _ask(options: entries.Options, layer: str, point: Mapping[str, Any]) -> http.Ask:
    """Ask about the middle of a square; JSON is only given for one layer a call."""
    east, north = _place(point)
    box = (east - _SIDE, north - _SIDE, east + _SIDE, north + _SIDE)
    fixed = {
        "SERVICE": "WMS",
        "VERSION": "1.3.0",
        "REQUEST": "GetFeatureInfo",
        "LAYERS": layer,
        "QUERY_LAYERS": layer,
        "INFO_FORMAT": "application/json",
        "I": str(_PIXELS // 2),
        "J": str(_PIXELS // 2),
        "WIDTH": str(_PIXELS),
        "HEIGHT": str(_PIXELS),
        "CRS": "EPSG:2056",
        "BBOX": ",".join(f"{side:.2f}" for side in box),
    }
    return http.Ask(entries.text(options, "url"), query=tuple(fixed.items()))


def _bring(
    ask: http.Ask, layer: str, path: Path, policy: http.Policy, *, report: Report | None
) -> http.Answer:
    try:
        return entries.bring(ask, path, http.Promise("json"), policy, report=report)
    except SourceError as error:
        raise _explain(error, layer) from error


def _explain(error: SourceError, layer: str) -> SourceError:
    if "No GeoTable" in entries.said(error) or "No GeoTable" in str(error):
        return BadAnswerError(
            f"Layer {layer} has no GeoTable: coverage layers are rasters, which 'identify' "
            "cannot ask. Point 'url' to the WMS (GetFeatureInfo), or mend the layer's id."
        )
    return error


def _place(point: Mapping[str, Any]) -> tuple[float, float]:
    try:
        return float(point["east"]), float(point["north"])
    except (KeyError, TypeError, ValueError) as error:
        raise FactsError(f"Point {point!r} needs 'east' and 'north' in LV95 metres.") from error


def _inside(east: float, north: float) -> None:
    if _EAST[0] <= east <= _EAST[1] and _NORTH[0] <= north <= _NORTH[1]:
        return
    swapped = _EAST[0] <= north <= _EAST[1] and _NORTH[0] <= east <= _NORTH[1]
    hint = "East and north are swapped." if swapped else "Give LV95 metres (EPSG:2056)."
    raise FactsError(f"Point {east:.0f} / {north:.0f} is not in Switzerland. {hint}")


def _near(feature: Mapping[str, Any], east: float, north: float) -> bool:
    """Check that the answer lies within one cell of the point; without a place it passes."""
    place = (feature.get("geometry") or {}).get("coordinates")
    if not isinstance(place, list) or len(place) < 2:
        return True
    return bool(abs(place[0] - east) <= _CELL and abs(place[1] - north) <= _CELL)


def _head(body: bytes) -> str:
    return json.dumps(body[:80].decode("utf-8", errors="replace"), ensure_ascii=False)
