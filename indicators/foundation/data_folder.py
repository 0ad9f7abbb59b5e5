"""Where the repository's data lies: contracts, vocabularies, indicators, messages, missions."""

from functools import cache
from pathlib import Path

_PACKAGED = Path(__file__).parents[1] / "_data"
_CHECKOUT = Path(__file__).parents[2] / "data"


@cache
def data_folder() -> Path:
    """The folder `data/`: inside an installed wheel, else the one of the checkout."""
    return _PACKAGED if _PACKAGED.is_dir() else _CHECKOUT
