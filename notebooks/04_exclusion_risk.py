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
# # What would one expect in a canton, and when must one say “cannot tell”?
#
# **Question.** Our sources do not ask enough people in each canton to measure how many
# are offline there. What can be said from national rates and from who lives where, and how
# far does it hold?
#
# **Reader.** Students and colleagues. You need a little pandas, and to have heard of a logit
# and a standard error.
#
# Everything about cantons on this page is *modelled*. It says what a canton's mix of people
# leads one to expect, never what is the case there.

# %% [markdown]
# In JupyterLab, change the canton, or what is lacked (`no_smartphone`, `no_laptop`), and run
# the page again.

# %% tags=["parameters"]
place = "JU"
indicator = "no_internet_use_3m"

# %%
import pandas as pd

import divide
from divide.build.settings import lacking, setting
from divide.measure import cells, fits, layers, place_pairs, tipping
from divide.measure.visibility import Bounds
from divide.show import exhibit_numbers, exhibits
from divide.show.cells import percent

# %% [markdown]
# ## Step 1: rates that are published
#
# The national survey publishes shares of people by age, by education (of those of 25 and
# over) and by both. Here is who *lacks* it: one minus the published share. Where too few
# people stand behind a rate the office protects it. Such a rate exists, and we do not know it.

# %%
chosen, positive = setting(), lacking()[indicator]
use = divide.read("internet_use")
asked = use[(use["indicator"] == positive) & (use["year"] == chosen.year)]
rates = asked.assign(value=1 - asked["value"], low=1 - asked["high"], high=1 - asked["low"])
what = divide.label(f"indicator.{indicator}", lang="en")
ages = {"15_29": "25–29", "30_59": "30–59", "60_plus": "60 and over"}
schools = {"low": "compulsory", "secondary": "secondary", "tertiary": "tertiary"}
crosses = {"age:15_29|education:under_25": "Under 25"}
crosses |= {f"age:{a}|education:{s}": f"{ages[a]}, {schools[s]}" for a in ages for s in schools}
groups = {"total": "Everyone asked"} | crosses
title, unit = f"{what}, {chosen.year}", "share of people aged 15 to 88 in private households"
exhibits.lines(rates, by="group", names=groups, title=title, unit=unit)

# %% [markdown]
# ## Step 2: a rate for every kind of person
#
# Cut the population into cells of sex × age × education. How many people the survey speaks
# for in a cell is its published count divided by its published share. What we need is a rate
# in each cell. It is modelled: the logit of the rate is a sum of one number for the age, one
# for the education, one for their cross and one for the sex.
#
# Which numbers? Those with which every published rate comes out again: over the cells of
# each published group, the sum of persons × (modelled rate − published rate) is 0. These are
# the equations that one would solve with everybody's answers at hand.

# %%
survey = cells.survey_cells(use, year=chosen.year, respondents=chosen.respondents)
model = fits.fit_indicator(use, positive, survey, chosen)
shown = fits.margins_met(model, survey, groups).set_axis(["Published", "Modelled"], axis=1)
shown = shown.rename(index=groups).rename_axis("group")
shown = shown.map(percent).replace(percent(float("nan")), "protected")
exhibits.table(shown, caption="Modelled rates give the published ones back", made_from=rates)

# %% [markdown]
# They agree to some tenths of a point, for published shares are rounded. Where a group has
# nobody who lacks it (a published “100 % ± 0”), no number on the logit scale fits; a small
# penalty (Firth's) pulls such rates a little away from 0, and the others move with them.
#
# Women and men are told apart as a whole, not within an age and an education. There the
# model may miss, and we say by how much:

# %%
worst = fits.account(model, survey)
modelled, published, error = (percent(worst[n]) for n in ("fitted", "published", "published_se"))
said = f"Missed most: {worst['worst_cell'].replace('|', ', ')}. Modelled {modelled}, published "
said += f"{published} with a standard error of {error}."
exhibits.Exhibit(None, said, "")

