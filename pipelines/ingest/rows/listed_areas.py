"""Lists of areas and outlines: a list makes areas; outlines draw, and make what no list states.

They meet by code. Reading the outlines does not belong here (`mapping/places/area_polygons.py`).
"""

from indicators.definitions.contracts import contracts
from indicators.foundation.sql_text import quoted
from pipelines.ingest.mapping.places.area_polygons import OUTLINES_SOURCE
from pipelines.workspace.warehouse import ledger
from pipelines.workspace.warehouse.inspect import Connection


def listed_areas(connection: Connection) -> set[str]:
    """Codes that lists of areas state: sources of the profile, templates."""
    rows = connection.execute(
        """
        SELECT area_code FROM core.areas JOIN ops.input_file USING (file_sha256)
        WHERE source <> $outlines
        UNION
        SELECT row_key ->> '$.area_code' FROM ops.row_also_stated AS too
        JOIN ops.input_file AS file ON file.file_sha256 = too.by_file_sha256
        WHERE table_name = 'areas' AND source <> $outlines AND status = 'loaded'
        """,
        {"outlines": OUTLINES_SOURCE},
    ).fetchall()
    return {code for (code,) in rows}


def outlines_taken_in(connection: Connection) -> list[str]:
    """The files of outlines: a list of areas replaces what they made, row by row."""
    rows = connection.execute(
        "SELECT file_sha256 FROM ops.input_file WHERE source = ?", [OUTLINES_SOURCE]
    ).fetchall()
    return [sha256 for (sha256,) in rows]


def call_back_waiting(connection: Connection) -> None:
    """Files with rows that wait for an area are read again: outlines may just have made it."""
    waiting: set[str] = set()
    for name, contract in contracts().items():
        if "areas" in contract.referenced_tables():
            rows = connection.execute(
                f"SELECT DISTINCT file_sha256 FROM quarantine.{quoted(name)} "
                "JOIN ops.input_file USING (file_sha256) WHERE rule = 'reference' "
                "AND parameters ->> '$.table' = 'areas' AND status IN ('loaded', 'held')"
            )
            waiting |= {sha256 for (sha256,) in rows.fetchall()}
    ledger.to_be_read_again(connection, waiting)
