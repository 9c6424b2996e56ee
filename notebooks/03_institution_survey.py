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
# # SYNTHETIC: how does a questionnaire become figures that may leave?
#
# **Question.** Institutions answer for people whom no other survey reaches. How do their
# answers become figures, how far do these hold, and how is it made sure that nobody can work
# out what one institution said?
#
# **Reader.** Students and colleagues who will put the answers of such a survey together. You
# need a little pandas and no statistics beyond "an interval".
#
# **Everything on this page is SYNTHETIC.** No institution was asked. The answers are drawn
# from made-up parameters, so that the way can be tried before there is a survey. No figure
# here tells anything of any home, canton or person.

# %% [markdown]
# In JupyterLab, choose another figure (an id of `facts/survey_indicators.yml` that is told of
# institutions), and run the page again.

# %% tags=["parameters"]
item = "mediation_burden"

# %%
import pandas as pd

import divide
from divide.measure.disclosure.attacks import subtract
from divide.measure.disclosure.lattices import on_ladder
from divide.measure.survey_indicators import indicator_values, survey_indicator
from divide.measure.survey_results import dimension_matrix, equipment_cube
from divide.measure.weighting import weigh_answers
from divide.show import exhibit_maps, exhibits
from divide.show.cells import percent
from divide.survey.questionnaire import instrument
from divide.survey.tabulation import wide
from divide.texts import format_count, format_range, format_share

# %% [markdown]
# ## A question, and what becomes of it
#
# One definition makes every form and every check. A figure is a rule: which answers of which
# question count as yes, and of whom it then speaks. *Sensitive* questions are protected more.

# %%
results = divide.read("survey_results")
country = results[(results["place"] == "CH") & (results["group"] == "total")]
figure = survey_indicator(item)
question = instrument().columns[figure.question]
asked = {
    "Question": question.label["en"],
    "Answers that count": ", ".join(figure.yes),
    "Answers in all": ", ".join(one.code for one in instrument().choices(question.name)),
    "Privacy class": question.privacy_class,
    "The figure": divide.label(f"survey.indicator.{item}", lang="en"),
}
shown = pd.DataFrame({"What it says": asked})
exhibits.table(shown, caption=f"From question to figure: {item}", made_from=country)

# %% [markdown]
# ## Who answered
#
# All institutions of the frame are invited: a census, of which many stay silent. Whether those
# who answer are like the others nobody knows. What can be told is how many they are, and for
# how many people they speak. The R-indicator is 1 if every kind of institution was as likely
# to answer.

# %%
rates = results[results["item"].isin(["response_rate", "client_coverage"])]
kinds = rates[(rates["place"] == "CH")].pivot(index="group", columns="item", values="value")
invited = rates[(rates["place"] == "CH")].groupby("group")["invited"].max()
shown = kinds.assign(invited=invited).loc[["total", *kinds.index.drop("total")]]
even = country.set_index("item")["value"]["r_indicator"]
heads = {"invited": "Invited", "response_rate": "Answered", "client_coverage": "People spoken for"}
shown = shown[list(heads)].rename(columns=heads)
shown.index = shown.index.str.removeprefix("type:")
write = {"Invited": format_count, "Answered": percent, "People spoken for": percent}
said = f"The R-indicator is {even:.2f}."
title = "SYNTHETIC: who answered, by type of institution"
exhibits.table(shown, caption=title, made_from=rates, write=write, sentence=said)

# %% [markdown]
# ## One number, rebuilt by hand
#
# Each answer stands for institutions that are silent. Its weight is the number of institutions
# in its stratum (type, language region, size) over those that answered, moved until the frame's
# totals are met. The share is then Σ weight · answer / Σ weight; the table holds the same,
# rounded to the step that so many answers allow.

# %%
frame = on_ladder(divide.read("survey_frame"))
answers = wide(divide.read("survey_answers")).reset_index()
weighed = weigh_answers(answers, frame)
rows = weighed.answers.assign(applies=indicator_values(weighed.answers, figure))
told = rows[rows["applies"].notna()]
share = (told["weight"] * told["applies"]).sum() / told["weight"].sum()
known = country.set_index("indicator").loc[f"{item}_institutions"]
assert round(share, 2) == known["value"]
assert len(told) // 5 * 5 == known["n"]  # told downwards, in steps of five
assert abs(weighed.design.weights.sum() - len(frame)) < 0.01

# %% [markdown]
# ## How far it holds: three intervals
#
# 1. *As if at random*: what chance leaves open, if the silent were silent at random.
# 2. *Data defect* (Meng 2018): if answering goes along with the answer, ever so slightly
#    (ρ = 0.1), so many answers are worth a random sample of only n = f / ((1 − f) ρ²), f the share
#    that answered. Rebuilt below.
# 3. *Whatever the silent would say*: all of them yes, or all no. This one assumes nothing.

# %%
worth = known["coverage"] / ((1 - known["coverage"]) * 0.1**2)
assert abs(worth - known["n_eff"]) < 1e-6
leading = ["mediation_burden", "choice_gap", "digital_only_gate", "paid_connection"]
leading += ["private_devices", "unheard"]
first = country[country["item"].isin(leading)].drop_duplicates("item")
first = first.set_index("item", drop=False).loc[leading]
names = {one: divide.label(f"survey.indicator.{one}", lang="en") for one in leading}
ends = {"At random": "", "Data defect": "defect_", "Whatever they say": "worst_"}
spans = {
    head: [format_range(a, b) for a, b in zip(first[f"{x}low"], first[f"{x}high"], strict=True)]
    for head, x in ends.items()
}
shown = pd.DataFrame({"Share": first["value"].map(format_share)} | spans).rename(index=names)
exhibits.table(shown, caption="SYNTHETIC: the leading figures, Switzerland", made_from=first)

