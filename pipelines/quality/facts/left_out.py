"""Rows that an indicator must leave out or leave open until somebody completes them."""

from collections.abc import Iterator

from indicators.compiler.derived.columns import rows_sql
from indicators.compiler.derived.functions import functions_sql
from indicators.definitions.contracts import contracts
from indicators.definitions.mission_profile import Mission
from pipelines.quality.check_results import CheckResult, none_wrong
from pipelines.workspace.warehouse.inspect import Connection, single

_REVIEWS = "P2-OP-15"
_PLACELESS_SEARCHES_SQL = """
SELECT count(*) FROM core.activities
WHERE activity_type = 'weapons_search' AND status = 'completed' AND site_type IS NULL
"""


def searches_without_site(connection: Connection) -> Iterator[CheckResult]:
    """Completed weapons searches without a kind of site, which P2-OP-13 leaves out (50)."""
    rows = single(connection, _PLACELESS_SEARCHES_SQL)
    yield _counted("weapons_search_site", "activities", "search_without_site", rows)


def undecided_reviews(connection: Connection, mission: Mission) -> Iterator[CheckResult]:
    """Incidents of which nobody has said whether they were near a base (42); after the values.

    Only where P2-OP-15 is computed: its run made the tables that the derived columns look at.
    """
    if _REVIEWS not in {chosen.code for chosen in mission.indicators}:
        return
    ((as_of,),) = connection.execute("SELECT max(as_of) FROM mart.mission").fetchall()
    for statement in functions_sql(mission, as_of.isoformat()):
        connection.execute(statement)
    incidents = rows_sql(contracts()["incidents"], {"review_undecided", "occurred_on"})
    rows = single(
        connection,
        f"SELECT count(*) FROM ({incidents}) WHERE review_undecided AND occurred_on <= as_of_day()",
    )
    yield _counted("near_base_decided", "incidents", "near_base_undecided", rows)


def _counted(check: str, table: str, kind: str, rows: int) -> CheckResult:
    return none_wrong(check, table, rows, kind=kind)
