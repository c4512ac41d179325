"""3.8 and 3.8a: the noise of a decision, and the rule by which a unit stays or leaves for a destination."""

import math
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from sim.numerics.arithmetic import exp, log, sin
from sim.numerics.codes import PLACE, SLOTS

from .basics import gumbel, log_sum
from .home import Home
from .offers import Offer

REGIONS = (
    ("lithuania", "poland", "latvia", "estonia", "germany", "czechia", "other_eu"),
    ("ukraine", "georgia", "armenia", "uzbekistan", "russia"),
    ("uae", "other_visa_free", "rest_of_world"),
)
REGION_OF = {PLACE[name]: region for region, names in enumerate(REGIONS) for name in names}


class Mind(NamedTuple):
    """What a unit brings to its decision this month, whatever is on offer: push, dissimilarity and noise (3.8)."""

    push: float  # eta
    lam: float  # lambda
    stay: float  # G0
    nest: float  # Z
    regions: list[float]  # Z_r, under the rule `region_nests` only
    places: list[float]  # E_j


class Rules(Home):
    """How a unit decides, given its mind and its offers (3.8, 3.8a)."""

    # --- noise --------------------------------------------------------------------------------------------------------

    def mind(self, key: np.uint64, push: float, lam: float) -> Mind:
        """Return the mind of the unit whose head has this key (3.8)."""
        regions: list[float] = []
        if self.decision == "region_nests":
            rho = self.code.nest_region
            regions = [self.noise_of_nest(key, rho, "region", number) for number in range(len(REGIONS))]
        stay = gumbel(self.luck("choice.stay_noise", key))
        return Mind(push, lam, stay, self.noise_of_nest(key, lam, "choice"), regions, self.noise_of_places(key))

    def noise_of_places(self, key: np.uint64) -> list[float]:
        """Return the noise `E_j` of all place numbers, used or not (3.8)."""
        smallest = -log(self.luck("choice.best_noise", key)) / SLOTS
        noise = [-log(smallest - log(self.luck_of_place("slots", j, key))) for j in range(SLOTS)]
        noise[self.word("winner.slot", key) >> 27] = -log(smallest)
        return noise

    def noise_of_nest(self, key: np.uint64, lam: float, purpose: str, draw: int = 0) -> float:
        """Return the noise that all destinations of a nest share: `Z`, or `Z_r` of a region (3.8, 3.8a)."""
        if lam == 1:
            return 0.0
        u = self.luck(f"{purpose}.stable_angle", key, draw=draw)
        angle = (1 - lam) * log(sin((1 - lam) * math.pi * u)) + lam * log(sin(lam * math.pi * u))
        angle -= log(sin(math.pi * u if u < 0.5 else math.pi * (1 - u)))
        return angle + (1 - lam) * gumbel(self.luck(f"{purpose}.stable_exponential", key, draw=draw))

    # --- decision -----------------------------------------------------------------------------------------------------

    def decide(self, mind: Mind, offers: Mapping[int, Offer]) -> int | None:
        """Return the destination a unit commits to, or None if it stays (3.8, 3.8a)."""
        if not offers:
            return None
        if self.decision == "region_nests":
            place, best = self.best_by_region(mind, offers)
        else:
            place = self.favourite(mind, offers)
            best = offers[place].value + mind.places[place]
        return place if mind.lam * best + mind.nest + mind.push > mind.stay else None

    def favourite(self, mind: Mind, offers: Mapping[int, Offer]) -> int:
        """Return the open destination of the largest value and noise, the lowest number among equals (3.8)."""
        return max(offers, key=lambda p: offers[p].value + mind.places[p])

    def best_by_region(self, mind: Mind, offers: Mapping[int, Offer]) -> tuple[int, float]:
        """Return the best destination of the best region, and what it is worth there (3.8a)."""
        rho = self.code.nest_region
        worth: dict[int, tuple[int, float]] = {}
        for region, among in by_region(offers).items():
            place = self.favourite(mind, among)
            worth[region] = place, rho * (among[place].value + mind.places[place]) + mind.regions[region]
        return worth[max(worth, key=lambda region: worth[region][1])]

    # --- chances ------------------------------------------------------------------------------------------------------

    def chances(self, mind: Mind, offers: Mapping[int, Offer]) -> dict[int, float]:
        """Return `P(leave) * P(j | leave)` of each open destination j (3.8, 3.8a)."""
        if self.decision == "region_nests":
            return self.chances_by_region(mind, offers)
        leave = 1 / (1 + exp(-(mind.push + mind.lam * log_sum(offer.value for offer in offers.values()))))
        return {p: leave * share for p, share in shares(offers).items()}

    def chances_by_region(self, mind: Mind, offers: Mapping[int, Offer]) -> dict[int, float]:
        """Return the same where destinations nest in regions (3.8a)."""
        rho, regions = self.code.nest_region, by_region(offers)
        inclusive = {r: rho * log_sum(offer.value for offer in among.values()) for r, among in regions.items()}
        every = log_sum(inclusive.values())
        leave = 1 / (1 + exp(-(mind.push + mind.lam * every)))
        chances: dict[int, float] = {}
        for region, among in regions.items():
            for p, share in shares(among).items():
                chances[p] = leave * exp(inclusive[region] - every) * share
        return chances


def by_region(offers: Mapping[int, Offer]) -> dict[int, dict[int, Offer]]:
    """Return the open destinations of each region that has one, regions and places in order of number (3.8a)."""
    regions: dict[int, dict[int, Offer]] = {}
    for region in range(len(REGIONS)):
        among = {p: offer for p, offer in offers.items() if REGION_OF[p] == region}
        if among:
            regions[region] = among
    return regions


def shares(offers: Mapping[int, Offer]) -> dict[int, float]:
    """Return `exp v_j / sum` of each open destination j (3.8)."""
    top = max(offer.value for offer in offers.values())
    weights = {p: exp(offer.value - top) for p, offer in offers.items()}
    total = 0.0
    for weight in weights.values():
        total += weight
    return {p: weight / total for p, weight in weights.items()}
