"""The tables refer to one another as in a mission: places, dates and returns agree."""

import duckdb
import pytest

from indicators.definitions.contracts import contracts
from pipelines.sample import effects

_UNIT_SOURCES = {"activities", "referrals", "un_detentions"}


def _count(connection: duckdb.DuckDBPyConnection, sql: str) -> int:
    (found,) = connection.execute(sql).fetchone()
    return found


@pytest.mark.parametrize(
    "source", [name for name, contract in contracts().items() if contract.calendar]
)
def test_returns_say_submitted_where_rows_are_and_nil_where_none_are(
    warehouse: duckdb.DuckDBPyConnection, source: str
) -> None:
    contract = contracts()[source]
    unit = "unit_code" if source in _UNIT_SOURCES else "NULL"
    day = contract.date_column
    if contract.columns[day].base_type == "time":
        day = f"({day} + INTERVAL 1 HOUR)"
    found = warehouse.execute(
        f"""
        WITH months AS (
          SELECT DISTINCT coalesce(s.parent_area_code, t.area_code) AS area_code,
            {unit} AS unit_code, CAST(date_trunc('month', {day}) AS DATE) AS month
          FROM core.{source} AS t
          LEFT JOIN core.areas AS s ON s.area_code = t.area_code AND s.area_level = 'site'
        )
        SELECT r.return_status, m.month IS NOT NULL AS has_rows, count(*)
        FROM core.reporting_returns AS r
        LEFT JOIN months AS m ON m.area_code = r.area_code AND m.month = r.month
          AND (m.unit_code IS NULL OR m.unit_code = r.unit_code)
        WHERE r.source = ? AND NOT (r.area_code = ? AND r.month = DATE '2026-08-01')
        GROUP BY ALL
        """,
        [source, effects.CLOSED_AREA],
    ).fetchall()
    with_rows = {status for status, has_rows, _ in found if has_rows}
    without = {status for status, has_rows, _ in found if not has_rows}
    assert with_rows == {"submitted"}
    # A month whose rows may not be kept was reported on all the same.
    assert ("submitted" in without) <= bool(contract.kept_only_if) and "nil" in without


