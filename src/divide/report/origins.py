"""Where a page's figures come from: source lines, citation, age."""

from dataclasses import dataclass
from datetime import date
from functools import cache

import pandas as pd

from divide import catalog, terms, texts
from divide.report.study import Study


@dataclass(frozen=True)
class Origin:
    """A source and edition as a page names it: title in one language, the rest alike for all."""

    title: str
    page: str
    line: str
    lang: str = ""


def source_line(frame: pd.DataFrame, *, source: str | None = None) -> str:
    """
    Name publisher, official id, edition, year and licence of a figure, and the method.

    Names and ids only, so that one line serves four languages.
    """
    rows = frame if source is None else frame[frame["source"] == source]
    newest = rows.sort_values(["year", "edition"]).iloc[-1]
    known = catalog.source(newest["source"])
    parts = (_acronyms(known), known.official_id, newest["edition"], newest["year"], known.licence)
    told = " · ".join(dict.fromkeys(str(part) for part in parts))
    return f"{told} · divide {terms.VERSION}"


def _acronyms(source: catalog.Source) -> str:
    """Return a publisher's short name; the statistical office has one in each language."""
    return "OFS/BFS/UST/FSO" if source.publisher == "BFS" else source.publisher


@cache
def source_list(study: Study, lang: str) -> list[Origin]:
    """Return one entry for each source and edition that the page rests on."""
    found = []
    for (source, edition), part in study.origins.groupby(["source", "edition"], sort=True):
        known = catalog.source(str(source))
        years = sorted({int(year) for year in part["year"]})
        span = f"{years[0]}" if len(years) == 1 else f"{years[0]}–{years[-1]}"
        parts = (_acronyms(known), known.official_id, edition, span, known.licence)
        line = " · ".join(dict.fromkeys(str(part) for part in parts))
        found.append(Origin(known.title[lang], known.page, line))
    if study.boundaries is not None:
        known = catalog.source(study.drawn_by)
        line = f"{_acronyms(known)} · {known.official_id} · {known.licence}"
        found.append(Origin(known.title[lang], known.page, line))
    return [*found, *_publications(study)]


def _publications(study: Study) -> list[Origin]:
    """Return the publications whose single figures the page quotes."""
    quoted = study.rates[study.rates["source"].isin(["sem_2015", "bfs_silc"])]
    known = catalog.publications()
    return [
        # Titles of publications stand in their own language.
        Origin("", known[source].get("page") or "", f"{known[source]['publisher']}: {title}", "de")
        for source, title in sorted(set(zip(quoted["source"], quoted["table"], strict=True)))
    ]


@cache
def years(study: Study) -> tuple[int, int]:
    """Return the oldest and the newest year of the world that the page's figures speak of."""
    return int(study.origins["year"].min()), int(study.origins["year"].max())


def stale_banner(study: Study, lang: str) -> str | None:
    """Warn where figures are older than the declared age, or behind their publisher's rhythm."""
    oldest, newest = years(study)
    limit = months_before(study.today, catalog.facts("thresholds")["stale_months"])
    if date(oldest, 12, 31) >= limit:
        late = ", ".join(_behind(study))
        return texts.label("banner.behind", lang=lang, sources=late) if late else None
    return texts.label(
        "banner.stale", lang=lang, oldest=oldest, newest=newest, limit=f"{limit:%m.%Y}"
    )


def _behind(study: Study) -> list[str]:
    """Name the editions that the publisher must have renewed since."""
    pairs = sorted(set(zip(study.origins["source"], study.origins["edition"], strict=True)))
    known = [(catalog.source(str(source)), str(edition)) for source, edition in pairs]
    return [
        f"{_acronyms(one)} {one.official_id} {edition}"
        for one, edition in known
        if terms.is_behind(edition, one.rhythm_months, study.today)
    ]


def months_before(day: date, months: int) -> date:
    """
    Return the first day of the month so many months earlier.

    Examples
    --------
    >>> months_before(date(2026, 11, 23), 36)
    datetime.date(2023, 11, 1)
    """
    whole = day.year * 12 + day.month - 1 - months
    return date(whole // 12, whole % 12 + 1, 1)


def made_from(study: Study, lang: str) -> str:
    """Say whether the page rests on official files or on the embedded default."""
    return texts.label("banner.official" if study.official else "banner.default", lang=lang)


def citation(study: Study, title: str, lang: str) -> str:
    """Return how to cite the page."""
    oldest, newest = years(study)
    return texts.label(
        "source.cite",
        lang=lang,
        version=terms.VERSION,
        title=title,
        oldest=oldest,
        newest=newest,
    )


def account_lines(study: Study) -> dict[str, str]:
    """Say in each language how many communes were joined, and which numbers were left out."""
    held = study.account
    if not held:
        return {}
    counts = {name: texts.format_count(held[name]) for name in ("joined", "communes", "residents")}
    return {
        lang: " ".join(
            texts.label(key, lang=lang, **values)
            for key, values in (
                (
                    "account.joined",
                    {"day": held["day"], "found": counts["joined"], "all": counts["communes"]},
                ),
                (
                    "account.left_out",
                    {"places": ", ".join(held["left_out"]), "residents": counts["residents"]},
                ),
            )
            if key == "account.joined" or held["left_out"]
        )
        for lang in terms.LANGUAGES
    }
