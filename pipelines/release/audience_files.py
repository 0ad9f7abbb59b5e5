"""What an audience gets beside its database, made of it: Parquet, extracts, results of checks,
briefs.

Publication and dashboards meet in the release alone.
"""

import importlib
from pathlib import Path

from indicators.foundation.stored.published_tables import database_of
from pipelines.quality.suites.results import write_suites
from pipelines.release.extracts.files import write_extracts
from pipelines.release.extracts.parquet import write_parquet
from pipelines.release.snapshot import mart_tables, open_database


def write_files(folder: Path, audience: str, mission: str, period: str) -> None:
    """All files of one audience of a candidate but its briefs.

    `mart.release` is in no Parquet, as it names the release before.
    """
    target = folder / audience
    with open_database(database_of(folder, audience)) as copy:
        tables = [name for name in mart_tables(copy) if name != "release"]
        write_parquet(copy, tables, target / "parquet")
        write_extracts(copy, target / "extracts", mission, period, audience)
        if "quality_check" in tables:
            write_suites(copy, target / "quality")


def write_briefs(folder: Path, mission: str, name: str) -> None:
    """`<audience>/brief/<mission>_<period>_<language>.pdf` for every audience of a candidate."""
    arguments = [str(folder), "--mission", mission, "--release", name, "--into", str(folder)]
    importlib.import_module("dashboards.brief.__main__").main(arguments)
