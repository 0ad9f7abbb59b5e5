"""Survey indicators: the estimates of each wave for areas and groups.

A wave is never split and never pooled (definitions 16): all of it lies where its areas lay on the
day of its last completed interview. How an estimate is made does not belong
here: see `indicators.survey`.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from datetime import date
from typing import Any

import duckdb
import numpy as np
import pandas as pd

from indicators.compiler.areas import LEVELS
from indicators.compiler.cells.grid import Parts, is_in_grid
from indicators.compiler.cells.statuses import CELL_COLUMNS
from indicators.definitions.checks.columns_read import dimension_of
from indicators.definitions.indicator import Indicator
from indicators.definitions.mission_profile import Mission
from indicators.foundation.mart_tables import (
    DIMENSIONS,
    NORMAL,
    NOT_COMPUTABLE,
    TOO_IMPRECISE,
    TOTAL,
)
from indicators.incremental.result_cache import begin_elsewhere
from indicators.incremental.row_engine import DUCKDB, RowEngine
from indicators.survey import (
    Condition,
    Design,
    Difference,
    Mean,
    Proportion,
    Quantile,
    Statistic,
    Total,
    estimate_many,
)
from indicators.survey.inputs.columns import RowsElsewhere, SurveyData, is_number_column
from indicators.survey.presentation import WITHHOLD, dhs, nchs_proportions
from indicators.survey.waves.contributions import write_contributions
from indicators.survey.waves.respondents import respondents_sql, wave_respondents
from indicators.survey.waves.shown import SHOWN_WAVE, STALE_WAVE, Wave, note_shown_waves

Grouping = Mapping[str, str]  # dimension to column


def begin_surveys(
    connection: duckdb.DuckDBPyConnection,
    mission: Mission,
    indicators: Sequence[Indicator],
    as_of: date,
    are_files_kept: bool,
    engine: RowEngine = DUCKDB,
    elsewhere: Executor | None = None,
) -> Callable[[], None]:
    """Reads what the estimates of all survey indicators are made of, as far as anything changed;
    what it gives writes their cells and the files behind them.

    `are_files_kept`: whether `mart.contribution` stands as the last run left it. `engine`: who goes
    over the rows, to sums by sampling unit. `elsewhere`: another process that may estimate.
    """
    surveys = {indicator.code: indicator for indicator in indicators if indicator.is_survey}
    note_shown_waves(connection, mission, list(surveys.values()), as_of)
    stale = connection.execute(
        f"""SELECT survey_code, wave, instrument, last_on, indicator, list(DISTINCT period_type)
        FROM {STALE_WAVE} GROUP BY ALL ORDER BY ALL"""
    ).fetchall()
    asked: dict[Wave, dict[str, list[str]]] = {}
    begun: dict[Wave, Callable[[], pd.DataFrame]] = {}
    for *wave, code, period_types in stale:
        asked.setdefault(Wave(*wave), {})[code] = period_types
    for of_wave, period_types in asked.items():
        chosen = [surveys[code] for code in period_types]
        rows = survey_rows(connection, of_wave, chosen, engine)
        where = elsewhere if isinstance(rows, pd.DataFrame) else None
        made_of = (mission, of_wave, chosen, rows, period_types)
        begun[of_wave] = begin_elsewhere(where, _cells_of_wave, *made_of)

    def write() -> None:
        cells = {wave: end() for wave, end in reversed(begun.items())}
        for wave in begun:
            _write_cells(connection, wave, cells[wave])
        if surveys and (stale or not are_files_kept):
            shown = STALE_WAVE if are_files_kept else SHOWN_WAVE
            write_contributions(connection, mission, list(surveys.values()), shown)

    return write


def survey_rows(
    connection: duckdb.DuckDBPyConnection,
    wave: Wave,
    indicators: Sequence[Indicator],
    engine: RowEngine,
) -> SurveyData:
    """The wave's respondents: read where they lie, or left where another engine sums them up."""
    if engine is DUCKDB:
        return _coded(wave_respondents(connection, wave, indicators), indicators)

    def read(asked: duckdb.DuckDBPyRelation) -> pd.DataFrame:
        return connection.execute(engine.rows(connection, [asked.sql_query()])).df()

    return RowsElsewhere(connection.sql(respondents_sql(wave, indicators)), read)


def _coded(frame: pd.DataFrame, indicators: Sequence[Indicator]) -> pd.DataFrame:
    """Texts that estimates go by as categories: sorted once a wave and not for each indicator."""
    names = {column for one in indicators for column in one.disaggregate.values()}
    names |= {f"level_{level}" for level in LEVELS}
    return frame.astype({name: "category" for name in names if not is_number_column(frame[name])})


# Why a survey's figure has no interval: everything that could be drawn was.
ALL_UNITS = "all_units"


