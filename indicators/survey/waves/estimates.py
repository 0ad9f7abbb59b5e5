"""Survey indicators: which wave a period shows, and its estimates for areas and groups.

A wave is never split and never pooled (definitions 16): all of it lies where its areas lay on the
day of its last completed interview. How an estimate is made does not belong
here: see `indicators.survey`.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import duckdb
import numpy as np
import pandas as pd

from indicators.compiler.areas import LEVELS
from indicators.compiler.cells.grid import GRID, Parts, in_grid_sql, is_in_grid
from indicators.compiler.cells.statuses import CELL_COLUMNS
from indicators.compiler.explanation.wave_sql import (
    NO_ANSWER,
    domain_sql,
    place_column,
    shown_waves_sql,
)
from indicators.definitions.columns_read import dimension_of
from indicators.definitions.indicator import Indicator
from indicators.definitions.measures import Measure
from indicators.definitions.mission_profile import Mission
from indicators.foundation.codes import NORMAL, NOT_COMPUTABLE, TOO_IMPRECISE, TOTAL
from indicators.foundation.mart_tables import DIMENSIONS
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
from indicators.survey.presentation import WITHHOLD, dhs, nchs_proportions


@dataclass(frozen=True)
class Wave:
    """One wave of one instrument; `last_on` is the day of its last completed interview."""

    survey_code: str
    wave: str
    instrument: str
    last_on: date


def compute_surveys(
    connection: duckdb.DuckDBPyConnection, mission: Mission, indicators: Sequence[Indicator]
) -> None:
    """Add the cells of all survey indicators, and the files behind them."""
    surveys = [indicator for indicator in indicators if indicator.is_survey]
    if not surveys:
        return
    shown = {
        (indicator.code, wave): periods
        for indicator in surveys
        for wave, periods in periods_of_waves(connection, indicator).items()
    }
    for wave in sorted({wave for _, wave in shown}, key=str):
        chosen = [indicator for indicator in surveys if (indicator.code, wave) in shown]
        frame = wave_respondents(connection, wave, chosen)
        for indicator in chosen:
            periods = shown[indicator.code, wave]
            cells = _cells(mission, wave, indicator, frame, {kind for kind, _ in periods})
            _store(connection, cells, periods)
            _store_files(connection, mission, wave, indicator, periods)


def periods_of_waves(
    connection: duckdb.DuckDBPyConnection, indicator: Indicator
) -> dict[Wave, list[tuple[str, str]]]:
    """For each wave that asked every item: the periods that show it."""
    rows = connection.execute(f"{shown_waves_sql(indicator)}\nORDER BY ALL").fetchall()
    found: dict[Wave, list[tuple[str, str]]] = {}
    for period_type, period, *wave in rows:
        found.setdefault(Wave(*wave), []).append((period_type, period))
    return found


def wave_respondents(
    connection: duckdb.DuckDBPyConnection, wave: Wave, indicators: Sequence[Indicator]
) -> pd.DataFrame:
    """One row a respondent: design, dimensions, areas above it, and each indicator's outcome."""
    items = sorted({item for indicator in indicators for item in indicator.measure.all_items})
    answers = ", ".join(
        f"max(answer) FILTER (WHERE item = '{item}') AS \"{item}\"" for item in items
    )
    place = place_column(wave.instrument)
    inside = ", ".join(f'({domain_sql(i)}) AS "inside {i.code}"' for i in indicators)
    levels = ", ".join(
        f"max(area) FILTER (WHERE area_level = '{level}') AS level_{level}" for level in LEVELS
    )
    frame = connection.execute(
        f"""WITH design AS (
          SELECT * FROM cube.survey_respondents
          WHERE survey_code = ? AND wave = ? AND instrument = ?
            AND consent_given AND result IN ('complete', 'partial')
        ),
        answered AS (
          SELECT respondent_key, {answers} FROM core.survey_answers
          WHERE survey_code = ? AND wave = ? GROUP BY respondent_key
        ),
        places AS (
          SELECT span.area_code AS place, {levels}
          FROM cube.area_span AS span JOIN cube.area_up ON area_up.area_code = span.place
          WHERE ? >= span.begins AND ? < span.ends
          GROUP BY span.area_code
        )
        SELECT design.*, answered.* EXCLUDE (respondent_key), places.* EXCLUDE (place), {inside}
        FROM design
        LEFT JOIN answered USING (respondent_key)
        LEFT JOIN places ON places.place = design.{place}
        ORDER BY respondent_key""",
        [
            *(wave.survey_code, wave.wave, wave.instrument),
            *(wave.survey_code, wave.wave),
            *(wave.last_on, wave.last_on),
        ],
    ).df()
    outcomes = {f"outcome {i.code}": _outcome(frame, i) for i in indicators}
    # Numbers sort faster than texts, and every estimate sorts its rows first.
    numbered = {name: _numbered(frame[name]) for name in ("psu", "stratum")}
    # A unit's own code tells whether another wave went back to it.
    named = {f"{name}_code": frame[name] for name in ("psu", "stratum")}
    return frame.assign(**named, **numbered, **outcomes, fpc_psu=_population_counts(frame))


