"""One small request a source, to the real service: shows a moved address before a reader does."""

import os
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from divide import catalog
from divide.fetch import entries, explorer, http, pxweb, sources, stac

pytestmark = pytest.mark.live

FIRST = {one.id: one.channels[0] for one in catalog.sources().values() if one.channels}
# Channels whose first channel asks for little enough to be asked whole.
PALACE = {"name": "federal_palace", "east": 2600670.0, "north": 1199655.0}
SMALL: dict[str, dict[str, Any]] = {
    "sdmx": {"last": 1},
    "eurostat": {"since": 2025},
    "agvch": {"calls": ["snapshot"]},
    "wms": {"layers": ["ch.bakom.downlink100"], "points": [PALACE]},
}


@pytest.fixture
def live() -> None:
    """Ask real services only if told to; else skip aloud."""
    if os.environ.get("DIVIDE_LIVE") != "1":
        pytest.skip("DIVIDE_LIVE=1 is not set: no real service is asked")


def looked_up(channel: catalog.Channel, rules: http.Policy) -> Any:
    """Ask a service what it offers, without bringing the file itself."""
    options = channel.options
    url = entries.text(options, "url")
    if channel.kind == "dam":
        query = (("orderNr", options["order"]), ("lifecycleGroup", "CURRENT"), ("language", "de"))
        found, _ = entries.ask_json(http.Ask(f"{url}/assets", query=query), rules)
        # Unknown parameters are ignored there and answered with the whole catalogue.
        return [one for one in found["data"] if one["shop"]["orderNr"] == options["order"]]
    if channel.kind == "pxweb":
        cube, language = options["cube"], options.get("language", "de")
        found, _ = entries.ask_json(http.Ask(f"{url}/{language}/{cube}/{cube}.px"), rules)
        return pxweb.select(found["variables"], options.get("select") or {})
    if channel.kind == "stac":
        address = f"{url}/collections/{options['collection']}/items"
        found, _ = entries.ask_json(http.Ask(address, query=(("limit", "1"),)), rules)
        return [stac.choose(one, options) for one in found["features"]]
    if channel.kind == "explorer":
        found, _ = entries.ask_json(http.Ask(f"{url}/GC_listIndics.php?lang=de"), rules)
        return explorer.choose(found["content"], options)
    if channel.kind == "ckan":
        query = (("id", options["package"]),)
        found, _ = entries.ask_json(http.Ask(f"{url}/package_show", query=query), rules)
        return found["result"]["resources"]
    return None


@pytest.mark.usefixtures("live")
@pytest.mark.parametrize("name", sorted(FIRST))
def test_the_service_still_offers_the_source(name: str, tmp_path: Path) -> None:
    channel = FIRST[name]
    rules = replace(sources.policy(catalog.source(name)), tries=2, deadline=60.0)
    if channel.kind in ("dam", "explorer", "pxweb", "stac", "ckan"):
        assert looked_up(channel, rules), f"{name}: the service offers nothing by this name"
        return
    options = {**channel.options, **SMALL.get(channel.kind, {})}
    found = import_module(f"divide.fetch.{channel.kind}").fetch(options, tmp_path, rules)
    assert found.files or found.notes
    assert all(path.stat().st_size > 0 for path in found.files.values())