def _design(mission: Mission, wave: Wave, frame: pd.DataFrame, weight: str) -> Design:
    stated = [
        substitute.design_effect
        for substitute in mission.survey_substitutes
        if (substitute.survey_code, substitute.wave) == (wave.survey_code, wave.wave)
    ]
    has_psu = bool(frame["psu"].notna().all())
    has_fpc = has_psu and bool(np.isfinite(frame["fpc_psu"]).any())
    return Design(
        ids=("psu",) if has_psu else (),
        strata=("stratum",),
        weights=weight,
        fpc=("fpc_psu",) if has_fpc else (),
        nest=True,
        lonely_psu="adjust",
        stated_deff=stated[0] if stated and not has_psu else None,
    )


def _cells_of_wave(
    mission: Mission,
    wave: Wave,
    indicators: Sequence[Indicator],
    respondents: SurveyData,
    period_types: Mapping[str, Collection[str]],
) -> pd.DataFrame:
    cells = [_cells(mission, wave, one, respondents, period_types[one.code]) for one in indicators]
    return pd.concat(cells, ignore_index=True)


def _cells(
    mission: Mission,
    wave: Wave,
    indicator: Indicator,
    respondents: SurveyData,
    period_types: Collection[str],
) -> pd.DataFrame:
    """The cells of one indicator in one wave that periods of these types show, without period.

    Beside the columns of the mart: `parts`, which with the area says where they lie in the grid.
    """
    weight = f"weight_{indicator.measure.weight}"
    frame, units = _weighted(respondents, weight)
    design = _design(mission, wave, units, weight)
    levels = [level for level in LEVELS if units[f"level_{level}"].notna().any()]
    wanted = [
        (level, grouping)
        for level in levels
        for grouping in _groupings(indicator)
        if any(is_in_grid(_parts_of(grouping), level, kind) for kind in period_types)
    ]
    if not wanted:  # no interview of the wave has this weight
        return pd.DataFrame()
    by = [[f"level_{level}", *grouping.values()] for level, grouping in wanted]
    domain = [Condition(f"inside {indicator.code}", "==", True)]
    found = estimate_many(frame, design, [_statistic(indicator)], by, domain)
    withheld = _withheld(design, indicator, frame, by, found)
    places = _places(indicator, wanted, found)
    cells = pd.DataFrame(places | _figures(indicator, found, withheld))
    is_whole = cells["area"].isin(_areas_visited_whole(units, levels))
    return cells.assign(method=cells["method"].mask(is_whole & cells["ci_low"].isna(), ALL_UNITS))


def _weighted(respondents: SurveyData, weight: str) -> tuple[SurveyData, pd.DataFrame]:
    """Who has this weight, and their units with areas (as often as they occur, or once)."""
    if isinstance(respondents, RowsElsewhere):
        frame = respondents.present(weight)
        levels = [f"level_{level}" for level in LEVELS]
        return frame, frame.distinct(["psu", "stratum", "fpc_psu", *levels])
    assert isinstance(respondents, pd.DataFrame)
    rows = respondents[respondents[weight].notna()]
    return rows, rows


def _areas_visited_whole(frame: pd.DataFrame, levels: Sequence[str]) -> set[str]:
    """Areas in all of whose strata every sampling unit was visited: no sampling error is left."""
    drawn = frame.groupby("stratum")["psu"].transform("nunique")
    is_whole = frame["fpc_psu"].notna() & (drawn >= frame["fpc_psu"])
    areas = (is_whole.groupby(frame[f"level_{level}"]).all() for level in levels)
    return {str(area) for whole in areas for area in whole.index[whole]}


def _parts_of(grouping: Grouping) -> Parts:
    kinds: tuple[Parts, ...] = ("total", "part", "sex_age")
    return kinds[len(grouping)]


def _groupings(indicator: Indicator) -> Iterator[Grouping]:
    """Total, each dimension alone, sex with age group: dimension name to column."""
    crossed = {name: indicator.disaggregate.get(name, "") for name in ("sex", "age_group")}
    yield {}
    for name, column in indicator.disaggregate.items():
        yield {name: column}
    if all(crossed.values()):
        yield crossed


def _places(
    indicator: Indicator, wanted: Sequence[tuple[str, Grouping]], found: pd.DataFrame
) -> dict[str, Any]:
    """Area, dimensions and part of the grid of each estimate, under the names of the mart."""
    of_grouping = found["grouping"].to_numpy()
    cells = {name: np.full(len(found), TOTAL, dtype=object) for name in ("area", *DIMENSIONS)}
    cells["parts"] = np.array([_parts_of(grouping) for _, grouping in wanted])[of_grouping]
    names = {name for level, grouping in wanted for name in (f"level_{level}", *grouping.values())}
    values = {name: found[name].to_numpy(dtype=object) for name in names}
    for number, (level, grouping) in enumerate(wanted):
        rows = of_grouping == number
        cells["area"][rows] = values[f"level_{level}"][rows]
        for name, column in grouping.items():
            cells[_value_column(name)][rows] = values[column][rows]
            if dimension_of(name) == "breakdown":
                cells["breakdown"][rows] = name
    return cells


