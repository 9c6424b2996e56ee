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
# # Which commune is this, and since when?
#
# **Question.** Swiss communes merge every year. What goes wrong on a map when figures and
# borders are of different days, and how is it put right without losing anybody?
#
# **Reader.** Students and colleagues who join tables by commune number. You need a little
# pandas.
#
# A commune number is valid only together with a day: the day of the list that it stands on.
# The rule of this study is *restate counts, then join, then divide*, and this page shows
# why in that order.

# %% [markdown]
# In JupyterLab, change the canton of the two maps (JU or AG show most) and run the page
# again. The maps need official files; the tables below do not.

# %% tags=["parameters"]
place = "JU"

# %%
import pandas as pd

import divide
from divide import tables
from divide.measure.registers import restate
from divide.measure.successions import Link
from divide.measure.successors import successors
from divide.show import exhibit_maps, exhibits
from divide.show.cells import percent
from divide.texts import format_count

# %% [markdown]
# ## Two tables of two days
#
# At the end of 2023 the statistical office counted residents on the list of communes of
# 1 January 2023. One day later Turgi had become part of Baden (Aargau), and Beurnevésin and
# Bonfol had become Basse-Vendline (Jura). Here are the six figures, typed from the official
# table (STAT-TAB px-x-0102010000_104).

# %%
counted = {
    "4021": ("Baden", "AG", 20430, 5571),
    "4042": ("Turgi", "AG", 3157, 1313),
    "6773": ("Beurnevésin", "JU", 112, 14),
    "6775": ("Bonfol", "JU", 655, 82),
}
columns = ["name", "canton", "total", "citizenship:foreign"]
old = pd.DataFrame.from_dict(counted, orient="index", columns=columns).rename_axis("place")
new = old.loc[["4021"], ["name", "canton"]]
new.loc["6812"] = ["Basse-Vendline", "JU"]

# %%
fixed = {"indicator": "residents", "place_level": "commune", "register_date": "2023-01-01"}
fixed |= {"year": 2023, "status": "observed", "source": "bfs_population_citizenship"}
counts = old[["total", "citizenship:foreign"]].reset_index().melt("place", var_name="group")
counts = counts.assign(**fixed, edition="2023-12-31", table="px-x-0102010000_104").astype(
    {"value": "float64"}
)
shares = old.assign(share=old["citizenship:foreign"] / old["total"])
heads = {"name": "Commune", "total": "Residents", "share": "Foreign"}
shown = shares[list(heads)].rename(columns=heads)
write = {"Residents": format_count, "Foreign": percent}
exhibits.table(
    shown, caption="Four communes, end of 2023, on the list of then", made_from=counts, write=write
)

# %% [markdown]
# ## Wrong: join by number alone
#
# A map of 2024 asks for the numbers of its own list. Baden finds its old figure, that of a
# town without Turgi. Turgi's 3,157 people find no place. Basse-Vendline finds nothing and
# would be drawn as a gap; in a careless table it would be 0.

# %%
naive = new.join(shares[["total", "share"]], how="left")
lost = old["total"].sum() - naive["total"].sum()
title = (
    f"Joined by number: {format_count(lost)} of {format_count(old['total'].sum())} people are gone"
)
shown = naive[["name"]].set_axis(["Commune"], axis=1)
shown["Residents"] = [format_count(one) if one > 0 else "?" for one in naive["total"]]
shown["Foreign"] = [percent(one) if one > 0 else "?" for one in naive["share"]]
exhibits.table(shown, caption=title, made_from=counts)

# %% [markdown]
# ## Also wrong: the mean of two rates
#
# Baden and Turgi had 27 % and 42 % foreign residents. Their mean is 34 %. But Turgi is a
# seventh of the new town: the rate of a merged commune is not the mean of two rates.

# %%
two = shares.loc[["4021", "4042"]]
mean = two["share"].mean()
true = two["citizenship:foreign"].sum() / two["total"].sum()
wrong = pd.DataFrame({"Foreign": [mean, true]}, index=["Mean of two rates", "Counts, then divided"])
exhibits.table(wrong, caption="Baden in 2024", made_from=counts, write={"Foreign": percent})

# %% [markdown]
# ## Right: who became whom, with the evidence
#
# `divide.successors(start, end)` lists for every commune its heirs and says how that is
# known: from the register's own mutations, from its answer on two days, or, where neither
# is at hand, from the land of both days. Here the heirs are typed, so that the page runs
# without the register.

