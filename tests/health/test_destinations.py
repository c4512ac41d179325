"""Health of `conf/destination`: files match the codes, channels are complete, every number is sourced and in range."""

import math
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from sim.history.clock import clock, last_day

ROOT = Path(__file__).resolve().parents[2]
CODES = yaml.safe_load((ROOT / "conf" / "codes.yaml").read_text(encoding="utf-8"))
SCHEMA = yaml.safe_load((ROOT / "conf" / "schema.yaml").read_text(encoding="utf-8"))
FILES = {path.stem: path for path in sorted((ROOT / "conf" / "destination").glob("*.yaml"))}
PLACES = {name: yaml.safe_load(path.read_text(encoding="utf-8")) for name, path in FILES.items()}
WAYS = {path.stem: yaml.safe_load(path.read_text(encoding="utf-8")) for path in (ROOT / "conf/channel").glob("*.yaml")}
CHANNELS = [(place, channel) for place in PLACES for channel in PLACES[place]["channels"]]

FIRST, LAST = date(2019, 1, 1), last_day(clock().known)
"""Between them lies every date: what is known ends with the last month for which events were looked up."""
CONFIDENCES = {"found", "memory-high", "memory-low", "assumption"}


def dated(parameter: dict[str, Any]) -> list[tuple[date, dict[str, Any]]]:
    """Dates and values of a parameter; a value without its own source has that of the parameter."""
    values = parameter["values"] if "values" in parameter else {FIRST: parameter["value"]}
    inherited = {key: parameter.get(key) for key in ("source", "confidence")}
    return [(at, {**inherited, **(v if isinstance(v, dict) else {"value": v})}) for at, v in values.items()]


def faults(parameter: dict[str, Any], kind: dict[str, Any]) -> list[str]:
    """What is wrong with a parameter of a kind; empty if nothing is."""
    wrong = [key for key in ("source", "confidence") if not parameter.get(key)]
    wrong += [key for key in parameter if key in ("meaning", "unit", "rule", "range")]
    if ("value" in parameter) == ("values" in parameter):
        return [*wrong, "give either value or values"]
    low, high = kind["range"]
    at = [when for when, _ in dated(parameter)]
    if at != sorted(set(at)) or at[0] != FIRST or at[-1] > LAST:
        wrong.append(f"dates {at}")
    for when, item in dated(parameter):
        if item["confidence"] not in CONFIDENCES:
            wrong.append(f"{when}: confidence {item['confidence']}")
        if not str(item["source"] or "").strip():
            wrong.append(f"{when}: no source")
        if item["confidence"] == "assumption" and len(str(item["source"])) < 15:
            wrong.append(f"{when}: an assumption without its reason")
        if isinstance(item["value"], bool) or not isinstance(item["value"], int | float):
            wrong.append(f"{when}: {item['value']} is no number")
        elif not low <= item["value"] <= high:
            wrong.append(f"{when}: {item['value']} outside [{low}, {high}]")
    return wrong


def all_faults(parameters: dict[str, Any], kinds: dict[str, Any]) -> dict[str, list[str]]:
    """What is wrong with each number of a destination or channel, where anything is."""
    found = {key: faults(parameters[key], kinds[key]) for key in parameters}
    needed = [key for key, kind in kinds.items() if "unstated" not in kind]
    return {key: wrong for key, wrong in found.items() if wrong} | {key: [] for key in needed if key not in parameters}


def test_a_fault_is_found() -> None:
    values, kind = {FIRST: 0.5, date(2020, 1, 1): 1}, {"range": [0, 1]}
    good: dict[str, Any] = {"source": "assumption: a reason", "confidence": "assumption", "values": values}
    assert not faults(good, kind)
    assert faults({**good, "values": {date(2020, 1, 1): 0.5}}, kind)
    assert faults({**good, "values": {FIRST: 0.5, date(2019, 1, 2): 1.5}}, kind)
    assert faults({**good, "source": ""}, kind) and faults({**good, "confidence": "sure"}, kind)
    assert faults({**good, "value": 0.5}, kind) and faults({**good, "unit": "share"}, kind)
    assert all_faults({}, {"wage": kind, "unsafe": {"unstated": 0}}) == {"wage": []}


