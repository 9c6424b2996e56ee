# ---
# jupyter:
#   jupytext:
#     formats: ipynb,py:percent
#     notebook_metadata_filter: -jupytext.text_representation.jupytext_version
#     text_representation:
#       extension: .py
#       format_name: percent
#       format_version: '1.3'
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # What does the answer hang on, and what should be measured first?
#
# **Question.** Some ingredients of this study are measured, some are estimated, some are
# not known, and some we chose. If all of them could be otherwise at once, how much would
# the answer move, and which of them moves it most?
#
# **Reader.** Students and colleagues, and whoever decides what is surveyed next. You need a
# little pandas, and to know what a variance is.
#
# The second half asks the same of what other studies print: a single score, and hot spots on
# a map.

# %% [markdown]
# In JupyterLab, change the canton whose score is looked into, and run the page again.

# %% tags=["parameters"]
place = "VD"

# %%
import pandas as pd

import divide
from divide import catalog, errors, tables
from divide.build.world import known_world
from divide.measure.hotspots import hotspots
from divide.measure.sensitivity import narrow, run_worlds
from divide.measure.worlds import declared_factors
from divide.show import exhibit_numbers, exhibits
from divide.show.cells import percent
from divide.texts import format_about, format_count

# %% [markdown]
# ## Fifteen things that could be otherwise
#
# Each *factor* has a range. It is narrow where something was measured and wide where our
# sources are silent: a share that they do not tell may be anything its bounds allow. Some
# factors could be learnt by measuring. Others are choices, such as where to draw the line
# for *invisible*: no measurement tells them, so several are tried.
#
# *Monte Carlo*: draw a value of each factor at random within its range, work the answer out
# with these, and note the result. Do it 10,000 times. The draws begin with a fixed number (a
# *seed*), so that anybody gets the same.

# %%
world, declared = known_world(), catalog.facts("thresholds")["sensitivity"]
factors, table = declared_factors(world, declared), divide.read("sensitivity").assign(table=None)
runs = run_worlds(world, factors, draws=declared["draws"], seed=declared["seed"])
measured = [one.name for one in factors if one.learnable]
words = {name: divide.label(f"factor.{name}", lang="en") for name in measured}
words |= {"margins": "noise of the rates", "year": "year of the rates", "source": "source of them"}
words |= {"layers": "what counts as excluded", "probability": "how sure one must be"}
words |= {"gap": "which gap is large", "visible": "from which share a group is visible"}
spans = [sorted(runs[one.name].unique()) for one in factors]
texts = [s if isinstance(s[0], str) else [f"{one:.2f}" for one in s] for s in spans]
tried = [", ".join(t) if len(t) < 10 else f"{t[0]} to {t[-1]}" for t in texts]
shown = pd.DataFrame({"Tried": tried}, index=[words[one.name] for one in factors])
shown["Kind"] = ["to measure" if one.learnable else "to choose" for one in factors]
exhibits.table(shown.rename_axis("factor"), caption="What is varied, all at once", made_from=table)

# %% [markdown]
# The noise of the rates is in standard errors; shares and the size of a gap run
# from 0 to 1. “any” calls excluded whoever lacks at least one of the things listed, “all” only
# who lacks all of them.

# %% [markdown]
# ## What comes out
#
# Two questions are followed: for how many cantons people of 60 and over with little education
# are called *at risk*, and *invisible* too; and how many people of 80 and over are not seen by
# statistics, and offline as well.

# %%
heads = {"pairs_at_risk": "Cantons, at risk", "pairs_invisible": "Cantons, invisible too"}
heads |= {"persons_unseen": "Persons, not seen"}
heads |= {"persons_excluded_unseen": "Persons, not seen and offline"}
result = table[table["kind"] == "result"].set_index("output").loc[list(heads)]
ends = runs[list(heads)].quantile([0.05, 0.95])
assert abs(ends.T.values - result[["low", "high"]].values).max() < 1e-6
shown = result[["low", "high"]].rename(index=heads).map(format_about)
shown = shown.set_axis(["From", "To"], axis=1).rename_axis("result")
exhibits.table(shown, caption="90 % of 10,000 runs lie between", made_from=table)

# %% [markdown]
# ## One run by hand
#
# The first of the 10,000. A person of 80 and over is seen by statistics if registered, at
# home in a private household, and of the age and language of the survey. How many of the
# *unseen* are offline starts from a rate among those at home, moved by the year and the
# source on the scale of odds; then the gap between homes and households is added, and what
# the silence of some homes may hide.

