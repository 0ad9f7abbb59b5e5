"""The models of one case series, from its activities, incidents and returns."""

from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd

from indicators.linkage.case_series.fit import CellRows, Term, codes_of, fit_poisson
from indicators.linkage.panel import NotEstimable

LEAST_INFORMATION = 30.0
LEAST_AREAS_WITH_CONTRAST = 6
_COUNT_CELLS = Path(__file__).with_name("count_cells.sql")
STATES = ("0", "1-3", "4-7", "8-14")  # days since the last activity, as cells number them
_HISTORY = ("l7", "l28")


@dataclass(frozen=True)
class ModelSpec:
    """Terms of a model; `independent`: outcome and history without what UN police reported.

    `by_month`: strata area × month without month effects (the time-stratified design).
    """

    terms: tuple[str, ...]
    independent: bool = False
    by_month: bool = False


MODELS = {
    "primary": ModelSpec(("post", "same", *_HISTORY)),
    "lead": ModelSpec(("post", "lead", "same", *_HISTORY)),
    "windows": ModelSpec(("p1", "p2", "p3", "same", *_HISTORY)),
    "without_history": ModelSpec(("post", "same")),
    "independent": ModelSpec(("post", "same", *_HISTORY), independent=True),
    "month_strata": ModelSpec(("post", "same"), by_month=True),
}


@dataclass(frozen=True)
class DayCounts:
    """Known area-days and what was recorded on them."""

    days: int
    incidents: int
    independent: int
    by_state: dict[str, int]
    same: int
    lead: int


@dataclass(frozen=True)
class FittedModel:
    """One model: what it rests on after strata and months without incidents are dropped.

    `information`: sum over strata of incidents × share of days exposed × share not exposed, which
    is known before anybody looks at how the incidents are split. `reason`: why there is no term.
    """

    incidents: int
    days: int
    strata: int
    areas: int
    areas_with_contrast: int
    information: float
    terms: tuple[Term, ...] = ()
    reason: str | None = None

    @property
    def unfit_for_a_grade(self) -> str | None:
        """Why no grade rests on it, whatever its p: too_few_clusters or few_contrasts."""
        if self.areas_with_contrast < LEAST_AREAS_WITH_CONTRAST:
            return "too_few_clusters"
        return "few_contrasts" if self.information < LEAST_INFORMATION else self.reason


@dataclass(frozen=True)
class CaseSeries:
    """All models of one series of activities and incidents, by name as in MODELS."""

    rows: DayCounts
    models: dict[str, FittedModel]


def analyse(connection: duckdb.DuckDBPyConnection) -> CaseSeries:
    """Count and fit what stands in the schema `series`.

    `series.activity`: area, day. `series.incident`: area, day, is_independent (not reported by UN
    police). `series.returned`: source (activities, incidents), area, month (its first day),
    is_sent. Days are local dates; sites are rolled up to the area above them beforehand.
    """
    cells = count_cells(connection)
    return CaseSeries(_counts(cells), {name: fit(cells, spec) for name, spec in MODELS.items()})


def count_cells(connection: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """Cells (area, month, state, is_same, is_lead, h7, h28, k7, k28) with days and incidents."""
    return connection.execute(_COUNT_CELLS.read_text(encoding="utf-8")).df()


def _counts(cells: pd.DataFrame) -> DayCounts:
    by_state = cells.groupby("state")["days"].sum()
    return DayCounts(
        days=int(cells["days"].sum()),
        incidents=int(cells["incidents"].sum()),
        independent=int(cells["independent"].sum()),
        by_state={name: int(by_state.get(number, 0)) for number, name in enumerate(STATES)},
        same=int(cells.loc[cells["is_same"], "days"].sum()),
        lead=int(cells.loc[cells["is_lead"], "days"].sum()),
    )


def fit(cells: pd.DataFrame, spec: ModelSpec) -> FittedModel:
    """One model of the cells; `reason` where it cannot be estimated."""
    used = _with_incidents(_prepared(cells, spec))
    exposed = used["days"].where(used["state"] > 0, 0)
    shares = used.assign(exposed=exposed).groupby("stratum").agg(
        area=("area", "first"), days=("days", "sum"),
        exposed=("exposed", "sum"), outcome=("outcome", "sum"),
    )  # fmt: skip
    share = shares["exposed"] / shares["days"]
    has_contrast = (share > 0) & (share < 1)
    summary = {
        "incidents": int(used["outcome"].sum()),
        "days": int(used["days"].sum()),
        "strata": len(shares),
        "areas": shares["area"].nunique(),
        "areas_with_contrast": shares.loc[has_contrast, "area"].nunique(),
        "information": float((shares["outcome"] * share * (1 - share)).sum()),
    }
    try:
        terms = fit_poisson(_rows(used, spec), summary["areas_with_contrast"])
    except NotEstimable as error:
        return FittedModel(**summary, reason=error.reason)
    return FittedModel(**summary, terms=terms)


def _prepared(cells: pd.DataFrame, spec: ModelSpec) -> pd.DataFrame:
    """Outcome, history and stratum of the model, of cells that it need not tell apart as one."""
    months = pd.DatetimeIndex(cells["month"])
    number = np.asarray(months.year) * 12 + np.asarray(months.month) - 1
    short, long = ("k7", "k28") if spec.independent else ("h7", "h28")
    wide = pd.DataFrame(
        {
            "area": codes_of(cells["area"].to_numpy()),
            "period": number,
            "stratum_period": number if spec.by_month else number // 3,
            "state": cells["state"].to_numpy(),
            "is_same": cells["is_same"].to_numpy(),
            "is_lead": cells["is_lead"].to_numpy() if "lead" in spec.terms else False,
            "short": cells[short].to_numpy() if "l7" in spec.terms else 0,
            "long": cells[long].to_numpy() if "l7" in spec.terms else 0,
            "days": cells["days"].to_numpy(),
            "outcome": cells["independent" if spec.independent else "incidents"].to_numpy(),
        }
    )
    keys = [name for name in wide if name not in ("days", "outcome")]
    found = wide.groupby(keys, sort=True, as_index=False)[["days", "outcome"]].sum()
    found["stratum"] = codes_of((found["area"] * 100_000 + found["stratum_period"]).to_numpy())
    return found


def _with_incidents(cells: pd.DataFrame) -> pd.DataFrame:
    """Without strata, then without months, that hold no incident: they say nothing of a ratio."""
    for name in ("stratum", "period"):
        total = cells.groupby(name)["outcome"].transform("sum")
        cells = cells.loc[total > 0]
    return cells


def _rows(cells: pd.DataFrame, spec: ModelSpec) -> CellRows:
    state = cells["state"].to_numpy()
    columns = {
        "post": state > 0,
        "p1": state == 1,
        "p2": state == 2,
        "p3": state == 3,
        "same": cells["is_same"].to_numpy(),
        "lead": cells["is_lead"].to_numpy(),
        "l7": np.log1p(cells["short"].to_numpy()),
        "l28": np.log1p(cells["long"].to_numpy()),
    }
    terms = np.column_stack([np.asarray(columns[name], dtype=np.float64) for name in spec.terms])
    return CellRows(
        days=cells["days"].to_numpy(dtype=np.float64),
        incidents=cells["outcome"].to_numpy(dtype=np.float64),
        terms=terms,
        names=spec.terms,
        stratum=codes_of(cells["stratum"].to_numpy()),
        area=codes_of(cells["area"].to_numpy()),
        period=None if spec.by_month else cells["period"].to_numpy(dtype=np.int64),
    )
