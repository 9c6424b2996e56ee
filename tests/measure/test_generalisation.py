"""Lighter boundaries: borders simplified once, no place lost, land without its lakes."""

import geopandas as gpd
import pytest
import shapely
from shapely.geometry import Point, Polygon, box
from shapely.geometry.base import BaseGeometry

from divide.errors import MethodError
from divide.measure.coverages import coverage_faults
from divide.measure.generalisation import simplify_coverage, without_lakes


def layer(**shapes: BaseGeometry) -> gpd.GeoDataFrame:
    named = [name.removeprefix("p") for name in shapes]
    return gpd.GeoDataFrame({"place": named}, geometry=list(shapes.values()), crs=2056)


def test_a_common_border_is_simplified_once() -> None:
    # The border bends by 10 m at its middle: a triangle of 500 × 10 / 2 = 2,500 m², 50 m square.
    west = Polygon([(0, 0), (500, 0), (510, 250), (500, 500), (0, 500)])
    east = Polygon([(1000, 0), (1000, 500), (500, 500), (510, 250), (500, 0)])
    for tolerance, kept in [(49, True), (51, False)]:
        found = simplify_coverage(layer(p0001=west, p0002=east), tolerance=tolerance)
        corners = [(510, 250) in shape.exterior.coords for shape in found.geometry]
        assert corners == [kept, kept]
        assert found["point"].isna().all()
        assert coverage_faults(found).empty


def test_a_place_that_collapses_keeps_a_point() -> None:
    # A disc of 50 m: of its corners three are left, a triangle of at most 3√3/4π = 41 % of it.
    disc = Point(0, 0).buffer(50)
    around = box(-500, -500, 700, 500).difference(disc)
    found = simplify_coverage(layer(p0001=disc, p0002=around), tolerance=200)
    tiny = found.set_index("place").loc["0001"]
    assert tiny.geometry.area < 0.42 * disc.area
    assert tiny["point"].within(disc)
    assert found.set_index("place").loc["0002", "point"] is None


def test_a_place_that_swells_keeps_a_point_too() -> None:
    # A chevron of 500 m² whose three tips lie on borders of others, and so stay: without the
    # corner between its arms, of 100 × 40 / 2 m², five times the area is left.
    left, notch, right, top = (0, 0), (50, 40), (100, 0), (50, 50)
    chevron = Polygon([left, notch, right, top])
    south = Polygon([(-100, 0), left, notch, right, (200, 0), (200, -100), (-100, -100)])
    west = Polygon([(-100, 0), left, top, (50, 200), (-100, 200)])
    east = Polygon([(50, 200), top, right, (200, 0), (200, 200)])
    places = layer(p0001=chevron, p0002=south, p0003=west, p0004=east)
    swollen = simplify_coverage(places, tolerance=45).set_index("place").loc["0001"]
    assert (chevron.area, swollen.geometry.area) == (500, 2500)
    assert swollen["point"].within(chevron)


def test_unsound_borders_are_refused() -> None:
    shifted = layer(p0001=box(0, 0, 9, 9), p0002=box(8, 0, 19, 9))
    with pytest.raises(MethodError, match="Borders of 0001, 0002 do not meet"):
        simplify_coverage(shifted, tolerance=1)


def test_lakes_are_cut_out_by_hand() -> None:
    # A lake of 0.2 × 0.5 km across the border of two, and one far away.
    places = layer(p0001=box(0, 0, 1e3, 1e3), p0002=box(1e3, 0, 2e3, 1e3))
    lakes = layer(p9050=box(900, 0, 1100, 500), p9040=box(9e3, 9e3, 9.1e3, 9.1e3))
    found = without_lakes(places, lakes)
    assert found["land_km2"].tolist() == pytest.approx([0.95, 0.95])
    assert found["lake_km2"].tolist() == pytest.approx([0.05, 0.05])
    assert found.area.tolist() == pytest.approx([0.95e6, 0.95e6])
    assert coverage_faults(found).empty
    assert places.area.tolist() == [1e6, 1e6]


def test_a_place_is_never_drowned() -> None:
    with pytest.raises(MethodError, match=r"\['0001'\] would be all lake"):
        without_lakes(layer(p0001=box(1, 1, 2, 2)), layer(p9050=box(0, 0, 9, 9)))
    with pytest.raises(MethodError, match="transform one of them"):
        without_lakes(layer(p0001=box(0, 0, 1, 1)), layer(p9050=box(0, 0, 1, 1)).to_crs(4326))


@pytest.mark.mirror
def test_no_commune_is_lost_at_any_tolerance(communes_2024: gpd.GeoDataFrame) -> None:
    collapsed = []
    for tolerance in (100, 1000, 5000):
        found = simplify_coverage(communes_2024, tolerance=tolerance)
        assert found["place"].tolist() == communes_2024["place"].tolist()
        assert not found.geometry.is_empty.any()
        assert shapely.coverage_is_valid(found.geometry.to_numpy())
        lost = found["point"].notna()
        ratio = found.area[~lost] / communes_2024.area[~lost]
        assert ratio.between(0.5, 2).all()
        assert found.loc[lost, "point"].within(communes_2024.geometry[lost]).all()
        collapsed.append(int(lost.sum()))
    # At 1 km the smallest communes go; at 100 m none does.
    assert collapsed[0] == 0 < collapsed[1] < collapsed[2]


@pytest.mark.mirror
def test_land_and_lakes_of_communes_add_up(
    communes_2024: gpd.GeoDataFrame, lakes_2024: gpd.GeoDataFrame
) -> None:
    found = without_lakes(communes_2024, lakes_2024)
    assert (found["land_km2"] > 0).all()
    whole = communes_2024.area.sum() / 1e6
    assert found["land_km2"].sum() + found["lake_km2"].sum() == pytest.approx(whole)
    # The large lakes are no part of any commune; of the small ones 43 km² are.
    assert found["lake_km2"].sum() == pytest.approx(43, abs=1)
    assert coverage_faults(found).empty