# %%
doubted = first.assign(low=first["defect_low"], high=first["defect_high"])
title = "SYNTHETIC: the leading figures, with what a data defect leaves open"
unit = "share of institutions, of professionals (private devices) or of people (unheard)"
said = f"At least {known['n']:.0f} answers to {item} are worth {worth:.0f} drawn at random."
exhibits.lines(doubted, by="item", names=names, title=title, unit=unit, sentence=said)

# %% [markdown]
# ## Dangers and opportunities, actor by actor
#
# Equipment is laid out as actor × layer, the rest as four dimensions × three actors (Molina &
# Sorin 2019). Every cell keeps its figures, each with its interval. Nothing is summed: a good
# connection does not make good a device that is not there.

# %%
words = {"B": "Beneficiaries", "P": "Professionals", "I": "Institution"}
cube, matrix = equipment_cube(country), dimension_matrix(country)
laid = pd.concat([cube, matrix]).drop_duplicates(["item"]).set_index("item", drop=False)
names = {one: divide.label(f"survey.indicator.{one}", lang="en") for one in laid["item"]}
part = (laid["dimension"] + " " + laid["layer"].fillna("")).str.strip()
shown = pd.DataFrame({"Actor": laid["actor"].map(words), "Part": part})
shown["Sign"], shown["Share"] = laid["sign"], laid["value"].map(format_share)
ends = zip(laid["defect_low"], laid["defect_high"], strict=True)
shown["Data defect"] = [format_range(low, high) for low, high in ends]
title = "SYNTHETIC: every cell of the cube and of the matrix"
exhibits.table(shown.rename(index=names), caption=title, made_from=laid)

# %% [markdown]
# ## What may be shown where
#
# A figure leaves only with enough people and institutions behind it, and no institution may
# learn another's answer. Then some more are hidden, so that no hidden one can be worked out from
# a total. Hidden is not missing: each mark says why there is no value.

# %%
cantons = results[(results["item"] == item) & (results["estimand"] == "institutions")]
cantons = cantons[cantons["place_level"] == "canton"]
title = f"SYNTHETIC: {divide.label(f'survey.indicator.{item}', lang='en')}, by canton"
exhibit_maps.cantons(cantons, title=title, unit="share of institutions")

# %% [markdown]
# ## The attack that fails
#
# The attacker has the table of who answered, and knows how many institutions each canton has. A
# hidden canton lies in a language region whose rate is told: take away what the told cantons
# answered, and what is left are the hidden ones. Were one hidden alone, what is left would nearly be
# its number. So others are hidden with it, and what is told is rounded.

# %%
rate = results[(results["item"] == "response_rate") & (results["group"] == "total")]
sites = frame.groupby("canton").size()
learnt = subtract(rate, sites).set_index("canton")
assert not learnt["known"].any()
assert (learnt["most"] - learnt["least"] > learnt["sites"] / 2).all()
heads = {"sites": "Institutions", "least": "At least", "most": "At most"}
shown = learnt[list(heads)].rename(columns=heads)
shown = shown.rename(index={one: divide.canton(one).name["en"] for one in shown.index})
title = "SYNTHETIC: how many answered in each hidden canton, as far as the attacker knows"
write = dict.fromkeys(heads.values(), "{:.0f}".format)
exhibits.table(shown, caption=title, made_from=rate, write=write)

# %% [markdown]
# The gate does the same for every figure, against everyone who could know more: an institution
# that knows its own answer, and all earlier releases together. What it lets through is entered in a
# register, and the same figures of other answers are refused from then on.

# %%
told = divide.provenance("survey_results")
released = {"Release": told["release"], "Rows": format_count(told["rows"])}
hidden = results["status"].eq("suppressed").sum()
released |= {"Hidden by protection": format_count(hidden), "Synthetic": str(told["synthetic"])}
shown = pd.DataFrame({"In the register": released})
exhibits.table(shown, caption="SYNTHETIC: what left", made_from=results)

# %% [markdown]
# ## What it is for: people in homes
#
# The national survey asks private households. With c the part of a group that lives in them, the
# whole group's rate is c · private + (1 − c) · institution. If the rate in homes were 30 points
# higher, leaving them out would understate it among people of 80 and over by so much:

# %%
mixed = divide.read("with_institutions")
mixed = mixed[(mixed["group"] == "age:80_plus") & (mixed["basis"] == "declared_gap")]
mixed = mixed[(mixed["indicator"] == "no_internet_use_3m") & (mixed["tau"] == 0)]
cost = mixed.assign(value=mixed["cost"])
by_hand = 0.30 * (1 - mixed.set_index("place")["private_share"]["UR"])
assert abs(by_hand - cost.set_index("place")["value"]["UR"]) < 1e-9
title = "What leaving homes out would cost, with an ASSUMED gap of 30 points"
unit = "share of people of 80 and over; assumed, no survey measured it"
exhibit_maps.cantons(cost, title=title, unit=unit)

# %% [markdown]
# ## What this page does not show
#
# - Anything of the world: every answer is SYNTHETIC, and so is every figure made of them. Only the
#   number of homes and people by canton, and the part in private households, are published ones.
# - Whether silent institutions are like those that answer. No weight mends that; the second and
#   third interval say how much hangs on it.
# - What residents would say: staff answer for them. How far they are off is an assumption.
# - Any single institution, or types by canton: too few institutions to hide among.
# - A score of an institution, a canton or an actor: nothing is summed.
