"""The figures of a page, once for four languages: tiles, intervals, ladder, provision."""

from functools import cache

import pandas as pd
from markupsafe import Markup

from divide import catalog, terms, texts
from divide.report.study import Place, Study, one
from divide.show import classes, intervals, ladder, tiles

_MARKS = ("s-suppressed", "s-uncertain", "s-missing", "s-none")
INDICATORS = (
    "no_internet_use_3m",
    "no_advanced_digital_skills",
    "no_smartphone",
    "no_laptop",
    "no_tablet",
    "no_desktop",
)
_GROUPS = {
    terms.TOTAL: "total",
    "age:60_plus": "60_plus",
    "education:low": "low_education",
    "age:60_plus|education:low": "60_plus_low",
}
_PROVISION = {
    "homes": "nursing_homes",
    "places": "nursing_home_places",
    "clients": "nursing_home_clients_year",
    "occupancy": "nursing_home_occupancy",
}


def each(key: str, **values: object) -> dict[str, str]:
    """Return a label in every language: a figure stands once, its words four times."""
    return {lang: texts.label(key, lang=lang, **values) for lang in terms.LANGUAGES}


def mark_words() -> dict[str, dict[str, str]]:
    """Return the words of the four states that are not values."""
    return {mark: each(f"mark.{mark[2:]}") for mark in _MARKS}


def hidden_words() -> dict[str, dict[str, str]]:
    """Return the words of the statuses that leave no value, for tables that tell them apart."""
    return {status: each(f"mark.{status}") for status in terms.WITHOUT_VALUE}


@cache
def layout() -> pd.DataFrame:
    """Return where each canton's tile stands: place, row, column."""
    known = catalog.cantons().values()
    rows = [{"place": one.id, "row": one.row, "column": one.column} for one in known]
    return pd.DataFrame(rows)


@cache
def outside(study: Study) -> pd.DataFrame:
    """Return the share of people 80+ outside private households, one row a canton."""
    rows = study.minorities[
        (study.minorities["place_level"] == "canton")
        & (study.minorities["group"] == "age:80_plus")
        & (study.minorities["layer_indicator"] == "no_internet_use_3m")
    ]
    return rows.set_index("place").loc[list(terms.CANTONS)].reset_index()


def own_name(canton: str) -> str:
    """Return a canton's name in its own main language, the same for every reader."""
    known = catalog.canton(canton)
    return known.name[known.page_language]


def canton_tiles(study: Study, place: Place) -> dict[str, object]:
    """Return the tile map with its title, description and legend."""
    tile, legend = _tiles(study)
    return {
        "title": each("map.cantons.title"),
        "description": _tiles_description(outside(study)),
        "map": tiles.tile_map(tile, words={}, selected=place.id),
        "legend": legend,
        "how": each("map.cantons.how"),
    }


@cache
def _tiles(study: Study) -> tuple[pd.DataFrame, Markup]:
    """Return one row a tile, and the legend with the same breaks."""
    rows = outside(study)
    breaks = classes.break_points(rows["value"], digits=2)
    tile = layout().merge(rows, on="place", validate="1:1")
    tile["mark"] = classes.classify(tile, breaks)
    tile["text"] = [str(round(100 * value)) for value in tile["value"]]
    tile["name"] = [own_name(one) for one in tile["place"]]
    tile["href"] = [f"{one}.html" for one in tile["place"]]
    ranges = classes.labels(breaks, lambda share: f"{100 * share:.0f}", unit=f"{texts.FIXED}%")
    return tile, classes.legend(ranges, (), {})


def _tiles_description(rows: pd.DataFrame) -> dict[str, str]:
    ranked = rows.sort_values("value", kind="stable")
    low, high = ranked.iloc[0], ranked.iloc[-1]
    return {
        lang: texts.label(
            "map.cantons.description",
            lang=lang,
            highest=catalog.canton(high["place"]).name[lang],
            high=texts.format_share(high["value"]),
            lowest=catalog.canton(low["place"]).name[lang],
            low=texts.format_share(low["value"]),
        )
        for lang in terms.LANGUAGES
    }


def expected_chart(study: Study, place: Place) -> Markup:
    """Draw what a canton's composition leads one to expect, for every declared τ."""
    shown = ["indicator", "tau", "value", "low", "high"]
    here = (study.risk["place"] == place.id) & (study.risk["group"] == terms.TOTAL)
    frame = study.risk.loc[here, shown].rename(columns={"indicator": "row"}).assign(mark="")
    frame = frame.sort_values("row", key=lambda names: names.map(INDICATORS.index), kind="stable")
    return intervals.interval_chart(
        frame[["row", "tau", "value", "low", "high", "mark"]],
        labels={name: each(f"indicator.{name}") for name in INDICATORS},
        texts=_written(frame[frame["tau"] == frame["tau"].max()]),
        words={f"band{i}": f"τ = {tau:.2f}" for i, tau in enumerate(sorted(set(frame["tau"])))},
    )


def _written(rows: pd.DataFrame) -> dict[str, str]:
    """Write each row's estimate with its interval, alike in four languages."""
    return {
        row["row"]: f"{texts.format_share(row['value'])} "
        f"({texts.format_range(row['low'], row['high'])})"
        for row in rows.to_dict("records")
    }


def published_chart(study: Study) -> Markup:
    """Draw what the national survey publishes by group, with its 95 % intervals."""
    year = catalog.facts("thresholds")["risk"]["year"]
    rows = study.use[(study.use["indicator"] == "internet_use_3m") & (study.use["year"] == year)]
    frame = rows.set_index("group").loc[list(_GROUPS)].reset_index()
    lacking = pd.DataFrame(
        {
            "row": frame["group"],
            "tau": 0.0,
            "value": 1 - frame["value"],
            "low": 1 - frame["high"],
            "high": 1 - frame["low"],
            "mark": "",
        }
    )
    labels = {key: each(f"group.{name}") for key, name in _GROUPS.items()}
    return intervals.interval_chart(lacking, labels=labels, texts=_written(lacking), words={})


def ladder_figure(study: Study, place: Place) -> dict[str, object]:
    """Draw the visibility ladder of people 80+ with its title and description."""
    rungs = study.visibility[
        (study.visibility["place"] == place.id)
        & (study.visibility["group"] == "age:80_plus")
        & (study.visibility["rung"] != "V")
    ].sort_values("rung")
    frame = rungs[["rung", "value", "low", "high"]].copy()
    frame["mark"] = ["" if seen == "observed" else "s-missing" for seen in rungs["status"]]
    # What nobody measured lies anywhere: drawn hatched from end to end, never 0.
    frame[["low", "high"]] = frame[["low", "high"]].fillna({"low": 0.0, "high": 1.0})
    known = texts.format_share(one(rungs, rung="L2")["value"])
    chart = ladder.ladder_chart(
        frame,
        labels={rung: each(f"rung.{rung}") for rung in rungs["rung"]},
        texts={"L2": known},
        words={"s-missing": each("value.not_measured")},
    )
    return {
        "title": each("ladder.title"),
        "description": each("ladder.description", share=known),
        "chart": chart,
    }


def provision(study: Study, place: Place) -> list[tuple[dict[str, str], str | None]]:
    """Return what is provided: a name and a figure, or None where nothing is measured yet."""
    rows = study.homes[study.homes["place"] == place.id].set_index("indicator")["value"]
    told: list[tuple[dict[str, str], str | None]] = [
        (each(f"reach.{name}"), texts.format_count(rows[indicator]))
        for name, indicator in _PROVISION.items()
    ]
    return told + [(each(f"reach.{name}"), None) for name in ("internet", "help")]
