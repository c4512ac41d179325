"""Starsim on a model of its own: an SIR epidemic on a random network."""

import os
import time
from typing import Any

STEPS = 84
CONTACTS = 4


def measure(agents: int) -> dict[str, Any]:
    """CPU and wall seconds of 84 steps, set-up apart, after a small run that warms whatever is compiled."""
    os.environ["STARSIM_INSTALL_FONTS"] = "0"
    try:
        import starsim as ss
    except ImportError:
        return {"missing": "not installed (optional dependency `bench`)"}
    small = epidemic(ss, 1000)
    small.run()
    sim = epidemic(ss, agents)
    began = time.process_time()
    sim.init()
    wall, ready = time.perf_counter(), time.process_time()
    sim.run()
    return {
        "agents": agents,
        "steps": len(sim.t),
        "set_up": ready - began,
        "cpu": time.process_time() - ready,
        "wall": time.perf_counter() - wall,
        "infections": int(sim.results.sir.cum_infections[-1]),
    }


def epidemic(ss: Any, agents: int) -> Any:
    """Its SIR disease on its random network, all else by default: what its own demonstration runs."""
    return ss.Sim(
        n_agents=agents, dur=STEPS - 1, diseases=ss.SIR(), networks=ss.RandomNet(n_contacts=CONTACTS), verbose=0
    )
