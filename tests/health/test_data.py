"""Health of `sim/data`: every row has a source, no observation is later than 2022, targets agree with the tables."""

import csv
from datetime import date
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / "sim" / "data"
TABLES = sorted(path for path in DATA.rglob("*.csv") if path.parent.name != "posterior")  # that is no observation
OBSERVED = sorted((DATA / "observed").glob("*.csv"))
LAST = date(2022, 12, 31)
CONFIDENCES = {"found", "memory-high", "memory-low", "assumption"}
PLACES = {"belarus", *(path.stem for path in (ROOT / "conf" / "destination").glob("*.yaml"))}
SUMS = {"world", "eu"}
COLUMNS = {
    "channels": "channel,destinations,start,end,persons,source,confidence,note",
    "departures": "destination,start,end,persons,definition,reading,source,confidence,note",
    "repression": "series,start,end,value,unit,source,confidence,note",
    "series": "series,destination,start,end,value,unit,source,confidence,note",
    "asylum": "series,destination,start,end,value,unit,source,confidence,note",
    "stocks": "destination,date,persons,definition,source,confidence,note",
    "lithuania": "indicator,start,end,value,unit,source,confidence,note",
    "survey": "survey,start,end,population,domain,item,value,unit,n,base,target,source,confidence,note",
    "targets": "target,pattern,destination,quantity,start,end,value,unit,tolerance,tolerance_kind,role,survey,source,"
    "confidence,note",
}


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def observed(name: str) -> list[dict[str, str]]:
    return rows(DATA / "observed" / f"{name}.csv")


@pytest.mark.parametrize("path", TABLES, ids=lambda path: path.relative_to(DATA).as_posix())
def test_every_row_has_source_and_confidence(path: Path) -> None:
    table = rows(path)
    assert table
    bare = [number for number, row in enumerate(table, 2) if not (row.get("source") or "").strip()]
    assert bare == []
    assert {row["confidence"] for row in table} <= CONFIDENCES
    assert [number for number, row in enumerate(table, 2) if None in row or None in row.values()] == []


def test_the_observed_tables_are_these() -> None:
    headers = {path.stem: path.read_text(encoding="utf-8").splitlines()[0] for path in OBSERVED}
    assert headers == COLUMNS


@pytest.mark.parametrize("path", OBSERVED, ids=lambda path: path.stem)
def test_no_observation_after_2022(path: Path) -> None:
    for row in rows(path):
        first, last = row.get("start") or row["date"], row.get("end") or row["date"]
        assert date.fromisoformat(first) <= date.fromisoformat(last) <= LAST, row


@pytest.mark.parametrize("name", ["asylum", "departures", "series", "stocks", "targets"])
def test_destinations_are_known(name: str) -> None:
    named = {place for row in observed(name) for place in row["destination"].split("+")}
    assert named <= (PLACES - {"belarus"}) | SUMS


@pytest.mark.parametrize(("name", "column"), [("departures", "persons"), ("stocks", "persons"), ("targets", "value")])
def test_counts_are_positive_numbers(name: str, column: str) -> None:
    assert [row for row in observed(name) if not float(row[column]) > 0] == []


def test_a_tolerance_has_one_rule_for_a_kind_and_place() -> None:
    rules = rows(DATA / "tolerances.csv")
    assert len({(row["kind"], row["destination"]) for row in rules}) == len(rules)
    kinds = {row["kind"] for row in rules}
    assert {row["kind"] for row in rules if row["destination"] == "any"} == kinds
    for row in rules:
        assert row["destination"] in (PLACES - {"belarus"}) | SUMS | {"any"}, row
        assert (float(row["tolerance"]) > 0) == (row["tolerance_kind"] != "order"), row


def test_a_series_has_one_number_for_a_place_and_period_and_source() -> None:
    series = [
        (row["series"], row["destination"], row["start"], row["end"], row["source"]) for row in observed("series")
    ]
    assert len(series) == len(set(series)) > 200


def test_one_reading_a_destination_and_time() -> None:
    """Rows marked as the reading do not overlap in time, so that nobody is counted twice."""
    ends: dict[str, date] = {}
    readings = [row for row in observed("departures") if row["reading"] == "1"]
    for row in sorted(readings, key=lambda row: (row["destination"], row["start"])):
        before = ends.get(row["destination"])
        assert before is None or date.fromisoformat(row["start"]) > before, row
        ends[row["destination"]] = date.fromisoformat(row["end"])
    assert {"lithuania", "poland", "latvia", "estonia", "germany", "czechia", "other_eu"} <= set(ends)
    assert "world" not in ends and "eu" not in ends


def test_targets_are_numbered_and_scored() -> None:
    targets = observed("targets")
    assert {int(row["target"]) for row in targets} == set(range(1, 26)) - {17}
    assert {row["role"] for row in targets} == {"initial", "fit", "fit_weak"}
    assert {row["tolerance_kind"] for row in targets} == {"relative", "absolute", "points", "order"}
    for row in targets:
        assert (float(row["tolerance"]) > 0) == (row["tolerance_kind"] != "order"), row
        assert row["tolerance_kind"] != "relative" or float(row["tolerance"]) < 1, row
        assert row["tolerance_kind"] != "points" or row["unit"] == "%", row


def test_targets_agree_with_the_stocks() -> None:
    stocks = {(row["destination"], row["date"], row["definition"], float(row["persons"])) for row in observed("stocks")}
    kinds = {"valid_permits", "residents", "residence_documents"}
    targets = [row for row in observed("targets") if row["quantity"] in kinds]
    assert len(targets) >= 15
    for row in targets:
        assert (row["destination"], row["end"], row["quantity"], float(row["value"])) in stocks, row


def test_target_ratios_are_those_of_first_permits() -> None:
    permits = {
        (row["destination"], row["start"][:4]): float(row["persons"])
        for row in observed("departures")
        if row["definition"] == "first_permits"
    }
    ratios = [row for row in observed("targets") if row["quantity"] == "ratio_first_permits"]
    assert len(ratios) == 3
    for row in ratios:
        place = row["destination"]
        ratio = permits[place, row["end"][:4]] / permits[place, row["start"][:4]]
        assert abs(ratio - float(row["value"])) < 0.005, row


def test_survey_rows_agree_with_their_targets() -> None:
    asked = {(row["target"], float(row["value"])) for row in observed("survey") if row["target"]}
    targets = {(row["target"], float(row["value"])) for row in observed("targets")}
    assert asked <= targets
    assert {int(number) for number, _ in asked} == {13, 14, 15, 16, 24, 25}
