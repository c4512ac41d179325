"""Result folders of made-up numbers at a real comparison's size, for the tests of figures and reports.

Nothing in them says anything about Belarus. The scenario closes Lithuania; deflection follows the closed form.
"""

import json
import shutil
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp

import numpy as np
import pandas as pd
from fake_others import STANDING, posterior

from sim.analysis import dimensions
from sim.analysis.learned import learned
from sim.numerics import codes, months
from sim.runs import seals
from sim.runs.tables import OF_COMPARISONS, OF_OTHERS

LAMBDAS = (0.2, 0.5, 0.62, 0.8)
MAIN = 0.62
ANNOUNCED, START, LAST = "2023-03-21", "2023-08-01", 83
PLACES = {
    "lithuania": 900, "poland": 3900, "latvia": 130, "estonia": 60, "germany": 520, "czechia": 260, "other_eu": 310,
    "ukraine": 150, "georgia": 700, "armenia": 160, "uzbekistan": 50, "uae": 90, "russia": 1500,
    "other_visa_free": 240, "rest_of_world": 210,
}  # fmt: skip
CHANNELS = {"work": 0.5, "humanitarian": 0.2, "family": 0.15, "study": 0.1, "irregular": 0.05}
OUTCOMES = {"other_channel": 0.12, "delayed": 0.16, "brought_forward": 0.07, "irregular": 0.03, "asylum": 0.02}
"""Shares of those who are not deflected; the rest are stuck."""
HARMS = {"detained": 500, "charged": 110, "drafted": 1500, "caught": 20, "arrested_on_return": 9, "lost": 300}
ADDS = {"detained": 1.5, "charged": 0.3, "drafted": 4.0, "caught": 1.2, "arrested_on_return": 0.1, "lost": 21.0}
FORCED = {"onward": 0.3, "returned": 0.1, "irregular_stay": 0.6}
"""What those do who lose the right to stay, in shares."""
WISHES = {"exit": 0.1, "funds": 0.4, "closed": 0.45, "quota": 0.05}
"""Why wishes could not be followed, in shares."""

SOURCE = "A law <of nobody> & its terms (example.lt 2023-05-03, WWW.example.eu; people.yaml), not example.net"
"""Source of the rule that changes: domains in brackets, and signs that a page must escape."""


def write(
    folder: Path, replicates: int = 10, one_in: int = 100, lambdas: tuple[float, ...] = LAMBDAS, strength: float = 0.8,
    fitted: bool = False,
) -> Path:  # fmt: skip
    """Write a whole comparison into `folder`; `strength` is the share of Lithuania's arrivals the scenario stops, and
    `fitted` says whether its parameters are drawn from a fit.
    """
    shutil.copytree(_made(replicates, one_in, lambdas, strength, fitted), folder, dirs_exist_ok=True)
    return sealed(folder)


_KEPT = TemporaryDirectory()


@cache
def _made(replicates: int, one_in: int, lambdas: tuple[float, ...], strength: float, fitted: bool) -> Path:
    """The same in a folder of its own, which is only copied: made once in a process."""
    rng = np.random.default_rng(20190101)
    folder = Path(mkdtemp(dir=_KEPT.name))
    stocks, flows, harms = _worlds(rng, replicates, one_in, lambdas, strength)
    for world in ("historical", "lithuania_ban"):
        (folder / world).mkdir(exist_ok=True)
        for name, frames in (("stocks", stocks), ("flows", flows), ("harms", harms)):
            frame = frames[world]
            for column in frame.columns:
                if frame[column].dtype == object or str(frame[column].dtype) in ("str", "string"):
                    frame[column] = frame[column].astype("category")
            frame.to_parquet(folder / world / f"{name}.parquet", compression="zstd", index=False)
        (folder / world / "history.txt").write_text(history(world))
    rules().to_csv(folder / "rules.csv", index=False)
    _tables(folder, flows, harms, lambdas, one_in)
    (folder / "adds.txt").write_text(
        "From 1 August 2023 Lithuania issues no national visas to Belarusians; until then it did by mediation.\n"
        "From 1 August 2023 Lithuania grants no first residence permits, except to family members & the persecuted.\n"
    )
    (folder / "sources.txt").write_text(
        f"{SOURCE}\nMade-up numbers (test fixture). Not data.\nhttps://example.org is not opened.\n"
    )
    (folder / "config.yaml").write_text("task: compare\nscenario: lithuania_ban\nlambda: 0.62\n")
    table = learned(posterior()) if fitted else pd.DataFrame(columns=OF_COMPARISONS["prior_posterior"].names)
    table.to_csv(folder / "prior_posterior.csv", index=False)
    manifest = {
        "kind": "comparison",
        **({"standing": STANDING} if fitted else {}),
        "assumed": ["Not known, and so assumed: whether it rained <in May> (here it did)."],
        "description": "Lithuania refuses visas and residence permits to Belarusians from August 2023",
        "baseline": "historical",
        "scenario": "lithuania_ban",
        "fingerprint": "0123456789abcdef",
        "focus": "lithuania",
        "changed": ["lithuania"],
        "start": ANNOUNCED[:7],
        "policies": [{"name": "lithuania_ban", "announced": ANNOUNCED, "from": START, "until": None, "source": SOURCE}],
        "settings": {
            "one_in": one_in,
            "people_draws": 1,
            "replicates": replicates,
            "lambda": MAIN,
            "start": "2019-01",
            "end": "2025-12",
        },
        "versions": {"vyraj": "0.1.0", "python": "3.11.7", "numpy": "2.4.6"},
        "commit": "0000000",
        "seeds": list(range(replicates)),
        "time": "2026-11-22T10:30:00",
        "command": "python -m sim task=compare scenario=lithuania_ban",
    }
    seals.write(folder, manifest, folder.name)
    return folder


