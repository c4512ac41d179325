"""Tables of a comparison, a study, a survey and of reasons."""

from dataclasses import replace

from sim.runs.tables.columns import (  # fmt: skip
    DESTINATION,
    DIMENSION,
    EUR,
    GROUP,
    LAMBDA,
    MEASURE,
    MONTH,
    PERSON,
    REPLICATE,
    SOURCES,
    TOTAL_OR_PLACE,
    YEAR,
    change,
    interval,
    levels,
    persons,
    text,
)
from sim.runs.tables.declaration import PARQUET, REAL, TRUTH, WHOLE, Column, Table, named
from sim.runs.tables.fits import LEARNED
from sim.runs.tables.points import OBSERVERS

_MATRIX = (
    persons("persons", "persons, mean over replicates"),
    *interval("persons"),
    persons("frechet_low", "least that the totals of both worlds allow"),
    persons("frechet_high", "most that they allow"),
)
_BOTH = (
    text("baseline", "where in the baseline", viewed="baseline_destination"),
    text("scenario", "where in the scenario", viewed="scenario_destination"),
)

_WORLDS = ("baseline", "scenario")
_LUCK = ", of luck alone; where parameters are drawn, predictive"

YARDSTICK = (
    Table(
        "patterns",
        "something observed to the end of 2022 within the simulated months, beside the runs of one world",
        (
            text("group", "group of patterns"),
            text("target", "its number in the list by which a fit is judged"),
            text("pattern", "what was observed, as its source defines it"),
            text("destination", "place, several joined by +, eu or world"),
            text("start", "first day"),
            text("end", "last day"),
        ),
        (
            Column("observed", REAL, "as the source tells", "that of the row"),
            Column("simulated", REAL, "mean of the replicates, of an order the median", "that of the row", null=True),
            *(replace(one, null=True, meaning=f"{one.meaning}{_LUCK}") for one in interval("that of the row")),
            Column("error", REAL, "log of simulated over observed, or their difference, in tolerances", null=True),
            Column("tolerance", REAL, "by how much it may be off", null=True),
            text("kind", "relative, absolute, points, order, or least: at least the observed"),
            Column(
                "fitted",
                TRUTH,
                "whether a constant is drawn from it, or the parameters of these runs were fitted to it",
            ),
            text("verdict", "hit, miss, no counterpart, not asked, or no value"),
            text("unit", "unit of the row"),
            text("role", "initial, fit, fit_weak or check"),
            text("quantity", "what is measured of a run (docs/observation.md); empty if nothing"),
            *SOURCES,
            text("note", "of the source, or why no run can tell it or it has no value"),
        ),
        maybe_empty=True,
    ),
    Table(
        "naive_rules",
        "a year of a series that was observed, as a naive rule forecasts it, beside the model",
        (
            text("series", "quantity"),
            text("destination", "place, eu or world"),
            text("start", "first day"),
            text("end", "last day"),
            text("rule", "last value, last year's change, three-year mean, own mean (which has seen the year)"),
        ),
        (
            Column("observed", REAL, "as the source tells", "that of the series"),
            Column("forecast", REAL, "what the rule says", "that of the series"),
            Column("simulated", REAL, "mean of the replicates", "that of the series"),
            Column("rule_error", REAL, "log of forecast over observed"),
            Column("model_error", REAL, "log of simulated over observed"),
        ),
        maybe_empty=True,
    ),
    Table(
        "naive_summary",
        "a series and a naive rule: root mean square of the log errors over the same years and places",
        (text("series", "quantity"), text("rule", "naive rule")),
        (
            Column("compared", WHOLE, "years and places compared"),
            Column("destinations", WHOLE, "places"),
            Column("rule_rms", REAL, "of the rule"),
            Column("model_rms", REAL, "of the model"),
        ),
        maybe_empty=True,
    ),
)
"""The yardstick: of a task of its own, and of the baseline of a comparison."""


