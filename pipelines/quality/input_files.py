"""`mart.input_file`: the ledger as it may be published, without a clock."""

from indicators.mission import Mission
from indicators.values import MART_TABLES
from pipelines.quality.relations import Connection, columns_of, quoted


def write_input_files(connection: Connection, mission: Mission) -> None:
    """Copies the ledger; columns that the ledger does not have stay null."""
    there = columns_of(connection, "ops", "input_file")
    selected = [
        "?" if name == "mission" else quoted(name) if name in there else "NULL"
        for name in MART_TABLES["input_file"]
    ]
    connection.execute("DELETE FROM mart.input_file WHERE mission = ?", [mission.mission])
    connection.execute(
        f"INSERT INTO mart.input_file SELECT {', '.join(selected)} FROM ops.input_file",
        [mission.mission],
    )