def test_custody_visits_go_to_facilities_while_they_are_on_the_register(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    total = _count(warehouse, "SELECT count(*) FROM core.custody_visits")
    fitting = _count(
        warehouse,
        """
        SELECT count(*)
        FROM core.custody_visits AS v
        JOIN core.registers AS r ON r.entry_code = v.facility_code
          AND r.register_code = 'detention_facility' AND r.area_code = v.area_code
          AND r.facility_type = v.facility_type
          AND v.visited_on BETWEEN r.valid_from AND coalesce(r.valid_to, v.visited_on)
        """,
    )
    assert fitting == total > 1_000


def test_network_meetings_and_posts_are_of_the_registers(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    for table, column, register in (
        ("activities", "network_code", "community_network"),
        ("police_posts", "entry_code", "coverage_locality"),
    ):
        unknown = _count(
            warehouse,
            f"""
            SELECT count(*) FROM core.{table}
            WHERE {column} IS NOT NULL AND {column} NOT IN (
              SELECT entry_code FROM core.registers WHERE register_code = '{register}'
            )
            """,
        )
        named = _count(warehouse, f"SELECT count({column}) FROM core.{table}")
        assert (unknown, named > 20) == (0, True)
    months = _count(warehouse, "SELECT count(DISTINCT month) FROM core.police_posts")
    localities = _count(warehouse, "SELECT count(DISTINCT entry_code) FROM core.police_posts")
    rows = _count(warehouse, "SELECT count(*) FROM core.police_posts")
    assert months == 33
    assert 0.8 * months * localities < rows < 0.92 * months * localities


def test_patrols_cite_hot_spots_that_stand_in_their_area(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    cited = _count(warehouse, "SELECT count(hot_spot_code) FROM core.activities")
    standing = _count(
        warehouse,
        """
        SELECT count(*)
        FROM core.activities AS a
        LEFT JOIN core.areas AS s ON s.area_code = a.area_code AND s.area_level = 'site'
        JOIN core.hot_spots AS h ON h.hot_spot_code = a.hot_spot_code
          AND h.area_code = coalesce(s.parent_area_code, a.area_code)
          AND CAST(a.started_at + INTERVAL 1 HOUR AS DATE)
            BETWEEN h.valid_from AND coalesce(h.valid_to, DATE '2099-01-01')
        """,
    )
    assert standing == cited > 20


def test_support_cites_assessments_some_of_them_made_too_late(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    rows = warehouse.execute(
        """
        SELECT s.completed_on < CAST(a.started_at + INTERVAL 1 HOUR AS DATE), count(*)
        FROM core.activities AS a
        LEFT JOIN core.hrddp_assessments AS s ON s.assessment_code = a.hrddp_assessment_code
        WHERE a.activity_type = 'host_police_support'
          AND (s.support_type IS NULL OR s.support_type = a.support_type)
          AND (s.host_state_actor IS NULL OR s.host_state_actor = a.host_state_actor)
        GROUP BY ALL
        """
    ).fetchall()
    counts = dict(rows)
    total = _count(
        warehouse,
        "SELECT count(*) FROM core.activities WHERE activity_type = 'host_police_support'",
    )
    assert sum(counts.values()) == total
    assert counts[True] > counts[False] > 0 and counts[None] > 0


def test_what_has_a_time_limit_is_done_in_time_late_and_not_at_all(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    kinds = {
        "commitments": "acted_on <= made_on + 60",
        "training": "observed_on BETWEEN completed_on + INTERVAL 3 MONTH "
        "AND completed_on + INTERVAL 6 MONTH",
        "un_personnel": "poc_certificate_on <= arrived_on + 30",
        "un_detentions": "ended_at <= started_at + to_hours(limit_hours)",
        "justice_cases": "prosecutor_received_on <= referred_on + INTERVAL 6 MONTH",
        "police_complaints": "closed_on <= received_on + 90",
        "local_agreements": "violent_breach_on <= signed_on + INTERVAL 6 MONTH",
    }
    for table, in_time in kinds.items():
        rows = warehouse.execute(
            f"SELECT {in_time}, count(*) FROM core.{table} GROUP BY ALL"
        ).fetchall()
        assert {kind for kind, count in rows if count >= 3} == {True, False, None}, table


def test_reviews_are_of_incidents_whose_closing_is_known_for_most(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    rows = warehouse.execute(
        """
        SELECT a.completed_on <= i.closed_on + 60, count(*)
        FROM core.after_action_reviews AS a JOIN core.incidents AS i USING (incident_code)
        GROUP BY ALL
        """
    ).fetchall()
    counts = dict(rows)
    assert counts[True] > counts.get(False, 0)
    assert counts[True] + counts.get(False, 0) > counts[None]  # closing is known for most


def test_nobody_is_in_the_mission_twice_at_a_time(warehouse: duckdb.DuckDBPyConnection) -> None:
    overlapping = _count(
        warehouse,
        """
        SELECT count(*)
        FROM core.un_personnel AS a JOIN core.un_personnel AS b USING (personnel_key)
        WHERE b.arrived_on > a.arrived_on AND b.arrived_on <= coalesce(a.departed_on, b.arrived_on)
        """,
    )
    again = _count(
        warehouse,
        "SELECT count(*) - count(DISTINCT personnel_key) FROM core.un_personnel",
    )
    assert (overlapping, again > 5) == (0, True)
    assert _count(warehouse, "SELECT count(*) FROM core.un_personnel WHERE sex = 'F'") > 100


def test_every_referral_kept_has_consent_and_an_assessment(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    rows = warehouse.execute(
        "SELECT referral_kind, bool_and(consent_given), bool_and(protection_risk_assessed), "
        "bool_and(service_type IS NOT NULL), count(*) > 40 FROM core.referrals GROUP BY ALL"
    ).fetchall()
    assert set(rows) == {
        ("survivor_services", True, True, True, True),
        ("human_rights", True, True, False, True),
        ("mrm", True, True, False, True),
        ("mara", True, True, False, True),
    }


def test_displacement_follows_incidents_and_floods_the_rains(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    rows = warehouse.execute(
        """
        SELECT count(DISTINCT (origin_area_code, displaced_on)) FILTER (WHERE cause = 'violence'),
          (SELECT count(*) FROM core.incidents WHERE incident_type = 'displacement'),
          avg(CAST(month(displaced_on) BETWEEN 6 AND 10 AS INTEGER))
            FILTER (WHERE cause = 'disaster')
        FROM core.displacement_events
        """
    ).fetchone()
    events, incidents, in_the_rains = rows
    assert 0.9 * incidents <= events <= incidents
    assert in_the_rains > 0.6