OF_COMPARISONS = named(
    Table(
        "effects",
        "a measure of the change, at a destination or in all",
        (text("scenario", "name of the scenario"), text("measure", "what is compared"), TOTAL_OR_PLACE, LAMBDA),
        (*change("estimate", "that of the row"), text("unit", "unit of the row")),
    ),
    Table(
        "taxonomy",
        "a category of paired lives; persons of a lambda add up to all residents",
        (LAMBDA, text("category", "what became of them")),
        (
            persons("persons", "persons, mean over replicates"),
            *interval("persons"),
            Column("months", REAL, "by how much the delayed leave later, those brought forward earlier", "months"),
            *interval("months", "months_"),
        ),
        digits=10,
    ),
    Table("substitution", "where they first leave for, in both worlds", (LAMBDA, *_BOTH), _MATRIX, digits=10),
    Table("final", "where they live at the horizon, in both worlds", (LAMBDA, *_BOTH), _MATRIX, digits=10),
    Table(
        "rules",
        "a period in which a rule changes in neither world",
        (text("parameter", "rule of who may enter or stay, or a number that differs"), text("start", "first day")),
        (
            text("end", "last day"),
            text("destination", "place whose rule it is", "places"),
            text("channel", "channel that it is of; empty for none", viewed="rule_channel"),
            *(text(world, f"what it is in the {world}, in words", viewed=f"rule_{world}") for world in _WORLDS),
            *(text(f"{world}_state", "open, in part, closed, or value: a number or a set") for world in _WORLDS),
        ),
        maybe_empty=True,
    ),
    Table(
        "reach",
        "a rule that differs, and whom it reaches; means over replicates",
        (text("rule", "event and parameter"),),
        (
            persons("eligible", "whom the rule could judge"),
            persons("touched", "whom it judged"),
            persons("changed", "those of them who live otherwise"),
            text("note", "why it reaches nobody"),
        ),
        maybe_empty=True,
    ),
    *YARDSTICK,
    Table(
        "people",
        "a cell of an official margin, beside the synthetic people",
        (text("margin", "margin"), text("cell", "cell of it")),
        (
            persons("target", "official number"),
            persons("synthetic", "synthetic people"),
            Column("error_percent", REAL, "synthetic less official", "%"),
        ),
    ),
    Table(
        "groups",
        "events by group; empty where few people stand behind",
        (MEASURE, TOTAL_OR_PLACE, DIMENSION, GROUP),
        (*levels("persons"), *change("estimate", "persons")),
        viewed="group_effects",
    ),
    Table(
        "public_money",
        "what those who live in a destination pay and draw in a year",
        (DESTINATION, YEAR, text("item", "tax, contributions, support or balance")),
        (*levels(EUR), *change("difference", EUR)),
        viewed="money_effects",
    ),
    Table(
        "losses",
        "what Belarus loses in a year by those who have left since 2019",
        (YEAR, text("item", "people by education and work, years of schooling, income tax or contributions")),
        (
            *(
                Column(world, REAL, f"mean in the {world}", "that of the row", null=True, viewed=f"lost_{world}")
                for world in _WORLDS
            ),
            *change("difference", "that of the row"),
            text("unit", "unit of the row"),
        ),
        viewed="loss_effects",
    ),
    # of the baseline; its point has them as views
    *(replace(table, viewed="") for table in OBSERVERS[:2]),
    Table(
        "enough",
        "what the stopping rule would have seen after n replicates",
        (Column("n", WHOLE, "replicates"), text("measure", "what is compared")),
        (
            persons("estimate", "mean change"),
            persons("half_width", "half of the 90% interval"),
            persons("wanted", "half width at which it stops"),
            Column("enough", TRUTH, "whether it stops"),
            Column("cv", REAL, "coefficient of variation of the changes"),
        ),
        maybe_empty=True,
    ),
    Table(
        "variance",
        "a part of the variance of one replicate's answer: lambda, other parameters, people, luck, rule of decision",
        (text("measure", "effect"), TOTAL_OR_PLACE, text("part", "where the variance comes from")),
        (
            *(
                Column(name, REAL, meaning, null=True, viewed=f"share_{name}" if name != "share" else "")
                for name, meaning in (("share", "share of the variance"), ("low", "90% low"), ("high", "90% high"))
            ),
            persons("sd", "standard deviation that it makes", null=True),
            text("note", "why a part has no share"),
        ),
        viewed="variance_of_effects",
    ),
    LEARNED,
    Table(
        "decomposition",
        "a part of an effect: access, a feedback, or the whole",
        (text("measure", "effect"), TOTAL_OR_PLACE, text("part", "part of it")),
        change("estimate", "persons"),
        maybe_empty=True,
    ),
)
"""Tables of a comparison by name."""
DENSE = ("effects", "taxonomy", "substitution", "final", "groups")
"""Tables of a comparison that have a row for every cell of their dimensions (`sim.analysis.dimensions`)."""
OF_OTHERS = named(
    *YARDSTICK,
    Table(
        "log_scores",
        "how well a rule of decision predicted what it was not fitted to",
        (text("target", "what was observed: series, place and year"), text("decision", "rule of decision")),
        (Column("log_score", REAL, "natural logarithm of the predictive density at what was observed"),),
    ),
    Table(
        "structure",
        "an answer under each rule of decision, and under all by their weights",
        (
            text("scenario", "name of the scenario"),
            text("measure", "what is compared"),
            TOTAL_OR_PLACE,
            text("decision", "rule of decision, or all"),
        ),
        (
            *(
                Column(name, REAL, f"{meaning}; empty where rules were not scored", null=True)
                for name, meaning in (
                    ("weight", "weight of the rule by out-of-sample scores"),
                    ("weight_low", "lower end of its 90% interval"),
                    ("weight_high", "upper end of its 90% interval"),
                )
            ),
            *change("estimate", "persons"),
            Column("between", REAL, "share of the variance that lies between rules", null=True),
            text("verdict", "whether the answer is robust to the rule"),
        ),
        maybe_empty=True,
    ),
    Table(
        "expectations",
        "a part of what a study expected, at one scenario and setting",
        (text("says", "what was expected"), text("scenario", "name of the scenario")),
        (
            text("measure", "what is compared"),
            TOTAL_OR_PLACE,
            text("wanted", "bounds"),
            *change("estimate", "that of the measure"),
            text("verdict", "whether it holds"),
        ),
        more="the swept parameters",
    ),
    Table(
        "survey",
        "an item of the survey of Lithuania of 2022, beside what the synthetic people answer",
        (text("domain", "question"), text("item", "answer")),
        (
            text("unit", "unit of the row"),
            *(
                Column(name, REAL, meaning, "that of the row", null=True)
                for name, meaning in (
                    ("observed", "as published"),
                    ("everyone", "all who could be asked"),
                    ("expected", "with the odds weight of those easier to find"),
                    ("drawn", "one sample drawn so"),
                )
            ),
            *(Column(f"se_{n}", REAL, f"standard error at a design effect of {n}", null=True) for n in (2, 4)),
            *(Column(f"off_{n}", REAL, "expected less observed, in such errors", null=True) for n in (2, 4)),
            text("source", "table of the survey"),
        ),
    ),
    Table(
        "reasons",
        "a reason, among those who commit to leaving or to a destination",
        (
            text("question", "leave or destination"),
            *(text(name, f"{name}, or all") for name in ("destination", "year", "motive")),
            text("reason", "reason"),
        ),
        (
            Column("commitments", WHOLE, "units behind the row"),
            Column("loss", REAL, "mean fall of the log-odds without the reason", null=True),
            Column("cited", REAL, "share who would cite it", null=True),
            Column("rank", REAL, "its place among the reasons", null=True),
        ),
        PARQUET,
    ),
    Table(
        "commitments",
        "a unit that commits to leaving",
        (replace(REPLICATE, kind=WHOLE), MONTH, PERSON),
        (
            text("place", "destination", "places"),
            text("channel", "channel", "channels"),
            text("motive", "motive of the application"),
            text("cause", "what moved the unit: one cause, beside the channel"),
            Column("people", WHOLE, "people of the unit", "agents"),
        ),
        PARQUET,
        more="`leave_` and `choice_` of each reason: fall of the log-odds without it",
    ),
)
"""Tables of a study, a survey and of reasons by name."""
