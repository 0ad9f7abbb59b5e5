"""Every case of the case-series reference set (R, gnm and sandwich) against our own analysis.

One test a case folder found below `tests/figures/linkage/sccs`, to the tolerances of
`docs/specification/case_series.md`: row counts exact, estimates 1e-6, errors 1e-6 relative, p and
interval 1e-5.
"""

import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import pytest

from indicators.linkage.methods.case_series.analysis import MODELS, FittedModel, analyse
from tests.conftest import FIGURES

if TYPE_CHECKING:
    from tests.reference.tally import Tally

REFERENCE = FIGURES / "linkage" / "sccs"
CASES = sorted(path.parent.name for path in REFERENCE.glob("*/expected.json"))
SUMMARY = ("incidents", "days", "strata", "areas", "areas_with_contrast")


def series_of(folder: Path) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    files = {name: str(folder / f"{name}.csv") for name in ("activities", "incidents", "returns")}
    connection.execute(
        """CREATE TABLE series_activity AS SELECT area, CAST("day" AS DATE) AS "day", 1 AS rows
        FROM read_csv($activities, all_varchar = true)""",
        {"activities": files["activities"]},
    )
    connection.execute(
        """CREATE TABLE series_incident AS
        SELECT area, CAST("day" AS DATE) AS "day", reported_by <> 'un_police' AS is_independent,
          1 AS rows
        FROM read_csv($incidents, all_varchar = true)""",
        {"incidents": files["incidents"]},
    )
    connection.execute(
        """CREATE TABLE series_returned AS SELECT source, area,
          CAST("month" || '-01' AS DATE) AS "month", sent = '1' AS is_sent
        FROM read_csv($returns, all_varchar = true)""",
        {"returns": files["returns"]},
    )
    return connection


def is_near(name: str, expected: float, actual: float) -> bool:
    if name.startswith("df_"):
        return expected == actual
    if name in ("p_value", "ci_low", "ci_high"):
        return math.isclose(expected, actual, rel_tol=0, abs_tol=1e-5)
    if name == "estimate":
        return math.isclose(expected, actual, rel_tol=0, abs_tol=1e-6)
    return math.isclose(expected, actual, rel_tol=1e-6)


def disagreements(model: str, expected: dict[str, Any], fitted: FittedModel) -> Iterator[str]:
    for name in SUMMARY:
        if getattr(fitted, name) != expected[name]:
            yield f"{model} {name}: expected {expected[name]}, is {getattr(fitted, name)}"
    if not math.isclose(expected["information"], fitted.information, rel_tol=1e-6):
        yield f"{model} information: expected {expected['information']}, is {fitted.information}"
    terms = {term.term: term for term in fitted.terms}
    for row in expected["terms"]:
        for name, value in row.items():
            if name != "term" and not is_near(name, value, getattr(terms[row["term"]], name)):
                actual = getattr(terms[row["term"]], name)
                yield f"{model} {row['term']} {name}: expected {value!r}, is {actual!r}"


def test_there_are_cases() -> None:
    assert CASES, f"no case below {REFERENCE}"


@pytest.mark.parametrize("case", CASES)
def test_case(case: str, case_series_tally: "Tally") -> None:
    expected = json.loads((REFERENCE / case / "expected.json").read_text(encoding="utf-8"))
    found = analyse(series_of(REFERENCE / case))
    rows = expected.pop("rows")
    assert rows == {
        "days": found.rows.days,
        "incidents": found.rows.incidents,
        "independent": found.rows.independent,
        "state": found.rows.by_state,
        "same": found.rows.same,
        "lead": found.rows.lead,
    }
    assert set(expected) <= set(MODELS)
    problems = [
        problem
        for model, figures in expected.items()
        for problem in disagreements(model, figures, found.models[model])
    ]
    assert problems == []
    case_series_tally.known = len(CASES)
    case_series_tally.add_case(found.rows.days)
    for figures in expected.values():
        for row in figures["terms"]:
            for value in row.values():
                case_series_tally.add_number(value)
