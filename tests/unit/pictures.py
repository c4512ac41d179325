"""Images compared: every figure against a small grey picture of it that somebody has looked at.

A picture is kept as 32 columns of grey levels (`pictures.json`), coarse enough for other versions of fonts and
libraries. `pytest tests/unit/test_figures.py tests/unit/test_other_figures.py --update-golden` keeps the present ones;
look at them before.
"""

import io
import json
from pathlib import Path

import numpy as np
from PIL import Image

FILE = Path(__file__).with_name("pictures.json")
COLUMNS = 32
FURTHEST = 1.0
"""Mean difference of grey levels, of 255, up to which two pictures are alike: half of every harm makes 1.6."""


def small(png: bytes) -> np.ndarray:
    """Grey levels of a picture, uint8[rows, 32]."""
    with Image.open(io.BytesIO(png)) as image:
        rows = max(1, round(COLUMNS * image.height / image.width))
        return np.asarray(image.convert("L").resize((COLUMNS, rows), Image.Resampling.BOX))


def distance(one: np.ndarray, other: np.ndarray) -> float:
    """Mean difference of grey levels; infinite for pictures of another shape."""
    return float(np.abs(one.astype(int) - other.astype(int)).mean()) if one.shape == other.shape else float("inf")


def kept(name: str) -> np.ndarray:
    """The picture that is kept of a figure."""
    return np.array([list(bytes.fromhex(row)) for row in json.loads(FILE.read_text())[name]], np.uint8)


def keep(pictures: dict[str, bytes]) -> None:
    """Keep pictures by name, others as they are."""
    known = json.loads(FILE.read_text()) if FILE.exists() else {}
    known |= {name: [bytes(row).hex() for row in small(png)] for name, png in pictures.items()}
    FILE.write_text(json.dumps(dict(sorted(known.items())), indent=1) + "\n")