def history(world: str) -> str:
    """A history as the program tells it, of one rule that the scenario changes."""
    text = f"History of {world} (made up)\n2019-01 nothing <happens>\nEpoch 0: 2019-01-01 to 2023-07-31\n"
    text += "  lithuania.national_visa: open\n  georgia.visa_free: open\n  lithuania.work.fee: 70 EUR\n"
    if world == "historical":
        return text + "Epoch 1: 2023-08-01 to 2025-12-31\n"
    return text + "Epoch 1: 2023-08-01 to 2025-12-31\n  lithuania.national_visa: closed except family (was open)\n"


def rules() -> pd.DataFrame:
    """The same rules as a table, and one that does not differ."""
    whole, closed, ban = ("2019-01-01", "2025-12-31"), "closed except family", ("in part", "in part")
    rows = [
        ("georgia.visa_free", *whole, "georgia", "", closed, closed, *ban),
        ("lithuania.national_visa", whole[0], "2023-07-31", "lithuania", "", "open", "open", "open", "open"),
        ("lithuania.national_visa", START, whole[1], "lithuania", "", "open", closed, "open", "in part"),
    ]
    return pd.DataFrame(rows, columns=OF_COMPARISONS["rules"].names)


def sealed(folder: Path) -> Path:
    """Write the manifest of a folder that a test has changed anew, as if it had been written so."""
    about = json.loads((folder / "manifest.json").read_text())
    seals.write(folder, {key: value for key, value in about.items() if key not in ("files", "seal")}, folder.name)
    return folder


def _path(at: np.ndarray) -> np.ndarray:
    return 0.5 + 0.6 * np.exp(-((at - 21) ** 2) / 40) + 1.3 * np.exp(-((at - 39) ** 2) / 30) + 0.25 * (at > 36)


