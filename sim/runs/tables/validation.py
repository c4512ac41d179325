"""Tables of a validation and of predictions."""

from sim.runs.tables.columns import SOURCES, text
from sim.runs.tables.declaration import REAL, TRUTH, WHOLE, Column, Table, named

_PLACE = text("destination", "place, several joined by +, eu or world")
_DAYS = (text("start", "first day"), text("end", "last day"))


def _forecast(unit: str, null: bool = False) -> tuple[Column, ...]:
    """Median and ends of the intervals of a forecast."""
    ends = [
        Column(f"{end}_{level}", REAL, f"{side} end of the {level}% interval", unit, null=null)
        for level in (50, 80, 95)
        for end, side in (("low", "lower"), ("high", "upper"))
    ]
    return Column("median", REAL, "median of the forecast", unit, null=null), *ends


_OF_ROW = "that of the row"

OF_VALIDATION = named(
    Table(
        "scorecard",
        "something observed to the end of 2022, beside what the model says of it, with intervals",
        (text("group", "group of patterns"), text("target", "its number in the list by which a fit is judged"),
         text("pattern", "what was observed, as its source defines it"), _PLACE, *_DAYS),
        (
            text("role", "fit, check, natural experiment, left out, or added: a check in no threshold"),
            Column("observed", REAL, "as the source tells", _OF_ROW),
            *_forecast(_OF_ROW, null=True),
            Column("within", REAL, "narrowest of the intervals that holds the observed; 100 for none", "%", null=True),
            Column("ape", REAL, "absolute error of the median as a share of the observed", null=True),
            Column("crps", REAL, "continuous ranked probability score: of the log where the row is logged", null=True),
            Column("interval_score", REAL, "of the 80% interval, as the score", null=True),
            Column("logged", TRUTH, "whether errors and scores are those of logs"),
            Column("sd", REAL, "of the error of observation with the discrepancy: of the log, or in the unit"),
            Column("fitted", TRUTH, "whether conf/ draws a number from it, whatever its role"),
            text("verdict", "hit, miss, no counterpart, not asked, or no value, in the row's own tolerance"),
            text("unit", "unit of the row"),
            text("quantity", "what is measured of a run (docs/observation.md); empty if nothing"),
            *SOURCES,
        ),
        maybe_empty=True,
    ),
    Table(
        "forecasts",
        "a year of an observed series, as the model and every naive rule forecast it",
        (
            text("fit", "to what the model was fitted"),
            text("series", "quantity"),
            _PLACE,
            Column("year", WHOLE, "calendar year"),
            text("rule", "the model, or a naive rule"),
        ),
        (
            Column("observed", REAL, "as the source tells", _OF_ROW),
            Column("median", REAL, "of the forecast", _OF_ROW),
            Column("low_80", REAL, "lower end of the 80% interval; the median of a point", _OF_ROW),
            Column("high_80", REAL, "upper end of the 80% interval", _OF_ROW),
            Column("crps", REAL, "continuous ranked probability score of the log"),
            Column("ape", REAL, "absolute error of the median as a share of the observed"),
            Column("seen", TRUTH, "whether the forecast has looked at the year"),
        ),
        maybe_empty=True,
    ),
    Table(
        "skill",
        "a series and a naive rule: how much smaller the model's score is over the cells that both forecast",
        (text("fit", "to what the model was fitted"), text("series", "quantity, or all"), text("rule", "naive rule")),
        (
            Column("cells", WHOLE, "years and places compared"),
            Column("destinations", WHOLE, "places; the interval is over them"),
            Column("model", REAL, "mean score of the model"),
            Column("naive", REAL, "mean score of the rule"),
            Column("skill", REAL, "1 less their ratio: below 0 the rule is better"),
            Column("low", REAL, "lower end of the 90% bootstrap interval"),
            Column("high", REAL, "upper end of the 90% bootstrap interval"),
            Column("seen", TRUTH, "whether the rule has looked at the years"),
            Column("best", TRUTH, "whether it is the best of the rules that have not"),
        ),
        maybe_empty=True,
    ),
    Table(
        "thresholds",
        "a threshold set beforehand, and what came out",
        (text("threshold", "name in conf/validation.yaml"),),
        (
            Column("value", REAL, "what came out; empty if it is not known", _OF_ROW, null=True),
            text("must", "what must hold"),
            text("aim", "what is aimed at"),
            text("verdict", "aim met, must met, missed or not known"),
            text("about", "what was measured, in words"),
        ),
    ),
    Table(
        "natural_experiments",
        "a reading of a natural experiment: what changed, and what the model says of it with and without the measure",
        (text("experiment", "what happened"), text("quantity", "what was counted"), _PLACE,
         text("before", "days before"), text("after", "days after")),
        (
            Column("observed", REAL, "monthly rate after over that before", "ratio"),
            Column("model", REAL, "the same of the model, median", "ratio", null=True),
            Column("low_80", REAL, "lower end of the 80% interval", "ratio", null=True),
            Column("high_80", REAL, "upper end of the 80% interval", "ratio", null=True),
            Column("without", REAL, "the same of the model had the measure not been taken, median", "ratio", null=True),
            Column("effect", REAL, "of the measure on what came after, median", "%", null=True),
            Column("effect_low", REAL, "lower end of the 80% interval", "%", null=True),
            Column("effect_high", REAL, "upper end of the 80% interval", "%", null=True),
            text("holds", "whether the 80% interval holds the observed"),
        ),
        maybe_empty=True,
    ),
    Table(
        "literature",
        "an elasticity of the literature, and that which paired runs of the model give",
        (text("elasticity", "what answers to what"),),
        (
            Column("low", REAL, "lower end of the published band", _OF_ROW),
            Column("high", REAL, "upper end of the published band", _OF_ROW),
            Column("simulated", REAL, "mean of the replicates", _OF_ROW, null=True),
            Column("sim_low", REAL, "lower end of its 90% interval", _OF_ROW, null=True),
            Column("sim_high", REAL, "upper end of its 90% interval", _OF_ROW, null=True),
            text("unit", "unit of the row"),
            text("verdict", "inside, below, above, or nothing to tell"),
            text("how", "the paired runs"),
            *SOURCES,
        ),
    ),
    Table(
        "scale",
        "an outcome and a size of the sample",
        (text("outcome", "what was counted"), Column("one_in", WHOLE, "one circle in so many")),
        (
            Column("agents", WHOLE, "people simulated"),
            Column("value", REAL, "mean over replicates", "persons"),
            Column("error", REAL, "its standard error, of luck alone", "persons", null=True),
            Column("limit", REAL, "where a line in 1/N over all sizes goes as N grows", "persons", null=True),
            Column("limit_error", REAL, "standard error of the limit", "persons", null=True),
            Column("off", REAL, "value less limit, of the limit", "%", null=True),
        ),
    ),
    Table(
        "draws_of_people",
        "an outcome: how much of its spread between runs is the draw of the people, and how much luck",
        (text("outcome", "what was counted"),),
        (
            Column("mean", REAL, "mean over all runs", "persons"),
            Column("sd_luck", REAL, "standard deviation between runs of the same people", "persons"),
            Column("sd_people", REAL, "standard deviation between draws of the people; 0 if untold", "persons"),
            Column("share", REAL, "of the variance that is the draw of people", "%"),
            Column("share_low", REAL, "lower end of its 90% interval", "%"),
            Column("share_high", REAL, "upper end of its 90% interval", "%"),
            Column("one_in", WHOLE, "one circle in so many"),
            Column("draws", WHOLE, "draws of people"),
            Column("replicates", WHOLE, "runs of each"),
        ),
    ),
    Table(
        "predictions",
        "a quantity that will be observed, as the model predicts it",
        (
            text("quantity", "name of the quantity"),
            text("destination", "place, EU27 or All countries, as observers write it"),
            text("period", "year, or month at whose end"),
        ),
        (
            *_forecast(_OF_ROW),
            text("unit", "unit of the row"),
            text("note", "definition, and what is assumed"),
        ),
    ),
)  # fmt: skip
"""Tables of `task=validate` and `task=predict` by name."""