def _withheld(
    design: Design,
    indicator: Indicator,
    frame: SurveyData,
    by: Sequence[Sequence[str]],
    found: pd.DataFrame,
) -> Any:
    """Where a figure is too imprecise to show.

    Shares by the NCHS standards of 2017, of a difference either of its two; what is no share by
    the number of cases, as in DHS reports.
    """
    if indicator.measure.scores:
        return dhs(found)["status"].eq(WITHHOLD).to_numpy()
    between = indicator.measure.between
    if between is None:
        return nchs_proportions(found)["status"].eq(WITHHOLD).to_numpy()
    domain = [
        Condition(f"inside {indicator.code}", "==", True),
        Condition(between.column, "in", [between.of, between.minus]),
    ]
    share = Proportion(f"outcome {indicator.code}", 1.0)
    by_side = [[*columns, between.column] for columns in by]
    shares = estimate_many(frame, design, [share], by_side, domain)
    key = ["grouping", *dict.fromkeys(name for columns in by for name in columns)]
    judged = shares[key].assign(withheld=nchs_proportions(shares)["status"].eq(WITHHOLD))
    either = judged.groupby(key, as_index=False, dropna=False)["withheld"].any()
    return found[key].merge(either, how="left", on=key)["withheld"].eq(True).to_numpy()


def _value_column(name: str) -> str:
    found = dimension_of(name)
    return "breakdown_value" if found == "breakdown" else found


def _statistic(indicator: Indicator) -> Statistic:
    outcome, measure = f"outcome {indicator.code}", indicator.measure
    if measure.between is not None:
        between = measure.between
        return Difference(outcome, between.column, between.minus, between.of, level=1.0)
    if measure.kind == "index":
        return Mean(outcome)
    if measure.kind == "total":
        return Total(outcome)
    if measure.kind == "survey_quantile" and measure.quantile is not None:
        return Quantile(outcome, measure.quantile)
    return Proportion(outcome, 1.0)


def _figures(indicator: Indicator, table: pd.DataFrame, withheld: Any) -> dict[str, Any]:
    """The figures of the mart from those of `estimate`: shares become percent."""
    scale = indicator.scale
    is_difference = indicator.measure.between is not None
    parts = np.nan if is_difference else None
    return {
        "indicator": indicator.code,
        "value": table["estimate"].to_numpy() * scale,
        "se": table["se"].to_numpy() * scale,
        "ci_low": table["ci_low"].to_numpy() * scale,
        "ci_high": table["ci_high"].to_numpy() * scale,
        "numerator": parts or table["numerator"].to_numpy(),
        "denominator": parts or table["denominator"].to_numpy(),
        # Against sampling with replacement: weights are relative, their sum counts no population.
        "deff": table["deff_replace"].to_numpy() if "deff_replace" in table else np.nan,
        "df": table["df"].to_numpy(),
        "method": table["method"].to_numpy(),
        "n": table["n"].to_numpy(),
        "cases": table["n"].to_numpy(),
        "own_status": _statuses(table, withheld),
    }


def _statuses(table: pd.DataFrame, withheld: Any) -> Any:
    """M without a valid answer; U where the NCHS standards withhold: the figures stay beside it."""
    missing = table["estimate"].isna()
    return np.where(missing, NOT_COMPUTABLE, np.where(withheld, TOO_IMPRECISE, NORMAL))


def _write_cells(connection: duckdb.DuckDBPyConnection, wave: Wave, cells: pd.DataFrame) -> None:
    """Each cell in the periods that show the wave and whose grid has it."""
    if cells.empty:
        return
    connection.register("survey_cells", cells)
    # Pandas knows no missing integer or text here: NaN becomes null.
    columns = ", ".join(
        f"CASE WHEN isnan({name}) THEN NULL ELSE {name} END"
        if sql_type == "DOUBLE"
        else f"CAST({name} AS {sql_type})"
        for name, sql_type in CELL_COLUMNS.items()
    )
    connection.execute(
        f"""INSERT INTO cube.cell
        SELECT {columns}
        FROM survey_cells
        JOIN {STALE_WAVE} AS shown USING (indicator)
        JOIN cube.grid USING (area, period_type, parts)
        WHERE shown.survey_code = ? AND shown.wave = ? AND shown.instrument = ?""",
        [wave.survey_code, wave.wave, wave.instrument],
    )
    connection.unregister("survey_cells")