def _worlds(rng, replicates, one_in, lambdas, strength):
    """Expected arrivals, stocks and harms of both worlds, with the closed form's deflection."""
    names = list(PLACES)
    at = np.arange(LAST + 1)
    labels = np.array([months.label(int(m)) for m in at])
    base = np.array([PLACES[name] for name in names])[:, None] * _path(at)[None, :]
    closed = (at >= months.month(START)) * strength
    rush = np.isin(at, np.arange(months.month(ANNOUNCED), months.month(START))) * 0.15
    worlds = ("historical", "lithuania_ban")
    out = {kind: {world: [] for world in worlds} for kind in ("stocks", "flows", "harms")}
    for lambda_ in lambdas:
        share = base[0] / base.sum(axis=0)
        delta = ((1 - share) ** lambda_ - (1 - share)) / share
        for replicate in range(replicates):
            luck = 1 + 0.01 * rng.standard_normal(base.shape) + 0.015 * rng.standard_normal((len(names), 1))
            before = base * luck
            lost = before[0] * closed * (1 + 0.02 * rng.standard_normal())
            after = before.copy()
            after[0] += before[0] * rush - lost
            weight = before[1:] / before[1:].sum(axis=0)
            after[1:] += weight * (lost * delta * (1 + 0.03 * rng.standard_normal()))
            luck = {harm: rng.poisson(level / one_in, at.size) * one_in for harm, level in HARMS.items()}
            for world, arrivals in zip(worlds, (before, after), strict=True):
                stay = np.cumsum(arrivals, axis=1) * 0.8 + np.array([PLACES[n] * 18 for n in names])[:, None]
                for status, part in (("permit", 0.75), ("visa", 0.2), ("asylum_seeker", 0.05)):
                    out["stocks"][world].append(
                        _long(labels, names, stay * part, lambda_, replicate, one_in, status=status)
                    )
                for channel, part in CHANNELS.items():
                    out["flows"][world].append(
                        _long(labels, names, arrivals * part, lambda_, replicate, one_in, rng=rng, channel=channel)
                    )
                more = closed if world == "lithuania_ban" else closed * 0
                for harm in HARMS:
                    persons = luck[harm] + more * rng.poisson(ADDS[harm] * 20 / one_in, at.size) * one_in / 20
                    row = {"lambda": lambda_, "replicate": replicate, "month": labels, "harm": harm, "persons": persons}
                    out["harms"][world].append(pd.DataFrame(row))
    return tuple({world: pd.concat(parts, ignore_index=True) for world, parts in out[kind].items()} for kind in out)


