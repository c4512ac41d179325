"""How many examples are tried: few and always the same by default, many and new ones on demand.

`VYRAJ_EXAMPLES=50 pytest tests/hostile` tries fifty times as many, drawn anew each time.
"""

import os

from hypothesis import HealthCheck, Phase, settings

TIMES = int(os.environ.get("VYRAJ_EXAMPLES", "1"))


def examples(usual: int) -> settings:
    """Settings of a test that tries `usual` examples by default."""
    return settings(
        max_examples=usual * TIMES,
        derandomize=TIMES == 1,  # the default suite gives the same answer every time
        phases=[Phase.explicit, Phase.generate, Phase.shrink],
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
