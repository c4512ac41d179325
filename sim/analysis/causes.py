"""What moved a unit that decides to leave: one cause, beside the channel by which it goes.

A channel says how one comes to live elsewhere, not why: who goes by work may flee the draft. A unit flees if, with the
same luck, it would have stayed without what repression and war add to its wish (`sim.model.decision.commitment`); its
cause is the larger of these. The fear of war is that of being sent, or of one's men being sent: of a unit with a man
who may be drafted it is told as the draft. Whom an employer takes along moves with the firm. Others go to their family,
for work or to study, or for what else draws them most.
"""

from collections.abc import Mapping

from sim.analysis.life import Decision, Life
from sim.model.decision.claims import ASYLUM
from sim.model.decision.offers import RELOCATION
from sim.numerics.codes import CHANNEL_NAMES, EVENT, MOTIVE, REASON, names

REPRESSION, WAR, DRAFT, FIRM, FAMILY, WORK, STUDY, PEOPLE, OTHER = CAUSES = (
    *("repression", "war", "draft", "firm", "family", "work", "study", "people", "other"),
)
"""Causes: repression; fear of war; a call to arms; an employer that moves; close people there; work; study; people one
knows there; what else draws one."""
CAUSE_WORDS = {
    REPRESSION: "repression", WAR: "fear of war", DRAFT: "a call to arms", FIRM: "an employer that moves",
    FAMILY: "close people there", WORK: "work", STUDY: "study", PEOPLE: "people they know there", OTHER: "other",
}  # fmt: skip
"""The causes in words, as a list of what moved many."""
FLIGHT = (REPRESSION, WAR, DRAFT)
"""Causes of who flees, by the names of the reasons whose losses tell them apart (`sim.analysis.reasons`)."""
FLEES = ("persecuted", "draft", "fear")
"""Streams of who flees."""
OF_CHANNEL = {"family": FAMILY, "work": WORK, "it_scheme": WORK, "study": STUDY}
"""Causes of those who do not flee, by the channel; of all others it is what draws them most."""
OF_PULL = {"wage": WORK, "kin": PEOPLE, "diaspora": PEOPLE, "peers": PEOPLE}
"""Causes by the reason that draws most; of reasons that are not named it is another."""
WITHOUT_COMPARING = tuple(CHANNEL_NAMES[channel] for channel in (RELOCATION, ASYLUM))
"""Channels by which one goes without weighing others: with an employer, or in danger."""
_APPLIED, _DEPARTED = EVENT["applied"], EVENT["departed"]
_MOTIVES = names(MOTIVE)


def cause(channel: str, flees: bool, losses: Mapping[str, float], is_liable: bool = False) -> str:
    """The cause of a departure by a channel; `losses` are what it owes to each reason, in log-odds, by name.

    `is_liable` says whether a man of the unit may be drafted.
    """
    if channel == CHANNEL_NAMES[RELOCATION]:
        return FIRM
    if flees:
        repression, war, draft = (losses.get(name, 0.0) for name in FLIGHT)
        if repression >= war + draft:
            return REPRESSION
        return DRAFT if is_liable or draft > war else WAR
    if channel == CHANNEL_NAMES[ASYLUM]:
        return REPRESSION  # it is asked for in danger only
    if channel in OF_CHANNEL:
        return OF_CHANNEL[channel]
    drawn = {name: value for name, value in losses.items() if name not in FLIGHT and value > 0.0}
    return OF_PULL.get(max(drawn, key=lambda name: drawn[name]), OTHER) if drawn else OTHER


def is_flight(one: Decision) -> bool:
    """Whether a unit that leaves would have stayed without what repression and war add to its wish."""
    pressed = sum(one.push[name] for name in ("repression", "war", "draft", "mobilisation"))
    return one.best_margin - pressed <= 0.0


def is_liable(one: Decision) -> bool:
    """Whether a man of a unit may be drafted, and fears to be sent to war."""
    return one.push["draft"] > 0.0


def losses_of(one: Decision, place: int) -> dict[str, float]:
    """What going to a place would lose without each reason: the terms of the wish to leave and of the option."""
    push, part = one.push, one.part(place)
    flight = {"repression": push["repression"], "war": push["war"], "draft": push["draft"] + push["mobilisation"]}
    drawn = {"peers": push["peers"], "taste": part["country_taste"]}
    return flight | drawn | {name: part[name] for name in ("wage", "kin", "diaspora", "language", "distance", "rent")}


def moved_by(told: Life) -> list[str]:
    """The cause of each event of a life: of a decision to leave, and of the departure that follows.

    Empty for other events, for who follows the head of the family, and where the decision is not at hand, as that of
    who has a unit of their own by then.
    """
    found: list[str] = []
    latest: dict[tuple[int, int], str] = {}
    for event in told.events:
        way = int(event["place"]), int(event["channel"])
        moved = ""
        if event["kind"] == _APPLIED:
            moved = latest[way] = _of_application(told, int(event["month"]), way, _MOTIVES[int(event["detail"])])
        elif event["kind"] == _DEPARTED and event["reason"] != REASON["family"]:
            moved = latest.get(way, "")
        found.append(moved)
    return found


def _of_application(told: Life, month: int, way: tuple[int, int], stream: str) -> str:
    one, channel = told.at(month), CHANNEL_NAMES[way[1]]
    if channel in WITHOUT_COMPARING:
        return cause(channel, False, {})
    if one is None or one.event is None or one.event[:3] != (_APPLIED, *way):
        return ""
    return cause(channel, stream in FLEES, losses_of(one, way[0]), is_liable(one))
