"""What `task=lint` judges beyond single files: what no world has, or can have, of scenarios, policies and courses."""

import re
import shutil

import pytest

from sim.cli.commands import lint
from sim.history import catalogue, idle, naming
from sim.numerics.locations import CONF

POLICY = """description: "A test."
actor: Lithuania
events:
  {0}: {{from: {1}, source: "counterfactual", changes: {{{2}: {{closed: {3}, except: [{4}]}}}}}}
"""


@pytest.fixture
def conf(tmp_path):
    """A copy of the configuration with as many policies as a test needs, so that few are judged."""
    copied = shutil.copytree(CONF, tmp_path / "conf")
    for path in [*(copied / "scenario").iterdir(), *(copied / "policy").iterdir()]:
        kept = ("historical.yaml", "estonia_stop_2022.yaml", "lithuania_full_ban.yaml", "czechia_ban_2022.yaml")
        if path.name not in kept:
            path.unlink()
    return copied


def add(conf, folder, name, text):
    (conf / folder / f"{name}.yaml").write_text(text, encoding="utf-8")


def policy(conf, name, start="2023-06-01", parameter="lithuania.permit", closed=1, spared=""):
    add(conf, "policy", name, POLICY.format(name, start, parameter, closed, spared))


def scenario(conf, name, lines):
    add(conf, "scenario", name, f'description: "A test."\n{lines}\n')


def test_what_is_left_is_sound(conf):
    assert lint.faults_of(conf) == []


def test_a_policy_that_never_comes_into_force_is_told(conf):
    policy(conf, "far", "2032-01-01")
    policy(conf, "weak", "2023-01-01", "estonia.permit", spared="family")
    assert lint.faults_of(conf) == [
        "conf/policy/far.yaml: begins on 2032-01-01, after the last day 2030-12-31",
        "conf/policy/weak.yaml: never comes into force: the rules are the same without it; no scenario enacts it with "
        "effect either",
    ]


def test_a_policy_that_acts_in_a_scenario_is_sound_wherever_it_does_not(conf):
    """One goes far enough for the late one, another takes away what the weak one repeats."""
    policy(conf, "far", "2032-01-01")
    policy(conf, "weak", "2023-01-01", "estonia.permit", spared="family")
    scenario(conf, "long", "enact: [far]\nlast: 2034-12")
    scenario(conf, "freed", "enact: [weak]\nwithout: [estonia_stop_2022]")
    assert lint.faults_of(conf) == []


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ("enact: [weak]", "line 2: enact: 'weak' never comes into force: the rules are the same without it"),
        (
            "enact: [lithuania_full_ban, far]",
            "line 2: enact: 'far' begins on 2032-01-01, after the last day 2030-12-31",
        ),
        ("until: {czechia_ban_2022: null}", "line 2: until: czechia_ban_2022: another last day in vain: the rules are"),
        ("enact: [strict]\nwithout: [estonia_stop_2022]", "line 3: without: 'estonia_stop_2022' is taken away in vain"),
        (
            "enact: [lithuania_full_ban, opener]",
            "Policies oppose each other: lithuania_full_ban closes lithuania.permit to work from 2023-06-01, and "
            "opener excepts them; exceptions unite, so it is open to them.",
        ),
    ],
)
def test_a_line_of_a_scenario_that_changes_nothing_is_told_with_its_line(conf, lines, said):
    policy(conf, "far", "2032-01-01")
    policy(conf, "weak", "2023-01-01", "estonia.permit", spared="family")
    policy(conf, "opener", closed=0, spared="work")
    text = (conf / "policy" / "estonia_stop_2022.yaml").read_text(encoding="utf-8")
    text = re.sub(r"historical: true", "historical: false", re.sub(r"(?m)^  (\w+):$", r"  \1_again:", text))
    add(conf, "policy", "strict", text)
    scenario(conf, "used", "enact: [weak]\nwithout: [estonia_stop_2022]")
    scenario(conf, "used_late", "enact: [far]\nlast: 2034-12")
    scenario(conf, "tried", lines)
    found = [fault for fault in lint.faults_of(conf) if "tried.yaml" in fault]
    assert len(found) == 1 and found[0].startswith(f"conf/scenario/tried.yaml: {said}"), found


def test_a_policy_that_a_course_does_not_bear_is_told_with_the_course(conf):
    """Forty times as many visas can be where visas are held, and not where they grow."""
    event = '  many: {from: 2027-01-01, source: "x", changes: {lithuania.visas: 45}}\n'
    add(conf, "policy", "many", f'description: "x"\nactor: Lithuania\nevents:\n{event}')
    [fault] = lint.faults_of(conf)
    assert fault.startswith("conf/policy/many.yaml: course=eased: lithuania.visas is ")
    assert fault.endswith("outside [0, 1e+06]; changed by many")


def test_a_multiple_that_no_value_can_follow_is_told(conf):
    course = (conf / "course" / "worse.yaml").read_text(encoding="utf-8")
    wild = re.sub(
        r"wages_at_home: \{multiple: \{[^}]*\}", "wages_at_home: {multiple: {2026-09-01: 1, 2028-01-01: 99}", course
    )
    add(conf, "course", "wild", wild)
    [fault] = lint.faults_of(conf)
    assert re.fullmatch(
        r"conf/course/wild.yaml: drivers: wages_at_home: multiple: 99 from 2028-01-01 is more than there can be: "
        r"belarus.wage would be [0-9.]+ on 2028-01-01, outside \[0.01, 20000\]",
        fault,
    )


def test_courses_are_judged_too(conf):
    text = (conf / "course" / "worse.yaml").read_text(encoding="utf-8")
    add(conf, "course", "worse", text.replace("visas: {multiple: 0.5", "visas: {multiple: -0.5"))
    found = lint.faults_of(conf)
    assert len(found) == 1 and found[0].startswith("conf/course/worse.yaml: line ") and "-0.5 is outside" in found[0]


def test_a_line_that_another_needs_is_not_tried_without_it():
    """`until` ends an event of what is enacted, so that neither is idle."""
    stage = catalogue.staged(naming.composition("business_harbour_kept"), CONF, quiet=True)
    assert list(idle.idle_lines(stage.plan, stage.play)) == []
