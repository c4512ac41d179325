"""A life in words: who somebody is, and what an event or a changed state means."""

from collections.abc import Mapping, Sequence
from typing import Any

from sim.numerics import codes, months
from sim.numerics.luck import NORMAL_GRID
from sim.population.schema import Columns
from sim.report.results import wording

_SEX = {"female": "woman", "male": "man"}
_CHILD = {"female": "girl", "male": "boy"}
_SECTOR = {
    "none": "without work", "it": "works in IT", "ngo_media": "works for an NGO or in the media",
    "transport": "works in transport", "construction": "works in construction", "industry": "works in industry",
    "public": "works in the public sector", "other": "works in trade or services", "student": "student",
    "retired": "retired", "child": "child",
}  # fmt: skip
_EXPOSURE = {
    "none": "nothing that exposes to repression", "protest": "took part in the protests", "media": "works in the media",
    "ngo": "works for an NGO", "strike": "took part in the strikes", "war_comment": "spoke against the war",
}  # fmt: skip
_SERVICE = {
    "never": "no longer or never asked to serve", "liable": "liable to the draft", "deferred": "deferred as a student",
    "serving": "serving in the army", "served": "has served", "reserve_officer": "reserve officer",
    "exempt": "exempt from service", "family": "deferred for his children",
}  # fmt: skip
_WAR_VIEW = {
    "against": "against Belarus's part in it", "accepts_bases": "for the use of the territory, against joining",
    "for_joining": "for joining",
}  # fmt: skip
_OFFICER = {"none": "no officer", "army": "officer of the army", "interior": "officer of the interior ministry"}
_REGION = {
    "minsk_city": "Minsk", "minsk_region": "Minsk region", "abroad": "abroad",
    **{name: f"{name.title()} region" for name in ("brest", "vitebsk", "gomel", "grodno", "mogilev")},
}  # fmt: skip
_STATUS = {
    "home": "at home", "visa_free": "a visa-free stay", "visa": "a national visa", "permit": "a residence permit",
    "asylum_seeker": "an asylum application", "protected": "protection", "irregular": "no status",
    "pendular": "short work", "visitor": "a short stay", "citizen": "citizenship",
    "permanent": "permanent residence", "temporary_protection": "temporary protection",
}  # fmt: skip
_MOTIVE = {"none": "no motive", "persecuted": "persecuted", "draft": "draft", "labour": "labour", "family": "family",
           "fear": "fear"}  # fmt: skip
MOVED_BY = {
    "repression": "repression",
    "war": "fear of war",
    "draft": "fear of being called to arms",
    "firm": "the employer, which moves there",
    "family": "close people there",
    "work": "work there",
    "study": "study there",
    "people": "Belarusians whom they know or who live there",
    "other": "what else draws them there",
    "following": "the family, of which they follow the head",
}
"""What moved somebody to leave, in words (`sim.analysis.causes`)."""
_DRAFTED = {"decree": "is called up as a reserve officer", "reserve": "is called up from the reserve"}
_ASYLUM = codes.CHANNEL["asylum"]
_POLITICS = {"opponent": "opponent of the protest", "observer": "observer", "protest": "for the protest"}


def name(table: Mapping[str, int], code: int) -> str:
    """Name of a code."""
    return codes.names(table)[int(code)]


def place(code: int) -> str:
    """A place as a reader knows it."""
    return wording(name(codes.PLACE, code))


def channel(code: int) -> str:
    """A channel as a reader knows it."""
    return wording(name(codes.CHANNEL, code))


def month_words(number: int) -> str:
    """`August 2020`."""
    return f"{months.first_day(number):%B} {months.first_day(number).year}"


def until(number: int) -> str:
    """The last month of something that may be for ever, or never have been."""
    return "for good" if number == months.NEVER else f"until {months.label(number)}" if number >= 0 else "before 2019"


def who(people: Columns, row: int, t: int) -> str:
    """One line: sex, age, work and home, as of month `t`."""
    age = (t - int(people.birth[row])) // 12
    sex = name(codes.SEX, people.sex[row])
    word = _SEX[sex] if age >= 18 else _CHILD[sex]
    sector = _SECTOR[name(codes.SECTOR, people.sector[row])]
    return f"{word} of {age}, {sector}, {_REGION[name(codes.REGION, people.region[row])]}"


