"""3.8 and 3.8a: the noise of a decision, and the rule by which a unit stays or leaves for a destination."""

import itertools
import math
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from sim.numerics.arithmetic import exp, log, power, sin
from sim.numerics.codes import CHANNEL_SLOTS, PLACE, SLOTS

from .basics import gumbel, log_sum
from .home import Home
from .offers import Door, Offer

REGIONS = (
    ("lithuania", "poland", "latvia", "estonia", "germany", "czechia", "other_eu"),
    ("ukraine", "georgia", "armenia", "uzbekistan", "russia"),
    ("uae", "other_visa_free", "rest_of_world"),
)
REGION_OF = {PLACE[name]: region for region, names in enumerate(REGIONS) for name in names}


class Mind(NamedTuple):
    """What a unit brings to its decision this month, whatever is on offer: push, dissimilarity and noise (3.8)."""

    key: np.uint64  # of the head
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
        return Mind(key, push, lam, stay, self.noise_of_nest(key, lam, "choice"), regions, self.noise_of_places(key))

    def noise_of_places(self, key: np.uint64) -> list[float]:
        """Return the noise `E_j` of all place numbers, used or not (3.8)."""
        smallest = -log(self.luck("choice.best_noise", key)) / SLOTS
        noise = [-log(smallest - log(self.luck_of_place("slots", j, key))) for j in range(SLOTS)]
        noise[self.word("winner.slot", key) >> 27] = -log(smallest)
        return noise

    def noise_of_nest(
        self,
        key: np.uint64,
        lam: float,
        purpose: str,
        draw: int = 0,
        named: tuple[str, str] = ("stable_angle", "stable_exponential"),
    ) -> float:
        """Return the noise that all of a nest share: `Z`, `Z_r` of a region, or `z` of a country (3.8, 3.8a)."""
        if lam == 1:
            return 0.0
        u = self.luck(f"{purpose}.{named[0]}", key, draw=draw)
        angle = (1 - lam) * log(sin((1 - lam) * math.pi * u)) + lam * log(sin(lam * math.pi * u))
        angle -= log(sin(math.pi * u if u < 0.5 else math.pi * (1 - u)))
        return angle + (1 - lam) * gumbel(self.luck(f"{purpose}.{named[1]}", key, draw=draw))

    def noise_of_channels(self, key: np.uint64, p: int, noise: float, channels: set[int]) -> dict[int, float]:
        """Return the noise `eps_jc` of some channel numbers of a place, given the place's; each is the same whichever
        others are asked for (3.8).
        """
        mu = self.code.nest_channel
        whole = self.tilted_part(key, p, exp(-noise)) + (self.gamma_part(key, p) if mu < 1 else 0.0)
        winner = self.word("best_channel.slot", key, draw=p) >> 28
        found: dict[int, float] = {}
        for c in channels:
            u = self.luck(f"channel_clocks.channels_{c % 4}", key, draw=4 * p + c // 4)
            clock = whole / CHANNEL_SLOTS - (log(u) if c != winner else 0.0)
            found[c] = float(noise + mu * log(whole / clock))
        return found

    def tilted_part(self, key: np.uint64, p: int, x: float) -> float:
        """Return `T` of a place (3.8)."""
        mu, n = self.code.nest_channel, max(1, math.ceil(x))
        parts: list[float] = []
        for attempt in itertools.count():
            draw = p + 32 * attempt
            stable = self.noise_of_nest(key, mu, "channel_stable", draw, ("angle", "exponential"))
            part = power(x / n, 1 / mu) * exp(stable / mu)
            if part < -log(self.luck("channel_stable.accepted", key, draw=draw)):
                parts.append(part)
            if len(parts) == n:
                break
        return sum_in_order(parts)

    def gamma_part(self, key: np.uint64, p: int) -> float:
        """Return `G` of a place (3.8)."""
        mu = self.code.nest_channel
        for attempt in itertools.count():
            draw = p + 32 * attempt
            one, other, last = (
                self.luck(f"channel_gamma.{w}", key, draw=draw) for w in ("one", "other", "exponential")
            )
            b, c = power(one, 1 / (1 - mu)), power(other, 1 / mu)
            if b + c <= 1:
                return float(-log(last) * b / (b + c))
        raise AssertionError

    # --- decision -----------------------------------------------------------------------------------------------------

    def decide(self, mind: Mind, offers: Mapping[int, Offer]) -> tuple[int, Door] | None:
        """Return the destination and door a unit commits to, or None if it stays (3.8, 3.8a)."""
        if not offers:
            return None
        if self.decision == "region_nests":
            place, door, best = self.best_by_region(mind, offers)
        else:
            place, door, best = self.favourite(mind.key, mind.places, offers)
        return (place, door) if mind.lam * best + mind.nest + mind.push > mind.stay else None

    def favourite(self, key: np.uint64, noise: list[float], offers: Mapping[int, Offer]) -> tuple[int, Door, float]:
        """Return place and door of the largest value and noise, and that sum (3.8)."""
        found: list[tuple[int, Door, float]] = []
        for p, offer in offers.items():
            eps = self.noise_of_channels(key, p, noise[p], {door.channel for door in offer.doors})
            found += [(p, door, door.value + offer.on_top + eps[door.channel]) for door in offer.doors]
        return max(found, key=lambda one: one[2])

    def best_by_region(self, mind: Mind, offers: Mapping[int, Offer]) -> tuple[int, Door, float]:
        """Return the best door of the best destination of the best region, and what it is worth there (3.8a)."""
        rho = self.code.nest_region
        found: list[tuple[int, Door, float]] = []
        for region, among in by_region(offers).items():
            place, door, worth = self.favourite(mind.key, mind.places, among)
            found.append((place, door, rho * worth + mind.regions[region]))
        return max(found, key=lambda one: one[2])

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


def sum_in_order(parts: list[float]) -> float:
    """Return the sum of some numbers, rounded alike in every version of Python."""
    total = 0.0
    for part in parts:
        total += part
    return total


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
