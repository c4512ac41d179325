"""Analysis: what happened in pairs of worlds, whom it reached, and how the history fits the observed one."""
