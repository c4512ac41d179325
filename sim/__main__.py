"""The door of `python -m sim`; the command itself is `sim.cli.main`."""

import sys

from sim.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
