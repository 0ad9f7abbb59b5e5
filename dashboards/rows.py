"""Rows of a frame as dictionaries with the columns' names as keys."""

from typing import Any

import pandas as pd


def rows_of(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """One dictionary a row, in the frame's order."""
    return [{str(name): value for name, value in row.items()} for row in frame.to_dict("records")]
