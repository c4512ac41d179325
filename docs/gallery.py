"""Draw the gallery anew: `python docs/gallery.py` runs comparisons and writes `docs/gallery.md` with their figures.

Every word and number of the page comes from what the commands on it have left in `results/`. Some minutes on two cores
the first time; what is computed is kept, so that it takes seconds after that.
"""

import argparse
import io
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

from matplotlib.backends.backend_agg import FigureCanvasAgg

from sim.numerics.errors import UserError
from sim.report import style
from sim.report.comparison import figures
from sim.report.results import Results

HERE = Path(__file__).resolve().parent
SAMPLE = ("people.one_in=200", "replicates=20", "choice.lambdas=[0.62]", "report=false")
"""The sample of every picture: one circle of people in two hundred, twenty paired replicates, one lambda."""
SHARP = 104
"""Dots an inch: seven pictures then have near 400 KB."""
LARGEST = 600_000
"""Bytes of all pictures together."""


class Picture(NamedTuple):
    """A figure of a comparison."""

    question: str
    figure: str
    asked: tuple[str, ...]
    """Words of the command that say which worlds are compared."""


PICTURES = (
    Picture(
        "Where do people go whom a Lithuanian ban on every visa shuts out?",
        "substitution",
        ("scenario=lithuania_full_ban",),
    ),
    Picture(
        "Which countries lose and gain arrivals if all Schengen states close together?",
        "flow_map",
        ("scenario=eu_package",),
    ),
    Picture("Whose departures does a mobilisation change?", "who", ("scenario=mobilisation",)),
    Picture("What does a mobilisation do to those who stay?", "harms", ("scenario=mobilisation",)),
    Picture(
        "How do arrivals in Georgia go on if entry without a visa ends?",
        "arrivals",
        ("scenario=georgia_visa_free_ends",),
    ),
    Picture("Who would live abroad, had Russia not invaded Ukraine?", "stocks", ("scenario=no_war",)),
    Picture("How near is the model to what was observed?", "observed", ("scenario=lithuania_full_ban",)),
)


def command(picture: Picture, sample: tuple[str, ...] = SAMPLE) -> str:
    """The command that makes what a picture is drawn from."""
    return f"python -m sim {' '.join((*picture.asked, *sample))}"


def compared(picture: Picture, sample: tuple[str, ...]) -> Results:
    """Run a picture's command; the comparison that it has left, in the folder that its last line names.

    Raises UserError if the command fails.
    """
    words = command(picture, sample).split()[1:]
    done = subprocess.run([sys.executable, *words], stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        raise UserError(f"code {done.returncode}: {command(picture, sample)}")
    return Results(done.stdout.splitlines()[-1].removeprefix("results: "))


def png(module: ModuleType, results: Results) -> bytes:
    """A figure as PNG, smaller than those of reports."""
    drawing = io.BytesIO()
    with style.look():
        figure = style.finished(module.draw(results), module.SOURCE)
        FigureCanvasAgg(figure)
        figure.savefig(drawing, format="png", dpi=SHARP, metadata={"Software": None})
    return drawing.getvalue()


def page(drawn: list[tuple[Picture, Results]], sample: tuple[str, ...] = SAMPLE) -> str:
    """The gallery in Markdown: what each picture asks, the finding that it says itself, and the command."""
    _, first = drawn[0]
    parts = [
        "# Gallery\n",
        f"Each picture is a *{style.STAMP}*. {first.standing['title']} One simulated person stands for "
        f"{first.one_in:g}, numbers are means over {first.replicates} paired replicates, each a draw of the fitted "
        "parameters, of the people and of luck; a 90% interval is where one more would lie: read directions, "
        "quote no number.\n",
        "`python docs/gallery.py` writes this page and its pictures anew from stored results; no number on it is "
        "typed. `docs/comparison.md` says what a comparison tells, `docs/glossary.md` explains every term.\n",
    ]
    for picture, results in drawn:
        module = figures.figure(picture.figure)
        title = module.title(results)
        parts += [
            f"## {picture.question}\n",
            f"![{title}](gallery/{picture.figure}.png)\n",
            f"{results.fact('description')}. {module.caption(results)} *{style.STAMP.capitalize()}.*\n",
            f"```\n{command(picture, sample)}\n```\n",
        ]
    return "\n".join(parts)


def write(sample: tuple[str, ...], target: Path) -> None:
    """Run what is not there yet, draw the pictures and write the page into a folder.

    Raises UserError if a command fails, a figure has nothing to show or the pictures are too large together.
    """
    drawn = [(picture, compared(picture, sample)) for picture in PICTURES]
    pictures = {}
    for picture, results in drawn:
        module = figures.figure(picture.figure)
        if why := figures.absent(module, results):
            raise UserError(f"figure '{picture.figure}' of {results.scenario}: {why}")
        pictures[picture.figure] = png(module, results)
    if (size := sum(map(len, pictures.values()))) > LARGEST:
        raise UserError(f"pictures of {size:,} bytes; at most {LARGEST:,}")
    (target / "gallery").mkdir(parents=True, exist_ok=True)
    for old in (target / "gallery").glob("*.png"):
        old.unlink()
    for name, content in pictures.items():
        (target / "gallery" / f"{name}.png").write_bytes(content)
    (target / "gallery.md").write_text(page(drawn, sample), encoding="utf-8")


if __name__ == "__main__":
    asked = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    asked.add_argument("--into", type=Path, default=HERE, help="folder of the page, that of this file if left out")
    asked.add_argument("words", nargs="*", default=SAMPLE, help="another sample, as people.one_in=1000 replicates=2")
    given = asked.parse_args()
    try:
        write(tuple(given.words), given.into)
    except UserError as error:
        sys.exit(f"gallery: {error}")
