"""Columns of a pattern: what fits is taken, what says the same is proposed, all else asked."""

import pytest

from indicators.definitions.contracts import contracts
from pipelines.setup.proposal.matching.codes import pattern_proposals

QUARTER, BUDGET_YEAR = "threat_assessments.quarter", "activity_plan.budget_year"
KIND = "recommendations.source_kind"


def meant(place: str, text: str) -> tuple[str | None, float]:
    """What is proposed for one text, and how sure."""
    table, name = place.split(".")
    column = contracts()[table].columns[name]
    [one] = pattern_proposals([text], name, column)
    return one.code, one.confidence


@pytest.mark.parametrize(
    ("place", "text", "code"),
    [
        (QUARTER, "2026-Q4", "2026-Q4"),
        (QUARTER, "Q4 2026", "2026-Q4"),
        (QUARTER, "2026Q3", "2026-Q3"),
        (QUARTER, "T4-2026", "2026-Q4"),
        (QUARTER, "Q3/26", "2026-Q3"),
        (QUARTER, "1er trimestre 2026", "2026-Q1"),
        (QUARTER, "3ème trim. 2026", "2026-Q3"),
        (QUARTER, "3rd quarter 2026", "2026-Q3"),
        (QUARTER, "Jul-Sep 2026", "2026-Q3"),
        (QUARTER, "juillet à septembre 2026", "2026-Q3"),
        (QUARTER, "Oct-Nov 2026", None),
        (QUARTER, "2026", None),
        (BUDGET_YEAR, "2026-27", "2026/27"),
        (BUDGET_YEAR, "FY 2026/2027", "2026/27"),
        (BUDGET_YEAR, "2026/28", "2026/28"),
        (BUDGET_YEAR, "2026", None),
        (KIND, "Analyse après action", "review"),
        (KIND, "Divers", None),
        ("survey_respondents.wave", "Vague 3", "3"),
        ("assessments.rating", "On track", "on_track"),
        ("benchmarks.evidence_indicator", "P2 OC 05", "P2-OC-05"),
    ],
)
def test_a_text_means_what_it_says_otherwise(place: str, text: str, code: str | None) -> None:
    assert meant(place, text)[0] == code


def test_what_no_known_name_says_is_asked() -> None:
    assert meant("assessments.rating", "At risk")[1] < 0.9
