"""Births and deaths as they were published."""

from functools import cache

from sim.population.tables import read


@cache
def published(measure: str) -> dict[int, float]:
    """Births or deaths published for each year, or boys to 100 girls."""
    return {int(row["year"]): float(row["value"]) for row in read("vital_events") if row["measure"] == measure}


def last_published() -> int:
    """Last year of which births and deaths were published; what comes later goes by its rates."""
    return min(max(published(measure)) for measure in ("births", "deaths"))