# %% [markdown]
# ## Step 3: who lives in the canton
#
# How many people of a canton fall into each cell our sources do not tell. They tell its
# sexes by age, its education, and how many of its oldest live in private households. The
# cells are *fitted* to these margins (iterative proportional fitting): start from the
# survey's cells, scale them to one margin, then to the other, and again, until all are met.
# It is a model too, and the table says so. A check: education must come out as published.

# %%
composition, name = divide.read("composition"), divide.canton(place).name["en"]
persons = composition.pivot(index="place", columns="group", values="value")[list(survey.groups)]
levels = {f"education:{school}": words for school, words in schools.items()}
held = pd.Series({one: persons.loc[place, survey.members(one)].sum() for one in levels})
schooling = divide.read("education", place=place).set_index("group")["value"][list(levels)]
shown = pd.DataFrame({"Published": schooling / schooling.sum(), "Fitted": held / held.sum()})
assert abs(shown["Published"] - shown["Fitted"]).max() < 1e-6
title = f"Education of people of 25 and over, {name}"
shown = shown.rename(index=levels).rename_axis("education").map(percent)
exhibits.table(shown, caption=title, made_from=composition)

# %% [markdown]
# ## Step 4: the expected rate, rebuilt by hand
#
# The expected rate is the share of each cell in the canton times the rate of the cell, added
# up. Before that, the rates of all cells are moved a little, alike on the logit scale, so
# that the cantons together give the published rate of the country.

# %%
country = persons.sum() / persons.sum().sum()
mix = persons.div(persons.sum(axis=1), axis=0)
met = fits.benchmark(model, survey, country.values, "total")
rate, by_hand = met.share, mix @ met.share
risk = divide.read("exclusion_risk")
total = risk[(risk["indicator"] == indicator) & (risk["group"] == "total")]
exact = total[total["tau"] == 0].set_index("place")
assert abs(by_hand - exact["value"]).max() < 1e-12

# %%
own = mix.loc[place]
adds = 100 * (own - country) * rate
assert abs(adds.sum() - 100 * exact["gap"][place]) < 1e-9
rows, parts = {words: survey.members(key) for key, words in crosses.items()}, (own, country, adds)
sums = {words: [part[at].sum() for part in parts] for words, at in rows.items()}
shown = pd.DataFrame(sums, index=["Here", "Country", "Adds, in points"]).T.rename_axis("cell")
shown = shown.round({"Adds, in points": 2}) + 0
said = f"Expected {percent(by_hand[place])}, in the country {percent(country @ rate)}."
title = f"Share of people, and what it adds to the difference, {name}"
write = {"Here": percent, "Country": percent, "Adds, in points": "{:+.2f}".format}
exhibits.table(shown, caption=title, made_from=composition, write=write, sentence=said)

# %% [markdown]
# ## Step 5: how far the truth may lie from it
#
# Three things make an expected rate wrong.
#
# 1. The survey asked only some 3,000 people. To see what that does, imagine the survey asked
#    1,000 times over (a *bootstrap*): each time the published rates come out a little
#    different, as far as their intervals allow, the cells are fitted anew, and the canton's
#    rate is worked out anew. The standard deviation of the 1,000 rates is the error.
# 2. The education of a canton comes from a sample too. Both together are called s.
# 3. People of one cell need not be alike everywhere. How much cantons differ beyond their mix
#    is τ, a standard deviation on the logit scale. One unit of τ moves the rate by κ, the mean
#    of rate × (1 − rate). So: standard error² = s² + κ² τ²

# %%
kappa, s, tau = mix @ (rate * (1 - rate)), exact["se"], max(chosen.taus)
widest = total[total["tau"] == tau].set_index("place")["se"]
assert abs((s**2 + (kappa * tau) ** 2) ** 0.5 - widest).max() < 1e-12
errors = {"The survey alone, 1,000 draws": (met.drawn @ mix.loc[place].values).std()}
errors |= {"With the education figures: s": s[place], f"With τ = {tau:g} too": widest[place]}
shown = pd.DataFrame({"In points": errors}).mul(100).map("{:.3f}".format)
title = f"Standard error of the expected rate, {name}"
exhibits.table(shown.rename_axis("error from"), caption=title, made_from=total)

