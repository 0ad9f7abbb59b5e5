"""`mart.input_file`, `mart.rows_not_kept`: the ledger as it may be published, without a clock."""

from indicators.definitions.contracts import contracts
from indicators.definitions.mission_profile import Mission
from indicators.foundation.mart_tables import MART_TABLES
from indicators.foundation.sql_text import literals, quoted
from pipelines.ingest.rows.key_clashes import RULE
from pipelines.workspace.warehouse.inspect import Connection


def write_input_files(connection: Connection, mission: Mission) -> None:
    """Copies the ledger. Which files came together is told where it decides on rows alone."""
    left_out = ("mission", "intake", "confidentiality")
    columns = ", ".join(quoted(name) for name in MART_TABLES["input_file"] if name not in left_out)
    clashing = " UNION ".join(
        f"SELECT file_sha256 FROM quarantine.{quoted(name)} WHERE rule = '{RULE}'"
        for name in contracts()
    )
    connection.execute("DELETE FROM mart.input_file WHERE mission = ?", [mission.mission])
    connection.execute(
        f"""INSERT INTO mart.input_file BY NAME SELECT ? AS mission, {columns},
          CASE WHEN file_sha256 IN ({clashing}) THEN intake END AS intake,
          CASE WHEN source IN ({_sources_of("protected")}) THEN 'protected'
            WHEN source IN ({_sources_of("person")}) THEN 'person' END AS confidentiality
        FROM ops.input_file""",
        [mission.mission],
    )


def _sources_of(kind: str) -> str:
    """SQL: mappings that bear the name of a table of this class, or of which a file had rows for
    one; those of another file of theirs may all be known already, or be held."""
    tables = [name for name, one in contracts().items() if one.confidentiality.total == kind]
    rows = " UNION ".join(
        f"SELECT file_sha256 FROM {schema}.{quoted(name)}"
        for name in tables
        for schema in ("raw", "quarantine")
    )
    named = literals(tables)
    refused = f"SELECT file_sha256 FROM ops.rows_not_kept WHERE table_name IN ({named})"
    return (
        f"SELECT source FROM ops.input_file WHERE source IN ({named}) "
        f"OR file_sha256 IN ({rows} UNION {refused})"
    )


def write_rows_not_kept(connection: Connection, mission: Mission) -> None:
    """Referrals of the files in force of which nothing may be kept, by quarter and reason.

    The warehouse counts them by month (`ops.rows_not_kept`); a copy that may show protected
    figures shows quarters (`disclosure.md` §1).
    """
    connection.execute("DELETE FROM mart.rows_not_kept WHERE mission = ?", [mission.mission])
    connection.execute(
        """
        INSERT INTO mart.rows_not_kept
        SELECT ?, table_name, year(month) || '-Q' || quarter(month), reason, sum(rows_count)
        FROM ops.rows_not_kept JOIN ops.input_file USING (file_sha256)
        WHERE status = 'loaded' AND reason IN ('no_consent', 'not_assessed')
        GROUP BY ALL ORDER BY ALL
        """,
        [mission.mission],
    )
