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
OFFERED = ".offered"
"""End of the name of the parameter that says whether a channel is there at all."""
_NAMED = re.compile(rf"\b({'|'.join(sorted(WHO, key=len, reverse=True))})\b")
_SEVERAL = re.compile(r"\b(to|except) (\w+(?:, \w+)+)")
"""Those excepted, or to whom something is open or closed."""
_DAY = re.compile(r"\b\d{4}-\d\d-\d\d\b")
_NUMBER = re.compile(
    r"\b((?:from|on) \d{4}-\d\d-\d\d(?: to \d{4}-\d\d-\d\d)?) (?=-?\d[\d,.e-]* (?!closed)|no limit|yes|no\b)"
)
"""A period before a number, which a colon keeps apart from it."""


def what(name: str) -> str:
    """What a parameter of a place rules; `name` is without the place."""
    if name.endswith(OFFERED):
        return f"the channel \u201c{wording(name.removesuffix(OFFERED))}\u201d as a whole"
    return DOCUMENTS.get(name, name.replace("_", " ").replace(".", ", "))


def who(name: str) -> str:
    """A group or channel that is excepted."""
    return WHO.get(name, wording(name))


def plain(text: str) -> str:
    """A sentence of a history with its days, and those to whom something is open or closed, in words."""
    if " closed" in f" {text}" or " open" in f" {text}":
        text = _SEVERAL.sub(lambda found: f"{found[1]} {listed(found[2].split(', '))}", text)
        text = _NAMED.sub(lambda found: who(found[0]), text)
    return _DAY.sub(lambda found: words.iso_day(found[0]), _NUMBER.sub(r"\1: ", text))
