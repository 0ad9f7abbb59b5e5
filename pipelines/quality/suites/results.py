"""One JSON a suite: what was expected of a table and what was found, without run ids or times."""

import json
from collections.abc import Hashable, Mapping
from pathlib import Path
from typing import Any

from indicators.definitions.contracts import contracts
from pipelines.quality.suites.expectations import PlannedExpectation, suite_of
from pipelines.workspace.warehouse.inspect import Connection

_RESULTS_SQL = """
SELECT source, check_name, severity, status, observed, expected, rows_failed,
       sentence_en, sentence_fr
FROM mart.quality_check ORDER BY source, check_name
"""


def write_suites(connection: Connection, folder: Path) -> list[Path]:
    """Writes `<suite>.json` for each table that `mart.quality_check` speaks of; its paths."""
    folder.mkdir(parents=True, exist_ok=True)
    frame = connection.execute(_RESULTS_SQL).df().astype(object)
    frame = frame.where(frame.notna(), None)  # JSON knows no NaN; most readers refuse the file
    paths = []
    for source, checks in frame.groupby("source", sort=True):
        path = folder / f"{source}.json"
        contract = contracts().get(str(source))
        planned = {entry.name: entry for entry in suite_of(contract)} if contract else {}
        entries = [_entry(planned, row) for row in checks.to_dict("records")]
        suite = {"suite": source, "checks": entries}
        text = json.dumps(suite, indent=2, sort_keys=True, ensure_ascii=False)
        path.write_text(text + "\n", encoding="utf-8")
        paths.append(path)
    return paths


def _entry(
    planned: Mapping[str, PlannedExpectation], row: Mapping[Hashable, Any]
) -> dict[str, Any]:
    """A result with the expectation behind it; quality facts have none, their SQL is in code."""
    entry = {str(key): value for key, value in row.items() if key != "source"}
    expected = planned.get(str(row["check_name"]))
    if expected is not None:
        entry["expectation"] = expected.expectation
        entry["arguments"] = dict(expected.arguments)
    return entry
