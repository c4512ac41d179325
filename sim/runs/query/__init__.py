"""What runs left, as tables to be asked in SQL: every point and every comparison of a folder of results.

`open_library` gives a connection of DuckDB with one view a table (`sim/runs/tables`). The connection reads
no file by itself: Parquet comes to it through Arrow, from the checked folders only, and file system, network,
extensions and settings are closed to whatever is asked. `sim.runs.query.queries` lets nothing but a SELECT through.
"""

from sim.runs.query.folders import Fault, verify
from sim.runs.query.queries import Answer, select
from sim.runs.query.views import open_library

__all__ = ["Answer", "Fault", "open_library", "select", "verify"]
