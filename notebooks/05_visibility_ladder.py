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
# # Who can be counted at all?
#
# **Question.** Before a group can appear in a rate, its people must pass seven rungs: be
# registered, be in the survey's frame, be eligible, answer, be publishable, get what they
# are entitled to, be spoken for. On which rung do they disappear?
#
# **Reader.** Students and colleagues who read statistics about people who receive help. You
# need a little pandas.
#
# What our sources do not tell is drawn as the interval in which it must lie. It is never 0,
# and never a mean.

# %% [markdown]
# In JupyterLab, change the canton or the group (`80_plus`, `nursing_homes`, `foreign`,
# `social_assistance`, `youth_in_care`, `unregistered`, `impairment`, `60_plus_low`), and run
# the page again.

# %% tags=["parameters"]
place = "UR"
group = "80_plus"

# %%
import pandas as pd

import divide
from divide import tables
from divide.build.settings import thresholds
from divide.build.subjects import groups
from divide.measure.minorities import visibility_states
from divide.measure.response import r_indicator
from divide.measure.visibility import Bounds, combine_rungs
from divide.show import cells, exhibit_numbers, exhibits
from divide.show.cells import percent
from divide.texts import format_count

# %% [markdown]
# ## Seven rungs
#
# - **L1 In the register.** Of those who live here, who is in the population register? People
#   without papers are not.
# - **L2 In a private household.** The national survey asks nobody in a home.
# - **L3 Age and language of the survey.** 15 to 88 years; German, French or Italian.
# - **L4 Answer the survey.** The group's share among those who answer, over its share in the
#   population. It may exceed 1. For the survey on internet use it is not published.
# - **L5 Publishable.** How much of what is known may be printed? Small numbers are hidden.
# - **L6 Access their rights.** One minus the share who do not claim what they may claim.
# - **L7 An institution speaks for them.** Clients of institutions that answer, of all clients.
#
# Only the first three are shares of one and the same population. The others count
# figures, people with a right, or clients of homes: each is shown by itself. How little of
# this our sources tell is the first finding:

# %%
ladder, chosen = divide.read("visibility"), groups()
steps = {f"L{n}": f"L{n} {divide.label(f'rung.L{n}', lang='en')}" for n in range(1, 8)}
counted = ladder[ladder["rung"].isin(steps) & (ladder["evidence"] != "unknown")]
shown = counted.groupby("rung")[["group", "place"]].nunique().reindex(steps, fill_value=0)
shown = shown.rename(index=steps).set_axis(["Groups, of 8", "Places, of 27"], axis=1)
title = "For how many groups and places a rung has a figure (26 cantons and the country)"
exhibits.table(shown, caption=title, made_from=counted)

# %% [markdown]
# Some of these figures need no counting: residents of homes live outside private households
# by definition, and whoever has no permit is in no register.

# %% [markdown]
# ## The ladder of one group
#
# Solid is what is known. Hatched is where the share may lie: between bounds if anything
# bounds it, else anywhere. Whoever stands on a later rung is registered, so the first rung
# is at least as high as the second. The last bar puts the first three rungs together.

# %%
names = {key: canton.name["en"] for key, canton in divide.cantons().items()}
words = {one["key"]: divide.label(f"group.{name}", lang="en") for name, one in chosen.items()}
key = chosen[group]["key"]
mine = ladder[(ladder["group"] == key) & (ladder["place"] == place)].set_index("rung")
fewest = mine.loc["V", "smallest"]
said = "No rung has a figure for this group here."
if fewest in steps:
    lost = percent(1 - mine.loc[fewest, "value"])
    said = f"Fewest stand on {steps[fewest]}: {lost} do not."
title, unit = f"{words[key]}, {names[place]}", "share of the group that stands on the rung"
bars = steps | {"V": "L1 to L3 together"}
exhibit_numbers.rungs(mine.reset_index(), names=bars, title=title, unit=unit, sentence=said)

