"""Screening for security: it refuses some of those whom it is meant to find, and some who are harmless."""

from sim.model.now import Now
from sim.numerics.codes import CHANNEL
from sim.numerics.compiling import compiled
from sim.numerics.luck import PURPOSE, uniform, words

_SECURITY = PURPOSE["security"]
OF_APPLICATION, OF_RENEWAL = 1, 2
"""Words of luck of a screening when one applies, and when a status is renewed."""
_VISA_FREE, _ASYLUM, _IRREGULAR = CHANNEL["visa_free"], CHANNEL["asylum"], CHANNEL["irregular"]


@compiled(forceinline=True)
def screened(channel: int) -> bool:
    """True for channels whose applicants are screened for security."""
    return bool((channel != _VISA_FREE) & (channel != _ASYLUM) & (channel != _IRREGULAR))


@compiled
def screening_probability(key: int, now: Now, place: int) -> float:
    """Probability that a security screening refuses a head, by whether it is a threat."""
    threat = uniform(words(key, 0, _SECURITY, 0, now.run.trait_seed)[0]) < now.coefficients.threat_share
    return float(now.places[place].screening_true if threat else now.places[place].screening_false)


@compiled
def fails_screening(key: int, month: int, word: int, now: Now, place: int) -> bool:
    """True if a security screening refuses a head, rightly or wrongly.

    Who is a threat is fixed luck of the person; nobody else can tell.
    """
    chance = screening_probability(key, now, place)
    return chance > 0.0 and uniform(words(key, month, _SECURITY, 0, now.run.seed)[word]) < chance
