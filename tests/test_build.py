"""Tables are built in order, once, from what lies on the disk; damage stops the run whole."""

import json
import os
import shutil
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

import pandas as pd
import pytest

from divide import build, catalog, paths, schemas, tables, terms
from divide.build import signatures
from divide.build.recipe_list import RECIPES
from divide.errors import (
    FactsError,
    SchemaError,
    SourceChangedError,
    SourceError,
    TableError,
    UnknownNameError,
)

BASELINE = Path(__file__).resolve().parent.parent / "data" / "raw" / "baseline"
# A table that is worked out, and what it is made from, in the order of the list.
LIGHT = [
    *("places", "population", "living_arrangements", "internet_use", "social_assistance"),
    *("published_rates", "visibility"),
]


def built(home: Path) -> list[str]:
    """List what stands in the folder of built tables."""
    folder = home / "data" / "processed"
    return sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []


@pytest.fixture
def own_default(home: Path) -> Path:
    """Return a copy of the embedded default that a test may edit."""
    folder = home / "data" / "raw" / "baseline"
    shutil.copytree(BASELINE, folder)
    return folder


@pytest.fixture
def own_mirror(
    mirror: Path, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Path]:
    """Return a function that copies sources of the mirror into one that a test may spoil."""
    folder = tmp_path / "mirror"
    folder.mkdir()
    monkeypatch.setenv("DIVIDE_MIRROR", str(folder))

    def copy(*sources: str) -> Path:
        for source in sources:
            shutil.copytree(mirror / source, folder / source)
        for path in [folder, *folder.rglob("*")]:
            path.chmod(0o755 if path.is_dir() else 0o644)
        return folder

    return copy


# --- The list


def test_every_recipe_comes_after_what_it_is_made_from() -> None:
    seen: set[str] = set()
    for name, recipe in RECIPES.items():
        assert recipe.table == name
        assert set(recipe.tables) <= seen, name
        seen.add(name)
    assert seen == set(schemas.names())


def test_every_recipe_names_what_exists() -> None:
    declared = catalog.facts("baseline")
    for name, recipe in RECIPES.items():
        module, function = recipe.function.split(":")
        assert callable(getattr(import_module(module), function))
        assert set(recipe.sources) <= set(catalog.sources()), name
        assert recipe.baseline is None or recipe.baseline in declared
        # Without official files a table has a default, other tables, or is left out.
        assert recipe.baseline or recipe.tables or recipe.optional
    assert set(declared) == {recipe.baseline for recipe in RECIPES.values() if recipe.baseline}


# --- Up to date


def test_named_tables_bring_what_they_are_made_from(home: Path) -> None:
    told: list[str] = []
    assert build.bring_up_to_date(["visibility"], say=told.append) == LIGHT
    assert told == LIGHT
    assert built(home) == sorted(f"{n}.{end}" for n in LIGHT for end in ("meta.json", "parquet"))


def test_a_second_run_builds_nothing(home: Path) -> None:
    build.bring_up_to_date(["visibility"])
    before = {name: (home / "data/processed" / name).stat().st_mtime_ns for name in built(home)}
    assert build.bring_up_to_date(["visibility"]) == []
    after = {name: (home / "data/processed" / name).stat().st_mtime_ns for name in built(home)}
    assert after == before


def test_everything_is_built_once(default_home: Path) -> None:
    wanted = [name for name, recipe in RECIPES.items() if not recipe.optional]
    files = [f"{name}.{end}" for name in wanted for end in ("meta.json", "parquet")]
    register = [".releases.lock", "releases.jsonl"]  # of what the survey's table tells
    assert built(default_home) == sorted([*files, *register])
    assert build.bring_up_to_date() == []


def test_force_builds_the_named_tables_again(home: Path) -> None:
    build.bring_up_to_date(["visibility"])
    assert build.bring_up_to_date(["visibility"], force=True) == ["visibility"]


