"""`mart.input_file`: the ledger as it may be published, without a clock."""

from indicators.definitions.mission_profile import Mission
from indicators.foundation.mart_tables import MART_TABLES
from indicators.foundation.sql_text import quoted
from pipelines.warehouse.inspect import Connection


def write_input_files(connection: Connection, mission: Mission) -> None:
    """Copies the ledger."""
    columns = ", ".join(quoted(name) for name in MART_TABLES["input_file"] if name != "mission")
    connection.execute("DELETE FROM mart.input_file WHERE mission = ?", [mission.mission])
    connection.execute(
        f"INSERT INTO mart.input_file BY NAME SELECT ? AS mission, {columns} FROM ops.input_file",
        [mission.mission],
    )
