"""The tables of results are declared once: what is written, read, asked in SQL and told in the documentation."""

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from fake_points import write_comparison, write_point

from sim.runs.query import open_library, queries, select
from sim.runs.tables import DENSE, OF_COMPARISONS, OF_FITS, OF_LIVES, OF_OTHERS, OF_POINTS, OF_WORLDS, labels
from sim.runs.tables.declaration import KINDS, REAL, TEXT
from sim.runs.tables.files import as_csv, write_parquet
from sim.runs.tables.page import PAGE, page
from sim.runs.tables.views import VIEWS, columns_of

EVERY = {
    f"{of} {name}": table
    for of, tables in (
        *(("point", OF_POINTS), ("world", OF_WORLDS), ("comparison", OF_COMPARISONS), ("other", OF_OTHERS)),
        *(("life", OF_LIVES), ("fit", OF_FITS)),
    )
    for name, table in tables.items()
}


@pytest.mark.parametrize("table", EVERY.values(), ids=EVERY)
def test_a_table_says_what_it_holds(table):
    assert len(set(table.names)) == len(table.names) and table.keys and table.row
    for column in table.columns:
        assert column.meaning and column.kind in KINDS
        assert not column.labels or (column.kind == TEXT and len(labels(column.labels)) > 1)
        assert column.kind == REAL or column.unit in ("", "persons", "agents"), "only numbers have a unit"


def test_the_page_is_that_of_the_declaration():
    assert PAGE.read_text(encoding="utf-8") == page(), "python -m sim.runs.tables.page writes it anew"


def effects(**changes) -> pd.DataFrame:
    columns = {"scenario": ["ban"], "measure": ["arrivals"], "destination": [""], "lambda": [0.5]}
    return pd.DataFrame(columns | {"estimate": [1.0], "low": [0.0], "high": [2.0], "unit": ["persons"]} | changes)


def test_a_table_that_differs_from_its_declaration_is_not_written(tmp_path):
    declared = OF_COMPARISONS["effects"]
    assert as_csv(declared, effects()).startswith("scenario,measure,destination,lambda,estimate,low,high,unit\n")
    for wrong, words in (
        (effects().drop(columns="low"), "effects.csv has the columns scenario, .*, not scenario, "),
        (effects(more=[1]), "effects.csv has the columns .*, more, not"),
        (effects()[["measure", "scenario", *effects().columns[2:]]], "has the columns measure, scenario"),
        (effects(estimate=["many"], low=["few"]), "'estimate' holds .*string, not double; 'low' holds"),
    ):
        with pytest.raises(ValueError, match=words):
            as_csv(declared, wrong)
    flows = pa.table({"lambda": [0.5]})
    with pytest.raises(ValueError, match=r"flows\.parquet has the columns lambda, not lambda, replicate"):
        write_parquet(tmp_path, OF_WORLDS["flows"], flows)
    assert list(tmp_path.iterdir()) == []


def test_more_columns_are_written_where_they_are_declared():
    found = {name: [""] for name in OF_OTHERS["expectations"].names}
    numbers = {name: [np.nan] for name in ("estimate", "low", "high")}
    table = pd.DataFrame(found | numbers)
    table.insert(2, "choice.lambda", ["0.5"])
    assert as_csv(OF_OTHERS["expectations"], table).splitlines()[0].split(",")[2] == "choice.lambda"


def test_every_view_tells_its_columns_and_their_meaning(tmp_path):
    library = open_library(tmp_path)
    told = list(select(library, 'SELECT "view", name, meaning FROM columns').rows)
    assert list(dict.fromkeys(view for view, _, _ in told)) == list(VIEWS)
    for view in VIEWS:
        names = {name: meaning for of, name, meaning in told if of == view}
        found = select(library, f"FROM {view}").columns
        assert (
            list(names) == list(columns_of(view)) == [name for name in found if (view, name) != ("groups", "persons")]
        )
        assert all(names.values())


def test_columns_that_are_words_of_sql_are_known():
    sql = "SELECT keyword_name FROM duckdb_keywords() WHERE keyword_category IN ('reserved', 'type_function')"
    words = {word for (word,) in duckdb.sql(sql).fetchall()}
    assert {name for view in VIEWS for name in columns_of(view)} & words == set(queries.RESERVED)


def test_text_and_parquet_stand_in_views_alike(tmp_path):
    write_point(tmp_path)
    folder = write_comparison(tmp_path)
    library = open_library(tmp_path)
    assert list(select(library, "SELECT count(*), sum(agents) FROM groups").rows) == [(18, 180)]
    sql = (
        "SELECT scenario, baseline, persons, months FROM taxonomy SEMI JOIN comparisons USING (fingerprint) ORDER BY 3"
    )
    assert list(select(library, sql).rows) == [
        ("lithuania_visa_ban", "historical", 1900.0, None),
        ("lithuania_visa_ban", "historical", None, None),
    ]
    assert set(DENSE) <= set(OF_COMPARISONS) and folder.exists()
