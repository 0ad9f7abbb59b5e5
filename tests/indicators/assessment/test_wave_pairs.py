"""Which waves a trend compares: all series at once give what a loop over each period gives."""

from collections.abc import Iterator

import numpy as np
import pandas as pd
import pytest

from indicators.assessment.trend import _wave_pairs
from indicators.foundation.periods import period_of

TYPES = ("M", "W", "Q", "A", "B")


def slow_pairs(cells: pd.DataFrame) -> Iterator[tuple[float, ...]]:
    """Period by period: the last wave inside it, and the one before that wave."""
    for _, series in cells.groupby(["indicator", "indicator_version", "area"]):
        base = min(series["period_type"], key=TYPES.index)
        waves = series[series["period_type"] == base].sort_values("period_end").to_dict("records")
        for cell in series.to_dict("records"):
            inside = [
                at
                for at, wave in enumerate(waves)
                if cell["period_start"] <= wave["period_start"]
                and wave["period_end"] <= cell["period_end"]
            ]
            if inside and inside[-1] > 0:
                now, before = waves[inside[-1]], waves[inside[-1] - 1]
                if now["obs_status"] == before["obs_status"] == "A":
                    yield (
                        cell["cell_id"],
                        now["value"] - before["value"],
                        float(np.hypot(now["se"], before["se"])),
                        now["df"] + before["df"],
                    )


def random_cells(seed: int) -> pd.DataFrame:
    """Series of waves in some of the period types; statuses A and U."""
    draw = np.random.default_rng(seed)
    rows = []
    for number in range(draw.integers(1, 8)):
        days = pd.Timestamp("2023-01-10") + pd.to_timedelta(draw.integers(0, 1200, 6), "D")
        for kind in draw.choice(TYPES, draw.integers(1, 4), replace=False):
            periods = {period_of(day.date(), str(kind)).name: day for day in days}
            for name, day in periods.items():
                if draw.random() < 0.9:
                    period = period_of(day.date(), str(kind))
                    rows.append(
                        {"indicator": f"I{number % 3}", "indicator_version": 1 + number % 2,
                         "area": f"X{number}", "period_type": kind, "period": name,
                         "period_start": pd.Timestamp(period.start),
                         "period_end": pd.Timestamp(period.end), "value": draw.normal(),
                         "se": draw.uniform(0.1, 1), "df": float(draw.integers(3, 90)),
                         "obs_status": draw.choice(["A", "A", "A", "U"])}
                    )  # fmt: skip
    cells = pd.DataFrame(rows).sort_values(["indicator", "indicator_version", "area"])
    return cells.assign(cell_id=range(len(cells)))


@pytest.mark.parametrize("seed", range(20))
def test_all_series_at_once_are_the_loop(seed: int) -> None:
    cells = random_cells(seed)
    found = [tuple(row) for row in _wave_pairs(cells).to_numpy()]
    assert found == list(slow_pairs(cells))


def test_without_surveys_there_is_no_pair() -> None:
    assert _wave_pairs(random_cells(1).iloc[:0]).empty
