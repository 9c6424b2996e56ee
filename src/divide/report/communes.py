"""The map and the table of communes: drawn once, told in each language."""

from dataclasses import dataclass

import pandas as pd
from markupsafe import Markup

from divide import catalog, terms, texts
from divide.errors import ReportError
from divide.measure.claims import Sentence, tell
from divide.report import figures
from divide.report.study import Place, Study, one
from divide.show import choropleth, classes, html_tables, shapes

_NAME = "m"
# The country's map is drawn coarser: 2,131 communes must fit into 250 kB.
_COUNTRY_WIDTH, _COUNTRY_METRES = 320, 6000.0
_CANTON_WIDTH = 300
# A page has a hundred kilobytes: shapes of cantons of many communes are drawn more coarsely.
_MANY_COMMUNES, _COARSE = 150, 2.0


@dataclass(frozen=True)
class Communes:
    """
    Communes of a page: their rows, marks and drawing.

    `bounds` are the fewest and the most beneficiaries there can be, if some communes hide theirs.
    """

    rows: pd.DataFrame
    drawing: shapes.Drawing
    breaks: classes.Breaks
    unseen_residents: float
    bounds: tuple[float, float] | None = None

    def symbol(self) -> Markup:
        """Return the geometry, to stand once a page."""
        marks = dict(zip(self.rows["place"], self.rows["mark"], strict=True))
        return choropleth.symbol(self.drawing, marks, name=_NAME)


def communes_of(study: Study, place: Place) -> Communes | None:
    """Return a page's communes, or None where no official boundaries are at hand."""
    if study.communes is None:
        return None
    # A protected value that a frame still carries goes no further than this line.
    hidden = study.communes["status"].isin(terms.WITHOUT_VALUE)
    every = study.communes.assign(value=study.communes["value"].mask(hidden))
    breaks = classes.break_points(every["value"], digits=3)
    rows = every if place.is_country else every[every["canton"] == place.id]
    rows = rows.assign(mark=classes.classify(rows, breaks)).sort_values("place")
    unseen = rows[rows["value"].isna()]
    return Communes(
        rows=rows.reset_index(drop=True),
        drawing=_drawing(study, place, rows),
        breaks=breaks,
        unseen_residents=float(unseen["residents"].sum()),
        bounds=_bounds(study, place),
    )


def _bounds(study: Study, place: Place) -> tuple[float, float] | None:
    """Return between which numbers the beneficiaries of a place lie; None if all are told."""
    if study.bounds is None:
        return None
    row = one(study.bounds, place=place.id, group=terms.TOTAL)
    return (float(row["low"]), float(row["high"])) if row["hidden"] else None


def _drawing(study: Study, place: Place, rows: pd.DataFrame) -> shapes.Drawing:
    borders = study.boundaries
    if borders is None:
        raise ReportError("A commune map needs boundaries: run divide build boundaries.")
    # Cantons' outlines have a date of their own; communes' is that of the register.
    areas = borders[borders["place_level"] == "commune"].merge(
        rows[["place", "register_date", "canton"]], on=["place", "register_date"], validate="1:1"
    )
    lakes = borders[borders["place_level"] == "lake"]
    if place.is_country:
        return shapes.simplify(
            areas, width=_COUNTRY_WIDTH, tolerance=_COUNTRY_METRES, lakes=lakes, border="canton"
        )
    units = _COARSE if len(areas) > _MANY_COMMUNES else 1.0
    return shapes.simplify(areas, width=_CANTON_WIDTH, units=units, lakes=lakes)


def commune_figure(found: Communes, place: Place) -> dict[str, object]:
    """Return the commune map: titles, descriptions and sentences by language, one legend."""
    counts = _counts(found)
    title = figures.each("map.communes.title")
    description = {lang: _description(found, counts, lang) for lang in terms.LANGUAGES}
    states = tuple(sorted({mark for mark in found.rows["mark"] if mark.startswith("s-")}))
    ranges = classes.labels(found.breaks, lambda share: f"{1000 * share:.0f}")
    return {
        "title": title,
        "description": description,
        "maps": {
            lang: choropleth.use(
                found.drawing,
                name=_NAME,
                title=title[lang],
                description=description[lang],
                lang=lang,
            )
            for lang in terms.LANGUAGES
        },
        "legend": classes.legend(ranges, states, figures.mark_words()),
        "sentence": {lang: _sentence(found, place, lang) for lang in terms.LANGUAGES},
    }


def _counts(found: Communes) -> dict[str, int]:
    status = found.rows["status"]
    return {
        "shown": int(found.rows["value"].notna().sum()),
        "suppressed": int((status == "suppressed").sum()),
        "missing": int((status == "missing").sum()),
    }


def _sentence(found: Communes, place: Place, lang: str) -> Sentence:
    residents = texts.format_count(found.unseen_residents)
    if found.bounds is None:
        return tell("communes_unseen", lang=lang, statuses=["observed"], residents=residents)
    low, high = map(texts.format_count, found.bounds)
    hidden = int(found.rows["value"].isna().sum())
    return tell(
        "beneficiaries_bounds",
        lang=lang,
        statuses=["observed"],
        within=place.within[lang],
        low=low,
        high=high,
        communes=texts.plural("count.commune", hidden, lang=lang),
        residents=residents,
    )


def _description(found: Communes, counts: dict[str, int], lang: str) -> str:
    if found.rows["value"].isna().all():
        return texts.label("map.communes.none", lang=lang)
    told = texts.label(
        "map.communes.description",
        lang=lang,
        communes=texts.plural("count.commune", len(found.rows), lang=lang),
        **{name: texts.format_count(count) for name, count in counts.items()},
    )
    # No sentence names a small commune (METHOD section 9).
    least = catalog.facts("thresholds")["named_from"]
    seen = found.rows[found.rows["value"].notna() & (found.rows["residents"] >= least)]
    if seen.empty:
        return told
    low, high = seen.loc[seen["value"].idxmin()], seen.loc[seen["value"].idxmax()]
    extremes = texts.label(
        "map.communes.extremes",
        lang=lang,
        least=texts.format_count(least),
        highest=high["name"],
        high=texts.format_per_1000(high["value"]),
        lowest=low["name"],
        low=texts.format_per_1000(low["value"]),
    )
    return f"{told} {extremes}"


def commune_table(found: Communes, place: Place) -> Markup:
    """Return the table of communes, its heads in every language."""
    columns = [
        html_tables.Column("name"),
        html_tables.Column("value", write=texts.format_per_1000, status="status"),
    ]
    heads = [
        (lang, [texts.label(f"column.{name}", lang=lang) for name in ("commune", "rate")])
        for lang in terms.LANGUAGES
    ]
    signs = {"suppressed": "×", "missing": "?"}
    return html_tables.table(
        found.rows,
        columns,
        caption={lang: _caption(lang) for lang in terms.LANGUAGES},
        heads=heads,
        words=signs,
        row_id="place",
        section="canton" if place.is_country else None,
    )


def _caption(lang: str) -> str:
    told = {name: texts.label(f"mark.{name}", lang=lang) for name in ("suppressed", "missing")}
    return (
        f"{texts.label('map.communes.title', lang=lang)}. "
        f"× = {told['suppressed']} · ? = {told['missing']}."
    )
