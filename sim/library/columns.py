"""Columns of the views, with their types. What a file has besides stands after them."""

import pyarrow as pa

TEXT, WHOLE, REAL = pa.string(), pa.int64(), pa.float64()

OF_A_POINT: dict[str, pa.DataType] = {
    "fingerprint": TEXT,
    "scenario": TEXT,
    "baseline": TEXT,  # only where feedbacks are frozen
    "decision": TEXT,
    "lambda": REAL,
    "freeze": TEXT,  # feedbacks, by commas
    "coefficients": TEXT,  # JSON: coefficients ->> 'name'
    "one_in": WHOLE,
    "seed": WHOLE,
    "until": TEXT,
}
"""What makes a point what it is; stands in front of each of its tables."""

POINTS: dict[str, pa.DataType] = {
    **OF_A_POINT,
    "replicates": WHOLE,
    "commit": TEXT,
    "uncommitted_changes": pa.bool_(),
    "time": pa.timestamp("s"),  # UTC
    "cpu_seconds": REAL,
    "megabytes": REAL,
    "folder": TEXT,
}

TABLES: dict[str, dict[str, pa.DataType]] = {
    "flows": {
        "replicate": pa.int32(),
        "month": TEXT,
        "from": TEXT,
        "to": TEXT,
        "channel": TEXT,
        "persons": WHOLE,
        "expected_persons": REAL,
    },
    "stocks": {"replicate": pa.int32(), "month": TEXT, "destination": TEXT, "status": TEXT, "persons": WHOLE},
    "harms": {"replicate": pa.int32(), "month": TEXT, "harm": TEXT, "persons": WHOLE},
    "wishes": {
        "replicate": pa.int32(),
        "month": TEXT,
        "reason": TEXT,
        "destination": TEXT,
        "key": pa.uint64(),
        "persons": WHOLE,
    },
    "moves": {
        "replicate": pa.int32(),
        "month": TEXT,
        "kind": TEXT,
        "from": TEXT,
        "to": TEXT,
        "channel": TEXT,
        "reason": TEXT,
        "key": pa.uint64(),
    },
    "groups": {
        "replicate": pa.int32(),
        "month": TEXT,
        "measure": TEXT,
        "destination": TEXT,
        "dimension": TEXT,
        "group": TEXT,
        "agents": WHOLE,
    },
    "settled": {
        "replicate": pa.int32(),
        "month": TEXT,
        "destination": TEXT,
        "measure": TEXT,
        "group": TEXT,
        "persons": WHOLE,
    },
    "totals": {"replicate": pa.int32(), "month": TEXT, "measure": TEXT, "persons": WHOLE},
}
"""The tables of a point, `NAME.parquet` each."""

OF_A_COMPARISON: dict[str, pa.DataType] = {
    "fingerprint": TEXT,
    "scenario": TEXT,
    "baseline": TEXT,
    "decision": TEXT,
    "freeze": TEXT,
    "one_in": WHOLE,
    "seed": WHOLE,
    "until": TEXT,
}
"""What stands in front of each table of a comparison; lambda is a column of the tables."""

COMPARISONS: dict[str, pa.DataType] = {
    **OF_A_COMPARISON,
    "lambda": REAL,
    "coefficients": TEXT,
    "focus": TEXT,
    "replicates": WHOLE,
    "commit": TEXT,
    "uncommitted_changes": pa.bool_(),
    "time": pa.timestamp("s"),
    "cpu_seconds": REAL,
    "megabytes": REAL,
    "folder": TEXT,
}

COMPARED: dict[str, dict[str, pa.DataType]] = {
    "effects": {
        "measure": TEXT,
        "destination": TEXT,
        "lambda": REAL,
        "estimate": REAL,
        "low": REAL,
        "high": REAL,
        "unit": TEXT,
    },
    "taxonomy": {"lambda": REAL, "category": TEXT, "persons": REAL, "low": REAL, "high": REAL},
    "substitution": {
        "lambda": REAL,
        "baseline_destination": TEXT,
        "scenario_destination": TEXT,
        "persons": REAL,
        "low": REAL,
        "high": REAL,
        "frechet_low": REAL,
        "frechet_high": REAL,
    },
}
"""The tables of a comparison, `NAME.csv` each."""

RENAMED: dict[str, dict[str, str]] = {
    "substitution": {"baseline": "baseline_destination", "scenario": "scenario_destination"},
}
"""Columns of CSV files that would be taken for the names of the two worlds."""

DAMAGED: dict[str, pa.DataType] = {"folder": TEXT, "fault": TEXT}

VIEWS = ("points", *TABLES, "comparisons", *COMPARED, "damaged")
"""Every view, in the order in which they are told."""


def schema(columns: dict[str, pa.DataType]) -> pa.Schema:
    """Columns as a schema of Arrow."""
    return pa.schema(list(columns.items()))


def fits(found: pa.DataType, wanted: pa.DataType) -> bool:
    """Tell whether a column of a file can be read as what a view promises: text as text, whole numbers as whole."""
    kind = found.value_type if pa.types.is_dictionary(found) else found
    if wanted == TEXT:
        return pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_null(kind)
    if pa.types.is_integer(wanted):
        return pa.types.is_integer(kind) or pa.types.is_null(kind)
    return pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_null(kind)
