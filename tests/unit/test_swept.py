"""The end of a sweep: a row a job, with what differs, the main number and the folder."""

import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sim.cli.commands.study import verdicts
from sim.cli.commands.swept import differences, headline, table
from sim.cli.outcome import Outcome
from tests.unit.fake_results import write


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        (["a=1 b=2", "a=1 b=3"], [{"b": "2"}, {"b": "3"}]),
        (["a=1", "a=1 b=3"], [{"b": ""}, {"b": "3"}]),
        (["++coefficients.peers=0.1", "++coefficients.peers=0.2"], [{"coefficients.peers": p} for p in ("0.1", "0.2")]),
        (["l=0.6000000000000001 t=x", "l=0.2 t=x"], [{"l": "0.6"}, {"l": "0.2"}]),
        (["f=[a,b] s=1", "f=[] s=1"], [{"f": "[a,b]"}, {"f": "[]"}]),
        (["r=w=1", "r=w=2"], [{"r": "w=1"}, {"r": "w=2"}]),
        (["a=1"], [{}]),
        ([], []),
    ],
)
def test_only_what_differs_between_the_jobs_is_told(asked, found):
    assert differences([words.split() for words in asked]) == found


def point(folder, flows, replicates, one_in=100):
    """A folder with the departures and other moves of a point: (replicate, from, persons)."""
    folder.mkdir()
    about = {"replicates": replicates, "point": {"one_in": one_in}}
    (folder / "manifest.json").write_text(json.dumps(about))
    columns = dict(zip(("replicate", "from", "persons"), zip(*flows, strict=True), strict=True))
    pq.write_table(pa.table(columns), folder / "flows.parquet")
    return str(folder)


def test_a_point_is_told_by_its_departures(tmp_path):
    """Means of 4,000 and 6,000: 5,000, and t(95%, 1 degree) = 6.314 times 1,000 either way."""
    flows = [(0, "belarus", 1000), (0, "belarus", 3000), (1, "belarus", 6000), (1, "poland", 900)]
    left = point(tmp_path / "two", flows, 2)
    assert headline(left) == {"departures": "5,000", "90% interval": "\u22121,300 to 11,300"}
    one = point(tmp_path / "one", [(0, "belarus", 4040)], 1)
    assert headline(one) == {"departures": "4,000"}, "one replicate has no interval"
    few = point(tmp_path / "few", [(0, "belarus", 2900)], 1)
    assert headline(few) == {"departures": "few"}
    none = point(tmp_path / "none", [(0, "poland", 2900)], 3)
    assert headline(none) == {"departures": "0", "90% interval": "0 to 0"}, "who does not leave counts as nobody"


def test_a_comparison_is_told_by_its_change_in_arrivals(tmp_path):
    folder = tmp_path / "fake"
    write(folder)
    found = headline(str(folder))
    assert list(found) == ["destination", "change in arrivals", "90% interval"]
    assert found["destination"] == "Lithuania" and found["change in arrivals"].startswith("\u2212")
    assert " to " in found["90% interval"]


def test_a_folder_that_cannot_be_read_is_a_row_all_the_same(tmp_path):
    (tmp_path / "effects.csv").write_text("scenario\n")
    assert "manifest.json" in headline(str(tmp_path))[""]
    left = point(tmp_path / "cut", [(0, "belarus", 4040)], 1)
    (tmp_path / "cut" / "manifest.json").write_text('{"replicates": ')
    assert headline(left) == {"": "manifest.json is no JSON"}


def test_rows_are_aligned_and_failed_jobs_have_one(tmp_path):
    outcomes = [
        Outcome(left=point(tmp_path / "a", [(0, "belarus", 123_456)], 1), asked=("seed=1", "scenario=no_war")),
        Outcome(3, "lost", asked=("seed=1", "scenario=no_covid")),
        Outcome(left=point(tmp_path / "b", [(0, "belarus", 9_000)], 1), asked=("seed=1", "scenario=historical")),
    ]
    assert table(outcomes).splitlines() == [
        "scenario    departures  folder",
        f"no_war         123,500  {tmp_path / 'a'}",
        "no_covid                failed",
        f"historical       9,000  {tmp_path / 'b'}",
    ]


def test_verdicts_are_told_expectation_by_expectation():
    def of(says, *judged):
        return [{"says": says, "verdict": one} for one in judged]

    found = [
        *of("More leave.", "holds", "holds"),
        *of("Fewer come.", "holds", "refuted", "undecided"),
        *of("All stay.", "undecided"),
        *of("None return.", "not tested"),
        *of("Some stay.", "holds", "undecided"),
    ]
    assert verdicts(found).splitlines() == [
        "",
        "What was expected, judged on 90% intervals:",
        "  held         More leave. (2 of 2 points)",
        "  refuted      Fewer come. (1 of 3 points)",
        "  cannot tell  All stay.",
        "  not tested   None return.",
        "  cannot tell  Some stay. (1 of 2 points)",
        "",
    ]
    assert verdicts([]) == ""