# %% [markdown]
# ## Three rungs together, by hand
#
# It is tempting to multiply the three shares. That is right only if each is a share of those
# who stand on the rung below it. Here it is wrong: many people beyond the age limit of 88
# also live in homes, and a product would take them away twice. What always holds is this
# (Fréchet's bounds):
#
# - at most as many pass all rungs as pass the smallest;
# - at least the sum of the shares less two: if those who fall from each rung are all
#   different people.

# %%
three = mine.loc[["L1", "L2", "L3"], ["low", "high"]].astype(float)
low, high = max(0.0, three["low"].sum() - 2), three["high"].min()
assert abs(low - mine.loc["V", "low"]) < 1e-9 and abs(high - mine.loc["V", "high"]) < 1e-9
suppose = combine_rungs([Bounds(0.87, 0.87), Bounds(0.80, 0.80)])
shown = pd.DataFrame({"At least": three["low"], "At most": three["high"]}).rename(index=steps)
shown.loc["All three"] = [low, high]
shown.loc["Suppose L2 = 87 % and L3 = 80 %"] = [suppose.low, suppose.high]
shown.loc["The tempting product of these two"] = 0.87 * 0.80
title = f"Visible to statistics: {words[key]}, {names[place]}"
shown = shown.rename_axis("rung").map(percent)
exhibits.table(shown, caption=title, made_from=mine)

# %% [markdown]
# The product lies between the bounds and looks exact. Nothing says that it is right.

# %% [markdown]
# ## All groups of the canton
#
# A group is called *visible* if at least two thirds of it must pass all three rungs,
# *invisible* if fewer than two thirds can, and *unknown* otherwise.

# %%
seen = ladder[(ladder["rung"] == "V") & (ladder["place"] == place)].assign(status="modelled")
title, unit = f"Registered, in a private household and eligible, {names[place]}", "share of group"
more = {"names": words, "title": title, "unit": unit, "write": percent, "ticks": ".0%"}
exhibit_numbers.ranges(seen, by="group", **more)

# %%
called = visibility_states(ladder, thresholds())
called = called[called["place"] == place].set_index("group").loc[list(words)]
shown = called[["visibility_state", "smallest"]].rename(index=words)
shown["smallest"] = shown["smallest"].map(steps).fillna("no rung has a figure")
shown = shown.set_axis(["Called", "Fewest stand on"], axis=1)
exhibits.table(shown, caption=f"What that is called, {names[place]}", made_from=seen)

# %% [markdown]
# ## L4: who answers
#
# Not all who are asked answer, and not all groups answer alike. Two numbers tell how far the
# answers are from everybody:
#
# - L4 itself, for one group: its share among those who answered, over its share among all. At
#   1 the group is there as it should be; at 0.5 half of it is missing.
# - the *R-indicator*, for the whole survey: 1 − 2 S, where S is the standard deviation of the
#   rates at which people or homes answer. It is 1 if everyone is equally likely to answer, and
#   falls the more unlike they are (Schouten, Cobben and Bethlehem 2009). S over the mean rate
#   says how far, in standard deviations, any mean among the answers may be off.
#
# Neither is published for the national survey, nor for the study of nursing homes in which
# 466 of 1,485 homes answered. So here is a made-up example, small enough for paper.

# %%
homes = pd.DataFrame({"size": ["small", "large"], "institutions": 50, "answered": [10, 30]})
found = r_indicator(homes, by=["size"])
homes["rate"] = homes["answered"] / homes["institutions"]
spread = (homes["institutions"] * (homes["rate"] - 40 / 100) ** 2).sum() / (100 - 1)
assert abs(1 - 2 * spread**0.5 - found.value) < 1e-6
homes["L4"] = (homes["answered"] / 40) / (homes["institutions"] / 100)
homes = homes.rename(columns={"institutions": "asked"}).rename(columns=str.capitalize)
said = f"R-indicator: 1 − 2 × {spread**0.5:.3f} = {found.value:.2f}. A mean may be off by up to "
said += f"{spread**0.5:.3f} ÷ {found.rate:.1f} = {found.maximal_bias:.2f} standard deviations."
shown = homes.assign(Rate=homes["Rate"].map(percent), L4=homes["L4"].map("{:.2f}".format))
title = "Made up: 100 homes are asked, and small ones answer less"
exhibits.Exhibit(None, said, cells.plain(shown.astype(str), title))

