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
# # Who is online in Switzerland, and whom does the survey not ask?
#
# **Question.** Which groups does the national survey find offline, and which people can it
# not find at all?
#
# **Reader.** Students and colleagues in social work. You need a little pandas and no
# statistics beyond "an interval".
#
# Every figure is followed by a sentence and a table that say the same. A value that is
# missing is hatched and named; it is never 0 and never a pale colour.

# %% [markdown]
# In JupyterLab, change the year of the survey (2014, 2017, 2019 or 2021) or the canton, and
# run the page again.

# %% tags=["parameters"]
year = 2021
place = "VD"

# %%
import pandas as pd

import divide
from divide import tables
from divide.show import exhibit_maps, exhibits
from divide.show.cells import percent
from divide.texts import format_about, format_count

# %% [markdown]
# ## Who is online
#
# The statistical office asks some 3,000 people in private households. An interval of 95 %
# says how far a rate may be off because so few were asked. Some rates rest on so few
# answers that the office protects them: they exist, and we do not know them.

# %%
use = divide.read("internet_use")
online = use[use["indicator"] == "internet_use_3m"]
groups = {
    "total": "Everyone asked",
    "age:15_29": "Aged 15–29",
    "age:30_59": "Aged 30–59",
    "age:60_plus": "Aged 60 and over",
    "education:tertiary": "Tertiary education",
    "education:secondary": "Secondary education",
    "education:low": "Compulsory education",
    "age:60_plus|education:low": "60 and over, compulsory",
    "age:15_29|education:low": "15–29, compulsory",
}

# %%
asked = online[online["year"] == year]
title = f"Used the internet in the last three months, {year}"
persons = "share of people in private households aged 15 to 88 (2014: everyone of 15 and older)"
exhibits.lines(asked, by="group", names=groups, title=title, unit=persons)

# %% [markdown]
# Age and education together part people more than either alone. A rate for people aged 80
# and over is not published, and the rate of 60 and over must not stand in for it.

# %% [markdown]
# ## The years, and where a series breaks
#
# In 2014 the survey asked everyone from 15 up; since 2017 it asks people of 15 to 88 in
# private households. The oldest left the sample, so part of the rise may be a change of who
# was asked, and no line crosses the break.

# %%
title = "Used the internet in the last three months, by year of the survey"
three = {name: groups[name] for name in ("total", "age:60_plus", "age:60_plus|education:low")}
breaks = {2015.5: "since 2017: 15 to 88"}
exhibits.years(online, by="group", names=three, title=title, unit=persons, breaks=breaks)

# %% [markdown]
# Devices were asked of the household until 2019 ("is there one?") and of the person in 2021
# ("do you go online with one?"). The two are not one series, so nothing is told about a
# change since 2019.

# %%
household = divide.read("household_access")
country = household[(household["place"] == "CH") & (household["group"] == "total")]
devices = {
    "household_smartphone": "Smartphone in the household",
    "device_smartphone": "Goes online with a smartphone",
    "household_laptop": "Laptop in the household",
    "device_laptop": "Goes online with a laptop",
}
both = pd.concat([country, use[use["group"] == "total"]])
title, unit = "Devices: households until 2019, persons in 2021", "share of households or persons"
breaks = {2020: "2021: persons"}
exhibits.years(both, by="indicator", names=devices, title=title, unit=unit, breaks=breaks)

# %% [markdown]
# ## Households, by language region and by how they manage
#
# Only this table knows regions. Households say how hard it is to make ends meet; that
# question changed in 2019, so there are no earlier answers. Where intervals overlap we do
# not call two regions different: a cautious rule.

# %%
home = household[household["indicator"] == "household_internet_access"]
home = home[(home["year"] == year) & (home["place_level"] == "language_region")]
home = home.assign(household=home["group"] + " " + home["place"])
regions = {"de": "German", "fr": "French", "it": "Italian"}
purses = [f"finances:{ends}" for ends in ("very_difficult", "difficult", "easy", "very_easy")]
names = {f"{p} {r}": f"{p[9:].replace('_', ' ')} · {regions[r]}" for p in purses for r in regions}

# %%
ends = home[home["group"].isin(purses)].groupby("group").agg({"low": "max", "high": "min"})
apart = int((ends["low"] > ends["high"]).sum())
said = f"In {apart} of 4 classes of finances the published intervals of two regions lie apart."
title = f"Households with internet access, by finances and language region, {year}"
unit = "share of private households"
exhibits.lines(home, by="household", names=names, title=title, unit=unit, sentence=said)

# %% [markdown]
# ## Whom the survey does not ask
#
# The survey asks private households. Whoever lives in a home is not in it, and many of them
# are 80 and over. This share is observed, canton by canton.

# %%
living = divide.read("living_arrangements")
older = living[(living["group"] == "age:80_plus") & (living["place_level"] == "canton")]
private = older[older["indicator"] == "in_private_household_share"]
outside = private.assign(value=1 - private["value"])
title = "People aged 80 and over outside private households, about 2021"
aged = "share of people aged 80 and over"
exhibit_maps.cantons(outside, title=title, unit=aged)

# %% [markdown]
# ## What a canton's composition leads one to expect
#
# No survey measures internet use canton by canton. From national rates and a canton's mix
# of ages and education one can say what would be *expected* there. How far the truth may
# lie from it depends on τ, the size of local differences that composition does not explain
# (a standard deviation on the logit scale). Nobody knows τ, so three values are shown, with
# intervals of 90 %. Cantons stand in official order: this is no ranking.

