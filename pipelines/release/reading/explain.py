"""How one published figure came about: definition, parts, SQL, files, rejected rows, revisions."""

import json
from pathlib import Path
from typing import Any

import duckdb

from indicators.assessment.empty_reasons import ADDED_COLUMNS, facts_sql
from indicators.compiler.explanation.figure_sql import Figure, figure_sql
from indicators.definitions.checks.catalogue_checks import entry_problems
from indicators.definitions.mission_profile import Parameters, Setting
from indicators.engine.reject_impact import is_told
from indicators.foundation.errors import Problem, WrongUse, nearest
from indicators.foundation.mart_tables import NO_ACCESS, NOT_REPORTED, TREND_COLUMNS, totals_sql
from indicators.foundation.periods import Period
from indicators.foundation.sql_text import sql_file
from indicators.foundation.stored.database import named_rows
from indicators.foundation.stored.published_tables import MANIFEST, database_of
from pipelines.release.naming import period_of_release, release_folder
from pipelines.release.revisions.causes import stored_versions
from pipelines.release.snapshot import require_readable
from pipelines.workspace.paths import Workspace
from pipelines.workspace.warehouse.inspect import Connection

_CELL_SQL = facts_sql(f"""
SELECT * FROM mart.indicator_value
WHERE indicator = $indicator AND area = $area AND period = $period AND {totals_sql()}
""")

_FIGURE_SQL = f"""
SELECT value.indicator, value.indicator_version AS version, value.period_type, value.period,
       value.area, value.time_rule, indicator.measure,
       value.value, value.numerator, value.denominator, value.n,
       value.se, value.ci_low, value.ci_high, value.method, value.obs_status, value.conf_status,
       value.disclosure, value.returns_due, value.returns_received,
       {", ".join(f"value.{name}" for name in TREND_COLUMNS)},
       {", ".join(f"value.{name}" for name in ADDED_COLUMNS)},
       value.period_start, value.period_end,
       indicator.unit_of_measure, indicator.title_en, indicator.title_fr,
       indicator.definition_en, indicator.definition_fr,
       indicator.numerator_en, indicator.numerator_fr,
       indicator.denominator_en, indicator.denominator_fr,
       indicator.effective_from, indicator.source, indicator.sql, indicator.entry
FROM ({_CELL_SQL}) AS value
JOIN mart.indicator AS indicator
  ON indicator.indicator = value.indicator AND indicator.version = value.indicator_version
ORDER BY value.indicator_version DESC
LIMIT 1
"""

_VERSIONS_SQL = "SELECT * FROM mart.indicator WHERE indicator = $indicator ORDER BY version DESC"

_PLACE_COLUMNS_SQL = """
SELECT column_name FROM duckdb_columns() WHERE schema_name = 'mart' AND table_name = 'reject_place'
"""

_PERIOD_SQL = f"""
SELECT period FROM mart.indicator_value
WHERE indicator = $indicator AND area = $area AND {totals_sql()}
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
WHERE reject.source = $source
ORDER BY reject.file, reject.sheet, reject.first_row, reject.column_name, reject.rule
"""


# A row with two faults stands in two lines and waits once.
_REJECTS_SQL = sql_file(__file__, "rejects")

# A date or a place that cannot be read may be of any period and area.
_REJECTS_BY_PLACE_SQL = sql_file(__file__, "rejects_by_place")

_REVISIONS_SQL = f"""
SELECT * EXCLUDE (release) FROM mart.revision
WHERE indicator = $indicator AND area = $area AND period = $period
  AND period_type = $period_type AND {totals_sql()}
ORDER BY ALL
"""


def explain(
    workspace: Workspace,
    mission: str,
    indicator: str,
    area: str | None = None,
    period: str | None = None,
) -> dict[str, Any]:
    """The figure's total cell in the current release, as the mission sees it: `explain_release`."""
    folder = release_folder(workspace, mission)
    return explain_release(folder, indicator, area, period)


def explain_release(
    folder: Path,
    indicator: str,
    area: str | None = None,
    period: str | None = None,
    audience: str = "mission",
) -> dict[str, Any]:
    """The figure's total cell as a published folder has it for an audience, from it alone.

    Without an area the whole mission area; without a period the release's quarter, else the
    last period with a value. `files` are those with rows in the figure, `rows` being null where
    the figure is suppressed or they are fewer than 8 persons. `rejects` counts rows of the
    source's live files that wait for a correction, `rejected` names their faults;
    `rejects_here` counts those that would have counted in the figure, as far as they can be read,
    `rejects_unclear` those of them whose date or place cannot be (both null where the release does
    not say); of states and surveys all rows of the source in that time and place
    (`rejects_counted` is false). `versions`:
    the definition's versions, newest first; `revisions`: what the release changed in the figure.
    Raises WrongUse for what the release does not hold.
    """
    path = require_readable(database_of(folder, audience))
    with duckdb.connect(str(path), read_only=True) as release:
        _check_indicator(release, folder, indicator)
        place = area or _country(release)
        when = period or _period(release, folder, indicator, place)
        found = _explained(release, folder, indicator, place, when)
        found["sql"] = _sql(release, folder, found)
        return found


