"""What was published before and is another figure now: late data, correction, new definition.

A figure of a period that was still running at the earlier as-of date is not revised when it
moves on, and a withheld figure is not compared at all.
"""

from collections.abc import Hashable, Mapping
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from indicators.errors import Problem, WrongUse
from indicators.messages import LANGUAGES, message
from indicators.values import DIMENSIONS, MART_TABLES
from pipelines.release.naming import database_of, release_folder, releases_of
from pipelines.release.numbers import shown_number
from pipelines.release.snapshot import Tables, open_memory, put_tables
from pipelines.workspace import Workspace

# Sums of weighted answers may differ in the last bit between versions of a library.
RELATIVE_TOLERANCE = 1e-9

_CELL = ("mission", "indicator", "period_type", "period", "area", *DIMENSIONS)
_NEEDED = ("indicator_value", "contribution", "input_file", "mission")
_PLACE = "mission, indicator, period_type, period, area"


def revisions_sql() -> str:
    """Compares the schemas `before` and `after`, which hold the tables of two releases.

    The reason is told in this order: another version of the definition; a file of this figure
    was superseded; a file of this figure is new; the same of any file (returns and population
    count in figures without giving them rows); else the same files were computed otherwise.
    """
    cell = ", ".join(_CELL)
    return f"""
    WITH arrived AS (
      SELECT file_sha256 FROM after.input_file WHERE status = 'loaded'
      EXCEPT
      SELECT file_sha256 FROM before.input_file WHERE status = 'loaded'
    ),
    superseded AS (
      SELECT file_sha256 FROM after.input_file WHERE status = 'superseded'
      EXCEPT
      SELECT file_sha256 FROM before.input_file WHERE status = 'superseded'
    ),
    correcting AS (
      SELECT superseded_by AS file_sha256 FROM after.input_file
      WHERE file_sha256 IN (SELECT file_sha256 FROM superseded)
    ),
    corrected_place AS (
      SELECT DISTINCT {_PLACE} FROM before.contribution
      WHERE file_sha256 IN (SELECT file_sha256 FROM superseded)
      UNION
      SELECT DISTINCT {_PLACE} FROM after.contribution
      WHERE file_sha256 IN (SELECT file_sha256 FROM correcting)
    ),
    late_place AS (
      SELECT DISTINCT {_PLACE} FROM after.contribution
      WHERE file_sha256 IN (SELECT file_sha256 FROM arrived)
    ),
    compared AS (
      SELECT {cell}, new.indicator_version,
             old.indicator_version AS version_before,
             old.value AS value_before, new.value AS value_after,
             old.obs_status AS obs_status_before, new.obs_status AS obs_status_after
      FROM before.indicator_value AS old
      JOIN after.indicator_value AS new USING ({cell})
      WHERE old.conf_status = 'F' AND new.conf_status = 'F'
        AND old.period_end <= (SELECT max(as_of) FROM before.mission)
    ),
    moved AS (
      SELECT * FROM compared
      WHERE (value_before IS NULL) <> (value_after IS NULL)
         OR abs(value_after - value_before)
            > {RELATIVE_TOLERANCE} * greatest(1, abs(value_before))
         OR (value_before IS NULL AND value_after IS NULL
             AND obs_status_before <> obs_status_after)
    )
    SELECT {cell}, indicator_version, value_before, value_after,
           obs_status_before, obs_status_after,
           CASE
             WHEN version_before <> indicator_version THEN 'new_definition'
             WHEN ({_PLACE}) IN (SELECT ({_PLACE}) FROM corrected_place) THEN 'correction'
             WHEN ({_PLACE}) IN (SELECT ({_PLACE}) FROM late_place) THEN 'late_data'
             WHEN EXISTS (FROM superseded) THEN 'correction'
             WHEN EXISTS (FROM arrived) THEN 'late_data'
             ELSE 'recomputed'
           END AS reason
    FROM moved
    ORDER BY ALL
    """


def diff(
    workspace: Workspace,
    mission: str,
    old: str | None = None,
    new: str | None = None,
    audience: str = "mission",
) -> pd.DataFrame:
    """What moved between two releases, in the columns of `mart.revision`.

    `new` is the current release where none is named, `old` the one that was current when `new`
    was published. Raises WrongUse for a release that is not there.
    """
    after = release_folder(workspace, mission, new)
    before_name = old or _previous(workspace, mission, after)
    before = release_folder(workspace, mission, before_name)
    with duckdb.connect(str(database_of(after, audience)), read_only=True) as connection:
        return revisions_against(connection, database_of(before, audience), before_name)


def revisions_against(
    after: duckdb.DuckDBPyConnection, before: Path, release_before: str
) -> pd.DataFrame:
    """The rows of `mart.revision` for the mart of `after` against an earlier release's database."""
    with duckdb.connect(str(before), read_only=True) as earlier, open_memory() as connection:
        put_tables(connection, "before", _tables(earlier))
        put_tables(connection, "after", _tables(after))
        moved = connection.execute(revisions_sql()).df()
    moved["release_before"] = release_before
    for language in LANGUAGES:
        words = [_sentence(row, language) for row in moved.to_dict("records")]
        moved[f"sentence_{language}"] = pd.Series(words, index=moved.index, dtype="str")
    return moved[list(MART_TABLES["revision"])]


def _tables(connection: duckdb.DuckDBPyConnection) -> Tables:
    return {
        name: connection.sql(f"SELECT * FROM mart.{name} ORDER BY ALL").to_arrow_table()
        for name in _NEEDED
    }


def _sentence(row: Mapping[Hashable, Any], language: str) -> str:
    before, after = (
        shown_number(row[f"value_{side}"], str(row[f"obs_status_{side}"]), language)
        for side in ("before", "after")
    )
    return message(f"release.revision.{row['reason']}", language, before=before, after=after)


def _previous(workspace: Workspace, mission: str, after: Path) -> str:
    with duckdb.connect(str(database_of(after, "mission")), read_only=True) as connection:
        row = connection.execute("SELECT previous_release FROM mart.release").fetchone()
    if row and row[0] in releases_of(workspace, mission):
        return str(row[0])
    raise WrongUse(Problem("no_earlier_release", value=after.name))
