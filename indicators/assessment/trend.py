"""Trends: whether a value has changed, by a test; otherwise "no clear change".

Which cells are compared with which, and in which family; the tests are in `change_tests.py`.

Surveys: the newest wave of a period against the wave before it, by the t-test of the difference;
where both went back to the same sampling units, with their covariance (`changes.py`).
Counts, sums, distinct counts and rates over time: against the same period of last year; exposure is
days, for rates persons x days. Shares of registers: the same, by Fisher's exact test. Where returns
are missing, both on the area-months that came in both years (`register_changes.py`). Dispersion
comes from the months (weeks for weeks; where there are no months the shortest period) before the
period, and needs at least 8 of them with the same month of the year before. No trend: stocks,
means and medians (null in this version), and parts of a breakdown. Figures of two versions of a
definition are never compared: where the earlier period or wave was computed by another version,
the trend says that the definition changed.
Beside a trend stand the size of the change with its interval, the smallest change that would be
seen, what it was compared on, and where there is none, why (`trend_reason`).

Families of Benjamini and Hochberg: all indicators' mission totals of one period; within an
indicator, all areas of one period. A trend is called at q < .05.
"""

from collections.abc import Collection

import duckdb
import numpy as np
import pandas as pd

from indicators.assessment.changes.change_tests import (
    LEVEL,
    estimate_change_p,
    estimate_change_sizes,
)
from indicators.assessment.changes.register_changes import (
    SERIES,
    SIZES,
    has_value,
    register_changes,
)
from indicators.assessment.total_cells import (
    above_and_below,
    of_sql,
    set_columns,
    total_cells,
    total_periods,
)
from indicators.definitions.measures import COUNT_KINDS
from indicators.definitions.mission_profile import Mission
from indicators.foundation.mart_tables import NORMAL, TOO_IMPRECISE, TREND_COLUMNS, totals_sql
from indicators.foundation.numbers.statistics import benjamini_hochberg
from indicators.foundation.periods import period_named, previous_year
from indicators.survey.waves.changes import overlapping_sample_se

DEFINITION_CHANGED = "definition_changed"
TRENDS = ("improving", "worsening", "more", "fewer", "no_clear_change", DEFINITION_CHANGED)
_BY_LENGTH = ("M", "W", "Q", "S", "A", "B")
_BESIDE = tuple(name for name in TREND_COLUMNS if name != "trend")


# What is kept of each cell that has a trend: its p-value belongs to families of many indicators.
_TESTED = {
    "indicator": "VARCHAR", "indicator_version": "INTEGER", "area": "VARCHAR",
    "period_type": "VARCHAR", "period": "VARCHAR", "way": "DOUBLE", "p": "DOUBLE",
    "is_broken": "BOOLEAN",
}  # fmt: skip


def trends(
    connection: duckdb.DuckDBPyConnection,
    mission: Mission,
    indicators: Collection[str] | None = None,
) -> None:
    """Set TREND_COLUMNS in `mart.indicator_value`; `trend` is one of TRENDS, null where untested.

    `indicators`: of which anything changed since the last time; the others' tests are kept. Reads
    the cells' own figures, `mart.indicator` (measure, direction), `mart.area` and the as-of day of
    `mart.mission`.
    """
    cells = total_cells(connection, mission, of_sql(indicators))
    above, periods = above_and_below(connection, mission), total_periods(connection, mission)
    changes = [*register_changes(cells, above, periods)]
    if cells["is_survey"].any():
        surveys = periods[periods["is_survey"]]
        versions = dict(zip(surveys["indicator"], surveys["indicator_version"], strict=True))
        errors = overlapping_sample_se(connection, mission, versions)
        changes.append(_wave_changes(cells, errors))
    found = pd.concat([_untested_kinds(cells), *changes], ignore_index=True)
    found = found.drop_duplicates("cell_id", keep="last").astype({"cell_id": "int64"})
    found = found.set_index("cell_id").reindex(columns=["way", "p", *_BESIDE])
    broken = _breaks_in_series(cells)
    _keep_tests(connection, indicators, cells, found, broken)
    set_columns(connection, mission, _sizes_and_reasons(cells, found, broken), _BESIDE, indicators)
    set_columns(connection, mission, _called(connection, mission), ("trend",))


