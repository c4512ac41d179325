"""The command lines that a form asks for, as lists of words: no shell ever sees them."""

import shlex
from collections.abc import Sequence

from sim.history.clock import clock
from sim.numerics import months
from sim.report.dashboard.composing import composition
from sim.report.dashboard.form import Form
from sim.runs.checks import usual_parameters
from sim.runs.settings import Settings

SAMPLES = {1000: "quick look", 200: "usual", 100: "large"}
"""One circle of people in so many, by what it is good for."""
REPLICATES = (2, 4, 8, 20)
"""Replicates that may be chosen."""
FIRST = (2, 4, 8)
"""Replicates after which the page shows numbers, before all are there."""
FIRST_LAST = "2020-12"
"""The earliest last month (assumption: a run that ends before has no effect to show)."""


def last_months() -> list[str]:
    """Months with which a run may end."""
    return [months.label(number) for number in range(months.month(FIRST_LAST), clock().last + 1)]


def counts(form: Form) -> list[int]:
    """Numbers of replicates after which there are numbers to show."""
    return sorted({*(few for few in FIRST if few < form.replicates), form.replicates})


def main_only() -> str:
    """The word by which an answer is told at the main lambda and at no other."""
    usual = Settings()
    parameters = usual_parameters({"task": usual.task, "decision": usual.decision})
    return f"choice.lambdas=[{Settings(parameters=parameters).lambda_!r}]"


def worlds(form: Form) -> list[str]:
    """Words that say which worlds are compared, on which sample and how far; defaults are left out."""
    asked, usual = composition(form), Settings()
    words = list(asked.asked) if asked.is_composed else [f"scenario={form.scenario}"]
    chosen = {"baseline": form.baseline, "until": form.until, "course": form.course, "seed": form.seed}
    words += [f"{key}={value}" for key, value in chosen.items() if value != getattr(usual, key)]
    return [*words, f"people.one_in={form.one_in}"]


def numbers(form: Form, results_dir: str) -> list[str]:
    """A sweep in one process that gives numbers early and sharpens them: the same runs, more and more replicates."""
    return [
        *("-m", *worlds(form), f"replicates={','.join(map(str, counts(form)))}", main_only(), "report=false"),
        *("hydra/launcher=basic", f"results_dir={results_dir}"),
    ]


def report(form: Form, results_dir: str) -> list[str]:
    """The comparison with every lambda and its report; the runs at the main lambda are there already."""
    return [*worlds(form), f"replicates={form.replicates}", f"results_dir={results_dir}"]


def life(form: Form, results_dir: str) -> list[str]:
    """One life that differs between the two worlds, or the first that leaves where none does at this sample."""
    return ["task=explain", *worlds(form), "person=first:parted", f"results_dir={results_dir}"]


def copied(form: Form) -> str:
    """The command that does the same from a folder that holds the policy's file, to be pasted into a shell."""
    return said([*worlds(form), f"replicates={form.replicates}"])


def said(words: Sequence[str]) -> str:
    """Words as a shell takes them."""
    return shlex.join(["python", "-m", "sim", *words])
