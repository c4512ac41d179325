"""What runs left, asked for: views, conditions, two points side by side, a CSV file, pruning."""

import csv
import json
import sys

import numpy as np
import pytest
from filelock import FileLock
from scipy.stats import t as student

from sim.analysis.side_by_side import CHANNEL_GROUPS, apart, find
from sim.cli.commands import results as command
from sim.numerics.codes import CHANNEL_NAMES
from sim.numerics.errors import UserError
from sim.runs.points import inputs_digest
from sim.runs.query import folders, open_library, queries, select, verify
from sim.runs.query.listing import listing
from sim.runs.settings import Asked, Settings
from sim.runs.tables.views import VIEWS, columns_of
from tests.unit.fake_points import DIGESTS, change_manifest, tables_of, write_comparison, write_point


@pytest.fixture
def results(tmp_path):
    """Three points and a comparison."""
    write_point(tmp_path)
    write_point(tmp_path, "no_war", scale=2)
    write_point(
        tmp_path, "no_war", **{"lambda": 0.2}, baseline="historical", freeze=["queues"], coefficients={"a.b": 2}
    )
    write_comparison(tmp_path)
    return tmp_path


@pytest.fixture
def ask(results, capsys):
    """Run the task; gives the lines of stdout and stderr."""

    def run(is_stale=None, dry=False, **keys):
        left = command.run(Settings(results_dir=str(results), dry=dry, results=Asked(**keys)), is_stale)
        out, err = capsys.readouterr()
        run.left = left
        return out.splitlines(), err.splitlines()

    return run


def rows(results, sql):
    return list(select(open_library(results), sql).rows)


def test_without_results_every_view_is_there_and_empty(tmp_path):
    library = open_library(tmp_path / "nothing")
    for name in VIEWS:
        answer = select(library, queries.view(name))
        assert (list(answer.rows) == []) == (name != "columns")
        extra = ["persons"] if name == "groups" else []
        assert list(answer.columns) == [*columns_of(name), *extra]
    assert not (tmp_path / "nothing").exists()


def test_a_view_holds_what_the_files_hold(results):
    for name, frame in tables_of({"seed": 1, "one_in": 1000, "until": "2019-03"}).items():
        assert rows(results, f"SELECT count(*) FROM {name}") == [(3 * len(frame),)]
    frame = tables_of({"seed": 1, "one_in": 1000, "until": "2019-03"})["flows"]
    expected = [(one, int(part["persons"].sum())) for one, part in frame.groupby("channel")]
    sql = "SELECT channel, sum(persons) FROM flows WHERE scenario = 'historical' GROUP BY channel ORDER BY channel"
    assert rows(results, sql) == expected


def test_points_tell_their_parameters(results):
    sql = """SELECT scenario, baseline, "lambda", "freeze", coefficients ->> 'a.b' FROM points ORDER BY ALL"""
    assert rows(results, sql) == [
        ("historical", None, 0.62, "", None),
        ("no_war", "historical", 0.2, "queues", "2"),
        ("no_war", None, 0.62, "", None),
    ]
    [(when, megabytes)] = rows(results, "SELECT time, megabytes FROM points WHERE scenario = 'historical'")
    assert when.isoformat() == "2026-11-22T17:45:23"
    folder = next((results / "points").glob("historical-*"))
    assert megabytes == pytest.approx(sum(path.stat().st_size for path in folder.iterdir()) / 1e6)


def test_the_largest_key_of_a_person_survives(results):
    assert rows(results, "SELECT min(key) FROM wishes") == [(2**63,)]


def test_a_group_of_fewer_than_thirty_simulated_people_has_no_persons(results):
    """Of three replicates nine and eleven agents each: 27 in all are too few, 33 are enough."""
    sql = """SELECT DISTINCT "group", agents, persons FROM groups WHERE scenario = 'historical' ORDER BY "group" """
    assert rows(results, sql) == [("female", 9, None), ("male", 11, 11_000)]


def test_points_with_different_columns_stand_in_one_view(tmp_path):
    write_point(tmp_path)
    write_point(tmp_path, "a", extra={"flows": {"more": 1.5, "note": 3}})
    write_point(tmp_path, "b", extra={"flows": {"note": "text"}})
    sql = "SELECT scenario, min(more), min(note) FROM flows GROUP BY scenario ORDER BY scenario"
    assert rows(tmp_path, sql) == [("a", 1.5, "3"), ("b", None, "text"), ("historical", None, None)]


