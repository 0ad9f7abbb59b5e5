"""How one published figure came about: definition, parts, SQL, files, rejected rows."""

from pathlib import Path
from typing import Any

import duckdb

from indicators.errors import Problem, WrongUse, nearest
from pipelines.release.naming import database_of, period_of_release, release_folder
from pipelines.workspace import Workspace

_TOTAL = """
unit_type IN ('_T', '_Z') AND activity_type IN ('_T', '_Z') AND actor IN ('_T', '_Z')
AND sex IN ('_T', '_Z') AND age_group IN ('_T', '_Z') AND breakdown IN ('_T', '_Z')
"""

_FIGURE_SQL = f"""
SELECT value.indicator, value.indicator_version AS version, value.period_type, value.period,
       value.area, value.value, value.numerator, value.denominator, value.n,
       value.se, value.ci_low, value.ci_high, value.method, value.obs_status, value.conf_status,
       value.returns_due, value.returns_received,
       indicator.unit_of_measure, indicator.title_en, indicator.title_fr,
       indicator.definition_en, indicator.definition_fr, indicator.source, indicator.sql
FROM mart.indicator_value AS value
JOIN mart.indicator AS indicator
  ON indicator.indicator = value.indicator AND indicator.version = value.indicator_version
WHERE value.indicator = $indicator AND value.area = $area AND value.period = $period AND {_TOTAL}
ORDER BY value.indicator_version DESC
LIMIT 1
"""

_PERIOD_SQL = f"""
SELECT period FROM mart.indicator_value
WHERE indicator = $indicator AND area = $area AND {_TOTAL}
ORDER BY period = $wanted DESC, value IS NOT NULL DESC, period_end DESC, period_type
LIMIT 1
"""

_FILES_SQL = """
SELECT file_sha256 AS sha256, file AS name, rows FROM mart.contribution
WHERE indicator = $indicator AND indicator_version = $version AND period = $period
  AND period_type = $period_type AND area = $area
ORDER BY name, sha256
"""

_REJECTED_SQL = """
SELECT reject.file, reject.sheet, reject.first_row, reject.last_row, reject.rows,
       reject.column_name, reject.rule, reject.sentence_en, reject.sentence_fr
FROM mart.reject_summary AS reject
JOIN mart.input_file AS input ON input.file_sha256 = reject.file_sha256
WHERE reject.source = $source AND input.status <> 'superseded'
ORDER BY reject.file, reject.sheet, reject.first_row, reject.column_name, reject.rule
"""


# A row with two faults stands in two lines and waits once.
_REJECTS_SQL = """
WITH waiting AS (
  SELECT DISTINCT reject.file_sha256, reject.sheet,
         unnest(range(reject.first_row, reject.last_row + 1)) AS row_number
  FROM mart.reject_summary AS reject
  JOIN mart.input_file AS input ON input.file_sha256 = reject.file_sha256
  WHERE reject.source = $source AND input.status <> 'superseded'
)
SELECT count(*) AS rows FROM waiting
"""


def explain(
    workspace: Workspace,
    mission: str,
    indicator: str,
    area: str | None = None,
    period: str | None = None,
) -> dict[str, Any]:
    """The figure's total cell in the current release, as the mission sees it.

    Without an area the whole mission area; without a period the release's quarter, else the
    last period with a value. `files` are those with rows in the figure, `rows` being null where
    the figure is withheld; `rejects` counts rows of the source's live files that wait for a
    correction, `rejected` names their faults. Raises WrongUse for what the release does not hold.
    """
    folder = release_folder(workspace, mission)
    with duckdb.connect(str(database_of(folder, "mission")), read_only=True) as release:
        _check_indicator(release, folder, indicator)
        place = area or _country(release)
        when = period or _period(release, folder, indicator, place)
        return _explained(release, folder, indicator, place, when)


def _explained(
    release: duckdb.DuckDBPyConnection, folder: Path, indicator: str, area: str, period: str
) -> dict[str, Any]:
    cell = {"indicator": indicator, "area": area, "period": period}
    found = _rows(release, _FIGURE_SQL, cell)
    if not found:
        words = {"release": folder.name, "area": area, "period": period}
        raise WrongUse(Problem("not_published_value", value=indicator, parameters=words))
    figure = found[0]
    which = cell | {"version": figure["version"], "period_type": figure["period_type"]}
    figure["files"] = _rows(release, _FILES_SQL, which)
    figure["rejected"] = _rows(release, _REJECTED_SQL, {"source": figure["source"]})
    figure["rejects"] = _rows(release, _REJECTS_SQL, {"source": figure["source"]})[0]["rows"]
    figure["release"] = folder.name
    return figure


def _check_indicator(release: duckdb.DuckDBPyConnection, folder: Path, indicator: str) -> None:
    known = [row["indicator"] for row in _rows(release, "SELECT indicator FROM mart.indicator")]
    if indicator not in known:
        words = {"release": folder.name, "nearest": nearest(indicator, known)}
        raise WrongUse(Problem("not_published_indicator", value=indicator, parameters=words))


def _country(release: duckdb.DuckDBPyConnection) -> str:
    return str(_rows(release, "SELECT country_area FROM mart.mission")[0]["country_area"])


def _period(release: duckdb.DuckDBPyConnection, folder: Path, indicator: str, area: str) -> str:
    wanted = period_of_release(folder.name)
    cell = {"indicator": indicator, "area": area, "wanted": wanted}
    found = _rows(release, _PERIOD_SQL, cell)
    return str(found[0]["period"]) if found else wanted


def _rows(
    release: duckdb.DuckDBPyConnection, query: str, parameters: dict[str, Any] | None = None
) -> list[dict[str, Any]]:
    """The rows of a query as dictionaries of plain Python values."""
    cursor = release.execute(query, parameters or {})
    names = [column[0] for column in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
