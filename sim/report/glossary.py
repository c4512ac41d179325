"""The terms of reports, tables and the page, each in a sentence or two: `docs/glossary.md` is made of them.

To write the page anew: `python -m sim.report.glossary > docs/glossary.md`.
"""

from collections.abc import Mapping

_TERMS = {
    "90% interval": "Where the mean over ever more replicates would lie in nine of ten cases (Student). It holds the luck of the replicates; what else it holds, the line below the table says.",
    "adds": "What a scenario changes in the rules of its baseline, sentence by sentence. A rule that is already as strict adds nothing.",
    "announced": "The day on which a rule becomes known. People look six months ahead at what is announced, so that a rule with notice makes some leave earlier.",
    "arrivals": "People who come to live in a country from Belarus, in a month or a period. Short stays and seasonal work are not among them.",
    "asylum": "Protection that is asked for inside a country, or at its land border by those in danger. Nobody in the model plans it at home like a permit.",
    "baseline": "The world that a scenario is compared with; if nothing else is said, what happened, with the rules in force.",
    "brought forward": "Left earlier than under the baseline, as before an announced closure.",
    "channel": "A legal or practical way to come to live in a country: work, study, family, humanitarian visa, visa-free entry and so on. Each needs documents.",
    "circle": "About a hundred people who hear of one another. A sample keeps one circle in so many, whole.",
    "comparison": "Two worlds with the same people and the same luck, set side by side.",
    "conditional scenario": "What would happen in the model if a rule were as stated and all else as assumed. It is not a forecast.",
    "course": "What becomes of everything outside after the last month with known rules: held, eased or worse.",
    "deflected": "Go to another country than under the baseline.",
    "deflection": "Of the arrivals that a scenario takes from the countries whose rules it changes, the share that other countries gain, within twelve months or to the end.",
    "delayed": "Leave, by the same way, but later than under the baseline.",
    "destination": "A country, or group of countries, in which people from Belarus may live.",
    "detained": "Held by the Belarusian authorities, from hours to days; charges and sentences are counted apart.",
    "drafted": "Taken into the Belarusian army, by the regular draft or a mobilisation.",
    "document": "What a country gives or refuses: short-stay and national visas, first residence permits, their renewal, entry by land or air. A rule closes documents; a channel needs them.",
    "event": "Something dated that changes parameters from a day to a day. A policy is a bundle of events.",
    "exception": "A group or channel to which a refusal does not apply. Exceptions of all rules in force unite, so that one rule may open what another refuses.",
    "expected (of a count)": "The sum of the probabilities with which something happens to everyone, instead of a count of those to whom it did. It has less noise.",
    "few": "Fewer than 30 simulated people in all replicates together stand behind the number, so that it is not shown.",
    "focus": "The country in which a scenario changes most; sentences about arrivals are about it unless they name another.",
    "Frechet bounds": "The least and the most that could move between two options whatever links lives in the two worlds: nothing observed says who would have done what in a world that did not happen.",
    "induced": "Changed only because others did: through queues, people abroad or what is heard.",
    "inert": "Of a rule: it touches nobody in the run; the report says why.",
    "lambda (λ)": "How strongly destinations compete with staying in one month's decision, from near 0 (whoever is kept from one country goes elsewhere) to 1 (stays). It is a judgement, not an estimate, so that answers stand at several values.",
    "lose the right to stay": "Live abroad and have a permit or visa that ends and is not renewed, or is revoked.",
    "opened": "Leave by what the scenario opens, and would have stayed.",
    "other channel": "Come to the same country as under the baseline, by another way.",
    "paired": "Of two worlds: with the same people, and the same luck for each person and month, so that they differ by the rules alone.",
    "parameter": "A number or rule of the world outside people, with unit, source and dated values, such as `lithuania.permit` or `poland.work.fee`.",
    "pendular": "Away for short work of three to nine months, and resident in Belarus.",
    "point": "A scenario at one setting with all its replicates: what is computed once and kept.",
    "policy": "A bundle of dated changes that a government chose, or might choose.",
    "proposal": "A policy that is not in force by itself.",
    "reach": "Of a rule: how many people could meet it (eligible), met it (touched), and lead another life because of it (changed).",
    "replicate": "One run of a world with one luck. A comparison rests on several.",
    "revoked": "Of an exception: ended for the rules in force. Of a permit: taken away before it ends.",
    "rules in force": "Everything that governments had decided, day by day, to the last month with known rules.",
    "sample": "One circle of people in so many (`people.one_in`); numbers are scaled up to persons. A larger sample has less noise.",
    "scenario": "A history with its policies: what is enacted, what is taken away, what ends on another day.",
    "seed": "The number from which all luck is drawn. The same seed gives the same bytes on every machine.",
    "shadowed": "Of a change: without effect, because a rule in force is already as strict.",
    "stay, though they would leave": "Would have left under the baseline, and under the scenario do not leave to the end of the run.",
    "study": "A question over many comparisons, with what was expected written down before (`experiments/`).",
    "wish": "Would leave were every channel open, affordable and without a queue; the obstacle that stands first is counted.",
    "without papers": "Stay in a country without the right to.",
    "world": "A scenario, with what is enacted on top of it and taken away from it, as the model runs it.",
}  # fmt: skip


def terms() -> Mapping[str, str]:
    """Every term and its meaning, in alphabetical order."""
    return dict(sorted(_TERMS.items(), key=lambda item: item[0].lower()))


def page() -> str:
    """The glossary as a page in Markdown."""
    lines = [f"**{name}**\n: {meaning}\n" for name, meaning in terms().items()]
    return "\n".join(["# Glossary", "", "The terms of reports, tables and the page, one sentence or two each.", "", *lines])


if __name__ == "__main__":
    print(page(), end="")