# %% [markdown]
# Nobody knows τ, so three values are shown. Cantons stand in official order: no ranking.

# %%
names = {key: canton.name["en"] for key, canton in divide.cantons().items()}
title, unit = f"Expected: {what}, {chosen.year}", "share of people aged 15 to 88; modelled"
exhibits.lines(total, by="place", names=names, title=title, unit=unit, bands="τ = {:g}")

# %% [markdown]
# ## Step 6: the tipping point
#
# A canton is called *higher* or *lower* than the country when that has a probability of
# 90 %. The larger τ, the smaller the probability. Where it falls to 90 % lies the tipping
# point: the difference holds unless local differences exceed it. By hand, with the gap d,
# its error s at τ = 0, and 1.2816, the 90 % point of the normal curve:
#
# τ* = √((d / 1.2816)² − s²) / √(what one unit of τ² adds)

# %%
parted = tipping.variances(total)
star = ((parted["gap"] / 1.2815515655) ** 2 - parted["sampling"]) ** 0.5 / parted["local"] ** 0.5
assert abs(star - parted["tipping_point"]).max() < 1e-6
curve = tipping.certainty(parted, [step / 50 for step in range(26)])
four = {key: names[key] for key in (place, "TI", "VD", "ZG")}
title, unit = "How surely a canton differs from the country", "probability of its sign"
more = {"x": "τ", "levels": {chosen.probability: "called from here"}}
exhibit_numbers.curves(curve, by="place", names=four, title=title, unit=unit, **more)

# %% [markdown]
# ## Step 7: what is known of τ
#
# Two ways to learn something. Households are published for three language regions: their gap
# to what one expects tells τ, but three regions tell little. And some quantities are known
# for every canton. Treat them as if only the country's figure were known: what is missed is
# their own τ. For those two no composition was taken out, so they are a warning and not an
# estimate: τ may well be larger than 0.30.

# %%
evidence = divide.read("local_differences")
words = ["Households without internet, 3 regions", "Foreign residents, 26 cantons"]
words = dict(zip(evidence["indicator"], [*words, "On social assistance, 26 cantons"], strict=True))
reached = int((exact["tipping_point"] > evidence["value"].max()).sum())
said = f"Cantons whose difference would hold at the largest of these estimates: {reached} of 26."
title, unit = "Estimates of τ, with 90 % intervals", "standard deviation on the logit scale"
more = {"write": "{:.2f}".format, "sentence": said}
exhibit_numbers.ranges(evidence, by="indicator", names=words, title=title, unit=unit, **more)

# %% [markdown]
# ## Step 8: canton against canton, and why there is no ranking
#
# Each pair of cantons is asked the same: higher, lower, or cannot tell? With 325 pairs some
# would be called wrongly by chance. So all pairs are asked together: with 90 % probability
# not one is wrong. Even at τ = 0, when composition is all there is, many cannot be told.

# %%
pairs = divide.read("pairs").query("indicator == @indicator and group == 'total'")
states = {"lower": ("lower than", "c1"), "cannot_tell": ("cannot tell from", "s-uncertain")}
states |= {"higher": ("higher than", "c3")}
title, unit = "Each canton against the 25 others, τ = 0", "number of other cantons"
more = {"names": names, "states": states, "title": title, "unit": unit}
exhibit_numbers.counts(pairs[pairs["tau"] == 0], by="place", of="state", **more)