# %%
run, silent = runs.iloc[0], world.silent
seen = run["registered"] * run["eligible_80"] * world.in_frame
moved = 2.718281828459045 ** (world.years[run["year"]] + world.sources[run["source"]])
odds = run["rate_of_80"] / (1 - run["rate_of_80"]) * moved
offline = odds / (1 + odds) + run["institution_gap"]
offline = min(1, max(0, offline + run["rho"] * (silent / (1 - silent)) ** 0.5 / 2))
unseen = ((1 - seen) * world.aged).sum()
assert abs(unseen - run["persons_unseen"]) < 1e-3
assert abs(unseen * offline - run["persons_excluded_unseen"]) < 1e-3
said = f"{format_about(world.aged.sum())} people of 80 and over; {format_about(unseen)} not seen; "
said += f"times {percent(offline)}: {format_about(unseen * offline)} not seen and offline."
exhibits.Exhibit(None, said, "")

# %% [markdown]
# ## What would knowing one thing do?
#
# Suppose that one factor were known, and all others stayed as they are: keep only the runs in
# which it lies in the middle tenth of its range (or has one of its few values). If the bar
# becomes much shorter, that factor is worth measuring.

# %%
output = "persons_excluded_unseen"
shares = table[table["output"] == output].set_index(["kind", "factor"])
moving = shares.loc["total"].query("value > 0.005").sort_values("value").index[::-1]
left = narrow(runs, factors, output=output).query("factor in @moving").copy()
left["what"] = [f"{words[f]}: {known}" for f, known in left[["factor", "known_as"]].values]
nothing = result.loc[[output], ["low", "high"]].assign(what="nothing more is known")
bars = pd.concat([nothing, left])
bars = bars.assign(status="assumed", source="divide_method", table=None, edition="2021")
title, unit = "Not seen and offline, 80 and over, if one thing were known", "persons, 90 % of runs"
more = {"names": {one: one for one in bars["what"]}, "title": title, "unit": unit}
exhibit_numbers.ranges(bars, by="what", write=format_about, **more)

# %% [markdown]
# ## The same in one number: Sobol indices
#
# The *first* index of a factor is the share of the result's variance that goes away if the
# factor alone becomes known. The *total* index is the share that is left if all others become
# known: it counts what the factor does together with others too (Saltelli and others).
#
# The first index can be rebuilt from the runs. Put them in order of the factor, cut them into
# 40 parts, take the mean result of each part. The variance of these means, over the variance
# of all results, is what knowing the factor explains. (The table's own are estimated otherwise;
# one that is below 0 is 0 with noise.)

# %%
first = shares.loc["first"]
part = pd.qcut(runs["eligible_80"], 40, labels=False)
by_hand = runs.groupby(part)[output].mean().var(ddof=0) / runs[output].var()
assert first.loc["eligible_80", "low"] < by_hand < first.loc["eligible_80", "high"]
rows = first.loc[moving].reset_index().assign(status="modelled")
said = f"By hand, for {words['eligible_80']}: {percent(by_hand)}."
title, unit = "First Sobol index: not seen and offline, 80 and over", "share of the variance"
more = {"names": {one: words[one] for one in rows["factor"]}, "title": title, "unit": unit}
exhibits.lines(rows, by="factor", bands="90 % interval", sentence=said, **more)

# %% [markdown]
# ## Measure this first
#
# Only what can be measured is advised. Where two intervals meet, nothing tells which of the
# two comes first, and both stand here. The indices of the first result, cantons at risk, are
# left out: it hardly varies (in most runs all 26 are at risk), and shares of next to nothing
# say nothing.

# %%
best = table[(table["kind"] == "measure_first") & (table["leads"] == "yes")]
best = best[best["output"].isin(list(heads)[1:])]
shown = pd.DataFrame({"Would take away": best["value"].map(percent).values}, index=best["factor"])
shown.insert(0, "Of the variance of", [heads[one] for one in best["output"]])
shown = shown.rename(index=words).rename_axis("measure first")
exhibits.table(shown, caption="What to measure first", made_from=table)

# %%
sure = table[table["kind"] == "class"].groupby("finding")["value"].mean()
said = "Of all runs and cantons, people of 60 and over with little education are at risk in {}, "
said = (said + "and invisible too in {}.").format(*map(percent, sure.loc["higher":]))
exhibits.Exhibit(None, said, "")

# %% [markdown]
# The second share is large, and it is *not* the probability that they are invisible. Two
# rungs that are not in our sources were tried anywhere between 0 and 1, and the product of
# two such numbers is mostly small. What is not known has made this share. So the study says
# *cannot tell*, and the two rungs stand on the list of what to measure. That knowing one
# alone would take away a quarter of the variance, and that three quarters would be left if
# all but one were known, belongs together: both are needed.

# %%
both = table[table["output"] == "pairs_invisible"].set_index(["factor", "kind"])["value"].unstack()
both = both[both["total"] > 0.05].sort_values("total", ascending=False)[["first", "total"]]
heads = {"first": "Gone if known alone", "total": "Left if all others are known"}
shown = both.rename(index=words, columns=heads).map(percent)
exhibits.table(shown, caption="Share of the variance of invisible cantons", made_from=table)

