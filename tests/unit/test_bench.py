"""The bench counts right, judges right, and stores all or nothing; nothing here takes long or times anything."""

import ast
import importlib.util
import json
import math
import platform
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from bench import (
    aims,
    compiling,
    figures,
    fresh,
    machine,
    memory,
    new_column,
    processes,
    report,
    scaling,
    sections,
    sizes,
)
from bench.__main__ import main
from bench.alone import numpy_choice, plain, rows
from bench.plan import QUICK, Plan, in_turn
from bench.tables import Table
from sim.model.decision.units import at_leisure, choice_class, flags, may_exit, push
from sim.model.decision.utility import leave_probability
from sim.population.rows import Row
from tests.worlds import constants, crowd, hot, hot_people, hot_world, plain_world, quiet, start, value_of

ROOT = Path(__file__).parents[2]


def process(wall=10.0, cpu=12.0, peak=3e8):
    return {"wall": wall, "cpu": cpu, "peak": peak, "pushed_aside": 0}


def run_of(people, cpu, wall=10.0, peak=3e8, months=84):
    """What a fresh process of `bench.alone.months` says."""
    stages = {"synthesis": {"wall": 1.0, "cpu": 1.0}, "model": {"wall": 0.5, "cpu": 0.5}}
    stages |= {"months": {"wall": cpu / 2, "cpu": cpu}, "imports": {"wall": 2.0, "cpu": 2.0}}
    found = {"people": people, "months": months, "column_bytes": 63, "copied_bytes": 31, "stages": stages}
    return found | {"process": process(wall, cpu + 2, peak)}


def country(wall=39.0, peak=2.4e9, months=84, threads=2):
    """Sizes of a bench that ran the whole country twice."""
    runs = [run_of(9_570_000, 60.0, wall - 1, peak), run_of(9_570_000, 62.0, wall + 1, peak)]
    return {"months": months, "threads": threads, "sizes": {"1": sizes.summary(runs)}}


