"""`task=canonical`: ten questions answered by this release, added to those of earlier ones, and drawn as a page.

An answer is an ordinary comparison, which is computed once and kept, so that a run that is interrupted goes on where it
was. `match` chooses questions by their words.
"""

from dataclasses import replace
from pathlib import Path

from sim import __version__
from sim.analysis.canonical import QUESTIONS, Answer, Question, appended, as_text, moved, read
from sim.cli.commands import compare
from sim.cli.commands.matching import asked, has_all, nothing
from sim.numerics.errors import UserError
from sim.numerics.locations import HOME
from sim.report.answers import page
from sim.report.results import Results
from sim.report.told import Told
from sim.runs.files import write_file
from sim.runs.settings import Settings

TABLE, PAGE = "answers.csv", "answers.html"
KEPT = HOME / "docs" / TABLE
"""What releases have answered so far, in the repository; a release puts its table of results in this place."""


def run(settings: Settings) -> Path:
    """Answer the questions that this release has not answered at this sample, and draw the page; returns the folder.

    Raises UserError where no question has all words of `match`.
    """
    folder = Path(settings.results_dir) / "canonical"
    folder.mkdir(parents=True, exist_ok=True)
    kept = read(KEPT)
    known = {one.key for one in kept}
    answers = appended(kept, [one for one in read(folder / TABLE) if one.key not in known])
    wanted = asked(settings.match)
    chosen = [one for one in QUESTIONS if has_all(f"{one.key} {one.words}", wanted)]
    if not chosen:
        raise nothing(settings.match, "question", settings.task, [f"{one.key} {one.words}" for one in QUESTIONS])
    if settings.replicates is not None and not isinstance(settings.replicates, int):
        raise UserError(f"replicates={settings.replicates}: answers of releases need the same number; give a number")
    for number, question in enumerate(chosen, 1):
        print(f"question {number} of {len(chosen)}: {question.words}", flush=True)
        known = {one.key for one in answers}
        more = [one for one in answered(settings, question) if one.key not in known]
        answers = appended(answers, more)
        write_file(folder / TABLE, as_text(answers))
    write_file(folder / PAGE, page(answers))
    for question in chosen:
        for quantity in question.quantities:
            one, said = moved(answers, question.key, quantity)[-1]
            print(f"{question.key:20} {quantity:20} {one.estimate:12,.0f} ({one.low:,.0f} to {one.high:,.0f})  {said}")
    return folder


def answered(settings: Settings, question: Question) -> list[Answer]:
    """The answers of the present program to a question, at the sample of the settings."""
    asked_for = replace(
        settings, task="compare", scenario=question.scenario, baseline=question.baseline, until=question.until,
        match=None, report=False, policy=None, without=None,
    )  # fmt: skip
    results = Results(compare.run(asked_for))  # type: ignore[arg-type]
    told, commit = Told(results), str(results.fact("commit") or "")
    found = []
    for quantity in question.quantities:
        name, _, place = quantity.partition(":")
        value = told.value(name, place)
        found.append(
            Answer(
                __version__,
                commit[:12],
                results.parameters,
                int(results.one_in),
                results.replicates,
                question.key,
                quantity,
                value.estimate,
                value.low,
                value.high,
                value.quantity.unit,
            )  # fmt: skip
        )
    return found
