"""STAC (geo.admin.ch): the newest item of a collection, its asset by type and projection.

Names of assets change from year to year; their type, projection and checksum do not lie.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final
from urllib.parse import urljoin

from divide.errors import BadAnswerError, SourceChangedError, SourceError
from divide.fetch import entries, http
from divide.fetch.channel import Fetched, Report

_OPTIONS: Final = ("collection", "item", "date", "media", "epsg", "format")
_PAGES: Final = 200
# A multihash says its function and length first: 0x12 is sha2-256, 0x20 is 32 bytes.
_SHA256: Final = re.compile(r"1220([0-9a-f]{64})")


def fetch(
    options: entries.Options,
    folder: Path,
    policy: http.Policy,
    *,
    report: Report | None = None,
) -> Fetched:
    """
    Bring one asset of a collection's newest item.

    Parameters
    ----------
    options
        `url`, `collection`, `file`, `format` (zip, tif, json, csv …), `media` (the asset's
        type, such as application/x.shapefile+zip); optional `epsg` (2056 unless told),
        `item` (an id), `date` (how the item's day starts: a year, or a day).

    Returns
    -------
    Fetched
        One file, `main`, equal to the publisher's checksum where there is one. The edition
        is the item's day; `register_date: edition` makes it the map's day as well.
    """
    entries.check(options, _OPTIONS)
    items, answers = _items(options, policy)
    item = newest(items, options)
    asset = choose(item, options)
    sha256 = checksum(asset)
    path = entries.target(folder, entries.text(options, "file"))
    promise = entries.promise(options, entries.text(options, "format"), sha256=sha256)
    ask = http.Ask(urljoin(answers[-1].url, str(asset["href"])))
    answer = entries.bring(ask, path, promise, policy, report=report)
    told = entries.day(item_time(item)) or entries.day(asset.get("updated"))
    edition, notes = entries.dated(answer, told)
    if sha256 is None:
        notes = (*notes, "The publisher offers no sha256 for this file.")
    where = entries.register_date(options, edition)
    return Fetched({"main": path}, (*answers, answer), edition, where, notes)


def newest(items: list[dict[str, Any]], options: entries.Options) -> dict[str, Any]:
    """
    Return the newest item, of those that `item` or `date` leave.

    Raises
    ------
    SourceChangedError
        If none is left, or two are equally new: then `item` must say which.
    """
    name, start = options.get("item"), str(options.get("date", ""))
    fitting = [
        one
        for one in items
        if name in (None, one.get("id")) and (entries.day(item_time(one)) or "").startswith(start)
    ]
    times = [item_time(one) for one in fitting]
    if not fitting or times.count(max(times)) > 1:
        listed = ", ".join(str(one.get("id")) for one in (fitting or items)[:9])
        raise SourceChangedError(
            f"Collection {options.get('collection')}: {len(fitting)} items fit and none is the "
            f"newest alone. There are: {listed}. Mend 'item' or 'date' in the source's YAML."
        )
    return fitting[times.index(max(times))]


def item_time(item: Mapping[str, Any]) -> str:
    """Return an item's time; one that spans a period has no `datetime` but its end."""
    properties = item.get("properties") or {}
    names = ("datetime", "end_datetime", "start_datetime")
    return next((str(properties[name]) for name in names if properties.get(name)), "")


def choose(item: Mapping[str, Any], options: entries.Options) -> dict[str, Any]:
    """Return the one asset of the wanted type and projection."""
    media, epsg = entries.text(options, "media"), entries.number(options, "epsg", 2056)
    assets = [one for one in (item.get("assets") or {}).values() if isinstance(one, dict)]
    fitting = [one for one in assets if _is(one, media) and _projected(one, item, epsg)]
    if len(fitting) != 1:
        listed = "; ".join(f"{one.get('type')} {one.get('href')}" for one in assets)
        raise SourceChangedError(
            f"Item {item.get('id')}: {len(fitting)} assets are of type {media} in EPSG:{epsg}, "
            f"one was expected. It has: {listed or 'none'}. Mend 'media' in the source's YAML."
        )
    return fitting[0]


def checksum(asset: Mapping[str, Any]) -> str | None:
    """
    Return an asset's sha256, from either name it goes by.

    Examples
    --------
    >>> checksum({"file:checksum": "1220" + "AB" * 32}) == "ab" * 32, checksum({})
    (True, None)
    """
    told = {
        str(asset[name]).lower()
        for name in ("checksum:multihash", "file:checksum")
        if name in asset
    }
    if len(told) > 1:
        raise BadAnswerError(f"Asset {asset.get('href')} has two checksums. Try again later.")
    found = _SHA256.fullmatch(told.pop()) if told else None
    return found[1] if found else None


def _is(asset: Mapping[str, Any], media: str) -> bool:
    """Compare media types; parameters count only if they were asked for."""
    found = str(asset.get("type", "")).replace(" ", "").lower()
    wanted = media.replace(" ", "").lower()
    return found == wanted or (";" not in wanted and found.split(";")[0] == wanted)


def _projected(asset: Mapping[str, Any], item: Mapping[str, Any], epsg: int) -> bool:
    """Read the projection from the asset, from its item, or from the address."""
    for told in (asset, item.get("properties") or {}):
        # The extension's version 2 renamed proj:epsg to proj:code.
        code = told.get("proj:epsg") or str(told.get("proj:code") or "").removeprefix("EPSG:")
        if code:
            return str(code) == str(epsg)
    return bool(re.search(rf"(?<!\d){epsg}(?!\d)", str(asset.get("href", "")).rsplit("/", 1)[-1]))


def _items(
    options: entries.Options, policy: http.Policy
) -> tuple[list[dict[str, Any]], tuple[http.Answer, ...]]:
    """List all items, page by page, as long as `rel=next` leads to a page not yet seen."""
    collection = entries.text(options, "collection")
    ask: http.Ask | None = http.Ask(
        f"{entries.text(options, 'url')}/collections/{collection}/items"
    )
    items: list[dict[str, Any]] = []
    answers: list[http.Answer] = []
    seen: set[str] = set()
    while ask:
        if ask.url in seen or len(seen) == _PAGES:
            raise BadAnswerError(f"The pages of {collection} lead in a circle. Try again later.")
        seen.add(ask.url)
        page, answer = _page(ask, collection, options, policy)
        answers.append(answer)
        items += page["features"]
        following = [one for one in page.get("links") or [] if one.get("rel") == "next"]
        ask = http.Ask(urljoin(answer.url, following[0]["href"])) if following else None
    return items, tuple(answers)


def _page(
    ask: http.Ask, collection: str, options: entries.Options, policy: http.Policy
) -> tuple[dict[str, Any], http.Answer]:
    try:
        found, answer = entries.ask_json(ask, policy)
    except SourceError as error:
        if entries.status(error) == 404:
            raise entries.moved(options, f"There is no collection {collection} here.") from error
        raise
    if not isinstance(found, dict) or not isinstance(found.get("features"), list):
        raise SourceChangedError(f"{answer.url} lists no items. Look at the answer.")
    return found, answer