def test_comparisons_and_their_tables(results):
    sql = "SELECT baseline, destination, estimate FROM effects ORDER BY estimate"
    assert rows(results, sql) == [("historical", "lithuania", -2600.0), ("historical", "", -1900.0)]
    sql = "SELECT scenario, baseline_destination, scenario_destination, persons FROM substitution"
    assert rows(results, sql) == [("lithuania_visa_ban", "lithuania", "poland", 1300.0)]
    assert rows(results, "SELECT persons FROM taxonomy ORDER BY persons") == [(1900.0,), (None,)]


def test_half_written_folders_are_not_read(results):
    folder = write_point(results, "half")
    folder.rename(folder.with_name(f".{folder.name}.partial-0123abcd"))
    assert rows(results, "SELECT count(*) FROM points WHERE scenario = 'half'") == [(0,)]
    assert rows(results, "FROM damaged") == []


def test_the_default_lists_the_points(ask):
    out, err = ask()
    assert len(out) == 4 and out[0].split()[:3] == ["fingerprint", "scenario", "baseline"]
    assert [line.split()[1] for line in out[1:]] == ["historical", "no_war", "no_war"]
    assert err == ["in all rows shown: decision=destination_nest, one_in=1000, seed=1, until=2019-03"]


def test_a_condition_picks_and_a_long_table_is_cut(ask):
    out, err = ask(show="flows", where="scenario = 'no_war' AND flows.lambda > 0.5 -- the rest")
    assert len(out) == 37 and "more rows" not in " ".join(err)
    out, err = ask(show="flows", where="\"from\" = 'belarus'")
    assert len(out) == 41 and err[-1] == "41 more rows; results.csv=FILE.csv writes all"


def test_nothing_picked_is_told(ask):
    out, err = ask(where="scenario = 'x'")
    assert out == [] and err[0].startswith("No points that the condition picks: ")
    assert err[0].endswith("holds 3 points, 1 comparisons")


def test_a_csv_file_holds_everything_and_nothing_is_printed(ask, tmp_path):
    path = tmp_path / "out.csv"
    assert ask(show="flows", csv=str(path)) == ([], [])
    assert ask.left == path
    with path.open(newline="") as file:
        table = list(csv.DictReader(file))
    assert len(table) == 108
    returned = [row for row in table if row["from"] == "poland"]
    assert {row["expected_persons"] for row in returned} == {""}
    first = path.read_bytes()
    ask(show="flows", csv=str(path))
    assert path.read_bytes() == first
    assert [entry.name for entry in tmp_path.iterdir() if "partial" in entry.name] == []


@pytest.mark.parametrize("name", ["out.txt", "points/out.csv", "compare/x.csv", "nowhere/out.csv"])
def test_a_csv_file_is_not_written_anywhere(ask, results, name):
    with pytest.raises(UserError, match="results.csv="):
        ask(csv=str(results / name))


def test_a_whole_select(ask):
    out, _ = ask(sql="WITH a AS (FROM points) SELECT scenario, count(*) AS n FROM a GROUP BY ALL ORDER BY n DESC;")
    assert [line.split() for line in out] == [["scenario", "n"], ["no_war", "2"], ["historical", "1"]]


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ({"show": "flow"}, ["results.show=flow", "points, flows, stocks"]),
        ({"where": "scenaro = 'x'"}, ["scenaro", "scenario"]),
        ({"where": "lambda < 0.5"}, ["results.where", '"lambda"']),
        ({"where": "true) OR (true"}, ["results.where", "syntax error"]),
        ({"sql": "SELECT * FROM flow"}, ["flow", "views are: points, flows"]),
        ({"sql": "SELECT '"}, ["results.sql"]),
        ({"sql": "SELECT 1; SELECT 2"}, ["one SELECT"]),
        ({"sql": "SELECT CAST('x' AS INTEGER)"}, ["results.sql", "'x'"]),
        ({"sql": "SELECT 1", "where": "true"}, ["do not go together"]),
        ({"sql": "SELECT 1", "prune": "stale"}, ["do not go together"]),
        ({"prune": "where"}, ["needs results.where"]),
        ({"prune": "damaged", "where": "true"}, ["results.where"]),
        ({"against": "zz"}, ["no point", "historical-"]),
        ({"against": ""}, ["results.against"]),
    ],
)
def test_a_mistake_is_one_line(ask, keys, words):
    with pytest.raises(UserError) as told:
        ask(**keys)
    assert "\n" not in str(told.value)
    for word in words:
        assert word in str(told.value)


