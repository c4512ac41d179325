"""A stored comparison in a notebook: its answer, its effects, its figures.

    marimo edit examples/notebook.py                                  in a browser, where anything can be changed
    python examples/notebook.py -- --results results/compare          without one: draws every figure once

Nothing is simulated; `python -m sim` makes what is opened. Needs the extra `notebook` (marimo).
"""

import marimo

__generated_with = "0.25.2"
app = marimo.App(app_title="A comparison of Vyraj")


@app.cell
def _():
    from pathlib import Path

    import marimo as mo

    from sim.report.comparison import figures
    from sim.report.results import Results
    from sim.report.told import Told

    return Path, Results, Told, figures, mo


@app.cell
def _(Path, mo):
    where = Path(str(mo.cli_args().get("results") or "results/compare"))
    stored = sorted(where.glob("*/manifest.json"), key=lambda file: file.stat().st_mtime, reverse=True)
    if not stored:
        raise FileNotFoundError(f"no comparison in {where}; `python -m sim people.one_in=1000` makes one")
    names = {file.parent.name: file.parent for file in stored}
    comparison = mo.ui.dropdown(names, value=next(iter(names)), label="comparison")
    comparison
    return (comparison,)


@app.cell
def _(Results, Told, comparison, mo):
    results = Results(comparison.value)
    arrivals = Told(results).value("arrivals", results.focus)
    mo.md(
        f"""
        # {results.fact("description")}

        Arrivals in {results.focus}: {arrivals.number}, against {arrivals.levels[0]} under the rules in force
        ({results.replicates} replicates, one circle in {results.one_in:g}, λ = {results.main:g}).

        *A conditional scenario, not a forecast.* {results.standing["title"]}
        """
    )
    return (results,)


@app.cell
def _(figures, mo, results):
    drawable = figures.drawable(results)
    chosen = mo.ui.dropdown({module.title(results): name for name, module in drawable.items()}, label="figure")
    chosen
    return chosen, drawable


@app.cell
def _(chosen, drawable, figures, results):
    # Without a browser nobody chooses, so every figure is drawn.
    names_drawn = [chosen.value] if chosen.value else list(drawable)
    drawn = {name: figures.show(name, results.folder) for name in names_drawn}
    for figure_name in drawn:
        print(f"drawn: {figure_name}")
    list(drawn.values())
    return (drawn,)


@app.cell
def _(drawable, mo, results):
    # What is behind each figure is a table; here that of one country against another.
    behind = {name: module.data(results) for name, module in drawable.items()}
    mo.accordion({name: table for name, table in behind.items()})
    return (behind,)


@app.cell
def _(results):
    # Own questions are asked of the tables: `docs/tables.md` tells every column.
    effects = results.measure("arrivals")[["destination", "estimate", "low", "high"]].sort_values("estimate")
    effects
    return (effects,)


if __name__ == "__main__":
    app.run()