def fitted(slope, one_in=(1000, 10, 1), months=84):
    people = [9_570_000 // k for k in one_in]
    return {"months": months, "one_in": list(one_in), "with_panel": scaling.fit({n: n**slope for n in people})}


def peer(times, same_lives=True, one_in=1000):
    run = {"people": 9570, "months": 84, "events": 5, "same_lives": same_lives, "cpu": {"model": 1.0, "peer": times}}
    return {"one_in": one_in, "hot": plain_summary(run), "sample": plain_summary(run)}


def plain_summary(run):
    return sections.SECTIONS["plain_mesa"].summary(run)


# figures


def test_a_spread_is_minimum_median_and_maximum():
    assert figures.spread([3.0, 1.0, 2.0]) == {"min": 1.0, "median": 2.0, "max": 3.0, "n": 3}


@pytest.mark.parametrize("values", [[], [1.0, math.nan], [math.inf]])
def test_no_spread_of_what_is_no_measurement(values):
    with pytest.raises(ValueError, match="no measurements"):
        figures.spread(values)


@pytest.mark.parametrize("exponent", [0.8, 1.0, 1.3])
def test_the_slope_of_a_power_law_is_its_exponent(exponent):
    people = [9_570, 95_700, 957_000, 9_570_000]
    seconds = [3e-6 * n**exponent for n in people]
    assert figures.slope(people, seconds) == pytest.approx(exponent, abs=1e-12)
    assert figures.pairwise_slopes(people, seconds) == pytest.approx([exponent] * 3, abs=1e-12)


def test_a_fixed_cost_shows_as_an_exponent_below_one_that_rises():
    people = [1e3, 1e4, 1e5]
    between = figures.pairwise_slopes(people, [1.0 + n / 1e4 for n in people])
    assert between[0] < between[1] < 1.0


@pytest.mark.parametrize(("people", "seconds"), [([10.0], [1.0]), ([10.0, 10.0], [1.0, 2.0]), ([1.0, 2.0], [0.0, 1.0])])
def test_no_slope_through_one_size_or_no_time(people, seconds):
    with pytest.raises(ValueError, match="no slope"):
        figures.slope(people, seconds)


def test_a_ratio_pair_by_pair_does_not_see_the_machine_slow_down():
    ours, drift = [1.0, 2.0, 4.0], 1.5
    assert figures.ratios(ours, [drift * x for x in ours]) == {"min": 1.5, "median": 1.5, "max": 1.5, "n": 3}


def test_nanoseconds_are_per_person_and_month():
    assert figures.nanoseconds(8.4, 1_000_000, 84) == pytest.approx(100.0)


@pytest.mark.parametrize(
    ("value", "text"), [(12345.6, "12,300"), (0.04561, "0.0456"), (9.996, "10.00"), (123.4, "123"), (0, "0")]
)
def test_numbers_are_told_to_three_digits(value, text):
    assert figures.short(value) == text


def test_what_was_measured_once_has_no_range():
    assert figures.told(figures.spread([2e9]), 1e-9) == "2.00"
    assert figures.told(figures.spread([1.0, 2.0, 4.0])) == "2.00 (1.00 to 4.00)"


def test_sizes_are_measured_in_rounds():
    assert in_turn({1000: 3, 10: 2, 1: 1}) == [1000, 10, 1, 1000, 10, 1000]


# what sections make of runs


def test_the_parts_of_a_process_add_up_to_it():
    run = run_of(9_570, 4.0)
    parts = sizes.parts(run)
    assert sum(parts.values()) == pytest.approx(run["process"]["wall"])
    assert (parts["synthesis"], parts["months"]) == (1.5, 2.0)


def test_a_summary_of_sizes_counts_person_months_on_both_clocks():
    found = sizes.summary([run_of(1_000_000, 8.4), run_of(1_000_000, 16.8), run_of(1_000_000, 8.4)])
    assert found["ns_cpu"] == pytest.approx({"min": 100.0, "median": 100.0, "max": 200.0, "n": 3})
    assert found["ns_wall"]["median"] == pytest.approx(50.0)


def test_bytes_of_a_person_are_those_beyond_the_smallest_sample():
    small, large = sizes.summary([run_of(1000, 1.0, peak=3e8)]), sizes.summary([run_of(2001000, 9.0, peak=5e8)])
    assert sizes.beyond(large, small) == "100"
    assert sizes.beyond(small, small) == "-"


def test_stages_of_runs_become_cost_by_size_and_a_stage_that_is_missing_none():
    runs = {10: [run_of(2000, 3.0), run_of(2000, 5.0)], 100: [run_of(200, 1.0)]}
    assert scaling.cpu(runs, "months") == {200: 1.0, 2000: 4.0}
    assert list(scaling.cpu(runs, "months")) == [200, 2000]
    assert scaling.cpu(runs, "months_without_panel") == {}


def test_processes_are_shares_of_their_sum():
    run = {"people": 1000, "months": 10, "phases": {"a": "serial", "b": "parallel"}, "fused": 0.003}
    found = processes.summary([run | {"seconds": {"a": 0.001, "b": 0.003}}])
    assert found["ns"]["b"]["median"] == pytest.approx(300.0)
    table = processes.tables(found)[0]
    assert [row[3] for row in table.rows] == ["25.0", "75.0", "100", "75.0"]


def test_the_floor_is_bytes_over_bandwidth():
    assert memory.floor(63, 21e9) == pytest.approx(3.0)
    rates = {"read": {"1": figures.spread([1e10]), "2": figures.spread([2e10])}}
    table = memory.tables({"megabytes": 1, "column_bytes": 60, "rates": rates}, {"2": 300.0})[0]
    assert [list(row[1:]) for row in table.rows] == [["10.0", "20.0"], ["6.00", "3.00"], ["-", "300"], ["-", "100"]]


def test_a_cold_start_is_shown_only_where_it_was_measured():
    run = {"process": process(), "stages": {"imports": {"cpu": 1.0}, "machine_code": {"cpu": 2.0}}}
    warm = {"warm": compiling.summary([run])}
    assert [row[0] for row in compiling.tables(warm)[0].rows] == ["warm"]
    both = warm | {"cold": compiling.summary([run]), "megabytes": 5.0}
    assert [row[0] for row in compiling.tables(both)[0].rows] == ["cold", "warm"]


# the aims


@pytest.mark.parametrize(
    ("found", "verdicts"),
    [
        ({}, ["not measured"] * 4),
        ({"sizes": country()}, ["pass", "pass", "not measured", "not measured"]),
        ({"sizes": country(wall=40.0, peak=2.5e9)}, ["MISS", "MISS", "not measured", "not measured"]),
        ({"sizes": country(months=24)}, ["not measured"] * 4),
        ({"sizes": country(threads=8)}, ["not measured", "pass", "not measured", "not measured"]),
        ({"scaling": fitted(1.04)}, ["not measured", "not measured", "pass", "not measured"]),
        ({"scaling": fitted(0.94)}, ["not measured", "not measured", "MISS", "not measured"]),
        ({"scaling": fitted(1.0, one_in=(1000, 10))}, ["not measured"] * 4),
        ({"plain_mesa": peer(300.0)}, ["not measured"] * 3 + ["pass"]),
        ({"plain_mesa": peer(299.0)}, ["not measured"] * 3 + ["MISS"]),
        ({"plain_mesa": peer(999.0, same_lives=False)}, ["not measured"] * 4),
        ({"plain_mesa": peer(999.0, same_lives=None)}, ["not measured"] * 4),
        ({"plain_mesa": {"missing": "not there"}, "sizes": {"failed": "no"}}, ["not measured"] * 4),
    ],
)
def test_aims_are_judged_by_what_was_measured(found, verdicts):
    judged = [aim.verdict for aim in aims.judge(found)]
    assert judged == verdicts + ["not measured"] * 3


@pytest.mark.parametrize(
    ("changes", "verdicts"),
    [
        ({}, ["pass", "pass", "pass"]),
        ({"living": 169.0}, ["MISS", "MISS", "pass"]),
        ({"living": 171.0, "cpu": 191.0}, ["pass", "MISS", "pass"]),
        ({"worker": {"pss": 361e6}}, ["pass", "pass", "MISS"]),
    ],
)
def test_aims_of_a_sweep_are_judged_by_what_was_measured(changes, verdicts):
    """Two cores for 100 s; a worker may hold 250 MB, its states of 50 MB and 60 MB."""
    found = {"wall": 100.0, "threads": 2, "living": 180.0, "cpu": 190.0, "plain": {"wall": 500.0}, "states": 50e6}
    found |= {"worker": {"pss": 359e6}, "floor": {"pss": 250e6}, **changes}
    judged = aims.judge({"sweeps": found})
    assert [aim.verdict for aim in judged] == ["not measured"] * 4 + verdicts
    assert {aim.verdict for aim in aims.judge({"sweeps": {"missing": "no"}})} == {"not measured"}


# tables and the report


def test_a_table_is_aligned_and_keeps_its_columns():
    text = Table("T", ("name", "x"), [["a|b", "1"], ["long name", "12,345"]], ("note",)).text()
    grid = [line for line in text.splitlines() if line.startswith("|")]
    assert len({len(line) for line in grid}) == 1
    assert {line.count("|") for line in grid} == {3}
    with pytest.raises(ValueError, match="not as wide"):
        Table("T", ("name", "x"), [["a"]]).text()


def test_the_machine_has_no_name_and_no_path():
    told = json.dumps(machine.describe())
    assert "/" not in told.replace("n/a", "")
    names = {platform.node(), platform.node().split(".")[0]} - {""}
    assert not any(re.search(rf"\b{re.escape(name)}\b", told) for name in names)


def all_found():
    return {
        "sizes": country(),
        "scaling": fitted(1.0),
        "plain_mesa": {"missing": "not there"},
        "memory": {"failed": "x"},
    }


def test_the_report_holds_every_section_and_says_what_is_missing():
    text = report.text(machine.describe(), [0.0, 0.0, 0.0], Plan(), all_found())
    assert [f"## {name}" in text for name in ("Machine", "Plain mesa", "Memory", "Aims")] == [True] * 4
    assert "not measured (not there)" in text and "FAILED (x)" in text


def test_a_busy_machine_is_called_busy():
    described = machine.describe() | {"load": [0.0, 0.0, 0.0], "cores": 2}
    assert not machine.busy(described)
    assert "BUSY" in report.text(described | {"load": [1.0, 0.0, 0.0]}, [0.0], QUICK, {})


def test_a_report_is_stored_whole_or_not_at_all(tmp_path, monkeypatch):
    folder = report.write(tmp_path, machine.describe(), [0.0], Plan(), all_found(), "full")
    assert sorted(path.name for path in folder.iterdir()) == ["bench.json", "bench.md"]
    record = json.loads((folder / "bench.json").read_text())
    assert record["sections"]["sizes"]["sizes"]["1"]["people"] == 9_570_000
    assert len(record["aims"]) == 7
    monkeypatch.setattr(report, "text", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        report.write(tmp_path, machine.describe(), [0.0], Plan(), all_found(), "other")
    assert [path.name for path in (tmp_path / "bench").iterdir()] == [folder.name]


@pytest.mark.parametrize(
    ("fault", "code", "key"), [(fresh.Failed("broke"), 3, "failed"), (fresh.NotMeasured("gone"), 0, "missing")]
)
def test_a_section_that_fails_spoils_no_other_and_is_told(tmp_path, monkeypatch, capsys, fault, code, key):
    def fail(plan):
        raise fault

    rates = {name: {"1": figures.spread([1e10])} for name in ("read", "copy", "triad")}
    monkeypatch.setattr(sections.SECTIONS["sizes"], "measure", fail)
    monkeypatch.setattr(memory, "measure", lambda plan: {"megabytes": 1, "column_bytes": 63, "rates": rates})
    assert main(["--quick", "--only", "sizes", "--only", "memory", "--results", str(tmp_path)]) == code
    out = capsys.readouterr().out
    assert "Floor" in out and str(fault) in out
    stored = json.loads(next((tmp_path / "bench").glob("*/bench.json")).read_text())["sections"]
    assert list(stored) == ["sizes", "memory"] and stored["sizes"][key] == str(fault)


def test_an_interrupted_bench_tells_what_it_has_and_stores_nothing(tmp_path, monkeypatch, capsys):
    def stop(plan):
        raise KeyboardInterrupt

    monkeypatch.setattr(sections.SECTIONS["sizes"], "measure", lambda plan: country())
    monkeypatch.setattr(memory, "measure", stop)
    assert main(["--only", "sizes", "--only", "memory", "--results", str(tmp_path)]) == 130
    assert "9,570,000" in capsys.readouterr().out
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_section_is_refused(capsys):
    with pytest.raises(SystemExit):
        main(["--only", "nothing"])
    assert "new_column" in capsys.readouterr().err


# fresh processes


def test_a_measurement_runs_in_a_process_of_its_own_with_its_own_account():
    found = fresh.alone("bandwidth", megabytes=1, sweeps=2, threads=1)
    assert found["rates"]["triad"].keys() == {"1"} and min(found["rates"]["read"]["1"]) > 0
    spent = found["process"]
    assert 0 < spent["cpu"] and found["stages"]["imports"]["wall"] < spent["wall"] and spent["peak"] > 1e7


def test_a_failure_in_a_fresh_process_is_one_line_without_paths():
    with pytest.raises(fresh.Failed, match="no_such_measurement") as caught:
        fresh.alone("no_such_measurement")
    assert "/" not in str(caught.value)


def test_paths_are_taken_out_of_messages():
    text = "No such file: '" + "/home" + "/ann/x/conf.yaml', 3 and/or 4"
    assert fresh.without_paths(text) == "No such file: 'conf.yaml', 3 and/or 4"


def test_the_command_stays_small_beside_what_it_measures():
    code = "import sys, bench.__main__; sys.exit(bool({'numpy', 'numba', 'sim', 'pyarrow'} & sys.modules.keys()))"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT).returncode == 0


# one more column


def load(path):
    spec = importlib.util.spec_from_file_location("copied_columns", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    try:
        spec.loader.exec_module(module)
    finally:
        del sys.modules[spec.name]
    return module


def test_the_copy_has_one_column_of_one_byte_more_and_the_project_none(tmp_path):
    before = (ROOT / "sim" / "population" / "schema.py").read_bytes()
    copied = new_column.copy_with_column(ROOT, tmp_path / "copy")
    ours, theirs = load(ROOT / "sim" / "population" / "schema.py"), load(copied / "sim" / "population" / "schema.py")
    assert [column.name for column in theirs.SCHEMA] == [*(column.name for column in ours.SCHEMA), "bench_spare"]
    assert theirs.TRAITS_RECORD["bench_spare"] == "u1"
    assert theirs.bytes_per_person() - ours.bytes_per_person() in (0, 8)  # records end at a multiple of eight bytes
    assert (ROOT / "sim" / "population" / "schema.py").read_bytes() == before


def test_without_a_schema_there_is_no_column_to_add():
    with pytest.raises(fresh.Failed, match="schema"):
        new_column.with_column("COLUMNS = ()\n")


# peers


def test_the_plain_model_is_timed_and_lives_the_same_lives():
    found = plain.measure("hot", 2, at_least=0.0)
    assert found["people"] == 1200 and found["runs"] == 1 and found["events"] > 0
    assert found["same_lives"] is True
    assert min(found["cpu"].values()) > 0
    told = plain_summary(found)
    assert told["times"] == pytest.approx(found["cpu"]["peer"] / found["cpu"]["model"])


def test_processes_run_one_by_one_live_the_same_lives_as_the_fused_month():
    found = rows.measure(one_in=3000, months=3)  # raises if they do not
    assert found["events"] > 0 and list(found["seconds"]) == list(found["phases"])


@pytest.fixture(scope="module")
def busy_month():
    """The hot world after some months, just before the choice."""
    model = start(hot_people(), hot_world(), hot())
    model.run(14)
    model.processes["begin_month"](model)
    return model


def test_numpy_lets_the_same_units_decide_in_the_same_class_with_the_same_wish(busy_month):
    model, month = busy_month, numpy_choice.month_of(busy_month)
    people, n, t = model.columns, len(model.columns.key), model.month
    heads, kinds, eta = numpy_choice.units(people, 0, n, 1, month)
    state = people.member, people.place, people.mode, people.plan, people.due, t - people.birth
    free = [
        row for row in range(n) if at_leisure(*(column[row] for column in state), t) and may_exit(Row(people, row), t)
    ]
    assert heads.tolist() == free
    assert 20 < len(heads) < n // 4
    assert kinds.tolist() == [choice_class(people.sector[head], flags(Row(people, head), t)) for head in heads]
    assert len(set(kinds.tolist())) > 10
    circle = people.circle[heads]
    wish = [
        push(Row(people, head), t, model.behaviour, month.perceived[c], month.war_fear, month.abroad[c])
        for head, c in zip(heads, circle, strict=True)
    ]
    assert eta == pytest.approx(wish, abs=1e-12)


def test_numpy_chooses_by_the_nested_logit():
    """Leavers and destinations against the closed form, z below 4.5: false alarm 7e-6 a count, two counts."""
    n, t = 200_000, 0
    model = start(
        crowd(n), plain_world(1, ("lithuania", "poland")), quiet(level=-3.0), constants(lithuania=0.7, poland=-0.4)
    )
    model.processes["begin_month"](model)
    month = numpy_choice.month_of(model)
    tastes = np.zeros((16, n), np.uint8)  # of no effect: their spread is zero
    heads, slots = numpy_choice.choose(model.columns, 0, n, 1, month, tastes, np.random.default_rng(8))
    values = {place: value_of(model, place, "visa_free") for place in ("lithuania", "poland")}
    weight = {place: math.exp(value) for place, value in values.items()}
    total = sum(weight.values())
    leave = leave_probability(push(Row(model.columns, 0), t, model.behaviour, 0.0, 0.0, 0.0), 0.6, total)
    assert len(heads) == n
    for place, code in (("lithuania", 1), ("poland", 2)):
        share = leave * weight[place] / total
        count = np.count_nonzero(slots == code)
        assert abs(count - n * share) < 4.5 * math.sqrt(n * share * (1 - share))
    assert set(np.unique(slots)) == {-1, 1, 2}


# the shape of the bench


def test_every_module_of_the_bench_has_its_row():
    package = ROOT / "bench"
    body = re.split(
        r"^=+ +=+$", ast.get_docstring(ast.parse((package / "__init__.py").read_text())), flags=re.MULTILINE
    )
    listed = [line.split()[0].removesuffix("/") for line in body[1].splitlines() if line.strip()]
    there = {path.stem for path in package.iterdir() if not path.name.startswith("__")}
    assert sorted(listed) == sorted(there) and set(sections.SECTIONS) <= there


def test_the_model_knows_nothing_of_the_bench():
    knows = [path.name for path in (ROOT / "sim").rglob("*.py") if re.search(r"\bbench\b", path.read_text("utf-8"))]
    assert knows == []


def test_the_makefile_and_the_project_offer_the_bench():
    assert re.search(
        r"^bench: .*\n\t@\$\(BIN\)/python -m bench \$\(ARGS\)$", (ROOT / "Makefile").read_text(), re.MULTILINE
    )
    assert re.search(r'^bench = \["starsim"\]', (ROOT / "pyproject.toml").read_text(), re.MULTILINE)
