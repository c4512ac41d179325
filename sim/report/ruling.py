"""Rules in a reader's words: documents, ways in and those excepted, without the identifiers of `conf/`."""

import re

from sim.numerics.messages import listed
from sim.report import words
from sim.report.results import wording

DOCUMENTS = {
    "short_visa": "short-stay visas",
    "short_visa_entry": "entry on short-stay visas in hand",
    "national_visa": "national visas",
    "visa_free": "entry without a visa",
    "permit": "first residence permits",
    "renewal": "renewal of residence permits",
    "asylum": "access to asylum",
    "land": "entry by land",
    "air": "entry by air",
    "land_exit": "leaving by land",
    "exit": "leaving at all",
    "held": "residence permits that are held (revoked month by month)",
}
"""What a restriction closes, in words."""
WHO = {
    "persecuted": "the persecuted",
    "driver": "drivers",
    "student": "students",
    "it": "people in IT",
    "ancestry": "holders of a Polish card",
    "visa_holder": "holders of a Schengen visa",
    "draft_liable": "men liable to the draft",
    "age_18_27": "ages 18 to 27",
    "age_28_59": "ages 28 to 59",
    "age_60_over": "ages 60 and over",
    "humanitarian": "humanitarian cases",
    "mediated": "mediated cases",
    "family": "families",
    "work": "workers",
    "study": "those who come to study",
    "it_scheme": "the IT scheme",
    "relocation": "relocated staff",
    "short_visa": "those on short-stay visas",
    "visa_free": "those without need of a visa",
    "asylum": "asylum seekers",
    "irregular": "irregular migrants",
}
"""Groups and channels that a rule may except, in words."""
NUMBERS = {
    "draft": "men drafted to regular service",
    "summoned": "men summoned to the draft",
    "reservists": "men who have served, called again",
    "reserve_officers": "reserve officers called up",
    "exit_ban_liable": "summoned men barred from leaving",
    "exit_ban_reserve": "men of the reserve barred from leaving",
    "exit_ban_accused": "the accused barred from leaving",
    "officers_barred": "officers barred from leaving",
    "study_deferment_abroad": "study abroad defers service",
    "summons_reach": "reach of a summons",
    "war_fear": "fear of being sent to war",
    "unsafe": "war in the country",
    "refuge": "refuge for those who flee a war",
    "detentions": "political detentions",
    "charges": "political charges",
    "political_prisoners": "political prisoners",
    "arrest_on_return": "risk of arrest on return",
    "pardon": "pardons of political prisoners",
    "closures": "organisations closed",
    "repression_news": "news of repression",
    "passport_abroad": "passports renewed by consulates",
    "certificates": "certificates for the persecuted abroad",
    "travel_document": "renewal with an expired passport",
    "revocation": "permits revoked for security",
    "revocation_trips": "permits revoked for trips home",
    "recall": "short workers sent home",
    "screening_true": "screening of those it is meant to find",
    "screening_false": "false refusals by screening",
    "asylum_border": "asylum asked for at the border",
    "asylum_inside": "asylum asked for inside",
    "inflow_limit": "arrivals beyond which it tightens",
    "tightening": "approvals beyond the limit",
    "income_multiple": "incomes",
    "relocation_it": "IT firms that move out",
    "relocation_media": "newsrooms and organisations that move out",
    "relocation_multiple": "employers that move out",
    "firms": "what draws firms",
    "return_pull": "voluntary return",
    "volunteers": "volunteers for Ukraine",
}
"""What a number says, in words."""
OF_CHANNEL = {
    "approval": "chance of approval",
    "months": "wait",
    "fee": "fee",
    "funds": "means to be shown",
    "capacity": "places",
    "stay": "length of stay",
    "works": "right to work",
    "renewal": "chance of renewal",
    "revocation": "permits revoked by checks",
    "revocation_jobless": "permits of the jobless revoked",
}
"""What a number of a channel says, in words."""
RISKS = {
    "media": "of who works in the media",
    "ngo": "of who works for an NGO",
    "protest": "of protesters",
    "strike": "of strikers",
    "war_comment": "of who speaks against the war",
    "none": "of all others",
}
"""Whose risk of detention, in words."""
OFFERED = ".offered"
"""End of the name of the parameter that says whether a channel is there at all."""
_NAMED = re.compile(rf"\b({'|'.join(sorted(WHO, key=len, reverse=True))})\b")
_SEVERAL = re.compile(r"\b(to|except) (\w+(?:, \w+)+)")
"""Those excepted, or to whom something is open or closed."""
_DAY = re.compile(r"\b\d{4}-\d\d-\d\d\b")
_SHARE = re.compile(
    r"(?<![\w.])(?P<now>\d[\d,.]*(?:e-\d+)?) (?P<unit>share/month|1/month|share|probability(?: per return)?)\b"
    r"(?P<first> at first)?(?: \(was (?P<was>\d[\d,.]*(?:e-\d+)?)(?P<before> at first)?\))?"
)
_RATE = re.compile(r"\b([a-zA-Z]+)/(month|year)\b")
_UNITS = {"multiple": " times", "weight": "", "utility": ""}
_UNIT = re.compile(rf"(?<=\d) ({'|'.join(_UNITS)})\b")
_NUMBER = re.compile(
    r"\b((?:from|on) \d{4}-\d\d-\d\d(?: to \d{4}-\d\d-\d\d)?) (?=-?\d[\d,.e-]* (?!closed)|no limit|yes|no\b)"
)
"""A period before a number, which a colon keeps apart from it."""


def what(name: str) -> str:
    """What a parameter of a place rules; `name` is without the place."""
    if name.endswith(OFFERED):
        return f"the channel \u201c{wording(name.removesuffix(OFFERED))}\u201d as a whole"
    channel, _, attribute = name.rpartition(".")
    if channel == "risk":
        return f"risk of detention {RISKS.get(attribute, wording(attribute))}"
    if channel and attribute in OF_CHANNEL:
        return f"{OF_CHANNEL[attribute]} ({wording(channel)})"
    return DOCUMENTS.get(name) or NUMBERS.get(name) or name.replace("_", " ").replace(".", ", ")


def amounts(text: str) -> str:
    """A text with its shares and probabilities in percent, its rates a month or a year in words, and no odd units."""
    return _UNIT.sub(lambda found: _UNITS[found[1]], _RATE.sub(r"\1 a \2", _SHARE.sub(_in_percent, text)))


def _in_percent(found: re.Match[str]) -> str:
    was = f" (was {_percent(found['was'])}{found['before'] or ''})" if found["was"] else ""
    return f"{_percent(found['now'])}{' a month' if 'month' in found['unit'] else ''}{found['first'] or ''}{was}"


def _percent(number: str) -> str:
    return f"{100.0 * float(number.replace(',', '')):.3g}%"


def who(name: str) -> str:
    """A group or channel that is excepted."""
    return WHO.get(name, wording(name))


def plain(text: str) -> str:
    """A sentence of a history with its days, and those to whom something is open or closed, in words."""
    if " closed" in f" {text}" or " open" in f" {text}":
        text = _SEVERAL.sub(lambda found: f"{found[1]} {listed(found[2].split(', '))}", text)
        text = _NAMED.sub(lambda found: who(found[0]), text)
    return amounts(_DAY.sub(lambda found: words.iso_day(found[0]), _NUMBER.sub(r"\1: ", text)))