def _sizes_and_reasons(cells: pd.DataFrame, found: pd.DataFrame, broken: pd.Index) -> pd.DataFrame:
    """`cell_id` and what stands beside a trend, of every cell of which something is said."""
    said = found[list(_BESIDE)].astype(object)
    # A register's share is a part of one; the mart says it in the unit of measure.
    scale = cells.set_index("cell_id")["scale"].reindex(said.index)
    for name in SIZES:
        said[name] = said[name].astype(float) * scale
    said = said.drop(index=broken, errors="ignore")
    return said.where(said.notna() & (said != ""), None).reset_index()


def _keep_tests(
    connection: duckdb.DuckDBPyConnection,
    indicators: Collection[str] | None,
    cells: pd.DataFrame,
    found: pd.DataFrame,
    broken: pd.Index,
) -> None:
    """Replace what is kept of the tests of these indicators."""
    tested = found.loc[np.isfinite(found["p"].astype(float)), ["way", "p"]]
    named = cells.set_index("cell_id")[[*SERIES, "period_type", "period"]]
    tests = named.join(tested.reindex(tested.index.union(broken)), how="inner")
    tests = tests.assign(is_broken=tests.index.isin(broken))
    columns = ", ".join(f"{name} {sql_type}" for name, sql_type in _TESTED.items())
    connection.execute("CREATE SCHEMA IF NOT EXISTS cube")
    connection.execute(f"CREATE TABLE IF NOT EXISTS cube.tested_change ({columns})")
    connection.execute(f"DELETE FROM cube.tested_change AS cell WHERE {of_sql(indicators)}")
    connection.register("tests_of_change", tests)
    connection.execute("INSERT INTO cube.tested_change BY NAME FROM tests_of_change")
    connection.unregister("tests_of_change")


def _called(connection: duckdb.DuckDBPyConnection, mission: Mission) -> pd.DataFrame:
    """`cell_id` and `trend` of every cell that was tested, in its family of all indicators."""
    kept = connection.execute(
        f"""SELECT cell.rowid AS cell_id, kept.*, known.direction
        FROM cube.tested_change AS kept
        JOIN mart.indicator_value AS cell
          USING (indicator, indicator_version, area, period_type, period)
        JOIN mart.indicator AS known ON known.mission = cell.mission
          AND known.indicator = cell.indicator AND known.version = cell.indicator_version
        WHERE cell.mission = $mission AND {totals_sql("cell.")}""",
        {"mission": mission.mission},
    ).df()
    called = _flag_significant(kept[kept["p"].notna()], mission.country_area)
    trend = kept["cell_id"].map(called).astype(object)
    trend[kept["is_broken"].astype(bool)] = DEFINITION_CHANGED
    return kept[["cell_id"]].assign(trend=trend)


def _untested_kinds(cells: pd.DataFrame) -> pd.DataFrame:
    """Cells with a value of kinds that no test is for, and of waves; what is tested replaces it."""
    reason = np.select(
        [cells["is_stock"], cells["is_survey"], ~cells["measure"].isin([*COUNT_KINDS, "ratio"])],
        ["latest_value", "no_wave_before", "measure_not_tested"],
        "",
    )
    return cells[["cell_id"]].assign(trend_reason=reason)[has_value(cells) & (reason != "")]


# Surveys ------------------------------------------------------------------------------------------


def _wave_changes(cells: pd.DataFrame, errors: pd.DataFrame) -> pd.DataFrame:
    """Each period's newest wave against the wave before it; both must be fit to be shown.

    `errors`: standard errors of pairs that share sampling units (`changes.py`); the others
    are independent samples.
    """
    surveys = cells[cells["is_survey"] & cells["obs_status"].isin([NORMAL, TOO_IMPRECISE])]
    frame = _wave_pairs(surveys)
    frame = _with_shared_units(frame, cells, errors)
    figures = [frame[name].to_numpy(dtype=float) for name in ("change", "se", "df")]
    sizes = estimate_change_sizes(*figures)
    frame = frame.assign(
        way=figures[0],
        p=estimate_change_p(*figures),
        change_ci_low=sizes.low,
        change_ci_high=sizes.high,
        change_visible=sizes.visible,
    )
    return frame.loc[np.isfinite(frame["p"]), ["cell_id", "way", "p", *SIZES]]