# %% [markdown]
# ## L5: hidden in small communes
#
# A commune with few people on social assistance does not print their number: fewer than six
# would point at somebody. Others report nothing. So above the communes there is no sum, but
# there are bounds. At least those seen; at most those, and five in each commune that hides
# its number, and everybody in a commune that reports nothing.

# %%
known = tables.exists("beneficiary_bounds")
absent = "Counts by commune come from official files: they are not in the embedded default."
bounds = divide.read("beneficiary_bounds") if known else ladder.head(0)
cantons = bounds[bounds["place_level"] == "canton"].assign(status="observed")
title, unit = "People on social assistance, by what communes show", "persons"
more = {"title": title, "unit": unit, "write": format_count}
told = exhibits.Exhibit(None, absent, "")
told = exhibit_numbers.ranges(cantons, by="place", names=names, **more) if known else told
told

# %% [markdown]
# The bounds of the canton by hand, from its communes:

# %%
if known:
    register, people = divide.read("places"), divide.read("population")
    here = register[(register["place_level"] == "commune") & (register["canton"] == place)]["place"]
    counts = divide.read("social_assistance")
    counts = counts[counts["indicator"] == "social_assistance_recipients"]
    counts = counts.set_index("place").loc[here]
    people = people[(people["place_level"] == "commune") & (people["source"] == "bfs_population")]
    cap = people.set_index("place")["value"].loc[here]
    cap = cap.mask(counts["status"] == "suppressed", cap.clip(upper=5))
    least = counts["value"].sum()
    most = least + cap[counts["value"].isna()].sum()
    told = cantons.set_index("place").loc[place]
    assert (least, most) == (told["low"], told["high"])

# %%
absent = "Without them there is nothing to add up here."
if known:
    absent = f"{names[place]}: at least {format_count(least)}, at most {format_count(most)}, in "
    absent += f"{int(told['hidden'])} of {int(told['parts'])} communes we may not see."
exhibits.Exhibit(None, absent, "")

# %% [markdown]
# ## L1, L6 and L7: what single studies found
#
# The first rung of foreign residents: how many live here unregistered was estimated once,
# with a wide band. Registered, over registered plus estimated, gives the rung. Non-take-up of
# social assistance was studied in three cantons, and one study counted how many nursing
# homes answered. For these no interval is published, so none is shown.

# %%
people, rates = divide.read("population"), divide.read("published_rates").set_index("indicator")
foreign = people[(people["group"] == "citizenship:foreign") & (people["place"] == "CH")]
foreign = foreign.sort_values("year")["value"].iloc[-1]
outside = rates.loc["residents_without_papers"]
first = ladder[(ladder["group"] == "citizenship:foreign") & (ladder["place"] == "CH")]
first = first.set_index("rung").loc["L1"]
assert abs(first["low"] - foreign / (foreign + outside["high"])) < 1e-12
found = counted[counted["rung"].isin(["L1", "L6", "L7"]) & (counted["source"] != "divide_method")]
shown = pd.DataFrame({"Group": found["group"].map(words), "Rung": found["rung"]})
shown["Share"] = found["value"].map(percent)
ends = zip(found["low"], found["high"], strict=True)
shown["Bounds"] = [f"{percent(a)} to {percent(b)}" if a < b else "not published" for a, b in ends]
shown["Year"] = found["year"].astype(str)
shown.index = found["place"].map(names | {"CH": "Switzerland"})
exhibits.table(shown.rename_axis("place"), caption="Rungs from studies", made_from=found)

# %% [markdown]
# ## What this page does not show
#
# - Who is excluded. Being unseen is not being offline; the next notebook puts both together.
# - How many of a group answer the survey (L4): its makers do not publish it. Elsewhere those
#   of low status who belong to a minority answer least.
# - Whether people unknown to the statistical office are unknown to everybody: a home knows
#   its residents well. Both may be true at once.
# - That an institution neglects anybody. A rung says what can be counted, not who is at fault.
# - Anything about one small commune: there a number is soon a person.
