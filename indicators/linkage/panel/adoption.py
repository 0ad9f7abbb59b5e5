"""Whether an activity began area by area: who adopted when, and who never did."""

from dataclasses import dataclass

import pandas as pd

# An area adopts when the activity begins after at least so many periods without any …
PERIODS_BEFORE = 3
# … and goes on in at least this share of the periods that follow.
GOES_ON = 0.8
# A staggered design needs so many areas that adopt and so many to compare with.
MIN_ADOPTING = 8
MIN_NEVER = 4
# Bins of time since adoption, as the reference cases have them.
FIRST_BIN, LAST_BIN, NEVER = -9, 12, -1000


@dataclass(frozen=True)
class Adoption:
    """Rows with cohort (0 = never), since, rel_binned and post; areas that fit neither left out.

    `left_out`: areas that had the activity from the start or on and off.
    """

    rows: pd.DataFrame
    adopting: int
    never: int
    cohorts: int
    left_out: int


def adoption(rows: pd.DataFrame) -> Adoption | None:
    """The staggered design in rows of area, period and count; None where there is none."""
    known = rows.dropna(subset=["count"])
    starts = {area: _start(part) for area, part in known.groupby("area", sort=True)}
    kept = {area: start for area, start in starts.items() if start is not None}
    adopting = [start for start in kept.values() if start != 0]
    never = len(kept) - len(adopting)
    if len(adopting) < MIN_ADOPTING or never < MIN_NEVER or len(set(adopting)) < 2:
        return None
    staggered = rows[rows["area"].isin(list(kept))].copy()
    staggered["cohort"] = staggered["area"].map(kept).astype(int)
    with_times = add_times(staggered)
    return Adoption(with_times, len(adopting), never, len(set(adopting)), len(starts) - len(kept))


def add_times(rows: pd.DataFrame) -> pd.DataFrame:
    """`since` (periods since the cohort), `rel_binned` (−9 … 12, −1000 never) and `post`."""
    is_never = rows["cohort"] == 0
    since = (rows["period"] - rows["cohort"]).where(~is_never, NEVER)
    binned = since.clip(FIRST_BIN, LAST_BIN).where(~is_never, NEVER)
    return rows.assign(since=since, rel_binned=binned, post=(since >= 0).astype(float))


def _start(part: pd.DataFrame) -> int | None:
    """The period of adoption, 0 for never, None for an area that is neither."""
    ordered = part.sort_values("period")
    active = ordered["count"].to_numpy() > 0
    if not active.any():
        return 0
    first = int(active.argmax())
    if first < PERIODS_BEFORE or active[first:].mean() < GOES_ON:
        return None
    return int(ordered["period"].iloc[first])