def test_a_beginning_that_several_points_have_names_them(tmp_path):
    for number in range(17):  # seventeen fingerprints, sixteen first digits
        write_point(tmp_path, f"s{number}")
    points, _ = folders.points(tmp_path)
    firsts = [point.row["fingerprint"][0] for point in points]
    twice = next(digit for digit in firsts if firsts.count(digit) > 1)
    with pytest.raises(UserError, match="several points"):
        find(points, twice)
    assert find(points, points[3].row["fingerprint"][:8]) == points[3]


def pair_of(tmp_path, **changes):
    write_point(tmp_path)
    write_point(tmp_path, "no_war", scale=2, **changes)
    points, _ = folders.points(tmp_path)
    return apart(open_library(tmp_path), points[1], points[0])


def test_two_points_are_paired_replicate_by_replicate(tmp_path):
    """Departures to Lithuania for work, from the fake tables by hand."""
    found = pair_of(tmp_path)
    frame = tables_of({"seed": 1, "one_in": 1000, "until": "2019-03"})["flows"]
    work = frame[frame["channel"] == "work"].groupby("replicate")["expected_persons"].sum().to_numpy()
    half = student.ppf(0.95, 2) * work.std(ddof=1) / np.sqrt(3)
    table = found.table.set_index(["measure", "destination", "channels"])
    line = table.loc["departures", "lithuania", "work"]
    assert found.pairs == 3 and "conditional scenario, not a forecast" in found.heading
    # Behind the level stand work.mean() x 3 / 1000 simulated people, here more than thirty.
    assert work.mean() * 3 / 1000 > 30
    assert line["baseline"] == pytest.approx(work.mean()) and line["scenario"] == pytest.approx(2 * work.mean())
    assert line["difference"] == pytest.approx(work.mean())
    assert (line["low"], line["high"]) == pytest.approx((work.mean() - half, work.mean() + half))
    same = table.loc["departures", "lithuania", "asylum"]
    assert (same["difference"], same["low"], same["high"]) == (0, 0, 0)
    assert table.loc["departures", "lithuania", "all"]["baseline"] == pytest.approx(work.mean() + 300_000)
    residents = table.loc["residents", "lithuania", "all"]
    assert 40_000 < residents["baseline"] < 46_000  # of one month, without those on short work
    assert list(found.table.iloc[0][["measure", "destination", "channels"]]) == ["departures", "all", "all"]
    assert "belarus" not in set(found.table["destination"])


@pytest.mark.parametrize("changes", [{"seed": 2}, {"one_in": 500}, {"seeds": [7, 8, 9]}])
def test_points_of_other_luck_or_people_have_no_interval(tmp_path, changes):
    found = pair_of(tmp_path, **changes)
    assert found.pairs == 0 and found.table["low"].isna().all() and found.table["difference"].notna().any()
    assert "no interval" in found.heading


def test_only_common_replicates_and_months_are_paired(tmp_path):
    found = pair_of(tmp_path, replicates=5, until="2019-02")
    assert (found.pairs, found.until) == (3, "2019-02")


def test_against_prints_a_table_for_each_point_picked(ask, results):
    name = next((results / "points").glob("historical-*")).name.removeprefix("historical-")
    out, _ = ask(against=name[:6])
    assert sum("conditional scenario, not a forecast" in line for line in out) == 2
    out, _ = ask(against=name[:6], where="points.lambda > 0.5")
    assert sum("conditional scenario, not a forecast" in line for line in out) == 1
    path = results / "apart.csv"
    ask(against=name, csv=str(path))
    assert path.read_text().startswith("scenario_point,baseline_point,until,pairs,measure,destination,channels,")


def test_every_group_of_channels_holds_known_channels_once():
    inside = [channel for channels in CHANNEL_GROUPS.values() for channel in channels]
    assert sorted(inside) == sorted(set(CHANNEL_NAMES) - {"none"})


def names(results):
    return sorted(path.name for path in (results / "points").iterdir() if not path.name.endswith(".lock"))


def test_prune_with_dry_only_says(ask, results):
    before = sorted(path for path in results.rglob("*"))
    out, _ = ask(prune="where", where="scenario = 'no_war'", dry=True)
    assert len(out) == 3 and out[-1].endswith("would be removed") and "MB" in out[0]
    assert sorted(path for path in results.rglob("*")) == before


def test_prune_where_removes_what_is_picked_and_nothing_else(ask, results):
    out, _ = ask(prune="where", where="scenario = 'no_war'")
    assert out[-1].startswith("removing 2 folders, ")
    assert [name.split("-")[0] for name in names(results)] == ["historical"]
    assert len(list((results / "compare").iterdir())) == 1


