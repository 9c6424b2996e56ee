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
# # Which groups risk becoming an invisible minority?
#
# **Question.** Two things are asked of every group in every canton: is its risk of exclusion
# higher than that of the others, and can it be seen at all? What may be said where only one
# of the two is known, or none?
#
# **Reader.** Students and colleagues, and whoever has to answer for a policy. You need a
# little pandas.
#
# The two answers are never added up to one score; notebook 07 shows what that would hide.

# %% [markdown]
# In JupyterLab, change the canton or what is lacked (`no_smartphone`, `no_laptop`), and run
# the page again.

# %% tags=["parameters"]
place = "VD"
indicator = "no_internet_use_3m"

# %%
import pandas as pd

import divide
from divide.build.subjects import groups
from divide.errors import ClaimError
from divide.measure.claims import Claim, Subject, check_claim, claims
from divide.measure.combination import FINDINGS, excluded_and_unseen
from divide.show import exhibit_numbers, exhibits
from divide.show.cells import percent
from divide.texts import format_about, format_count

# %% [markdown]
# ## Two axes, nine classes
#
# *Risk* comes from rates published for the group itself: higher, not higher, or cannot tell
# (notebook 04). *Visibility* comes from the first three rungs of the ladder: visible,
# invisible, or unknown (notebook 05). Each pair of answers is a class with its own advice.
# The numbers say how many pairs of group and canton fall into it. One rule stands above all:
# taking figures away may move a pair towards *measure* or *cannot tell*, and never towards
# *invisible*, *at risk* or *no sign of risk*. (Tests take figures away and look.)

# %%
found = divide.read("invisible_minorities")
found = found[found["layer_indicator"] == indicator]
cantons = found[found["place_level"] == "canton"]
states = zip(cantons["risk_state"], cantons["visibility_state"], strict=True)
assert list(cantons["finding"]) == [FINDINGS[pair] for pair in states]
named = {one: divide.label(f"finding.{one}", lang="en") for one in FINDINGS.values()}
size = cantons["finding"].value_counts().reindex(list(named), fill_value=0)
grid = pd.Series({pair: f"{named[one]}: {size[one]}" for pair, one in FINDINGS.items()}).unstack()
grid = grid.loc[["higher", "cannot_tell", "not_higher"], ["visible", "unknown", "invisible"]]
grid = grid.rename(index={"cannot_tell": "cannot tell", "not_higher": "not higher"})
what = divide.label(f"indicator.{indicator}", lang="en")
title = f"Classes, and pairs of group and canton in each of them: {what}"
exhibits.table(grid.rename_axis("risk"), caption=title, made_from=cantons)

# %% [markdown]
# The corner that the study asks about, *higher risk and invisible*, is empty. That is no
# good news. Where our sources have a rate they do not tell visibility, and where people are
# certainly out of sight they have no rate. The two kinds of knowledge do not meet:

# %%
words = {one["key"]: divide.label(f"group.{name}", lang="en") for name, one in groups().items()}
marks = ["c3", "c2", "c4", "c1", "s-uncertain", "s-missing", "c0", "s-suppressed", "s-none"]
states = {one: (named[one], mark) for one, mark in zip(named, marks, strict=True) if size[one]}
title, unit = f"The class of each group: {what}", "number of cantons"
more = {"names": words, "states": states, "title": title, "unit": unit}
exhibit_numbers.counts(cantons, by="group", of="finding", **more)

# %% [markdown]
# ## How many are both, rebuilt by hand
#
# Take people aged 80 and over. The share i lives outside private households, where the survey
# asks nobody. How many of *those* are offline is not known: none, or all. So the share that is
# both is between 0 and i. If those out of sight are no better off than those asked, at least
# i × r are both, with r the lowest rate that the survey's interval allows. For 80 and over no
# rate is published; the one of 60 and over stands in, which is an assumption too.

# %%
living, use = divide.read("living_arrangements", place=place), divide.read("internet_use")
aged = living[living["group"] == "age:80_plus"].set_index("indicator")["value"]
inside = aged["in_private_household_share"]
everyone = aged["persons_in_private_household"] / inside
older = use[(use["indicator"] == "internet_use_3m") & (use["group"] == "age:60_plus")]
rate = 1 - older[older["year"] == found["year"].max()]["high"].item()
at_all, assumed = excluded_and_unseen(1 - inside), excluded_and_unseen(1 - inside, seen_rate=rate)
bounds = {"At least": at_all.low, "At least, if no better off": assumed.low, "At most": at_all.high}
shown = pd.DataFrame({"Share": bounds, "Persons, about": pd.Series(bounds) * everyone})
canton = divide.canton(place).name["en"]
title = f"Offline and out of sight, aged 80 and over, {canton}"
write = {"Share": percent, "Persons, about": format_about}
exhibits.table(shown, caption=title, made_from=pd.concat([living, older]), write=write)

# %% [markdown]
# The table of the study must say the same, in shares and in persons. And is the group a
# minority, less than half of everybody?

