"""What a comparison says in sentences: of arrivals, lives, papers, harms and money, in more or less detail."""

from sim.history import naming
from sim.numerics.messages import listed
from sim.report import words
from sim.report.comparison import countries
from sim.report.comparison.all_numbers import occurs
from sim.report.comparison.phrases import FULL, Asked, Detail, moved, told_with
from sim.report.comparison.rule_changes import acting_and_idle
from sim.report.quantities import CALLS, PARTS
from sim.report.results import Results, heading, wording
from sim.report.told import Told
from sim.report.verdicts import FEW, FIRM, OPEN, SAME

DRAFT_IS_FILLED = f"Drafts: {SAME}, as others are drafted instead."
"""Why no number of drafts changes where the scenario does not change how many are to be drafted."""
LONGEST_QUESTION = 25
"""Words up to which what policies are about is told of several together."""
FEWEST = 2
"""Parts of lives up to which it is not told, where there is little room, what follows on a lost right to stay."""
CALLED = {"mobilised": "mobilisations", "officers_called": "calls of reserve officers", "drafted": "drafts"}
"""Kinds of call to arms, as things that rise and fall."""


def title(told: Told) -> str:
    """The scenario as a heading."""
    return heading(told.results.scenario)


def question(results: Results) -> str:
    """What is asked, in one sentence; of many policies, which the title names, that they act together."""
    asked, parts = str(results.fact("description")).rstrip("."), naming.composition(results.scenario)
    several = len(parts.policy) + len(parts.without)
    if several > 1 and len(asked.split()) > LONGEST_QUESTION:
        return f"What if: all {words.in_words(several)} together."
    return f"What if: {asked}."


def sentences(told: Told, detail: Detail = FULL) -> list[str]:
    """The answer: arrivals (of many countries the net of all, and each), lives, papers, return and harms, money."""
    if told.value("changed").verdict == SAME and told.value("departures").verdict == SAME:
        if not acting_and_idle(told.results)[0]:
            return [f"From {told.span} there is no difference: no rule differs."]
        return [f"From {told.span}: {_nobody(told)}"]
    arrivals, money = countries.arrivals(told, detail), countries.money(told, detail)
    papers = [] if detail.is_brief else [_papers(told)]
    return [*arrivals, _lives(told, detail), *papers, _harms(told, detail), money]


def sentence(told: Told) -> str:
    """The first of the sentences: arrivals."""
    return sentences(told)[0]


def _lives(told: Told, detail: Detail) -> str:
    everyone = told.value("changed")
    if everyone.verdict == FEW:
        return "Few lives change, too few to be counted."
    if not everyone.told:
        return words.capital(_nobody(told))
    parts = [told.value(part.name) for part in PARTS]
    counted = sorted((part for part in parts if part.told), key=lambda part: -part.estimate)
    said = []
    for one in counted[: detail.parts]:
        behind = told_with(told, one.quantity.name, brackets=detail.has_parts_intervals)
        text = one.quantity.said.format(n=f"{one.number}{behind}")
        if (
            one.quantity.name == "papers"
            and detail.is_brief
            and detail.parts > FEWEST
            and (after := _after_papers(told))
        ):
            text += f" ({', '.join(after)})"
        if one.quantity.name == "elsewhere" and told.taking:
            text += f", most to {wording(told.taking[0])}"
        said.append(text)
    few = [part for part in parts if part.verdict == FEW and part.quantity.name != "papers"]  # which have a sentence
    named = few if len(few) == 1 else [part for part in few if part.quantity.name == "stay"]
    said += [part.quantity.said.format(n=FEW) for part in named]
    cut = counted[detail.parts :]
    rest = sum(part.estimate for part in parts if not part.told and part not in named)
    if cut:
        said.append(f"{words.count(rest + sum(part.estimate for part in cut), told.results)} in other ways")
    elif len(few) > len(named) and rest:
        other = words.count(rest, told.results)  # of the same sum that the figure of where they go draws
        said.append("few in any other way" if other == FEW else f"{other} in other ways, few each")
    which = f": {'; '.join(said)}" if said else ""
    return f"In all, {everyone.number} lives change{told_with(told, 'changed')}{which}."


def _nobody(told: Told) -> str:
    """What a sample says in which no life differs, which is not that none would."""
    size = f"one person in {told.results.one_in:,.10g}"
    return f"{SAME} for anybody in this sample ({size}), which may be too small for this policy."


def _papers(told: Told) -> str:
    lost = told.value("papers")
    if lost.verdict == FEW:
        return "Few lose the right to stay abroad."
    if not lost.told:
        return f"The right to stay abroad: {SAME} in this sample."
    parts = _after_papers(told)
    which = listed(parts) if parts else "too few do any one thing for it to be told"
    return f"Of the {lost.number} who lose the right to stay abroad, {which}."


def _after_papers(told: Told) -> list[str]:
    """What those do who lose the right to stay abroad."""
    after = [told.value(f"papers_{what}") for what in ("none", "onward", "returned", "before")]
    return [one.quantity.said.format(n=one.number) for one in after if one.told]


def _harms(told: Told, detail: Detail) -> str:
    calls = [name for name in CALLS if occurs(told, name)]
    asked = [Asked("returns", "returns", "to Belarus"), Asked("detained", "detentions")]
    asked += [Asked(name, CALLED[name]) for name in calls if told.value(name).verdict != SAME]
    drafted = f" {DRAFT_IS_FILLED}" if "drafted" in calls and told.value("drafted").verdict == SAME else ""
    return f"{moved(told, asked, detail=detail)}{drafted}{'' if detail.is_least else _of_stayers(told, detail)}"


def _of_stayers(told: Told, detail: Detail) -> str:
    """What those who stay though they would have left risk more by it, in persons who are expected to suffer it."""
    asked = {"detained_of_stayers": "detentions"} | {f"{name}_of_stayers": what for name, what in CALLED.items()}
    said = []
    for name, what in asked.items():
        one = told.value(name)
        if one.told:
            interval = f" ({one.size_interval})" if detail.has_parts_intervals else ""
            said.append(f"{one.size}{interval} {'more' if one.estimate > 0 else 'fewer'} {what}")
    return f" Those who stay suffer {', '.join(said)}." if said else ""


def sure(results: Results, said: str) -> str:
    """What stands in the brackets behind a number, as far as the text that is `said` has it."""
    of = "one more draw" if results.is_drawn else "luck"
    some = "at some \u03bb " if len(results.lambdas) > 1 else ""
    meant = {
        FIRM: f"{FIRM}: direction and size hold at every \u03bb",
        OPEN: f"{OPEN}: {some}it touches or crosses zero",
    }
    told = [text for word, text in meant.items() if f"{word})" in said]
    return f"{'; '.join([f'Brackets: 90% interval of {of}', *told])}." if "(" in said else ""