def test_changed_code_builds_again(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    build.bring_up_to_date(["visibility"])
    monkeypatch.setattr(signatures, "_code", lambda: "another version")
    assert build.bring_up_to_date(["visibility"]) == LIGHT


@pytest.mark.parametrize("lost", ["visibility.parquet", "visibility.meta.json"])
def test_a_table_that_is_not_whole_is_built_again(home: Path, lost: str) -> None:
    build.bring_up_to_date(["visibility"])
    (home / "data/processed" / lost).unlink()
    assert build.bring_up_to_date(["visibility"]) == ["visibility"]


def test_a_damaged_table_is_mended_as_its_error_says(home: Path) -> None:
    build.bring_up_to_date(["visibility"])
    (home / "data/processed/visibility.parquet").write_bytes(b"")
    with pytest.raises(TableError, match="divide build --force visibility"):
        tables.read("visibility")
    build.bring_up_to_date(["visibility"], force=True)
    # Eight groups in 27 places, seven rungs and the three nested ones together.
    assert len(tables.read("visibility")) == 8 * 27 * 8


def test_a_run_that_breaks_off_goes_on_where_it_stood(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = tables.write

    def full(frame: pd.DataFrame, table: str, **more: object) -> Path:
        if table == "visibility":
            raise OSError(28, "No space left on device")
        return real(frame, table, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(tables, "write", full)
    with pytest.raises(OSError):
        build.bring_up_to_date(["visibility"])
    assert not [name for name in built(home) if "visibility" in name]
    assert len(built(home)) == 2 * (len(LIGHT) - 1)
    monkeypatch.setattr(tables, "write", real)
    assert build.bring_up_to_date(["visibility"]) == ["visibility"]


def test_an_unknown_table_names_the_near_ones(home: Path) -> None:
    with pytest.raises(UnknownNameError, match="Did you mean visibility"):
        build.bring_up_to_date(["visibilty", "places"])
    assert built(home) == []


# --- The embedded default


def test_the_default_is_as_declared() -> None:
    build.verify_baseline()
    for name, declared in catalog.facts("baseline").items():
        assert build.baseline_hash(BASELINE / name) == declared
    files = {path.name for path in BASELINE.glob("*.csv")}
    assert files == set(catalog.facts("baseline"))


@pytest.mark.parametrize("file", ["places.csv", "social_assistance.csv"])
@pytest.mark.parametrize("how", ["edited", "cut", "missing"])
def test_an_edited_default_stops_the_run_whole(
    own_default: Path, home: Path, file: str, how: str
) -> None:
    """One digit is enough; and nothing is built, not even the tables before it."""
    path = own_default / file
    text = path.read_text(encoding="utf-8")
    if how == "missing":
        path.unlink()
    else:
        path.write_text(text[:-40] if how == "cut" else text.replace("1", "2", 1), encoding="utf-8")
    with pytest.raises(SourceChangedError, match=file) as changed:
        build.bring_up_to_date()
    assert changed.value.exit_code == 4
    assert ("is missing" if how == "missing" else "was edited") in str(changed.value)
    assert "Nothing was built" in str(changed.value) and "git checkout" in str(changed.value)
    assert built(home) == []


def test_an_edited_default_is_noticed_though_its_table_is_built(
    own_default: Path, home: Path
) -> None:
    build.bring_up_to_date(LIGHT)
    path = own_default / "living_arrangements.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("0.816", "0.861"), encoding="utf-8")
    with pytest.raises(SourceChangedError, match=r"living_arrangements\.csv"):
        build.bring_up_to_date(LIGHT)
    with pytest.raises(SourceChangedError, match=r"living_arrangements\.csv"):
        build.verify_baseline()


def test_what_a_table_is_made_from_makes_it_old(
    own_default: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A default that is changed on purpose, hash and all, reaches the tables made from it."""
    build.bring_up_to_date(LIGHT)
    path = own_default / "living_arrangements.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("0.816", "0.861"), encoding="utf-8")
    declared = {**catalog.facts("baseline"), path.name: build.baseline_hash(path)}
    real = catalog.facts
    monkeypatch.setattr(catalog, "facts", lambda n: declared if n == "baseline" else real(n))
    assert build.bring_up_to_date(["visibility"]) == ["living_arrangements", "visibility"]
    ladder = tables.read("visibility", place="UR").set_index(["group", "rung"])
    assert ladder.loc[("age:80_plus", "L2"), "value"] == 0.861


def test_line_endings_of_another_system_are_no_edit(own_default: Path) -> None:
    path = own_default / "living_arrangements.csv"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    build.verify_baseline()
    build.bring_up_to_date(["living_arrangements"])
    same = tables.read("living_arrangements")
    assert same["cell"].str.endswith("\r").sum() == 0 and len(same) == 79


def test_a_default_without_a_declared_hash_is_refused(
    own_default: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    declared = {n: h for n, h in catalog.facts("baseline").items() if n != "places.csv"}
    real = catalog.facts
    monkeypatch.setattr(catalog, "facts", lambda n: declared if n == "baseline" else real(n))
    with pytest.raises(FactsError, match=r"places\.csv"):
        build.bring_up_to_date(["places"])
    assert built(home) == []


@pytest.mark.parametrize(
    "text", ["", "indicator,group\n", "not a table at all\n", "a,b\n1,2,3\n", '"unclosed']
)
def test_a_default_that_is_no_table_is_refused(
    own_default: Path, home: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    """Its hash may be as declared: what is declared may still be wrong."""
    path = own_default / "places.csv"
    path.write_text(text, encoding="utf-8")
    declared = {**catalog.facts("baseline"), path.name: build.baseline_hash(path)}
    real = catalog.facts
    monkeypatch.setattr(catalog, "facts", lambda n: declared if n == "baseline" else real(n))
    with pytest.raises((TableError, SchemaError), match="places"):
        build.bring_up_to_date(["places"])
    assert built(home) == []


def test_every_table_of_the_default_says_so(default_home: Path) -> None:
    for name, recipe in RECIPES.items():
        if recipe.optional:
            continue
        told = tables.provenance(name)
        assert told["default"] == recipe.baseline
        assert told["made_from"] == list(recipe.tables)
        of_survey = name.startswith("survey_") or name == "with_institutions"
        assert told["official"] == [] and told["synthetic"] is of_survey


# --- Official files


def test_without_official_files_there_are_no_boundaries(home: Path) -> None:
    assert not tables.exists("boundaries")
    with pytest.raises(SourceError, match="bfs_boundaries"):
        build.bring_up_to_date(["boundaries"])
    assert built(home) == []


def test_a_mirror_that_is_not_there_is_named(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DIVIDE_MIRROR", str(tmp_path / "nowhere"))
    with pytest.raises(SourceError, match="DIVIDE_MIRROR"):
        build.bring_up_to_date()
    assert built(home) == []


def test_a_mirror_is_remembered_and_forgotten(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "mirror"
    folder.mkdir()
    assert paths.mirror() is None
    monkeypatch.setenv("DIVIDE_MIRROR", str(folder))
    paths.remember_mirror()
    monkeypatch.delenv("DIVIDE_MIRROR")
    assert paths.mirror() == folder.resolve()
    paths.forget_mirror()
    assert paths.mirror() is None


@pytest.mark.mirror
def test_official_files_come_before_the_default(own_mirror: Callable[..., Path]) -> None:
    assert build.bring_up_to_date(["education"]) == ["education"]
    own_mirror("bfs_education")
    assert build.bring_up_to_date(["education"]) == ["education"]
    told = tables.provenance("education")
    assert told["default"] is None
    assert [one["source"] for one in told["official"]] == ["bfs_education"]
    assert told["official"][0]["sha256"] == catalog.source("bfs_education").editions[0].sha256
    assert build.bring_up_to_date(["education"]) == []


@pytest.mark.mirror
def test_sources_not_at_hand_come_from_the_default(
    own_mirror: Callable[..., Path], built_default: Path
) -> None:
    """One of four: its rows are official, the others the default's, none twice."""
    own_mirror("bfs_population_age")
    build.bring_up_to_date(["population"])
    whole = pd.read_parquet(built_default / "data" / "processed" / "population.parquet")
    found = tables.read("population")
    assert set(found["source"]) == set(whole["source"]) and len(set(found["source"])) == 4
    pd.testing.assert_frame_equal(found, whole, check_exact=True)
    told = tables.provenance("population")
    assert [one["source"] for one in told["official"]] == ["bfs_population_age"]
    assert told["default"] == "population.csv"


@pytest.mark.mirror
def test_communes_without_their_register_are_refused(
    own_mirror: Callable[..., Path], home: Path
) -> None:
    """Numbers alone do not say which commune list they are of."""
    own_mirror("bfs_population")
    with pytest.raises(TableError, match="commune register"):
        build.bring_up_to_date(["population"])
    assert built(home) == []


@pytest.mark.mirror
def test_a_touched_official_file_is_read_again(own_mirror: Callable[..., Path]) -> None:
    folder = own_mirror("bfs_education")
    before = build.signature()
    build.bring_up_to_date(["education"])
    for path in folder.rglob("*.xlsx"):
        os.utime(path, ns=(0, 0))
    assert build.signature() != before
    assert build.bring_up_to_date(["education"]) == ["education"]


@pytest.mark.mirror
@pytest.mark.parametrize(
    ("source", "table"),
    [
        ("bfs_communes", "places"),
        ("bfs_population_age", "population"),
        ("bfs_education", "education"),
        ("bfs_ict_skills", "internet_use"),
        ("bfs_ict_access", "household_access"),
        ("eurostat_internet_use", "international"),
        ("bfs_canton_key_figures", "social_assistance"),
        ("bfs_social_assistance", "social_assistance"),
        ("bag_nursing_homes", "nursing_homes"),
    ],
)
@pytest.mark.parametrize("damage", ["cut", "edited", "empty"])
def test_a_damaged_official_file_is_named_and_nothing_is_built(
    own_mirror: Callable[..., Path], home: Path, source: str, table: str, damage: str
) -> None:
    folder = own_mirror(source)
    edition = catalog.source(source).editions[0]
    path = folder / source / edition.edition / edition.files["main"]
    whole = path.read_bytes()
    half = len(whole) // 2
    flipped = whole[:half] + bytes([whole[half] ^ 1]) + whole[half + 1 :]
    path.write_bytes({"cut": whole[:half], "edited": flipped, "empty": b""}[damage])
    with pytest.raises(SourceChangedError, match=path.name) as changed:
        build.bring_up_to_date([table])
    assert changed.value.exit_code == 4
    assert built(home) == []


@pytest.mark.mirror
@pytest.mark.parametrize(
    "file", ["bfs_population/2024-01-01/px-x-0102020000_201.json", "bfs_communes/2024-01-01"]
)
def test_the_two_files_of_communes_are_verified_before_they_are_read(
    own_mirror: Callable[..., Path], home: Path, file: str
) -> None:
    """Both are read together: a cut one must not be taken for a small country."""
    path = own_mirror("bfs_population", "bfs_communes") / file
    path = next(path.glob("*.xlsx")) if path.is_dir() else path
    path.write_bytes(path.read_bytes()[:-1000])
    with pytest.raises(SourceChangedError, match=path.name):
        build.bring_up_to_date(["population"])
    assert built(home) == []


@pytest.mark.mirror
@pytest.mark.parametrize("part", ["shp", "dbf", "shx"])
@pytest.mark.parametrize("damage", ["edited", "missing"])
def test_a_damaged_shapefile_is_named(
    own_mirror: Callable[..., Path], home: Path, part: str, damage: str
) -> None:
    """Numbers of communes stand in the .dbf: one digit more is another commune."""
    folder = own_mirror("bfs_boundaries") / "bfs_boundaries" / "2024-01-01"
    path = folder / f"K4polg20240101gf_ch2007Poly.{part}"
    whole = bytearray(path.read_bytes())
    whole[len(whole) // 2] ^= 1
    path.write_bytes(bytes(whole))
    if damage == "missing":
        path.unlink()
    with pytest.raises(SourceError, match=path.name):
        build.bring_up_to_date(["boundaries"])
    assert built(home) == []


@pytest.mark.mirror
def test_an_edition_without_one_of_its_files_is_named(
    own_mirror: Callable[..., Path], home: Path
) -> None:
    folder = own_mirror("bfs_education", "bfs_ict_skills")
    next((folder / "bfs_ict_skills").rglob("*.px")).unlink()
    with pytest.raises(SourceError, match=r"bfs_ict_skills.* lacks px-x-1604000000_106\.px"):
        build.bring_up_to_date()
    assert built(home) == []


@pytest.mark.mirror
def test_boundaries_go_with_their_files(own_mirror: Callable[..., Path], home: Path) -> None:
    folder = own_mirror("bfs_boundaries")
    assert build.bring_up_to_date(["boundaries"]) == ["boundaries"]
    shutil.rmtree(folder / "bfs_boundaries")
    light = [*LIGHT, "boundaries"]
    with pytest.raises(SourceError, match="bfs_boundaries"):
        build.bring_up_to_date(light)
    assert not tables.exists("boundaries")


@pytest.mark.mirror
def test_a_table_without_a_default_goes_with_its_files(
    own_mirror: Callable[..., Path], home: Path
) -> None:
    with pytest.raises(SourceError, match="bfs_households"):
        build.bring_up_to_date(["households"])
    folder = own_mirror("bfs_households")
    assert build.bring_up_to_date(["households"]) == ["households"]
    assert build.bring_up_to_date(["households"]) == []
    shutil.rmtree(folder / "bfs_households")
    with pytest.raises(SourceError, match="bfs_households"):
        build.bring_up_to_date(["households"])
    assert not tables.exists("households")


# --- What official files add up to


@pytest.mark.mirror
def test_residents_add_up_to_the_unit(official_home: Path) -> None:
    frame = tables.read("population")
    rows = frame[frame["source"] == "bfs_population"]
    whole = rows[rows["group"] == terms.TOTAL]
    totals = whole.groupby("place_level")["value"].apply(lambda one: one.sum(skipna=False))
    # The published total of 1 January 2024.
    assert totals.to_dict() == dict.fromkeys(
        ("country", "canton", "district", "commune"), 8_962_258.0
    )
    assert (whole["place_level"] == "commune").sum() == 2131
    by_language = rows[(rows["place"] == "CH") & (rows["group"] != terms.TOTAL)]
    assert len(by_language) == 4
    assert by_language["value"].sum(skipna=False) == 8_962_258.0


@pytest.mark.mirror
def test_ghosts_are_named_not_counted(official_home: Path) -> None:
    # Three numbers with 0 residents that no register of 2024-01-01 knows.
    assert build.ghosts() == ["4505", "4670", "4695"]
    frame = tables.read("population")
    assert not frame["place"].isin(["4505", "4670", "4695"]).any()


@pytest.mark.mirror
def test_social_assistance_keeps_its_two_kinds_of_nothing_apart(official_home: Path) -> None:
    frame = tables.read("social_assistance")
    communes = frame[frame["place_level"] == "commune"]
    shares = communes[communes["indicator"] == "social_assistance_share"]
    counts = shares["status"].value_counts().to_dict()
    # 1,639 numbers, 363 kept secret, 129 without a value: 2,131 communes.
    assert counts == {"observed": 1639, "suppressed": 363, "missing": 129}
    assert shares["place"].nunique() == 2131
    assert shares["value"].notna().sum() == 1639


@pytest.mark.mirror
def test_communes_are_the_same_in_every_table(official_home: Path) -> None:
    known = tables.read("places")
    known = set(known[known["place_level"] == "commune"]["place"])
    drawn = tables.read_boundaries()
    residents = tables.read("population")
    helped = tables.read("social_assistance")
    assert len(known) == 2131
    for frame in (drawn, residents[residents["source"] == "bfs_population"], helped):
        assert set(frame[frame["place_level"] == "commune"]["place"]) == known
    assert set(drawn[drawn["place_level"] == "canton"]["place"]) == set(terms.CANTONS)


@pytest.mark.mirror
@pytest.mark.parametrize(
    ("table", "rows"),
    [
        ("households", 27 * 7 * 9),
        ("online_activities", 4806),
        ("localities", 5713),
        ("commune_mutations", 3551),
        ("commune_key_figures", 8 * 2173),
    ],
)
def test_tables_without_a_default_are_made_from_official_files(
    official_home: Path, table: str, rows: int
) -> None:
    assert len(tables.read(table)) == rows


@pytest.mark.mirror
def test_households_are_the_same_wherever_they_are_published(official_home: Path) -> None:
    """The regional portraits give the households of communes that cantons' table sums up."""
    whole = tables.read("households", place="CH")
    whole = whole[(whole["year"] == 2019) & (whole["group"] == terms.TOTAL)]
    figures = tables.read("commune_key_figures")
    communes = figures[
        (figures["indicator"] == "private_households") & (figures["place_level"] == "commune")
    ]
    assert communes["value"].sum(skipna=False) == whole["value"].item() == 3_811_306


@pytest.mark.mirror
def test_measured_tables_do_not_depend_on_where_figures_come_from(
    built_default: Path, built_official: Path
) -> None:
    """The default is the official figures: every modelled number is the same, bit for bit."""
    for name in ("composition", "exclusion_risk", "visibility", "invisible_minorities"):
        frames = [
            pd.read_parquet(home / "data" / "processed" / f"{name}.parquet")
            for home in (built_default, built_official)
        ]
        # Communes tell how many recipients they show; only official files know them.
        kept = [one[one["group"] != "benefit:social_assistance"] for one in frames]
        pd.testing.assert_frame_equal(
            *(one.reset_index(drop=True) for one in kept), check_exact=True
        )
        assert len(kept[0]) > 400


@pytest.mark.mirror
def test_provenance_names_every_official_file(official_home: Path) -> None:
    for name, recipe in RECIPES.items():
        if recipe.any_source and not tables.exists(name):
            continue  # the mirror holds none of its sources
        told = tables.provenance(name)
        official = {one["source"] for one in told["official"]}
        assert official == set(recipe.sources) or (recipe.any_source and official)
        assert all(one["origin"] == "mirror" for one in told["official"])
        assert told["default"] == (None if recipe.sources or recipe.tables else recipe.baseline)
    text = json.dumps([tables.provenance(name) for name in RECIPES if tables.exists(name)])
    assert str(official_home) not in text  # no path of this machine travels with a table