@pytest.mark.parametrize("place", PLACES)
def test_every_place_has_every_parameter(place: str) -> None:
    content = PLACES[place]
    about = {"code", "description", "schengen", "region", "access", "instruments"}
    assert set(content) == about | {"parameters", "channels", "constants"}
    assert ("visas" in content["parameters"]) == content["schengen"]
    assert all_faults(content["parameters"], SCHEMA["destination"]) == {}


@pytest.mark.parametrize("place", PLACES)
def test_instruments_and_access(place: str) -> None:
    content = PLACES[place]
    assert set(content["instruments"]) <= set(CODES["instruments"]) - {"exit", "land_exit"}
    assert content["access"] and set(content["access"]) <= {"land", "air"} & set(content["instruments"])
    assert content["schengen"] == ("short_visa_entry" in content["instruments"])
    for way in ("land", "air"):
        fares = [item["value"] for _, item in dated(content["parameters"][f"fare_{way}"])]
        assert all(math.isfinite(fare) == (way in content["access"]) for fare in fares)


@pytest.mark.parametrize(("place", "channel"), CHANNELS)
def test_every_channel_is_complete(place: str, channel: str) -> None:
    own, instruments = PLACES[place]["channels"][channel], PLACES[place]["instruments"]
    assert set(own) - {"meaning"} == {"entry", "residence", "eligible", "status", "parameters"}
    assert channel in WAYS
    assert own.get("meaning") != WAYS[channel]["meaning"]  # which is said once
    assert own["entry"] in (*instruments, "none") and own["residence"] in (*instruments, "none")
    assert own["status"] in set(CODES["statuses"]) - {"home", "pendular"}
    assert set(own["eligible"]) == {"sectors", "groups", "ages"}
    assert set(own["eligible"]["sectors"]) <= set(CODES["sectors"])
    assert set(own["eligible"]["groups"]) <= set(CODES["groups"])
    assert 16 <= own["eligible"]["ages"][0] < own["eligible"]["ages"][1] <= 110
    assert all_faults(own["parameters"], SCHEMA["channel"]) == {}


@pytest.mark.parametrize(("place", "channel"), CHANNELS)
def test_rules_are_those_of_the_first_day(place: str, channel: str) -> None:
    """A change of a rule is a policy; a price (the fee), the practice of asylum and drivers (what offices can do, lost
    jobs) may be dated here.
    """
    dated = {"fee", "capacity", "revocation_jobless"} | ({"stay", "renewal"} if channel == "asylum" else set())
    parameters = PLACES[place]["channels"][channel]["parameters"]
    assert [key for key, parameter in parameters.items() if "values" in parameter and key not in dated] == []


def test_relocation_costs_the_staff_nothing_and_brings_work() -> None:
    """An employer who moves pays; only those whom employers move are eligible."""
    moved = {place: PLACES[place]["channels"]["relocation"] for place, channel in CHANNELS if channel == "relocation"}
    assert {"lithuania", "poland", "latvia", "estonia", "ukraine", "georgia", "armenia", "uzbekistan"} < set(moved)
    for channel in moved.values():
        terms = {key: channel["parameters"][key]["value"] for key in ("fee", "funds", "works")}
        assert (terms["fee"], terms["funds"], terms["works"]) == (0, 0, 1)
        assert channel["eligible"]["sectors"] == ["it", "ngo_media"] and channel["eligible"]["groups"] == []


@pytest.mark.parametrize("place", PLACES)
def test_the_distance_from_minsk_is_that_of_the_coordinates(place: str) -> None:
    """Within 4%: a place that stands for several has the mean of their distances beside their middle."""
    stated = {name: PLACES[place]["parameters"][name]["value"] for name in ("latitude", "longitude", "distance")}
    (lat, long), (lat_2, long_2) = (53.90, 27.57), (stated["latitude"], stated["longitude"])
    a, b, c = (math.radians(angle) for angle in (lat, lat_2, long_2 - long))
    km = 6371 * math.acos(math.sin(a) * math.sin(b) + math.cos(a) * math.cos(b) * math.cos(c))
    assert km == pytest.approx(stated["distance"], rel=0.04)