def _explained(
    release: Connection, folder: Path, indicator: str, area: str, period: str
) -> dict[str, Any]:
    cell = {"indicator": indicator, "area": area, "period": period}
    found = _rows(release, _FIGURE_SQL, cell)
    if not found:
        words = {"release": folder.name, "area": area, "period": period}
        raise WrongUse(Problem("not_published_value", value=indicator, parameters=words))
    figure = found[0]
    which = cell | {"period_type": figure["period_type"]}
    source = {"source": figure["source"]}
    figure["files"] = _rows(release, _FILES_SQL, which | {"version": figure["version"]})
    figure["rejected"] = _rows(release, _REJECTED_SQL, source)
    figure["rejects"] = _rows(release, _REJECTS_SQL, source)[0]["rows"]
    figure |= _rejects_by_place(release, figure)
    figure["versions"] = _versions(release, figure)
    figure["revisions"] = _rows(release, _REVISIONS_SQL, which)
    figure["release"] = folder.name
    return figure


def _sql(release: Connection, folder: Path, figure: dict[str, Any]) -> str:
    """The SQL of the figure by the definition that computed it, as the release remembers that.

    A definition that this program can no longer compile: as it was compiled for the release.
    """
    versions = stored_versions([{"entry": figure.pop("entry")}])
    if not versions or entry_problems(versions[0]):
        return str(figure["sql"])
    (mission,) = _rows(release, "SELECT country_area, time_zone, as_of FROM mart.mission")
    manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    parameters = Parameters.model_validate(manifest["parameters"])
    setting = Setting(mission["country_area"], mission["time_zone"], parameters)
    names = ("period_type", "period", "period_start", "period_end")
    period = Period(*(figure[name] for name in names))
    is_shown = figure["obs_status"] not in (NOT_REPORTED, NO_ACCESS)
    which = Figure(figure["area"], period, mission["as_of"], is_shown)
    return figure_sql(versions[0], which, setting)


def _rejects_by_place(release: Connection, figure: dict[str, Any]) -> dict[str, Any]:
    """Waiting rows that would have counted here; null in a release that does not place them.

    `rejects_counted`: whether they were held against what the indicator counts; else they are all
    rows of its source.
    """
    columns = [row["column_name"] for row in _rows(release, _PLACE_COLUMNS_SQL)]
    is_counted = "indicator" in columns and is_told(figure["measure"], figure["time_rule"])
    if not columns:
        return {"rejects_here": None, "rejects_unclear": None, "rejects_counted": False}
    cell = {"first": figure["period_start"], "last": figure["period_end"]}
    cell |= {"area": figure["area"], "source": figure["source"]}
    of_indicator = "true"
    if "indicator" in columns:
        of_indicator = "indicator IS NOT DISTINCT FROM $indicator"
        cell |= {"indicator": figure["indicator"] if is_counted else None}
    (counted,) = _rows(release, _REJECTS_BY_PLACE_SQL.format(of_indicator=of_indicator), cell)
    found = {f"rejects_{name}": int(rows) for name, rows in counted.items()}
    return found | {"rejects_counted": is_counted}


def _versions(release: Connection, figure: dict[str, Any]) -> list[dict[str, Any]]:
    rows = _rows(release, _VERSIONS_SQL, {"indicator": figure["indicator"]})
    kept = ("version", "effective_from", "change_en", "change_fr")
    return [{name: row.get(name) for name in kept} for row in rows]


def _check_indicator(release: Connection, folder: Path, indicator: str) -> None:
    known = [row["indicator"] for row in _rows(release, "SELECT indicator FROM mart.indicator")]
    if indicator not in known:
        words = {"release": folder.name, "nearest": nearest(indicator, known)}
        raise WrongUse(Problem("not_published_indicator", value=indicator, parameters=words))


def _country(release: Connection) -> str:
    return str(_rows(release, "SELECT country_area FROM mart.mission")[0]["country_area"])


def _period(release: Connection, folder: Path, indicator: str, area: str) -> str:
    wanted = period_of_release(folder.name)
    cell = {"indicator": indicator, "area": area, "wanted": wanted}
    found = _rows(release, _PERIOD_SQL, cell)
    return str(found[0]["period"]) if found else wanted


def _rows(
    release: Connection, query: str, parameters: dict[str, Any] | None = None
) -> list[dict[str, Any]]:
    """The rows of a query as dictionaries of plain Python values."""
    return named_rows(release.execute(query, parameters or {}))
