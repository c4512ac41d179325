"""Vyraj for those who know Mesa: step a model, question its people, give them a rule, enact a policy, compare.

    .venv/bin/python examples/mesa_user.py figure.png

One circle of people in a thousand, one replicate, nothing calibrated: see how it is done, quote no number.
"""

import sys
from datetime import date

import mesa
import numpy as np

from sim.analysis.additions import additions
from sim.history.records import policy_from
from sim.model.agents.institutions import Destination
from sim.numerics.months import label, month
from sim.report import style, time_axis
from sim.runs.ensemble import Ensemble
from sim.runs.run import Job
from sim.runs.settings import People, Settings

# People, rules in force and the luck of a replicate make a model: a mesa.Model whose step is a month.
ensemble = Ensemble(Settings(people=People(one_in=1000), until="2022-12"))
model = ensemble.model(Job("historical", lambda_=0.62, replicate=0))
model.step()
print(f"{len(model.people):,} people, each for {model.one_in:,}, have lived through {label(model.month - 1)}.")

# `model.agents` holds the institutions, ordinary agents of Mesa. `model.people` answers like an AgentSet, but from
# arrays: what is asked by name or by mask takes no time, a function is called for one person after the other.
for place in model.agents.select(lambda agent: isinstance(agent, Destination) and agent.residents > 20_000):
    print(f"{place.name}: {place.residents:,} settled, {place.pendular:,} pendular")
at_home = model.people.select(mask=~model.people.array("abroad"))
young = at_home.select(lambda person: 20 <= person.age < 30).sort("income")
print(len(young), "in their twenties, by sector:", young.groupby("sector_name").count())
lowest, median, highest = young.agg("income", [min, np.median, max])
print(f"They earn {median:.0f} EUR a month, from {lowest:.0f} to {highest:.0f}.")

# A person is a view of a row, made when somebody asks. A unit is who decides and leaves together.
person = young.select(lambda person: person.unit_size > 2).to_list()[0]
print(person, "with", [f"{other.sex_name} of {other.age}" for other in person.unit if other != person])


# A rule of your own: a function of a person. Traits stay as they are, states may be set and are checked.
def send_money(person, euros):
    """Close people abroad send money home."""
    person.savings += euros


def simulate(model, until):
    """Step to a month with the rule in force; a table of those settled by month and destination."""
    settled = {"month": lambda agent: label(agent.model.month - 1), "place": "name", "settled": "residents"}
    collector = mesa.DataCollector(agenttype_reporters={Destination: settled})
    while model.month <= month(until):
        people = model.people
        people.select(mask=(people.array("kin") > 0) & ~people.array("abroad")).shuffle_do(send_money, euros=10)
        model.step()
        collector.collect(model)
    return collector.get_agenttype_vars_dataframe(Destination).pivot(index="month", columns="place", values="settled")


simulate(model, until="2021-04")

# A policy has the keys of conf/policy. Enacting it makes another history; the first one stays as it was.
event = {"announced": date(2021, 5, 10), "from": date(2021, 7, 1), "until": None}
event |= {"source": "an example", "confidence": "assumption"}
event["changes"] = {"poland.national_visa": {"closed": 1, "except": [], "revoke": ["humanitarian"]}}
policy = {"description": "Poland stops issuing national visas", "actor": "Poland", "historical": False}
policy["events"] = {"polish_visa_stop": event}
baseline = ensemble.history("historical")
scenario = baseline.enact(policy_from("polish_visa_stop", policy))
print(*(addition.sentence for addition in additions(scenario, baseline)))
ensemble.add("polish_visa_stop", scenario)

# A fork has lived through the same months with the same people and the same luck. From here on the worlds differ.
twin = model.fork(scenario, ensemble.world("polish_visa_stop"))
diary = mesa.DataCollector(agent_reporters={"place": "place_name", "status": "status_name"})
ours, theirs = simulate(model, until="2022-12"), simulate(twin, until="2022-12")

# A row is the same person in both. For people, collect from a set of them: collect(model) asks the institutions.
moved = model.people.select(lambda person: person.place_name == "poland" and person.since >= month("2021-07"))
same = twin.people.select(rows=moved.rows)
diary.collect(same)
print(f"{len(moved)} moved to Poland; with the stop they live in", same.groupby("place_name").count())
print(diary.get_agent_vars_dataframe().value_counts().head(3))

with style.look():
    figure = style.canvas(2.9, "Poland without national visas from July 2021: people settled")
    for axes, place in zip(figure.subplots(1, 2), ("poland", "lithuania"), strict=True):
        months = [month(text) for text in ours.index]
        axes.plot(months, ours[place], color=style.BASELINE, label="rules in force")
        axes.plot(months, theirs[place], color=style.SCENARIO, label="visa stop")
        axes.set_title(place.title())
        axes.legend(loc="upper left")
        time_axis.years(axes, months[0], months[-1])
        style.thousands(axes)
    style.stamp(figure, "this example")  # conditional scenario, not a forecast
    figure.savefig(sys.argv[1])
model.close()  # on Mesa 3.3 a model is only freed when it is closed
twin.close()
