"""The results framework: which outputs are meant to go with which outcomes."""

import pandas as pd

from dashboards.reading.releases import Release

# Of the rows of an edge the one side by side speaks for all: it holds the grade and the sentence.
_HEADLINE = """QUALIFY row_number() OVER (
            PARTITION BY link.edge
            ORDER BY link.method <> 'side_by_side', link.method, link.specification
        ) = 1"""

# Of one edge the rows of the area, else those of the whole mission.
_OF_AREA = """WHERE edge = ? AND area IN (?, ?)
        QUALIFY dense_rank() OVER (ORDER BY area <> ?) = 1"""


def links(release: Release, area: str) -> pd.DataFrame:
    """The edges of the framework with what is known of each in one area, in the file's order."""
    sql = f"""
        WITH item AS (
            SELECT kind, indicator, min(position) AS position
            FROM mart.framework_item
            GROUP BY kind, indicator
        )
        SELECT link.*
        FROM mart.result_link AS link
        LEFT JOIN item AS outcome
            ON outcome.kind = 'outcome' AND outcome.indicator = link.to_indicator
        LEFT JOIN item AS output
            ON output.kind = 'output' AND output.indicator = link.from_indicator
        WHERE link.area = ?
        {_HEADLINE}
        ORDER BY outcome.position, output.position, link.edge
    """
    return release.frame(sql, [area])


def tests(release: Release, edge: str, country: str) -> pd.DataFrame:
    """Every method and setting by which an edge was looked at in the whole mission."""
    sql = """
        SELECT * FROM mart.result_link
        WHERE edge = ? AND area = ? AND method <> 'side_by_side'
        ORDER BY method, specification, lag, grade
    """
    return release.frame(sql, [edge, country])


def judgements(release: Release, edge: str, area: str, country: str) -> pd.DataFrame:
    """What staff made of an edge, newest first: of one area, of every area for the country."""
    sql = """
        SELECT * FROM mart.field_judgement
        WHERE edge = ? AND (area = ? OR ? = ?)
        ORDER BY given_on DESC, area, role, stance, text_en, text_fr
    """
    return release.frame(sql, [edge, area, area, country])


def interviews(release: Release, edge: str, area: str, country: str) -> pd.DataFrame:
    """Interviews before and after an activity that could be compared, each row with its grade."""
    sql = f"""
        SELECT own.* REPLACE (coalesce(graded.status, own.status) AS status),
          graded.grade, graded.grade_reasons, graded.caveats
        FROM (FROM mart.interview_effect WHERE status = 'compared') AS own
        LEFT JOIN mart.result_link AS graded USING (edge, area, method, specification)
        {_OF_AREA}
        ORDER BY method, specification
    """
    return release.frame(sql, [edge, area, country, area])


def event_study(release: Release, edge: str, area: str, country: str) -> pd.DataFrame:
    """The outcome by time since the activity, model by model."""
    sql = f"SELECT * FROM mart.event_study {_OF_AREA} ORDER BY specification, event_time"
    found = release.frame(sql, [edge, area, country, area])
    return found.dropna(subset=["scale", "contrast", "estimate", "ci_low", "ci_high"])


def primary_tests(release: Release) -> pd.DataFrame:
    """By which test each edge is graded, in the order of their names."""
    return release.frame("SELECT * FROM mart.primary_test ORDER BY edge")


def primary_results(release: Release, country: str) -> pd.DataFrame:
    """The row of each edge by which it is graded, of the whole mission."""
    sql = """
        SELECT link.*
        FROM mart.result_link AS link
        JOIN mart.primary_test AS own USING (edge, method, specification)
        WHERE link.area = ?
        QUALIFY row_number() OVER (
            PARTITION BY link.edge ORDER BY link.grade IS NULL AND link.status <> 'small_at_most'
        ) = 1
        ORDER BY link.edge
    """
    return release.frame(sql, [country])


def primary_changes(release: Release) -> pd.DataFrame:
    """Edges that the release before graded by another test."""
    return release.frame("SELECT * FROM mart.primary_change ORDER BY edge")


def evidence_plan(release: Release, edge: str) -> pd.DataFrame:
    """The steps of one edge, in the order in which they are read."""
    sql = "SELECT * FROM mart.evidence_plan WHERE edge = ? ORDER BY position"
    return release.frame(sql, [edge])


def area_effects(release: Release, edge: str) -> pd.DataFrame:
    """Each area's own ratio and the one drawn towards the mission's."""
    return release.frame("SELECT * FROM mart.area_effect WHERE edge = ? ORDER BY area", [edge])


def secondary_readings(release: Release) -> pd.DataFrame:
    """Secondary comparisons edge by edge, as they were made; none of a release from before."""
    if "secondary_reading" not in release.tables:
        return pd.DataFrame(columns=["edge", "status"])
    return release.frame("SELECT * FROM mart.secondary_reading ORDER BY edge, position")


def items(release: Release) -> pd.DataFrame:
    """Outcomes and outputs with titles, in the file's order."""
    return release.frame("SELECT * FROM mart.framework_item ORDER BY kind, position")


def plans(release: Release, period: str, area: str) -> pd.DataFrame:
    """What was planned of each output in a period and area."""
    sql = "SELECT * FROM mart.output_plan WHERE period = ? AND area = ? ORDER BY indicator"
    return release.frame(sql, [period, area])
