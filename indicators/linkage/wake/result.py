"""What a wake analysis gives back: tables by the names of the R package, and what to beware of."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from indicators.linkage.wake.matching.strata import Matching
from indicators.linkage.wake.wakes import Wakes


@dataclass(frozen=True)
class WakeResult:
    """`estimates`, `matching` and `SUTVA` have one row a window, times first.

    `estimates` where estimable, else null with `constant_outcome`. `caveats` hold for all of it.
    """

    estimates: pd.DataFrame
    matching: pd.DataFrame
    SUTVA: pd.DataFrame
    windows: Sequence[tuple[Wakes, Matching]] = field(repr=False)
    caveats: tuple[str, ...] = ()

    @cached_property
    def wakes(self) -> pd.DataFrame:
        """One row an event and window: counts, overlaps, stratum (missing = unmatched), weight."""
        return pd.concat([_frame(*window) for window in self.windows], ignore_index=True)


def _frame(wakes: Wakes, matching: Matching) -> pd.DataFrame:
    stratum = pd.array(matching.stratum, dtype="Int64")
    stratum[~matching.matched] = pd.NA
    return pd.DataFrame({
        "eventID": wakes.event + 1,
        "t_window": wakes.time,
        "spat_window": wakes.radius,
        "treatment": wakes.is_treatment.astype(int),
        **wakes.columns,
        **wakes.covariates,
        "stratum": stratum,
        "cem_weight": matching.weight,
    })  # fmt: skip


def overlap_row(wakes: Wakes) -> dict[str, Any]:
    """Shares of wakes that overlap another of the same (SO) or the other type (MO), README 1.5."""
    row: dict[str, Any] = {"t_window": wakes.time, "spat_window": wakes.radius}
    for kind in ("SO", "MO"):
        before, after = (wakes.columns[f"{kind}_{side}"] > 0 for side in ("pre", "post"))
        for name, found in (("_pre", before), ("_post", after), ("", before | after)):
            row[kind + name] = round(float(np.mean(found)), 3) if found.size else None
    return row


def count_rows(wakes: Wakes, matching: Matching) -> dict[str, Any]:
    """How many of each type before and after matching."""
    row: dict[str, Any] = {"t_window": wakes.time, "spat_window": wakes.radius}
    for side, rows in (("pre", np.ones(len(wakes), dtype=bool)), ("post", matching.matched)):
        row[f"control_{side}"] = int((rows & ~wakes.is_treatment).sum())
        row[f"treatment_{side}"] = int((rows & wakes.is_treatment).sum())
    return row


def as_frame(rows: Iterator[Mapping[str, Any]]) -> pd.DataFrame:
    """Rows of a table, None kept where there is no number."""
    return pd.DataFrame(list(rows))
