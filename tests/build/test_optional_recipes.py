"""Tables without a default: made from the sources at hand, each place and event once."""

from collections.abc import Callable

from divide import catalog, schemas
from divide.build import Inputs, optional_recipes
from divide.build.recipe_list import RECIPES
from divide.fetch.snapshots import Snapshot


def inputs(*found: Snapshot) -> Inputs:
    return Inputs({one.source: one for one in found}, None)


def test_languages_stand_beside_communes(snapshot: Callable[..., Snapshot]) -> None:
    """Both flows count the same residents; the source tells their rows apart."""
    head = "TIME_PERIOD,OBS_VALUE,OBS_STATUS\n"
    statpop = f"DATAFLOW,GEO,SEX,ZIVL,AGE5,FREQ,{head}F,8100,_T,_T,_T,A,2025,9,A\n"
    names = "POPULATION_TYPE,REG_LING,NATIONALITY_CATEGORY,SEX,AGE"
    language = f"DATAFLOW,{names},FREQ,{head}F,1,_T,_T,_T,_T,A,2025,9,A\n"
    frame = optional_recipes.population_age(
        inputs(
            snapshot("bfs_statpop", "2025-01-01", main=statpop),
            snapshot("bfs_statpop_language", main=language),
        )
    )
    assert len(schemas.check(frame, "population_age")) == 2


def test_every_source_has_its_table_and_every_indicator_its_source() -> None:
    """No source is fetched in vain, and what a table needs is described."""
    used = {source for recipe in RECIPES.values() for source in recipe.sources}
    typed = {"forum_alterspolitik", "published_rates"}
    # Files to be laid over communes, which no table holds cell by cell.
    rasters = {name for name, one in catalog.sources().items() if _is_raster(one)}
    assert rasters == {"bakom_mobile_4g", "bakom_mobile_5g"}
    assert set(catalog.sources()) - used - rasters == typed


def _is_raster(source: catalog.Source) -> bool:
    return any(one.options.get("format") == "tif" for one in source.channels)