# %%
heirs = {"4042": {"4021": 1.0}, "6773": {"6812": 1.0}, "6775": {"6812": 1.0}}
link = Link("2023-01-01", "2024-01-01", heirs, "boundaries")
pairs = successors(link, old.reset_index(), new.reset_index())
shown = pairs[["initial_name", "terminal_name", "kind", "evidence"]]
shown = shown.set_axis(["Before", "After", "What happened", "Known from"], axis=1)
exhibits.table(shown.set_index("Before"), caption="Heirs on 1 January 2024", made_from=counts)

# %% [markdown]
# ## Right: restate counts, then join, then divide
#
# Counts add up, and nobody is lost: the sum of both lists is the same to the unit.

# %%
moved = restate(counts, pairs, to="2024-01-01").pivot(
    index="place", columns="group", values="value"
)
assert moved["total"].sum() == old["total"].sum() == 24_354
joined = new.join(moved, how="left", validate="1:1")
joined = joined.assign(share=joined["citizenship:foreign"] / joined["total"])
assert abs(joined.loc["4021", "share"] - 0.2919) < 0.0001  # 6,884 of 23,587
shown = joined[list(heads)].rename(columns=heads)
exhibits.table(shown, caption="The same people on the list of 2024", made_from=counts, write=write)

# %% [markdown]
# ## What is hidden stays hidden
#
# Suppose that Bonfol's figure were protected. Then Basse-Vendline's is not known either,
# and certainly not that of Beurnevésin alone. If the publisher says that it hides counts
# below six, the sum lies between two bounds, and the status says why there is no value.

# %%
hidden = counts[counts["group"] == "citizenship:foreign"]
secret = hidden["place"] == "6775"
hidden = hidden.assign(low=hidden["value"].mask(secret, 0), high=hidden["value"].mask(secret, 5))
hidden = hidden.assign(
    value=hidden["value"].mask(secret), status=hidden["status"].mask(secret, "suppressed")
)
bounds = restate(hidden, pairs, to="2024-01-01").set_index("place").loc[["6812"]]
assert (bounds.loc["6812", "low"], bounds.loc["6812", "high"]) == (14, 19)
shown = bounds[["status", "low", "high"]].set_axis(["Status", "At least", "At most"], axis=1)
write = {"At least": format_count, "At most": format_count}
title = "Foreign residents of Basse-Vendline"
exhibits.table(shown, caption=title, made_from=counts, write=write)

# %% [markdown]
# ## The whole country
#
# With the official files at hand the same three steps bring all 2,136 communes of 2023 to
# the 2,131 of 2024. First the wrong map of the canton, by number alone: look for what is
# hatched. Then the right one. Without the files, the page shows cantons, and says so.

# %%
people = divide.read("population")
people = people[people["source"] == "bfs_population_citizenship"]
known = tables.exists("boundaries") and tables.exists("registers")
borders = divide.read_boundaries() if known else None
register, key = divide.read("places"), ["place_level", "place", "year", "register_date"]
local = people[people["place_level"] == "commune"] if known else people
wide = local.pivot(index=key, columns="group", values="value").reset_index()
rate = {"indicator": "residents_share", "group": "citizenship:foreign", "status": "observed"}
rate |= {"source": "bfs_population_citizenship", "edition": "2023-12-31", "table": None}
naive = wide.assign(value=wide["citizenship:foreign"] / wide["total"], **rate)

# %%
by_number = naive.assign(register_date="2024-01-01") if known else naive
title, unit = "Wrong where communes merged: foreign residents", "share of residents"
exhibit_maps.communes(by_number, register, borders, canton=place, title=title, unit=unit)

# %%
if known:
    local = divide.restate(local, to="2024-01-01")
wide = local.pivot(index=key, columns="group", values="value").reset_index()
right = wide.assign(value=wide["citizenship:foreign"] / wide["total"], **rate)
title = "Right: foreign residents, restated before dividing"
exhibit_maps.communes(right, register, borders, canton=place, title=title, unit=unit)

# %% [markdown]
# ## What this page does not show
#
# - What happens where a commune was *divided*: nobody can tell who lived in which part.
#   `restate` refuses, or shares out by a key that you name, and calls the parts modelled.
# - Rates brought to another day: they are refused. Bring both counts, then divide.
# - The way back: from Basse-Vendline nothing leads to Bonfol. What a merger joined stays
#   joined.
# - Strips of land that change hands between communes that both go on: people are left where
#   their number is.
