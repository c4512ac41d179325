"""Tables of a point, and those of a world in the folder of a comparison."""

from dataclasses import replace
from functools import partial

from sim.runs.tables.columns import (  # fmt: skip
    BY_GROUP,
    CHANNEL,
    DESTINATION,
    EUR,
    EXPECTED,
    EXPECTED_HARM,
    FROM,
    HARM,
    ITS_CHANNEL,
    LAMBDA,
    MONTH,
    OF_FLOWS,
    OF_STOCKS,
    PERSON,
    PERSONS,
    REASON,
    REPLICATE,
    SOURCES,
    TO,
    WHY,
    YEAR,
    persons,
    text,
)
from sim.runs.tables.declaration import PARQUET, REAL, SHORT, WHOLE, Column, Table, named

_parquet = partial(Table, form=PARQUET)

OBSERVERS = (
    Table(
        "registers",
        "an observed stock of residents within the simulated months, beside the model's",
        (DESTINATION, text("date", "date of the observation"), text("definition", "whom the register counts")),
        (
            persons("observed", "as the source tells"),
            persons("residents", "all who live there in the model"),
            persons("counted", "those whose status a register holds"),
            persons("waiting", "those of them who are not registered yet"),
            persons("register", "what a register would show"),
            *SOURCES,
        ),
        maybe_empty=True,
    ),
    Table(
        "repression",
        "an observation of detentions or prisoners, beside the model's",
        (text("series", "what is observed"), text("start", "first day"), text("end", "last day")),
        (
            persons("observed", "as the source tells"),
            persons("simulated", "mean of the replicates"),
            persons("expected", "as the rules imply, without luck; prisoners only", null=True),
            *SOURCES,
        ),
        maybe_empty=True,
    ),
    Table(
        "public_money",
        "what those who live in a destination pay and draw in a year",
        (LAMBDA, replace(REPLICATE, kind=WHOLE), DESTINATION, YEAR),
        (
            persons("employed", "mean number who work"),
            *(
                Column(name, REAL, meaning, EUR)
                for name, meaning in (
                    ("income_tax", "income tax"),
                    ("income_tax_it", "the part of it that workers of IT pay"),
                    ("contributions", "contributions of employees and employers"),
                    ("support", "support for those without work"),
                    ("balance", "income tax and contributions less support"),
                )
            ),
        ),
    ),
)
"""What observers of a world would see."""
_EACH = (LAMBDA, replace(REPLICATE, kind=WHOLE))
_NET = "net of those who come back"
LOSSES = (
    persons("leavers", f"residents of the start who leave Belarus, {_NET}"),
    persons("degrees", "those of them with higher education"),
    persons("it_workers", "those who worked in IT"),
    persons("media_workers", "those who worked for media and organisations"),
    Column("school_years", REAL, f"years of schooling and study that they had, {_NET}", "years"),
    Column("income_tax", REAL, "income tax on what all who are away would earn at home", EUR),
    Column("contributions", REAL, "contributions of both sides on the same", EUR),
)
"""What Belarus loses in a year."""
FROM_STATE = (
    Table("losses", "what Belarus loses in a year by those who have left since 2019", (*_EACH, YEAR), LOSSES),
    Table(
        "arrival_groups",
        "arrivals in a destination in a year, by the groups of the study of Lithuania",
        (*_EACH, DESTINATION, YEAR, text("group", "newsrooms, organisations, relocated staff, repressed, others")),
        (PERSONS,),
        maybe_empty=True,
    ),
    Table(
        "ties",
        "what ties Lithuania, Poland or Latvia to the other two in a year",
        (*_EACH, DESTINATION, YEAR),
        (
            persons("to_neighbours", "people who move on to the other two"),
            persons("from_neighbours", "people who move on from the other two"),
            persons("visas", "people who come on a national visa"),
            persons("permits", "people with a first residence permit"),
            persons("both_papers", "people with both, whom papers count twice"),
        ),
    ),
)
"""What follows from who leaves and where they come."""
OF_POINTS = named(
    _parquet("flows", "people who moved; cells that are not zero", (REPLICATE, *OF_FLOWS), (PERSONS, EXPECTED)),
    _parquet("stocks", "residents at the end of a month; cells that are not zero", (REPLICATE, *OF_STOCKS), (PERSONS,)),
    _parquet(
        "claims",
        "claims of protection by people who live there already; cells that are not zero",
        (REPLICATE, MONTH, DESTINATION),
        (persons("expected_persons", "sum of hazards"),),
    ),
    _parquet("harms", "harms, every month and harm", (REPLICATE, MONTH, HARM), (PERSONS,)),
    _parquet(
        "expected_harms",
        "hazards of a harm summed over all lives, every month and harm",
        (REPLICATE, MONTH, EXPECTED_HARM),
        (replace(EXPECTED, null=False, meaning="sum of hazards"),),
    ),
    _parquet(
        "called",
        "men who may be called in a month in which anybody is, among whom a draft or a call is spread",
        (REPLICATE, MONTH, text("who", "whom a call may reach", "called")),
        (persons("persons", "persons; those whom a summons may miss count for less"),),
    ),
    _parquet(
        "wishes",
        "a unit that wished to leave in a month and could not",
        (REPLICATE, MONTH, REASON, DESTINATION, replace(PERSON, meaning="identity of the head of the unit")),
        (PERSONS,),
    ),
    _parquet(
        "moves",
        "a synthetic person who departs, returns, moves on, loses the right to stay or asks for protection",
        (REPLICATE, MONTH, text("kind", "event", "moves"), FROM, TO, CHANNEL, WHY, PERSON),
        (),
    ),
    _parquet(
        "decisions",
        "an application, a decision on it or on a status, short work or a short stay begun or ended, what a person "
        "suffered at home, a death",
        (REPLICATE, MONTH, text("kind", "event", "decisions"), DESTINATION, ITS_CHANNEL, WHY, PERSON),
        (),
    ),
    _parquet(
        "groups",
        "events by group; cells that are not zero",
        (REPLICATE, MONTH, *BY_GROUP),
        (persons("agents", "simulated people", SHORT, "agents"),),
    ),
    _parquet(
        "settled",
        "people settled abroad at the end of a month, by age, by sector of work, without work",
        (
            REPLICATE,
            MONTH,
            DESTINATION,
            text("measure", "who is counted", "settled"),
            text("group", "age of residents, sector of workers", "settled_groups"),
        ),
        (PERSONS,),
    ),
    _parquet(
        "totals",
        "prisoners and units whose channel closed by month; people at home by class at the end",
        (
            REPLICATE,
            MONTH,
            text("measure", "what is counted", "totals"),
            Column("group", WHOLE, "choice class of residents, else 0"),
        ),
        (persons("persons", "persons; units of those blocked", WHOLE),),
    ),
    *OBSERVERS,
    *FROM_STATE,
)
"""Tables of a point by name."""
OF_WORLDS = named(
    _parquet("stocks", "residents at the end of a month", (LAMBDA, REPLICATE, *OF_STOCKS), (PERSONS,)),
    _parquet("flows", "people who moved", (LAMBDA, REPLICATE, *OF_FLOWS), (PERSONS, EXPECTED), maybe_empty=True),
    _parquet("harms", "harms, every month and harm", (LAMBDA, REPLICATE, MONTH, HARM), (PERSONS,)),
    _parquet(
        "wishes",
        "persons in whom a wish came up that could not be followed",
        (LAMBDA, REPLICATE, MONTH, REASON, DESTINATION),
        (PERSONS,),
        maybe_empty=True,
    ),
    _parquet(
        "groups",
        "events by group and year, means over replicates; empty where few people stand behind",
        (LAMBDA, Column("replicates", WHOLE, "runs behind a mean"), YEAR, *BY_GROUP),
        (persons("persons", "persons", null=True),),
        maybe_empty=True,
    ),
)
"""Tables of a world in the folder of a comparison by name."""
