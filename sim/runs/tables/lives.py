"""Tables of one synthetic life, in one world or in two."""

from sim.runs.tables.columns import MONTH, text
from sim.runs.tables.declaration import REAL, TRUTH, WHOLE, Column, Table, named

_WORLD = text("scenario", "world in which it is lived")

OF_LIVES = named(
    Table(
        "life_months",
        "a month of a life: where the person lives, whether the family weighs leaving, and what happens",
        (_WORLD, MONTH),
        (
            text("lives_in", "place of stay of the person when it is weighed; empty after death"),
            text("moves_to", "place for which the person leaves, moves on or returns; empty for none"),
            Column("weighs", TRUTH, "whether staying was weighed against leaving"),
            Column(
                "may_exit", TRUTH, "whether the family may leave Belarus; empty where nothing is weighed", null=True
            ),
            Column("chance", REAL, "probability of leaving in the month, before its luck", null=True),
            text("goes_to", "destination that is decided for; empty for none"),
            text("moved_by", "what moved the person who leaves: a cause; empty for none"),
            text("happens", "what happens to the family, in words"),
        ),
    ),
    Table(
        "life_options",
        "a destination in a month in which a life weighs leaving",
        (_WORLD, MONTH, text("destination", "place", "places")),
        (
            Column("open_channels", WHOLE, "channels that are open to the family"),
            text("channel", "channel by which they would go; empty where none is open"),
            Column("share", REAL, "of the chance of leaving, this destination's; empty where none is open", null=True),
            Column("luck", REAL, "noise of the month, in utility; empty where none is open", null=True),
        ),
        maybe_empty=True,
    ),
)
"""Tables of a life by name."""