# %%
sets = divide.read("rank_sets").query("indicator == @indicator and group == 'total'")
heads = ["Pairs", "Told, each alone", "Told, all together", "Ranks of the median canton", "Ranking"]
shown = place_pairs.count_told(pairs, sets).set_axis(heads, axis=1).rename_axis("at τ =")
shown = shown.replace({"Ranking": {"none": "not possible"}})
title = "Pairs of cantons that can be told, and the ranks that a canton may hold"
exhibits.table(shown, caption=title, made_from=pairs, write={heads[3]: "{:.0f}".format})

# %% [markdown]
# A ranking is refused where half of the cantons may hold more than half of the ranks. At
# τ = 0.15 every canton may hold every rank. A list “from best to worst” would be noise.

# %% [markdown]
# ## Step 9: groups, where differences survive
#
# Now a group is held to the *rest of its own canton*. A shock to the whole canton moves both,
# and cancels. What remains is a shock to the group in this canton, of the same sizes of τ.
#
# For people of 80 and over no rate is published: the survey has 60 and over, and stops at 88.
# The rate of the younger must not stand in, so the answer is *cannot tell*, and no number.

# %%
here = risk[(risk["place"] == place) & (risk["tau"] == tau)]
words = {"age:60_plus": "60 and over", "education:low": "Compulsory, 25 and over"}
words |= {"age:60_plus|education:low": "60 and over, compulsory", "age:80_plus": "80 and over"}
held = here[here["indicator"] == indicator].set_index("group").loc[list(words)].rename(index=words)
shown = pd.DataFrame({"Expected": held["value"].map(percent)})
shown["Above the rest by, points"] = (100 * held["gap"]).map("{:.1f}".format)
shown["Holds up to τ ="] = held["tipping_point"].map("{:.2f}".format).replace("nan", "not even 0")
shown.loc[held["probability"].isna(), list(shown)[1:]] = "cannot tell"
shown = shown.replace(percent(float("nan")), "no rate is published")
title = f"Groups against the rest of the canton, {name}: {what}"
exhibits.table(shown, caption=title, made_from=held)

# %% [markdown]
# ## Step 10: five layers, each by itself
#
# To be online one needs hardware, software, a connection, skills, and a way to one's rights.
# They do not make up for each other: there is no mean of the five. How many lack *at least one*
# cannot be told from separate rates: if those who lack one lack all, it is the largest rate;
# if nobody lacks two, it is their sum. For three layers nothing is published (of hardware
# only single devices): there anybody may lack it, and the upper end is everybody.

# %%
three = ["no_internet_use_3m", "no_advanced_digital_skills", "no_smartphone"]
named = {one: divide.label(f"indicator.{one}", lang="en") for one in three}
older = here[here["group"] == "age:60_plus"].drop(columns=["state", "tipping_point"])
ends = older.set_index("indicator")[["low", "high"]]
bounds = layers.lacks_any([Bounds(*ends.loc[one]) for one in three[:2]] + [Bounds(0, 1)] * 3)
assert (bounds.low, bounds.high) == tuple(ends.loc["lacks_at_least_one"])
named["lacks_at_least_one"] = "At least one of five"
title, unit = f"People of 60 and over, {name}", f"share expected to lack it, τ = {tau:g}; modelled"
exhibits.lines(older, by="indicator", names=named, title=title, unit=unit, bands="90 % interval")

# %% [markdown]
# ## Below the canton
#
# The same sum for a commune would need its education, which is not published. And no
# sentence of this study is about one commune of fewer than 3,000 people, one institution or
# one person: there a rate is soon about somebody. So expected rates end at the canton.

# %% [markdown]
# ## What this page does not show
#
# - How many people are offline in a canton: none of our sources measures it.
# - Whether people of one kind are alike in all cantons: that is what τ stands for, and the
#   evidence on τ is weak.
# - Anything about people outside private households, or older than 88: the survey
#   does not ask them. A rate of 60 and over must not stand in for 80 and over.
# - Errors that were not published: of the age figures, which are older than the survey, and
#   of splitting ten-year classes at 15 and at 25.
# - A trend. Expected rates of two years differ by composition and by the national rates, and
#   neither says what changed in a canton.