def test_prune_partial_keeps_the_last_copy(ask, results):
    points = results / "points"
    whole = names(results)[0]
    for name in (
        f".{whole}.partial-0123abcd",
        f".{whole}.older-0123abcd",
        ".gone-0123456789ab.older-0123abcd",
        ".notes",
    ):
        (points / name).mkdir()
    (points / f".{whole}.partial-89abcdef").write_text("no folder")
    ask(prune="partial")
    left = {name for name in names(results) if name.startswith(".")}
    assert left == {f".{whole}.partial-89abcdef", ".gone-0123456789ab.older-0123abcd", ".notes"}
    assert whole in names(results)


def test_prune_stale_asks_what_is_stale(ask, results):
    change_manifest(next((results / "points").glob("historical-*")), sha256=DIGESTS | {"program": "x"})
    ask(prune="stale", is_stale=lambda manifest: manifest["sha256"] != DIGESTS)
    assert [name.split("-")[0] for name in names(results)] == ["no_war", "no_war"]


def test_points_of_another_program_are_stale():
    present = inputs_digest()
    assert set(present) == {"program", "tables", "data", "people", "codes", "names"}
    assert not command.differs_from_present({"inputs": dict(present)})
    for name in present:
        assert command.differs_from_present({"inputs": present | {name: "other"}}), name
    assert command.differs_from_present({}) and command.differs_from_present({"sha256": present})


def test_prune_damaged_finds_a_changed_byte(ask, results):
    folder = next((results / "points").glob("historical-*"))
    content = bytearray((folder / "moves.parquet").read_bytes())
    content[len(content) // 3] ^= 1
    (folder / "moves.parquet").write_bytes(content)
    assert verify(folder) == ["moves.parquet has changed"]
    out, _ = ask(prune="damaged")
    assert out[0].startswith(f"points/{folder.name}  ") and not folder.exists() and len(names(results)) == 2


def test_what_somebody_works_on_stays(ask, results):
    folder = next((results / "points").glob("historical-*"))
    with FileLock(folder.with_name(f".{folder.name}.lock")):
        out, _ = ask(prune="where", where="scenario = 'historical'")
    assert "stays" in out[0] and folder.exists()


def test_what_changed_since_it_was_looked_at_stays(results):
    from sim.runs.query import pruning

    folder = next((results / "points").glob("historical-*"))
    [leftover] = pruning.named(results, [folder.name], "a test")
    change_manifest(folder, replicates=4)
    assert pruning.remove(leftover) == "it has changed meanwhile" and folder.exists()


def test_what_is_no_point_of_ours_stays(ask, results):
    points = results / "points"
    (points / "notes").mkdir()
    (points / "odd-0123456789ab").mkdir()
    (points / "odd-0123456789ab" / "manifest.json").write_text(json.dumps({"kind": "other"}))
    (points / "linked-0123456789ab").symlink_to(next(points.glob("historical-*")), target_is_directory=True)
    before = names(results)
    ask(prune="damaged")
    ask(prune="stale", is_stale=lambda manifest: manifest.get("kind") != "point")
    assert names(results) == before


def test_a_listing_is_no_wider_than_the_terminal():
    columns, line = ("name", "persons", "long"), ("a" * 50, 1234567, "b" * 30)
    lines, notes = listing(columns, [line, ("c", None, "d")], 50)
    assert max(map(len, lines)) <= 50 and notes == ["too wide for the terminal: long"]
    assert lines[1] == "a" * 33 + "...  1,234,567" and lines[2] == "c"
    lines, notes = listing(columns, [line], None)
    assert lines[1] == "a" * 50 + "  1,234,567  " + "b" * 30 and notes == []


def test_signs_that_would_steer_a_terminal_are_not_printed():
    assert listing(("x",), [("\x1b[31mred\n",)])[0] == ["x", "?[31mred?"]


def test_on_a_terminal_the_notes_stand_with_the_table(ask, monkeypatch):
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "60")
    out, err = ask()
    assert err == [] and max(map(len, out[:4])) <= 60
    assert any(line.startswith("too wide for the terminal: ") for line in out)


@pytest.mark.parametrize("what", ["is not there", "is no folder"])
def test_a_folder_that_is_none_is_told_from_one_without_results(tmp_path, what):
    wanted = tmp_path / "elsewhere"
    if what == "is no folder":
        wanted.touch()
    with pytest.raises(UserError, match=f"results_dir={wanted} {what}"):
        command.run(Settings(results_dir=str(wanted)))


def test_a_mistake_in_the_condition_is_told_of_the_condition(ask):
    with pytest.raises(UserError, match='results.where: .*"lamda"'):
        ask(where="lamda = 0.62")
    with pytest.raises(UserError, match='results.sql: .*"lamda"'):
        ask(sql="select lamda from points")
