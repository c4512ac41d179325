"""A user may add destinations and channels: no compiled rule holds their number, and luck is laid out for all."""

import importlib
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

import sim
from sim.numerics.codes import CHANNEL, CHANNEL_SLOTS, N_CHANNELS, N_PLACES, PLACE, SLOTS
from sim.numerics.luck import WORDS

ROOT = Path(__file__).resolve().parents[2]
GROWING = {"N_PLACES", "N_CHANNELS", "PLACE", "CHANNEL", "PLACE_NAMES", "CHANNEL_NAMES", "COLUMNS_OF_OPENNESS"}


def compiled_rules() -> Iterator[tuple[str, Any]]:
    """Every compiled function of the package, by its full name."""
    for module in pkgutil.walk_packages(sim.__path__, "sim."):
        if "__main__" not in module.name and "dashboard." not in module.name:  # the page needs an extra, and has none
            for name, value in vars(importlib.import_module(module.name)).items():
                if hasattr(value, "py_func") and value.py_func.__module__ == module.name:
                    yield f"{module.name}.{name}", value.py_func


def test_no_compiled_rule_holds_how_many_places_or_channels_there_are():
    rules = dict(compiled_rules())
    assert len(rules) > 100
    assert {name: found for name, rule in rules.items() if (found := GROWING & set(rule.__code__.co_names))} == {}


def test_luck_is_laid_out_for_every_reserved_place_and_channel():
    assert N_PLACES <= SLOTS == 32 and N_CHANNELS <= CHANNEL_SLOTS == 16
    for purposes in ("slots", "onward", "relocation"):
        words = [word for quarter in range(4) for word in WORDS[f"{purposes}_{quarter}"]]
        assert words == [f"slot_{slot}" for slot in range(16)]  # and as many of draw 1


def test_every_file_declares_a_code_of_its_own_that_is_shipped():
    for folder, codes, none in (("destination", PLACE, "belarus"), ("channel", CHANNEL, "none")):
        said = {path.stem: path.read_text(encoding="utf-8") for path in (ROOT / "conf" / folder).glob("*.yaml")}
        declared = {name: yaml.safe_load(text)["code"] for name, text in said.items()}
        assert {**declared, none: 0} == codes and len(set(declared.values())) == len(declared)
        assert all(len(re.findall(r"(?m)^code: \d+$", text)) == 1 for text in said.values())
