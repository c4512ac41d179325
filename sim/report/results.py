"""The files of one result folder, read when asked for; figures, tables and reports see them through `Results`."""

import re
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sim.analysis import standing
from sim.analysis.dimensions import DESTINATIONS, ORIGIN
from sim.history import naming, strict_yaml
from sim.numerics import codes, months
from sim.runs import seals
from sim.runs.checks import CENTRAL
from sim.runs.tables import OF_COMPARISONS, OF_LIVES, OF_OTHERS, OF_WORLDS
from sim.runs.tables.declaration import PARQUET, TEXT

TABLES = {**OF_OTHERS, **OF_LIVES, **OF_COMPARISONS}
"""Tables that may lie in a folder of results, by name."""
NAMES = {
    "uae": "the Emirates",
    "other_eu": "other EU",
    "other_visa_free": "other visa-free countries",
    "rest_of_world": "rest of the world",
    "it_scheme": "IT scheme",
    "visa_free": "visa-free entry",
    "mediated": "mediated visa",
    "ancestry": "ancestry or Polish card",
    "short_visa": "short-stay visa",
    "humanitarian": "humanitarian visa",
    "family": "family reunion",
}


COMPOSED = re.compile(r"_0x[0-9a-f]{6}\b")
"""What a policy composed on the page has behind the name that it was given: a digest of its rules."""


_UNION = re.compile(r"\beu\b")


def wording(code: str) -> str:
    """A code as a reader's word: places with capitals, the rest with spaces; a composed policy by its name alone."""
    if code in NAMES:
        return NAMES[code]
    return (
        code.replace("_", " ").title()
        if code in codes.PLACE
        else _UNION.sub("EU", naming.words(COMPOSED.sub("", code)))
    )


def heading(code: str) -> str:
    """A code as the start of a line: spaces and a capital."""
    words = wording(code)
    return words[:1].upper() + words[1:]


@dataclass(frozen=True)
class Policy:
    """Dates of one rule of the scenario, in months (fractions for days) counted from January 2019."""

    name: str
    announced: float
    start: float
    until: float | None


@dataclass(frozen=True)
class Effect:
    """An estimated difference between paired worlds with its 90% interval over replicates."""

    estimate: float
    low: float
    high: float
    unit: str


def instant(day: str) -> float:
    """A date as months since 1 January 2019, days as fractions. Raises ValueError for anything but YYYY-MM-DD."""
    when = date.fromisoformat(str(day))
    number = months.month(when.isoformat())
    return number + (when.day - 1) / months.days_in(number)