def _long(labels, names, values, lambda_, replicate, one_in, rng=None, status=None, channel=None):
    row = {"lambda": lambda_, "replicate": replicate, "month": np.tile(labels, len(names))}
    if status:
        row |= {"destination": np.repeat(names, len(labels)), "status": status}
        return pd.DataFrame(row | {"persons": (values.ravel() // one_in) * one_in})
    row |= {"from": "belarus", "to": np.repeat(names, len(labels)), "channel": channel}
    persons = rng.poisson(values.ravel() / one_in) * one_in
    return pd.DataFrame(row | {"persons": persons, "expected_persons": values.ravel()})


def whole(name: str, table: pd.DataFrame, lambdas: tuple[float, ...] = LAMBDAS) -> pd.DataFrame:
    """A table with a row of zeros for every declared cell that it lacks."""
    keys = list(dimensions.KEYS[name])
    cells = pd.DataFrame(dimensions.cells(name, lambdas, "lithuania"), columns=keys)
    rest = cells.merge(table[keys], how="left", indicator=True)
    rest = rest.loc[rest["_merge"] == "left_only", keys].reindex(columns=table.columns, fill_value=0)
    return pd.concat([table, rest], ignore_index=True)


def _tables(folder: Path, flows, harms, lambdas, one_in) -> None:
    effects, taxonomy, substitution, final = [], [], [], []
    for lambda_ in lambdas:
        wide = {}
        for world, frame in flows.items():
            part = frame[np.isclose(frame["lambda"], lambda_)]
            wide[world] = part.groupby(["replicate", "to"], observed=True)["expected_persons"].sum().unstack()
        before, after = wide["historical"], wide["lithuania_ban"]

        def add(measure, destination, values, unit="persons", lambda_=lambda_):
            values = np.asarray(values, dtype=float)
            low, high = np.quantile(values, [0.05, 0.95])
            row = (
                "lithuania_ban",
                measure,
                destination,
                lambda_,
                round(values.mean(), 2),
                round(low, 2),
                round(high, 2),
                unit,
            )
            effects.append(row)
            return values.mean(), low, high

        change = after - before
        for place in PLACES:
            add("baseline_arrivals", place, before[place])
            add("scenario_arrivals", place, after[place])
            add("arrivals", place, change[place])
            if place != "lithuania":
                add("deflected", place, change[place])
        for channel, part in CHANNELS.items():
            add(f"arrivals_by_channel:{channel}", "lithuania", change["lithuania"] * part)
            add(f"baseline_by_channel:{channel}", "lithuania", before["lithuania"] * part)
        lost = -change["lithuania"]
        gained = change.drop(columns="lithuania").sum(axis=1)
        kept = lost - gained
        amounts = {name: kept * part for name, part in OUTCOMES.items()}
        amounts["stuck"] = kept - sum(amounts.values())
        amounts["induced"] = lost * 0.001
        amounts["forced"] = lost * 0.2
        for name, part in FORCED.items():
            add(f"forced:{name}", "", amounts["forced"] * part)
        add("forced_settled_before", "", lost * 0.05)
        for name, values in amounts.items():
            add(name, "", values)
        add("papers", "", amounts["forced"] + lost * 0.05)
        add("changed", "", sum(amounts.values()) + gained + lost * 0.05)
        for world, frame in (("", change), ("baseline_", before)):
            add(f"{world}arrivals_changed", "", frame["lithuania"])
            add(f"{world}arrivals_others", "", frame.drop(columns="lithuania").sum(axis=1))
            add(f"{world}departures", "", frame.sum(axis=1))
        add("returned", "", lost * -0.04)
        sums = {}
        for world, frame in harms.items():
            part = frame[np.isclose(frame["lambda"], lambda_)]
            sums[world] = part.groupby(["replicate", "harm"], observed=True)["persons"].sum().unstack()
        for harm in HARMS:
            add(harm, "", sums["lithuania_ban"][harm] - sums["historical"][harm])
            if harm != "lost":
                add(f"expected_{harm}", "", sums["lithuania_ban"][harm] - sums["historical"][harm])
                add(f"baseline_expected_{harm}", "", sums["historical"][harm])
            if harm == "drafted":  # all are drafted to regular service
                add("drafted:regular", "", sums["lithuania_ban"][harm] - sums["historical"][harm])
                add("expected_drafted:regular", "", sums["lithuania_ban"][harm] - sums["historical"][harm])
                add("baseline_expected_drafted:regular", "", sums["historical"][harm])
        groups = {"stayers": amounts["stuck"], "sent_back": amounts["forced"] * FORCED["returned"]}
        groups |= {"leavers": -amounts["induced"], "changed": lost}
        for (harm, kind), risk in {("detained", ""): 0.004, ("drafted", ":regular"): 0.01}.items():
            for name, values in groups.items():
                add(f"expected_{harm}_of_{name}{kind}", "", values * risk)
                add(f"baseline_expected_{harm}_of_{name}{kind}", "", values.abs() * risk * 0.2)
        for name, part in {"opened": 0.0, "induced_by_others": 0.001}.items():
            add(name, "", lost * part)
        for name in ("deflection_12", "deflection_end"):
            add(name, "", gained / lost, "share")
        add("blocked", "", lost * 0.03)
        add("stuck_person_months", "", amounts["stuck"] * 14, "person-months")
        add("wish_persons", "", amounts["stuck"])
        add("baseline_wish_persons", "", 52_000 + 0 * lost)
        for reason, part in {"": 1.0, **WISHES}.items():
            name = f"wish_months:{reason}" if reason else "wish_months"
            add(name, "", amounts["stuck"] * 14 * part, "person-months")
            add(f"baseline_{name}", "", 430_000 * part + 0 * lost, "person-months")
        amounts["deflected"] = gained
        amounts["unchanged"] = 9_410_000 - sum(amounts.values())
        for name, values in amounts.items():
            months = (3.2, 2.9, 3.5) if name in ("delayed", "brought_forward") else ("", "", "")
            ends = values.quantile(0.05), values.quantile(0.95)
            taxonomy.append((lambda_, name.replace("_", " "), values.mean(), *ends, *months))
        for place in [*PLACES, "stay"]:
            mean = {"lithuania": 1e4, "stay": amounts["stuck"].mean()}.get(place, change.get(place, lost).mean())
            row = (lambda_, "lithuania", place, mean, mean * 0.95, mean * 1.05, 0.0, min(lost.mean(), mean * 6))
            substitution.append(row)
            final.append((*row[:2], "belarus" if place == "stay" else place, *(0.8 * number for number in row[3:])))
    names = ["scenario", "measure", "destination", "lambda", "estimate", "low", "high", "unit"]
    frame = whole("effects", pd.DataFrame(effects, columns=names), lambdas)
    frame.assign(scenario="lithuania_ban", unit=frame["unit"].replace(0, "persons")).to_csv(
        folder / "effects.csv", index=False
    )
    names = ["lambda", "category", "persons", "low", "high", "months", "months_low", "months_high"]
    pd.DataFrame(taxonomy, columns=names).to_csv(folder / "taxonomy.csv", index=False)
    names = ["lambda", "baseline", "scenario", "persons", "low", "high", "frechet_low", "frechet_high"]
    whole("substitution", pd.DataFrame(substitution, columns=names), lambdas).to_csv(
        folder / "substitution.csv", index=False
    )
    whole("final", pd.DataFrame(final, columns=names), lambdas).to_csv(folder / "final.csv", index=False)
    reach = [
        ("national visas of Lithuania closed", 412_300, 21_400, 8_900, ""),
        ("first permits of Lithuania closed", 388_000, 12_100, 3_200, ""),
        ("short-stay visas of Lithuania closed", 0, 0, 0, "inert: shadowed by the stricter rule of 3 May 2023"),
    ]
    pd.DataFrame(reach, columns=["rule", "eligible", "touched", "changed", "note"]).to_csv(
        folder / "reach.csv", index=False
    )
    patterns = [
        ("registers", "residents", "lithuania", "2020-12-31", 23_000, 29_000, 4.6, 0.05, False, "miss"),
        ("registers", "residents", "lithuania", "2022-12-31", 47_000, 48_000, 0.4, 0.05, False, "hit"),
        ("registers", "residence_documents", "poland", "2021-12-31", 88_000, 180_000, 7.2, 0.1, False, "miss"),
        ("entries", "entries", "georgia", "2022-03-31", 20_000, 3_100, -9.3, 0.2, True, "miss"),
    ]
    rows = [
        (group, "6" if verdict == "hit" else "", name, place, end, end, observed, simulated,
         simulated * 0.9, simulated * 1.1, error, tolerance, "relative", fitted, verdict, "persons", "fit", name,
         "Made up, for <tests> & nothing else", "assumption", "")
        for group, name, place, end, observed, simulated, error, tolerance, fitted, verdict in patterns
    ]  # fmt: skip
    pd.DataFrame(rows, columns=OF_OTHERS["patterns"].names).to_csv(folder / "patterns.csv", index=False)
    naive = [("residents", "lithuania", "2022-12-31", "2022-12-31", "last value", 47_000, 32_000, 48_000, -0.38, 0.02)]
    pd.DataFrame(naive, columns=OF_OTHERS["naive_rules"].names).to_csv(folder / "naive_rules.csv", index=False)
    short = [("residents", "last value", 1, 1, 0.38, 0.02)]
    pd.DataFrame(short, columns=OF_OTHERS["naive_summary"].names).to_csv(folder / "naive_summary.csv", index=False)
    shares = [("lambda", 0.31, 0.2, 0.44, 700.0, ""), ("parameters", *[""] * 4, "not drawn: central values"),
              ("luck", 0.69, 0.56, 0.8, 1050.0, "")]  # fmt: skip
    parts = [("arrivals", "lithuania", *one) for one in shares] + [("departures", "", *one) for one in shares]
    pd.DataFrame(parts, columns=OF_COMPARISONS["variance"].names).to_csv(folder / "variance.csv", index=False)
    people = [("sex", "female", 50_300, 50_312, 0.02), ("region", "grodno", 10_300, 10_290, -0.1)]
    names = ["margin", "cell", "target", "synthetic", "error_percent"]
    pd.DataFrame(people, columns=names).to_csv(folder / "people.csv", index=False)
    money = [("lithuania", year, "balance", 6e8, 6e8 + cost, cost, cost * 1.1, cost * 0.9)
             for year, cost in ((2024, -5e7), (2025, -8e7))]  # fmt: skip
    names = ["destination", "year", "item", "baseline", "scenario", "difference", "low", "high"]
    pd.DataFrame(money, columns=names).to_csv(folder / "public_money.csv", index=False)
    groups = [
        ("departed", "", "motive", "persecuted", 9_000, 8_000, -1_000, -1_300, -700),
        ("departed", "", "motive", "labour", 21_000, 16_000, -5_000, -5_600, -4_400),
        ("departed", "", "sex", "female", 14_000, 12_000, -2_000, -2_400, -1_600),
        ("departed", "", "age", "27-34", 9_000, 6_000, -3_000, -3_500, -2_500),
        ("departed", "lithuania", "age", "18-26", 4_000, 900, -3_100, -3_500, -2_700),
        ("departed", "lithuania", "sector", "it", "", "", "", "", ""),
        ("wished", "", "motive", "none", 60_000, 71_000, 11_000, 9_000, 13_000),
    ]
    names = ["measure", "destination", "dimension", "group", "baseline", "scenario", "estimate", "low", "high"]
    whole("groups", pd.DataFrame(groups, columns=names), lambdas).to_csv(folder / "groups.csv", index=False)
    assert set(PLACES) < set(codes.PLACE)