# %%
risk = divide.read("exclusion_risk")
expected = risk[(risk["indicator"] == "no_internet_use_3m") & (risk["group"] == "total")]
surveyed = expected["year"].max()
names = {key: canton.name["en"] for key, canton in divide.cantons().items()}
title = f"Expected without internet use in three months, {surveyed}"
unit = "share of people aged 15 to 88; modelled, not observed"
exhibits.lines(expected, by="place", names=names, title=title, unit=unit, bands="τ = {:g}")

# %% [markdown]
# Beside each interval stands what may be said: *higher* or *lower* than the country, or
# *cannot tell*. The last column is the tipping point: the difference holds unless
# unexplained local differences exceed this τ.

# %% [markdown]
# ## Two numbers, rebuilt by hand
#
# First, for how many people the survey speaks. It publishes a count and a share, and the
# count divided by the share is its own population. The three age groups must add up to
# everyone, but for the rounding of the shares.

# %%
ages = ["age:15_29", "age:30_59", "age:60_plus"]
shown = asked.set_index("group").loc[["total", *ages], ["count", "value"]]
shown["population"] = shown["count"] / shown["value"]
off = abs(shown["population"][ages].sum() / shown["population"]["total"] - 1)
assert off < 0.005
heads = {"count": "Online, persons", "value": "Online, share", "population": "Population"}
write = {"Online, persons": format_count, "Online, share": percent, "Population": format_count}
title = f"The survey's own population, {year}: ages meet the total within {percent(off, 2)}"
exhibits.table(
    shown.rename(index=groups, columns=heads), caption=title, made_from=asked, write=write
)

# %% [markdown]
# Second, how many people aged 80 and over in the canton are both offline *and* unseen. The
# share unseen is known; how many of them are offline is not. So the answer is a range: from
# nobody to all of them. It is at least as large a part as among those asked *if* the unseen
# are no better off: an assumption, and its rate is that of people aged 60 and over, for none
# is published for 80 and over; the low end of its interval, because a bound must hold.

# %%
inside = private.set_index("place")["value"][place]
counted = older[older["indicator"] == "persons_in_private_household"].set_index("place")
everyone = counted["value"][place] / inside
offline = 1 - online[online["year"] == surveyed].set_index("group")["high"]["age:60_plus"]
bounds = {"At least": 0.0, "At least, if no better off": (1 - inside) * offline}
bounds["At most"] = 1 - inside
known = divide.read("invisible_minorities", place=place).set_index(["group", "layer_indicator"])
known = known.loc[("age:80_plus", "no_internet_use_3m")]
assert abs(known["high"] - bounds["At most"]) < 1e-9
assert abs(known["low"] - bounds["At least, if no better off"]) < 1e-9

# %%
shown = pd.DataFrame({"Share": bounds, "Persons, about": pd.Series(bounds) * everyone})
title = f"Offline and unseen, aged 80 and over, {names[place]}, about {surveyed}"
write = {"Share": percent, "Persons, about": format_about}
exhibits.table(shown, caption=title, made_from=pd.concat([older, online]), write=write)

# %% [markdown]
# ## The ladder of being seen
#
# To count in a rate one must climb rungs: be registered, live in a private household, be of
# the age and language of the survey, answer, be publishable. What nobody has measured is
# hatched, within its bounds: the share may be anything there.

# %%
rungs = divide.read("visibility", place=place)
rungs = rungs[rungs["group"] == "age:80_plus"]
steps = {f"L{n}": f"L{n} {divide.label(f'rung.L{n}', lang='en')}" for n in range(1, 8)}
title = f"The visibility ladder of people aged 80 and over, {names[place]}"
exhibits.lines(rungs, by="rung", names=steps, title=title, unit=aged, bands="Bounds")

# %% [markdown]
# Many of the unseen live in nursing homes. How many of these homes offer their clients the
# internet is not measured canton by canton.

# %%
homes = divide.read("nursing_homes", place=place).set_index("indicator")
counts = {"nursing_homes": "Homes", "nursing_home_occupancy": "People on an average day"}
shown = homes.loc[list(counts), ["value"]].map(format_count).rename(counts)
shown.loc["Homes with internet for clients"] = "not measured yet"
title = f"Nursing homes, {names[place]}, {homes['year'].max()}: people of all ages"
exhibits.table(shown.set_axis(["Number"], axis=1), caption=title, made_from=homes)

# %% [markdown]
# ## A map of what may not be shown
#
# People on social assistance are one of the groups of this study. Where too few receive it
# the rate is protected: in small communes a whole group can vanish from the map.

# %%
rates = divide.read("social_assistance")
rates = rates[rates["indicator"] == "social_assistance_share"]
register = divide.read("places")
borders = divide.read_boundaries() if tables.exists("boundaries") else None
title, unit = "People on social assistance", "share of residents"
exhibit_maps.communes(rates, register, borders, canton=place, title=title, unit=unit)

# %% [markdown]
# ## What this page does not show
#
# - How many people are offline in a canton: none of our sources measures it. The
#   expected rates are composition, not observation.
# - Whether people aged 80 and over are online: the survey stops at 88 and does not split
#   those of 60 and over.
# - Anything about people in homes, in the asylum system or without papers: they are not
#   asked. A blank is not a good sign and not a bad one.
# - Skills, costs and rights: being online is not yet being able to use it.
# - Causes, or how good anyone's work is.
# - What has changed since the last survey shown here.