class Results:
    """One result folder, of a comparison unless told: settings from `manifest.json`, tables with checked columns.

    Raises UserError for a folder that is damaged, or of an older program without digests. Raises FileNotFoundError for
    a missing file and ValueError for a missing key, column or row, each naming the file.
    """

    def __init__(self, folder: str | Path) -> None:
        self.folder = Path(folder)
        if not self.folder.is_dir():
            raise FileNotFoundError(f"no result folder {self.folder}")
        self.manifest: dict[str, Any] = seals.opened(self.folder)
        """Settings, versions, commit, seeds, time and command of the comparison."""
        self.table = lru_cache(maxsize=None)(self._table)

    def path(self, name: str) -> Path:
        """Path of a file of the folder; FileNotFoundError if it is not there."""
        path = self.folder / name
        if not path.is_file():
            raise FileNotFoundError(f"{path} is missing: the folder is incomplete, run it again")
        return path

    def text(self, name: str) -> str:
        """Text of a file of the folder."""
        return self.path(name).read_text(encoding="utf-8")

    def _table(self, name: str) -> pd.DataFrame:
        """A table by name, that of a world as `historical/flows`; there may be more columns than those declared."""
        world, _, name = name.rpartition("/")
        declared = (OF_WORLDS if world else TABLES)[name]
        path = self.path(f"{world}/{declared.file}" if world else declared.file)
        if declared.form == PARQUET:
            frame = pd.read_parquet(path.absolute())
        else:
            texts = {column.name: str for column in declared.columns if column.kind == TEXT}
            empty = {column.name: [""] for column in declared.columns if column.name not in texts}
            frame = pd.read_csv(path, dtype=texts, keep_default_na=False, na_values=empty)
        missing = [column for column in declared.names if column not in frame]
        if missing:
            raise ValueError(f"{path} lacks the column(s) {', '.join(missing)}; it has {', '.join(map(str, frame))}")
        if frame.empty and not declared.maybe_empty:
            raise ValueError(f"{path} has no rows")
        return frame

    def fact(self, *keys: str) -> Any:
        """A value of the manifest by its path of keys; ValueError names the key that is missing."""
        value: Any = self.manifest
        for key in keys:
            if not isinstance(value, dict) or key not in value:
                raise ValueError(f"{self.folder / 'manifest.json'} lacks the key '{'.'.join(keys)}'")
            value = value[key]
        return value

    @property
    def baseline(self) -> str:
        """Name of the reference world."""
        return str(self.fact("baseline"))

    @property
    def scenario(self) -> str:
        """Name of the world with the policy."""
        return str(self.fact("scenario"))

    @property
    def focus(self) -> str:
        """The destination in which the policy changes most parameters."""
        return str(self.fact("focus"))

    @property
    def one_in(self) -> float:
        """Persons that one simulated person stands for."""
        return float(self.fact("settings", "one_in"))

    @property
    def replicates(self) -> int:
        """Paired replicates behind every mean."""
        return int(self.fact("settings", "replicates"))

    @property
    def standing(self) -> dict[str, str]:
        """How far the numbers may be trusted, as a title and what may be said besides."""
        known = self.manifest.get(standing.KEY, {})
        return {"title": standing.title(known), "sentence": standing.sentence(known)}

    @property
    def standing_in_brief(self) -> str:
        """The same where there is little room."""
        known = self.manifest.get(standing.KEY, {})
        return f"{standing.title(known)} {standing.brief(known)}"

    @property
    def parameters(self) -> str:
        """By which parameters the answer is given: central, or the name of the draws with their digest."""
        known = self.manifest.get(standing.KEY, {})
        return f"{known['parameters']} {known['digest']}" if known.get("draws") else CENTRAL

    @property
    def is_drawn(self) -> bool:
        """Whether the replicates have draws of fitted parameters, so that intervals are predictive."""
        return bool(self.manifest.get(standing.KEY, {}).get("draws"))

    @property
    def draws_of_people(self) -> int:
        """How many draws of the people the replicates have in turn."""
        return int(self.fact("settings", "people_draws"))

    @property
    def main(self) -> float:
        """The lambda at which the headline is told; the mean of those of the draws where lambda is drawn."""
        return float(self.fact("settings", "lambda"))

    @cached_property
    def has_drawn_lambda(self) -> bool:
        """Whether lambda is that of each draw, and was not set by hand."""
        chosen = strict_yaml.read(self.path("config.yaml")).get("choice") or {}
        return self.is_drawn and chosen.get("lambda") is None

    @property
    def main_told(self) -> str:
        """The same in words: of draws it is a mean, whose further digits say nothing."""
        return f"{self.main:.2g} on average" if self.has_drawn_lambda else f"{self.main:g}"

    @cached_property
    def lambdas(self) -> tuple[float, ...]:
        """Every value of lambda in the effects, ascending."""
        return tuple(sorted(float(value) for value in self.effects["lambda"].unique()))

    @cached_property
    def policies(self) -> tuple[Policy, ...]:
        """The dated rules that the scenario adds."""
        rules = []
        for rule in self.fact("policies"):
            missing = {"name", "announced", "from", "until"} - rule.keys()
            if missing:
                raise ValueError(f"{self.folder / 'manifest.json'}: a policy lacks {', '.join(sorted(missing))}")
            until = None if rule["until"] is None else instant(rule["until"])
            rules.append(Policy(str(rule["name"]), instant(rule["announced"]), instant(rule["from"]), until))
        return tuple(rules)

    @cached_property
    def effects(self) -> pd.DataFrame:
        """Effects of the scenario, all measures and all lambda."""
        frame = self.table("effects")
        frame = frame[frame["scenario"] == self.scenario]
        if frame.empty:
            raise ValueError(f"{self.folder / 'effects.csv'} has no rows of the scenario '{self.scenario}'")
        return frame

    def measure(self, measure: str, lambda_: float | None = None) -> pd.DataFrame:
        """Rows of one measure at one lambda (by default the main one), one a destination."""
        lambda_ = self.main if lambda_ is None else lambda_
        frame = self.effects
        rows = frame[(frame["measure"] == measure) & np.isclose(frame["lambda"], lambda_)]
        if rows.empty:
            raise ValueError(f"{self.folder / 'effects.csv'} has no row of '{measure}' at lambda {lambda_:g}")
        return rows

    def effect(self, measure: str, destination: str | None = None, lambda_: float | None = None) -> Effect:
        """One effect; without a destination the total, which is the only row or the one without a destination."""
        rows = self.measure(measure, lambda_)
        if destination is not None:
            rows = rows[rows["destination"] == destination]
        elif len(rows) > 1:
            rows = rows[rows["destination"].isin(["", "all"])]
        if len(rows) != 1:
            where = f"'{destination}'" if destination else "the total"
            raise ValueError(f"{self.folder / 'effects.csv'} has {len(rows)} rows of '{measure}' for {where}, not one")
        row = rows.iloc[0]
        return Effect(float(row["estimate"]), float(row["low"]), float(row["high"]), str(row["unit"]))

    def category(self, category: str, lambda_: float | None = None) -> Effect:
        """Persons in a category of the taxonomy of paired lives."""
        lambda_ = self.main if lambda_ is None else lambda_
        frame = self.table("taxonomy")
        named = frame["category"].str.replace(" ", "_") == category
        rows = frame[named & np.isclose(frame["lambda"], lambda_)]
        if len(rows) != 1:
            raise ValueError(f"{self.folder / 'taxonomy.csv'} has {len(rows)} rows '{category}' at lambda {lambda_:g}")
        row = rows.iloc[0]
        return Effect(float(row["persons"]), float(row["low"]), float(row["high"]), "persons")

    def series(self, world: str, file: str, lambda_: float | None = None) -> pd.DataFrame:
        """A monthly table of one world at one lambda (by default the main one), with month numbers as `at`."""
        frame = self.table(f"{naming.folder(world)}/{file}")
        frame = frame[np.isclose(frame["lambda"].astype(float), self.main if lambda_ is None else lambda_)]
        labels = frame["month"].astype("category")
        numbers = np.array([months.month(text) for text in labels.cat.categories], dtype=np.int64)
        return frame.assign(at=numbers[labels.cat.codes.to_numpy()])

    def arrivals(self, world: str, lambda_: float | None = None) -> pd.DataFrame:
        """Expected arrivals from Belarus: rows (replicate, month number), one column a destination, persons a month."""
        flows = self.series(world, "flows", lambda_)
        left = flows[(flows["from"] == ORIGIN) & (flows["to"] != ORIGIN)]
        return self._wide(left.rename(columns={"to": "destination"}), "expected_persons", self._axes(world, lambda_))

    def residents(self, world: str, lambda_: float | None = None) -> pd.DataFrame:
        """Settled residents (people away for a time left out): rows (replicate, month), columns destinations."""
        stocks = self.series(world, "stocks", lambda_)
        settled = stocks[~stocks["status"].isin(["pendular", "visitor"]) & (stocks["destination"] != ORIGIN)]
        return self._wide(settled, "persons", self._axes(world, lambda_))

    def _axes(self, world: str, lambda_: float | None) -> pd.MultiIndex:
        """Every replicate and month of a world, in order; ValueError if it was not run at this lambda."""
        harms = self.series(world, "harms", lambda_)
        if harms.empty:
            raise ValueError(f"{self.folder / world / 'harms'}.parquet has no rows at lambda {lambda_ or self.main:g}")
        levels = [sorted(harms[name].unique()) for name in ("replicate", "at")]
        return pd.MultiIndex.from_product(levels, names=["replicate", "at"])

    @staticmethod
    def _wide(rows: pd.DataFrame, value: str, axes: pd.MultiIndex) -> pd.DataFrame:
        """Sums of `value`, a row for every replicate and month of `axes` and a column for every destination."""
        sums = rows.groupby(["replicate", "at", "destination"], observed=True)[value].sum().unstack("destination")
        sums.columns = pd.Index([str(name) for name in sums.columns], name="destination")
        return sums.reindex(index=axes, columns=pd.Index(DESTINATIONS, name="destination")).fillna(0.0).astype(float)


def band(frame: pd.Series) -> pd.DataFrame:
    """Mean and 90% band over replicates of values with rows (replicate, month): rows month; columns mean, low, high."""
    by_month = frame.groupby(level="at")
    columns = {"mean": by_month.mean(), "low": by_month.quantile(0.05), "high": by_month.quantile(0.95)}
    return pd.concat(columns, axis=1)
