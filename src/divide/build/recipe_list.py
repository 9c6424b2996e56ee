"""The recipe list: every table, what it is read from, what it is made from."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Recipe:
    """
    How one table is made.

    Attributes
    ----------
    function
        `module:function`, loaded only when the table is out of date.
    sources
        Official sources it is read from where they are on this disk.
    tables
        Tables it is made from.
    baseline
        File of the embedded default that stands in for sources not at hand.
    optional
        Whether the table is left out, rather than an error, without official files.
    any_source
        Whether one of its sources is enough for an optional table.
    every
        Sources of which every edition at hand is read, not the newest alone.
    folder
        A folder of data/raw that no source fills: answers that were taken in.
    """

    table: str
    function: str
    sources: tuple[str, ...] = ()
    tables: tuple[str, ...] = ()
    baseline: str | None = None
    optional: bool = False
    any_source: bool = False
    every: tuple[str, ...] = ()
    folder: str | None = None

    def lacks(self, count: int) -> bool:
        """Tell whether a table without a default is left out, with so many sources at hand."""
        return self.optional and count < (1 if self.any_source else len(self.sources))


def _tidy(table: str, *sources: str) -> Recipe:
    return Recipe(
        table,
        f"divide.build.recipes:{table}",
        sources=sources,
        baseline=f"{table}.csv",
    )


def _extra(table: str, *sources: str) -> Recipe:
    """List a table without a default: made as soon as one of its sources is at hand."""
    function = f"divide.build.optional_recipes:{table}"
    return Recipe(table, function, sources=sources, optional=True, any_source=True)


def _register(table: str, *sources: str, every: tuple[str, ...] = ()) -> Recipe:
    """List a table of the commune register, made as soon as one of its sources is at hand."""
    function = f"divide.build.register_recipes:{table}"
    return Recipe(table, function, sources=sources, optional=True, any_source=True, every=every)


def _measured(table: str, *tables: str, sources: tuple[str, ...] = ()) -> Recipe:
    """List a table that is worked out from others; left out where one of `sources` is absent."""
    function = f"divide.build.measured_recipes:{table}"
    return Recipe(table, function, sources=sources, tables=tables, optional=bool(sources))


def _survey(table: str, *tables: str) -> Recipe:
    """List a table of the institution survey: answers that were kept, else the demonstration."""
    function = f"divide.build.survey_recipes:{table}"
    return Recipe(table, function, tables=tables, folder="institution_survey")


def _results(table: str, *tables: str) -> Recipe:
    """List a table of the survey's figures, as they left through the gate."""
    function = f"divide.build.result_recipes:{table}"
    return Recipe(table, function, tables=tables, folder="institution_survey")


def _mixed(table: str, *tables: str) -> Recipe:
    """List a table of private households and institutions together."""
    return Recipe(table, f"divide.build.mixture_recipes:{table}", tables=tables)


def _risk(table: str, *tables: str) -> Recipe:
    """List a table of the risk axis."""
    return Recipe(table, f"divide.build.risk_recipes:{table}", tables=tables)


_BORDERS = ("bfs_boundaries", "bfs_boundaries_g1")
_LISTS = ("bfs_communes", "bfs_commune_register")

RECIPES = {
    recipe.table: recipe
    for recipe in (
        _tidy("places", "bfs_communes"),
        _tidy(
            "population",
            "bfs_population",
            "bfs_population_citizenship",
            "bfs_population_age",
            "bfs_population_structure",
            "bfs_communes",
        ),
        _tidy("education", "bfs_education"),
        _tidy("living_arrangements"),
        _tidy("internet_use", "bfs_ict_skills"),
        _tidy("household_access", "bfs_ict_access"),
        _tidy("international", "eurostat_internet_use", "eurostat_household_access"),
        _tidy("social_assistance", "bfs_canton_key_figures", "bfs_social_assistance"),
        _tidy("nursing_homes", "bag_nursing_homes"),
        # The embedded default knows no commune.
        _measured(
            *("beneficiary_bounds", "places", "population", "social_assistance"),
            sources=("bfs_communes", "bfs_population", "bfs_social_assistance"),
        ),
        _tidy("published_rates"),
        _register("boundaries", *_BORDERS, every=_BORDERS),
        _register("exact_boundaries", "swisstopo_boundaries"),
        _extra("households", "bfs_households"),
        _extra("online_activities", "bfs_ict_activities"),
        _extra("localities", "swisstopo_localities"),
        _register("registers", *_LISTS, "bfs_commune_key_figures", every=_LISTS),
        _register("commune_states", "bfs_commune_history", "bfs_commune_register"),
        _register("commune_mutations", "bfs_commune_history", "bfs_commune_register"),
        _register("commune_correspondances", "bfs_commune_register"),
        _register("commune_register", "bfs_commune_register"),
        _extra("commune_key_figures", "bfs_commune_key_figures"),
        _extra("population_age", "bfs_statpop", "bfs_statpop_language"),
        _extra("private_households", "bfs_statpop_households", "bfs_statpop_persons_in_households"),
        _extra("atlas_population", "bfs_atlas_population"),
        _extra("poverty", "bfs_poverty"),
        _extra("asylum_assistance", "bfs_asylum_assistance"),
        _extra("disability_pensions", "bfs_disability_pensions"),
        _extra("supplementary_benefits", "bfs_supplementary_benefits"),
        _extra("social_assistance_cantons", "bfs_social_assistance_cantons"),
        _extra("institutions", "bfs_institutions"),
        _extra("international_skills", "eurostat_skills"),
        _extra("regional_access", "eurostat_regional_access"),
        _extra("broadband", "bakom_broadband"),
        _extra("institution_coverage", "bakom_coverage"),
        _survey("survey_frame", "places", "population", "nursing_homes"),
        _survey("survey_answers", "places", "population", "nursing_homes", "survey_frame"),
        _results("survey_results", "survey_frame", "survey_answers"),
        _risk("composition", "population", "education", "living_arrangements", "internet_use"),
        _risk("exclusion_risk", "places", "internet_use", "composition", "education"),
        _mixed("with_institutions", "exclusion_risk", "living_arrangements", "survey_results"),
        _risk("single_scores", "exclusion_risk"),
        _risk("pairs", "internet_use", "composition", "education"),
        _risk("rank_sets", "internet_use", "composition", "education"),
        _risk(
            "local_differences",
            "household_access",
            "internet_use",
            "population",
            "social_assistance",
        ),
        _measured(
            "visibility",
            "places",
            "living_arrangements",
            "population",
            "internet_use",
            "published_rates",
            "beneficiary_bounds",
        ),
        _measured(
            "invisible_minorities",
            "exclusion_risk",
            "visibility",
            "internet_use",
            "composition",
            "population",
            "living_arrangements",
            "nursing_homes",
            "beneficiary_bounds",
        ),
        _measured(
            *("hotspots", "population", "social_assistance", "boundaries"),
            sources=("bfs_boundaries", "bfs_population", "bfs_social_assistance"),
        ),
        _measured(
            *("contradictions", "published_rates", "internet_use", "household_access"),
            "international",
        ),
        _measured(
            *("sensitivity", "internet_use", "composition", "education", "living_arrangements"),
            *("international", "visibility", "published_rates"),
        ),
    )
}
