"""Areas and units that a mission knows already: folded name or code to the code itself; under
`country` those of the mission area alone."""

from collections.abc import Mapping
from pathlib import Path

import duckdb

from pipelines.setup.proposal.matching.words import folded
from pipelines.workspace.warehouse.last_state import open_to_read

Known = Mapping[str, Mapping[str, str]]  # `areas.area_code`: {folded name: code}
_NAMED = {
    "areas.area_code": ("areas", "area_code", ("area_code", "name_en", "name_fr")),
    "units.unit_code": ("units", "unit_code", ("unit_code", "unit_name")),
}


def known_rows(warehouse: Path) -> Known:
    """What the warehouse knows; nothing where the mission has none yet."""
    if not warehouse.is_file():
        return {}
    with open_to_read(warehouse) as connection:
        return known_in(connection)


def known_in(connection: duckdb.DuckDBPyConnection) -> Known:
    """What an open warehouse knows."""
    found = {
        reference: _names(connection, table, code, columns)
        for reference, (table, code, columns) in _NAMED.items()
    }
    level = "SELECT area_code FROM core.areas WHERE area_level = 'country'"
    countries = {code for (code,) in connection.execute(level).fetchall()}
    areas = found["areas.area_code"].items()
    return {**found, "country": {name: code for name, code in areas if code in countries}}


def area_names(warehouse: Path, language: str) -> dict[str, str]:
    """The name of each area by its code; nothing where the mission has none yet."""
    if not warehouse.is_file():
        return {}
    with open_to_read(warehouse) as connection:
        name = "name_fr" if language == "fr" else "name_en"
        found = connection.execute(f"SELECT area_code, {name} FROM core.areas").fetchall()
    return dict(found)


def _names(
    connection: duckdb.DuckDBPyConnection, table: str, code: str, columns: tuple[str, ...]
) -> dict[str, str]:
    """Names of one row alone: two places of one name are for a person to tell apart."""
    found: dict[str, set[str]] = {}
    for name in columns:
        rows = connection.execute(f"SELECT DISTINCT {code}, {name} FROM core.{table}").fetchall()
        for key, text in rows:
            if text:
                found.setdefault(folded(text), set()).add(key)
    return {text: min(keys) for text, keys in found.items() if len(keys) == 1}
