"""What reference programs gave for well-known examples, and official boundaries, read once."""

import os
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest

from divide.tidy.boundaries import tidy_boundaries


@pytest.fixture(scope="session")
def oracles(mirror: Path) -> Path:
    """Return the published examples beside the mirror; without them, skip aloud or fail."""
    folder = mirror.resolve().parent / "oracles"
    if folder.is_dir():
        return folder
    reason = "no published examples beside DIVIDE_MIRROR"
    if os.environ.get("DIVIDE_REQUIRE_MIRROR") == "1":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def drawn(mirror: Path) -> gpd.GeoDataFrame:
    """Return the official boundaries of 2023 and 2024 with cantons and lakes."""
    folder = mirror / "bfs_boundaries"
    lakes = [folder / "set2025" / f"k4seenyyyymmdd{size}_ch2007Poly.shp" for size in ("11", "22")]
    cantons = folder / "set2025" / "K4kant20220101gf_ch2007Poly.shp"
    editions = [
        tidy_boundaries(
            folder / day / f"K4polg{day.replace('-', '')}gf_ch2007Poly.shp",
            lakes,
            cantons,
            edition=day,
        )
        for day in ("2023-01-01", "2024-01-01")
    ]
    key = ["place_level", "place", "register_date"]
    both = pd.concat(editions).drop_duplicates(key)
    return gpd.GeoDataFrame(both.sort_values(key, ignore_index=True), crs=2056)


@pytest.fixture(scope="session")
def communes_2024(drawn: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the 2,131 communes of 2024-01-01."""
    rows = drawn["place_level"].eq("commune") & drawn["register_date"].eq("2024-01-01")
    return drawn[rows].reset_index(drop=True)


@pytest.fixture(scope="session")
def lakes_2024(drawn: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the 37 lakes."""
    rows = drawn["place_level"].eq("lake") & drawn["register_date"].eq("2024-01-01")
    return drawn[rows].reset_index(drop=True)