# %%
table = divide.read("invisible_minorities", place=place).set_index(["group", "layer_indicator"])
row = table.loc[("age:80_plus", "no_internet_use_3m")]
assert abs(row["low"] - (1 - inside) * rate) < 1e-9 and abs(row["high"] - (1 - inside)) < 1e-9
assert abs(row["persons_high"] - (1 - inside) * everyone) < 1e-6
people = divide.read("population", place=place)
people = people[people["group"] == "total"].sort_values("year")
part = everyone / people["value"].iloc[-1]
assert (row["minority"] == "yes") == (part < 0.5)
told = f"{format_count(everyone)} people of {format_count(people['value'].iloc[-1])}: "
exhibits.Exhibit(None, told + f"{percent(part)}, a minority of the canton.", "")

# %% [markdown]
# ## Reach
#
# A third answer would be wanted: is the group *reached* by those who help it? That needs two
# numbers, what is provided and what is needed. Provision by canton is not in our sources, so:

# %%
here = found[found["place"] == place]
states = dict.fromkeys(here["reach_state"], "groups")
exhibits.Exhibit(None, f"Reached, of {len(here)} groups here: {', '.join(states)} for all.", "")

# %% [markdown]
# ## All groups of the canton, in persons
#
# For most groups the honest answer is wide: our sources do not tell who is out of sight, so
# it may be anybody. Where not even the size of a group is known, there is no number at all.

# %%
sized = here.assign(low=here["persons_low"], high=here["persons_high"], value=None)
sized["status"] = sized["high"].notna().map({True: "observed", False: "missing"})
title, unit = f"{what} and out of sight, {canton}", "persons, at least to at most"
more = {"title": title, "unit": unit, "write": format_about}
exhibit_numbers.ranges(sized, by="group", names=words, **more)

# %% [markdown]
# ## What is said, and what it rests on
#
# The reports write one sentence for each class, in four languages. Each sentence is bound to
# a class of evidence: observed, published, modelled, assumed, unknown.

# %%
evidence = {name: divide.label(f"evidence.{c.evidence}", lang="en") for name, c in claims().items()}
said = here.set_index("group").loc[list(words)]
shown = pd.DataFrame({"Evidence": said["claim"].map(evidence).values}, index=said["sentence_en"])
caption = "What the report says of each group"
exhibits.table(shown.rename_axis("sentence"), caption=caption, made_from=here)

# %% [markdown]
# ## What is refused
#
# The generator of sentences refuses what its figures do not carry. Five attempts, each about
# rates that are *modelled*:

# %%
third = Claim("third", "modelled", {"en": "{place} ranks third."}, kind="rank")
risen = Claim("risen", "modelled", {"en": "{place} has improved since 2017."}, kind="trend")
has = Claim("has", "modelled", {"en": "{place} has {share} offline."})
known, small = claims(), Subject("commune", 2400)
tries = {"A rank: “Vaud ranks third.”": (third, None), "A trend: “Vaud improves.”": (risen, None)}
tries |= {"As if observed: “Vaud has 4 % offline.”": (has, None)}
tries |= {"A sentence for observed figures": (known["outside_frame_80"], None)}
tries |= {"About a commune of 2,400 people": (known["class_act_and_measure"], small)}
refused = {}

# %%
for attempt, (claim, about) in tries.items():
    try:
        check_claim(claim, ["modelled"], about=about)
    except ClaimError as error:
        refused[attempt] = str(error)
assert list(refused) == list(tries)
shown = pd.DataFrame({"Answer of the program": refused}).rename_axis("attempt")
exhibits.table(shown, caption="Sentences that cannot be written", made_from=here)

# %% [markdown]
# What may be said instead: *given its mix of ages and education, the canton would be expected
# at so much, between these ends; this is composition, not observation.*

# %% [markdown]
# ## Where sources say different things
#
# Two sources that disagree are set beside each other and not averaged: a mean of two questions
# answers neither. Mostly they asked other people, or asked something else.

# %%
sides = divide.read("contradictions").assign(table=None)
ends = " (" + sides["low"].map(percent) + " to " + sides["high"].map(percent) + ")"
figure = sides["value"].map(percent) + ends.where(sides["low"].notna(), "")
figure = figure.where(sides["value"].notna(), sides["found_en"].str.rstrip("."))
makers = [exhibits.origin(sides.iloc[[row]]).removeprefix("Source: ") for row in range(len(sides))]
year = (" " + sides["of_year"]).where(sides["of_year"].notna(), "")
sides["told"] = figure + "; " + pd.Series([maker.split(",")[0] for maker in makers]) + year
shown = sides.pivot(index=["matter_en", "differ_en"], columns="side", values="told")
shown = shown.set_axis(["One source", "Another"], axis=1).reset_index("differ_en")
shown = shown.rename(columns={"differ_en": "Why they may differ"}).rename_axis("matter")
exhibits.table(shown, caption="Contradictions, side by side", made_from=sides)

# %% [markdown]
# ## What this page does not show
#
# - That a group *is* a minority that nobody sees. It says where that may be so, and what
#   would have to be measured to know.
# - Groups added up. They overlap: somebody may be old, foreign and on social assistance.
# - Whether people are reached by those who help them. Provision is not measured by canton,
#   so the third state, reach, is unknown everywhere.
# - Causes, and anybody's fault.
# - Single communes of fewer than 3,000 people, institutions and persons: they have no
#   sentence.