def _numbered(column: pd.Series) -> pd.Series:
    """A number for each code; who has none in a column that has some is a unit of its own."""
    if column.isna().all():
        return column
    number, known = pd.factorize(column, sort=True)
    alone = number < 0
    number[alone] = len(known) + np.arange(alone.sum())
    return pd.Series(number, index=column.index)


def _population_counts(frame: pd.DataFrame) -> pd.Series:
    """Units in the population by row; infinite in a stratum without them or without units."""
    unknown = frame["fpc_psu"].isna() | frame["psu"].isna()
    return frame["fpc_psu"].mask(unknown.groupby(frame["stratum"]).transform("any"), np.inf)


def _outcome(frame: pd.DataFrame, indicator: Indicator) -> np.ndarray:
    """What each respondent adds; missing without a valid answer, or not to be asked (`among`)."""
    asked = np.ones(len(frame), dtype=bool)
    for item, answers in indicator.measure.among.items():
        asked &= frame[item].isin(answers).to_numpy()
    of_kind = _score if indicator.measure.scores else _is_favourable
    return np.where(asked, of_kind(frame, indicator.measure), np.nan)


def _is_favourable(frame: pd.DataFrame, measure: Measure) -> np.ndarray:
    """1 where every item was answered favourably, 0 where not."""
    favourable = np.ones(len(frame), dtype=bool)
    valid = np.ones(len(frame), dtype=bool)
    for item, answers in measure.items.items():
        # A number of days may be written with zeros before it.
        given = frame[item].astype("string").str.replace(r"^0+(?=\d)", "", regex=True)
        favourable &= given.isin(answers).to_numpy()
        valid &= (frame[item].notna() & ~frame[item].isin(NO_ANSWER)).to_numpy()
    return np.where(valid, favourable.astype(float), np.nan)


def _score(frame: pd.DataFrame, measure: Measure) -> np.ndarray:
    """The mean score over the items answered; missing where fewer than the least were."""
    items = pd.DataFrame(
        {
            item: frame[item].map(numbers)
            if numbers
            else pd.to_numeric(frame[item].mask(frame[item].isin(NO_ANSWER)), errors="coerce")
            for item, numbers in sorted(measure.scores.items())
        },
        dtype="float64",
    )
    enough = items.notna().sum(axis=1) >= measure.minimum_answered
    return items.mean(axis=1).where(enough).to_numpy(dtype="float64")


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


def _cells(
    mission: Mission,
    wave: Wave,
    indicator: Indicator,
    respondents: pd.DataFrame,
    period_types: Collection[str],
) -> pd.DataFrame:
    """The cells of one indicator in one wave that periods of these types show, without period.

    Beside the columns of the mart: `area_level` and `parts`, which say where they lie in the grid.
    """
    weight = f"weight_{indicator.measure.weight}"
    frame = respondents[respondents[weight].notna()]
    design = _design(mission, wave, frame, weight)
    levels = [level for level in LEVELS if frame[f"level_{level}"].notna().any()]
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
    tables = [
        _named(indicator, level, grouping, found[at], withheld[at])
        for number, (level, grouping) in enumerate(wanted)
        for at in [found["grouping"].to_numpy() == number]
    ]
    return pd.concat(tables, ignore_index=True)


def _parts_of(grouping: dict[str, str]) -> Parts:
    kinds: tuple[Parts, ...] = ("total", "part", "sex_age")
    return kinds[len(grouping)]


def _groupings(indicator: Indicator) -> Iterator[dict[str, str]]:
    """Total, each dimension alone, sex with age group: dimension name to column."""
    crossed = {name: indicator.disaggregate.get(name, "") for name in ("sex", "age_group")}
    yield {}
    for name, column in indicator.disaggregate.items():
        yield {name: column}
    if all(crossed.values()):
        yield crossed