# %% [markdown]
# ## What a single score would hide
#
# Other studies print one score for each place (the handbook of OECD and JRC says how). The
# usual one: take six expected rates, stretch each from 0 (worst canton) to 100 (best), take
# the mean. Here it is by hand, and beside the canton one with nearly the same score.

# %%
scores, risk = divide.read("single_scores").set_index("place"), divide.read("exclusion_risk")
total = risk.query("group == 'total' and place_level == 'canton' and tau == 0")
rates = total.pivot(index="place", columns="indicator", values="value")
points = 100 * (rates.max() - rates) / (rates.max() - rates.min())
assert abs(points.mean(axis=1) - scores["value"]).max() < 1e-9
near = scores["value"].sub(scores["value"][place]).abs().drop(place).idxmin()
twin = scores["twin"].fillna(near)[place]
two = {one: divide.canton(one).name["en"] for one in (place, twin)}

# %%
shown = points.loc[list(two)].T.map("{:.0f}".format)
shown.index = [divide.label(f"indicator.{one}", lang="en") for one in shown.index]
below = points.rsub(points.mean(axis=1), axis=0).clip(lower=0).mean(axis=1)
living = divide.read("living_arrangements").set_index(["indicator", "group", "place"])["value"]
sets = divide.read("rank_sets").query("group == 'total' and tau == 0.15").set_index("place")
sets = sets[sets["indicator"] == "no_internet_use_3m"]
rows = {"The score, 0 to 100": scores["value"].map("{:.1f}".format)}
rows["Weakness that strength makes up for, points"] = below.map("{:.1f}".format)
for head, one in (("Rank, however it is weighted", scores), ("Rank online, τ = 0.15", sets)):
    rows[head] = one["best_rank"].map("{:.0f} to ".format) + one["worst_rank"].map("{:.0f}".format)
private = living["in_private_household_share"]["age:80_plus"]
rows["Aged 80 and over, out of sight"] = (1 - private).map(percent)
shown = pd.concat([shown, pd.DataFrame(rows).loc[list(two)].T]).rename(columns=two)
shown = shown.rename_axis("points by indicator, and what the score does not tell")
exhibits.table(shown, caption="Nearly the same score", made_from=total)

# %% [markdown]
# Three things are hidden. A canton's weakness is made up by another strength, though nobody
# goes online with a mean. The rank looks firm, because only weights and the kind of mean were
# varied; with the errors of the rates and local differences any canton may hold any rank. And
# who is out of sight does not enter at all: no rate was measured for them. That is why risk
# and visibility stay two answers on every page of this study.

# %% [markdown]
# ## Hot spots, and where they must not be sought
#
# A *hot spot* is a place that is high, among neighbours that are high too, more often than
# chance would have it (Local Moran). Expected rates must not be searched: they follow ages and
# education, and their hot spots are clusters of age in disguise. The program refuses:

# %%
try:
    hotspots(total, {}, seed=1)
except errors.MethodError as error:
    refused = str(error)
exhibits.Exhibit(None, refused, "")

# %% [markdown]
# What was counted may be searched: the share of people on social assistance, by commune. For
# each commune its neighbours are drawn anew 99,999 times. With two thousand communes some
# would be called by chance, so the share of false calls is held at 5 %. And two ways to be
# neighbours are tried, a common border and the nearest: what hangs on that choice is no hot
# spot. Communes with too few known neighbours *cannot be told*: small communes hide their
# numbers, so whole valleys stay untold.

# %%
told = exhibits.Exhibit(None, "Communes come from official files, not in the default.", "")
if tables.exists("hotspots"):
    spots = divide.read("hotspots")
    named = {f"{a}_{b}": f"{a} among {b}" for a in ("high", "low") for b in ("high", "low")}
    named |= {"none": "no hot spot", "cannot_tell": "cannot tell"}
    shown = pd.crosstab(spots["cluster"], spots["matrix"]).loc[list(named)]
    agreed = spots[spots["agreed"]].drop_duplicates("place")["cluster"].value_counts()
    shown["both agree"] = agreed.reindex(list(named), fill_value=0)
    shown = shown.rename(index=named).map(format_count).rename_axis("communes that are")
    told = exhibits.table(shown, caption="Hot spots of social assistance", made_from=spots)
told

# %% [markdown]
# ## What this page does not show
#
# - Which value is right. It says what would have to be known, not what would be found.
# - Whether the ranges are right. They are declared; a wider one gives its factor more weight.
#   A factor that nobody thought of is not among them.
# - Costs. What moves the answer most need not be what is cheapest to measure.
# - The best or the worst canton. The score stands here to show what it hides.
# - Why a hot spot is hot. Who is on social assistance depends on rents, work and offices too.
# - Anything about one small commune: hot spots are counted here and not named.