def attributes(people: Columns, row: int, t: int) -> list[tuple[str, str]]:
    """Every attribute of a person at the start of month `t`, in words."""
    age = (t - int(people.birth[row])) // 12
    sex = name(codes.SEX, people.sex[row])
    head = row - int(people.behind[row])
    family = [
        f"{_SEX[s] if a >= 18 else _CHILD[s]} of {a}"
        for other in range(head, head + int(people.reach[head]) + 1)
        if other != row and int(people.behind[other]) == other - head
        for s, a in ((name(codes.SEX, people.sex[other]), (t - int(people.birth[other])) // 12),)
    ]
    here, right = int(people.place[row]), _STATUS[name(codes.STATUS, people.status[row])]
    lines = [
        ("sex and age", f"{_SEX[sex] if age >= 18 else _CHILD[sex]} of {age}"),
        ("place in the family", ("head", "partner", "child")[min(int(people.member[row]), 2)] if family else "alone"),
        ("family", ", ".join(family) or "none that decides along"),
        ("home", f"{_REGION[name(codes.REGION, people.region[row])]}, {name(codes.LOCALITY, people.locality[row])}"
         + (", lives away from the registered address" if people.elsewhere[row] else "")),
        ("lives", f"in {place(here)}, {name(codes.MODE, people.mode[row])}"
         + (f", with {right} {until(int(people.expiry[row]))}" if here else "")),
        ("work", _SECTOR[name(codes.SECTOR, people.sector[row])]
         + (f", employer {int(people.employer[row])}, which may move or be closed" if people.employer[row] else "")),
        ("education", f"{name(codes.EDUCATION, people.education[row])}"),
        ("income and savings", f"{people.income[row]:,.0f} EUR a month, {people.savings[row]:,.0f} EUR saved"),
        ("politics", _POLITICS[name(codes.POLITICS, people.politics[row])]),
        ("exposure", _EXPOSURE[name(codes.EXPOSURE, people.exposure[row])]),
        ("post", _OFFICER[name(codes.OFFICER, people.officer[row])]),
        ("service", _SERVICE[name(codes.CONSCRIPTION, people.conscription[row])] if sex == "male" else "not asked"),
        ("the war", _WAR_VIEW[name(codes.WAR_VIEW, people.war_view[row])]),
        ("Polish card", "yes" if people.ancestry[row] else "no"),
        ("close people abroad", f"in {place(people.kin[row])}" if people.kin[row] else "none"),
        ("ties that hold", f"{int(people.ties[row]) / 255:.0%} of the strongest"),
        ("readiness to leave", f"{NORMAL_GRID[people.frailty[row]]:+.1f} standard deviations"),
        ("Schengen visa", until(int(people.visa[row])) if people.visa[row] >= t else "none"),
        ("passport", until(int(people.passport[row])) if people.passport[row] >= t else "none"),
    ]  # fmt: skip
    return lines


_REASONS = {
    "closed": "closed", "quota": "the queue", "refusal": "refused", "funds": "too little money",
    "exit": "may not leave Belarus", "expiry": "the status ran out", "security": "the security screening",
    "ground": "the permit was revoked",
}  # fmt: skip
IN_VAIN = {
    "exit": "but may not leave Belarus or cannot get there",
    "funds": "but cannot pay for it",
    "closed": "but the way is closed",
    "quota": "but the queue is too long",
}


def _moving_on(origin: str, there: str, by: str, reason: str) -> str:
    if reason == "refuge":
        return f"flees from the war in {origin} to {there} and is given temporary protection"
    return f"moves on from {origin} to {there} by {by}"


def _leaving(there: str, by: str, reason: str, moved: str) -> str:
    if reason == "in_place":
        return f"settles for good in {there}, where they are for a season or a visit, by {by}"
    if reason == "family":
        return f"follows the head of the family to {there}"
    return f"leaves for {there} by {by}{_moved(moved)}"


def _moved(moved: str) -> str:
    return f", moved by {MOVED_BY[moved]}" if moved else ""


def event_words(event: Any, moved: str = "") -> str:
    """What happened, without who: the words of one event of the log, with what moved to it (`MOVED_BY`) if known."""
    kind, reason = name(codes.EVENT, event["kind"]), name(codes.REASON, event["reason"])
    there, origin, by = place(event["place"]), place(event["origin"]), channel(event["channel"])
    told = {
        "detained": "is detained for political reasons",
        "charged": "is charged with a political offence",
        "released": "is released",
        "summoned": "is summoned to the recruiting office" + (", and is not found" if reason == "absent" else ""),
        "drafted": _DRAFTED.get(reason, "is drafted"),
        "discharged": "is discharged from service",
        "volunteered": "applies to fight for Ukraine" + (", and goes" if reason == "choice" else ""),
        "deserted": "refuses orders, and serves no more",
        "applied": f"decides to leave for {there} by {by}"
        + (_moved(moved) or f" (stream: {_MOTIVE[name(codes.MOTIVE, event['detail'])]})"),
        "granted": f"is granted {by} to {there}",
        "refused": f"is refused {by} to {there} ({_REASONS.get(reason, reason)})",
        "blocked": f"cannot follow the plan to {there} by {by} ({_REASONS.get(reason, reason)})",
        "departed": _leaving(there, by, reason, moved),
        "returned": f"returns from {origin}",
        "onward": _moving_on(origin, there, by, reason),
        "permit": f"receives a residence permit in {there}" if reason != "none" else f"is given protection in {there}",
        "renewed": f"renews the right to stay in {there}",
        "lost": f"loses the right to stay in {there} ({_REASONS.get(reason, reason)})",
        "asylum_sought": f"asks for protection in {there}"
        + (f" ({_REASONS[reason]})" if reason in _REASONS else " at the border" if by == channel(_ASYLUM) else ""),
        "other_ground": f"gets a permit by {by} in {there} instead ({_REASONS.get(reason, reason)})",
        "pendular_out": f"leaves for short work in {there}",
        "pendular_back": f"comes back from short work in {origin}",
        "pendular_on": f"begins another season of work in {there}",
        "stay_out": f"leaves for a short stay in {there}",
        "stay_back": f"comes home from a short stay in {origin}",
        "caught": f"is stopped on the irregular way to {there}",
        "arrested_on_return": "is arrested on return",
        "sentenced": "is sentenced",
        "pardoned": "is pardoned",
        "wished": f"would leave for {there} by {by}, {IN_VAIN.get(reason, reason)}",
        "employed": f"finds work in {there}",
        "dismissed": f"loses the work in {there}",
        "permanent": f"receives permanent residence in {there}",
        "naturalised": f"becomes a citizen in {there}",
        "born": f"is born in {there}",
        "died": f"dies in {there}",
        "came_of_age": "turns 18 and decides alone",
        "succeeded": "heads the family from now on",
    }
    return told.get(kind, f"{kind.replace('_', ' ')} ({there})")  # an event of a user's own has no words here


def state_changes(before: Mapping[str, Sequence[Any]], after: Mapping[str, Sequence[Any]], i: int, t: int) -> list[str]:
    """What changed for member `i` of a unit between the `choose` of two months and has no event of its own."""
    said = []
    if after["visa"][i] > before["visa"][i] and after["visa"][i] >= t:
        said.append(f"receives a Schengen visa, valid {until(after['visa'][i])}")
    if after["exit_ban"][i] > before["exit_ban"][i] and after["exit_ban"][i] >= t:
        said.append(f"is barred from leaving Belarus {until(after['exit_ban'][i])}")
    old, new = (name(codes.CONSCRIPTION, states["conscription"][i]) for states in (before, after))
    if old != new and new not in ("serving", "served"):
        said.append(f"towards the army: {_SERVICE[new]}")
    was, now = (name(codes.SECTOR, states["sector"][i]) for states in (before, after))
    if was != now:
        closed = (was, now) == ("ngo_media", "none")
        said.append("loses the work in Belarus: the organisation is closed" if closed else f"work: now {_SECTOR[now]}")
    return said