def _with_shared_units(
    frame: pd.DataFrame, cells: pd.DataFrame, errors: pd.DataFrame
) -> pd.DataFrame:
    key = ["indicator", "period_type", "period", "area"]
    named = frame.join(cells.set_index("cell_id")[key], on="cell_id")
    shared = named.merge(errors, how="left", on=key)
    for name in ("se", "df"):
        found = pd.to_numeric(shared[f"shared_{name}"]).to_numpy(dtype=float)
        frame[name] = np.where(np.isfinite(found), found, frame[name])
    return frame


def _wave_pairs(surveys: pd.DataFrame) -> pd.DataFrame:
    """`cell_id, change, se, df` of the newest wave in each period against the wave before it.

    A wave is told from the next by the shortest periods of its series: no two show the same one.
    The standard error is that of independent samples.
    """
    cells = surveys.assign(series=surveys.groupby(SERIES).ngroup(), place=np.arange(len(surveys)))
    length = cells["period_type"].map({name: at for at, name in enumerate(_BY_LENGTH)})
    is_base = length == length.groupby(cells["series"]).transform("min")
    waves = cells[is_base].sort_values("period_end")
    before = waves.groupby("series")[["value", "se", "df", "obs_status"]].shift()
    waves = waves[["series", "period_start", "period_end"]].assign(
        change=waves["value"] - before["value"],
        se=np.hypot(waves["se"].astype(float), before["se"].astype(float)),
        df=waves["df"] + before["df"],
        is_told=waves["obs_status"].eq(NORMAL) & before["obs_status"].eq(NORMAL),
    )
    newest = pd.merge_asof(
        cells[["cell_id", "place", "series", "period_start", "period_end"]].sort_values(
            "period_end"
        ),
        waves.rename(columns={"period_start": "wave_start"}),
        on="period_end",
        by="series",
    )
    told = newest["is_told"].eq(True) & (newest["wave_start"] >= newest["period_start"])
    return (
        newest[told]
        .sort_values("place", ignore_index=True)[["cell_id", "change", "se", "df"]]
        .astype(float)
    )


# Versions -----------------------------------------------------------------------------------------


def _breaks_in_series(cells: pd.DataFrame) -> pd.Index:
    """Cells with a value whose earlier period or wave another version of the definition gave."""
    several = cells.groupby("indicator")["indicator_version"].transform("nunique") > 1
    tested = cells["measure"].isin([*COUNT_KINDS, "ratio"]) | cells["is_survey"]
    chosen = cells[several & tested & has_value(cells) & ~cells["is_stock"]]
    place = ["indicator", "area", "period_type"]
    waves = chosen[chosen["is_survey"]].sort_values("period_start")
    years = {name: previous_year(period_named(name)).name for name in set(chosen["period"])}
    wave_before = waves.groupby(place)["period"].shift().reindex(chosen.index)
    before = wave_before.where(chosen["is_survey"], chosen["period"].map(years))
    earlier = chosen[[*place, "period", "indicator_version"]].rename(
        columns={"period": "before", "indicator_version": "version_before"}
    )
    compared = chosen.assign(before=before.astype(chosen["period"].dtype)).merge(
        earlier, on=[*place, "before"]
    )
    broken = compared[compared["version_before"] != compared["indicator_version"]]
    return pd.Index(broken["cell_id"].astype("int64"), name="cell_id")


# Calls --------------------------------------------------------------------------------------------


def _flag_significant(tested: pd.DataFrame, country_area: str) -> pd.Series:
    """The trend of each tested cell, by `cell_id`."""
    is_mission = tested["area"].eq(country_area)
    scope = tested["indicator"].where(~is_mission, "")
    family = tested.groupby([tested["period_type"], tested["period"], scope], sort=False).ngroup()
    q = benjamini_hochberg(tested["p"].to_numpy(dtype=float), np.asarray(family, dtype=np.int64))
    rises = tested["way"].to_numpy(dtype=float) > 0
    neutral = tested["direction"].eq("neutral").to_numpy()
    better = rises == tested["direction"].eq("up").to_numpy()
    word = np.select(
        [q >= LEVEL, neutral & rises, neutral, better],
        ["no_clear_change", "more", "fewer", "improving"],
        "worsening",
    )
    return pd.Series(word.astype(object), index=tested["cell_id"].astype("int64"))