def _named(
    indicator: Indicator,
    level: str,
    grouping: dict[str, str],
    table: pd.DataFrame,
    withheld: Any,
) -> pd.DataFrame:
    """The estimates of one grouping under the names of the mart."""
    cells: dict[str, Any] = {"area": table[f"level_{level}"].to_numpy()}
    cells |= {"area_level": level, "parts": _parts_of(grouping)}
    cells |= dict.fromkeys(DIMENSIONS, TOTAL)
    for name, column in grouping.items():
        cells[_value_column(name)] = table[column].to_numpy()
        if dimension_of(name) == "breakdown":
            cells["breakdown"] = name
    return pd.DataFrame(cells | _figures(indicator, table, withheld), index=range(len(table)))


def _withheld(
    design: Design,
    indicator: Indicator,
    frame: pd.DataFrame,
    by: list[list[str]],
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


def _store(
    connection: duckdb.DuckDBPyConnection, cells: pd.DataFrame, periods: list[tuple[str, str]]
) -> None:
    if cells.empty:
        return
    named = pd.DataFrame(periods, columns=["period_type", "period"])
    grid = pd.DataFrame(
        [
            (parts, level, period_type)
            for parts, levels in GRID.items()
            for level, period_types in levels.items()
            for period_type in period_types
        ],
        columns=["parts", "area_level", "period_type"],
    )
    rows = cells.merge(named.merge(grid), on=["parts", "area_level"])[list(CELL_COLUMNS)]
    connection.register("survey_cells", rows)
    # Pandas knows no missing integer or text here: NaN becomes null.
    columns = ", ".join(
        f"CASE WHEN isnan({name}) THEN NULL ELSE {name} END"
        if sql_type == "DOUBLE"
        else f"CAST({name} AS {sql_type})"
        for name, sql_type in CELL_COLUMNS.items()
    )
    connection.execute(f"INSERT INTO cube.cell SELECT {columns} FROM survey_cells")
    connection.unregister("survey_cells")


def _among_sql(indicator: Indicator) -> str:
    """An answer counts unless it says that the respondent was not to be asked the rest."""
    conditions = [
        f"(item <> '{item}' OR answer IN ({', '.join(repr(code) for code in codes)}))"
        for item, codes in sorted(indicator.measure.among.items())
    ]
    return " AND ".join(conditions) or "true"


def _fewest_answers(measure: Measure) -> int:
    """Answers that a respondent needs to count; of scored items not all."""
    unscored = [item for item in measure.all_items if item not in measure.scores]
    return len(unscored) + (measure.minimum_answered if measure.scores else 0)


def _store_files(
    connection: duckdb.DuckDBPyConnection,
    mission: Mission,
    wave: Wave,
    indicator: Indicator,
    periods: list[tuple[str, str]],
) -> None:
    """Respondents of each file with the valid answers that it takes, by area."""
    place = place_column(wave.instrument)
    connection.execute(
        f"""INSERT INTO mart.contribution
        WITH valid AS (
          SELECT respondent_key FROM core.survey_answers
          WHERE survey_code = ? AND wave = ? AND list_contains(?, item)
            AND NOT list_contains(?, answer) AND {_among_sql(indicator)}
          GROUP BY respondent_key
          HAVING count(*) >= ?
        )
        SELECT ?, ?, ?, period_type, period, area, own.file_sha256, min(file.name),
          count(DISTINCT own.respondent_key)
        FROM cube.survey_respondents AS own
        JOIN valid USING (respondent_key)
        JOIN cube.area_span AS span
          ON span.area_code = own.{place} AND ? >= span.begins AND ? < span.ends
        JOIN cube.area_up ON area_up.area_code = span.place
        JOIN cube.period ON list_contains(?, period_type || ' ' || period)
        {in_grid_sql("area_up.area", "period.period_type", "'total'")}
        LEFT JOIN ops.input_file AS file USING (file_sha256)
        WHERE own.survey_code = ? AND own.wave = ? AND own.instrument = ?
          AND own.consent_given AND own.result IN ('complete', 'partial')
          AND {domain_sql(indicator)}
        GROUP BY ALL""",
        [
            wave.survey_code,
            wave.wave,
            list(indicator.measure.all_items),
            list(NO_ANSWER),
            _fewest_answers(indicator.measure),
            mission.mission,
            indicator.code,
            indicator.version,
            wave.last_on,
            wave.last_on,
            [f"{period_type} {period}" for period_type, period in periods],
            wave.survey_code,
            wave.wave,
            wave.instrument,
        ],
    )
