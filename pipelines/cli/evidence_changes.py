"""`poclens evidence changes`: whether women changed otherwise than men, an area than the others.

Between the two newest waves; see `indicators/survey/waves/analyses/group_changes.py`.
"""

import argparse
from collections.abc import Mapping
from typing import Any

import duckdb

from indicators.foundation.messages import message
from indicators.foundation.numbers.number_format import number_text
from pipelines.cli.main import show


def compare_changes(
    arguments: argparse.Namespace, connection: duckdb.DuckDBPyConnection, mission: str
) -> int:
    """A row an indicator and pair of groups; in words those whose interval leaves out nil."""
    from indicators.definitions.catalogue import load_catalogue
    from indicators.definitions.mission_profile import read_mission
    from indicators.survey.waves.analyses.group_changes import group_changes

    profile = read_mission(arguments.workspace.profile(mission))
    rows = group_changes(connection, profile, load_catalogue())
    if arguments.to:
        from pipelines.documents.analysis_workbook import write_analysis

        write_analysis(arguments.to, {"changes": rows}, arguments.language)
    told = [row for row in rows if row["ci_low"] is not None and row["ci_low"] * row["ci_high"] > 0]
    counts = {"number": len(rows), "told": len(told)}
    lines = [message("changes.counted", arguments.language, **counts)]
    lines += [_line(row, arguments.language) for row in told]
    show(arguments, {"changes": rows}, "\n".join(lines))
    return 0


def _line(row: Mapping[str, Any], language: str) -> str:
    names = ("change", "other_change", "difference", "ci_low", "ci_high")
    points = {name: number_text(row[name], language, 1) for name in names}
    key = "changes.sex" if row["other"] else "changes.area"
    return message(key, language, indicator=row["indicator"], group=row["group"], **points)
