"""Areas, units, bases and entries of registers that a mission knows already: folded name or code to
the code itself; under `country`, `admin1` and each other level the areas of that level alone, under
`within CODE` those of one area; under UNUSED_TABLES those whose rows indicators count, but
none of its own; under OUTLINES the file of the mission's outlines, where it has one."""

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path

import duckdb

from indicators.definitions.catalogue import load_catalogue, source_tables
from indicators.definitions.mission_profile import Mission
from pipelines.setup.proposal.matching.words import folded
from pipelines.workspace.warehouse.last_state import open_to_read

Known = Mapping[str, Mapping[str, str]]  # `areas.area_code`: {folded name: code}
UNUSED_TABLES, OUTLINES = "unused tables", "outlines"
_UNIT_NAME, _BETWEEN_NAMES = "unit_name", re.compile(r"[()]| [–—-] ")
_SIGNS, _LEAST_LETTERS = re.compile(r"[-_ ./]+"), 5
_NAMED = {
    "areas.area_code": ("areas", "area_code", ("area_code", "name_en", "name_fr")),
    "units.unit_code": ("units", "unit_code", ("unit_code", "unit_name")),
    "deployments.base_code": ("deployments", "base_code", ("base_code", "base_name")),
    "registers.entry_code": ("registers", "entry_code", ("entry_code",)),
}


def known_rows(warehouse: Path, mission: Mission | None = None) -> Known:
    """What the warehouse knows, nothing where there is none yet, and what `mission` has no use
    for."""
    unused = _unused_tables(mission) if mission and mission.indicators else []
    found = {UNUSED_TABLES: {name: name for name in unused}}
    if mission and mission.areas_geojson:
        found[OUTLINES] = {mission.areas_geojson: mission.areas_geojson}
    if not warehouse.is_file():
        return found
    with open_to_read(warehouse) as connection:
        return found | dict(known_in(connection))


def _unused_tables(mission: Mission) -> set[str]:
    counted = {indicator.source for indicator in load_catalogue().values()}
    return counted.difference(source_tables(mission))


def known_in(connection: duckdb.DuckDBPyConnection) -> Known:
    """What an open warehouse knows."""
    found = {
        reference: _names(connection, table, code, columns)
        for reference, (table, code, columns) in _NAMED.items()
    }
    levels = connection.execute("SELECT DISTINCT area_level FROM core.areas").fetchall()
    areas = _NAMED["areas.area_code"]
    levels_found = {
        level: _names(connection, *areas, f"area_level = '{level}'") for (level,) in levels
    }
    return found | levels_found | _within(connection)


def _within(connection: duckdb.DuckDBPyConnection) -> dict[str, dict[str, str]]:
    """The names of the areas that each area holds, and of itself."""
    rows = connection.execute(
        "WITH RECURSIVE above AS (SELECT area_code, area_code AS held_in FROM core.areas UNION "
        "SELECT above.area_code, parent_area_code FROM above JOIN core.areas "
        "ON areas.area_code = held_in WHERE parent_area_code IS NOT NULL) "
        "SELECT held_in, area_code, unnest([area_code, name_en, name_fr]) "
        "FROM above JOIN core.areas USING (area_code)"
    ).fetchall()
    found: dict[str, dict[str, set[str]]] = {}
    for held_in, code, name in rows:
        if name:
            found.setdefault(f"within {held_in}", {}).setdefault(folded(name), set()).add(code)
    return {held_in: _of_one(names) for held_in, names in found.items()}


def code_named(titles: Iterable[str], names: Mapping[str, str]) -> str:
    """The one code whose name stands in a title (`NEPBATT1_patrols.xlsx`); empty where there is
    none, or several.

    `names`: folded names and their codes. A code counts as it is written, since `CAS` is a word
    too; of names one of which holds the other the longer.
    """
    said = [(title, f" {folded(_SIGNS.sub(' ', title))} ") for title in titles]
    found = {
        name: code
        for name, code in names.items()
        if any(
            _written(code).search(title)
            if name == folded(code)
            else len(name) >= _LEAST_LETTERS and f" {_SIGNS.sub(' ', name)} " in plain
            for title, plain in said
        )
    }
    longest = {
        found[one] for one in found if not any(one != name and one in name for name in found)
    }
    return min(longest) if len(longest) == 1 else ""


@lru_cache(maxsize=10_000)
def _written(code: str) -> re.Pattern[str]:
    """The code as a word of its own, with other signs between its parts or none."""
    parts = map(re.escape, _SIGNS.split(code))
    return re.compile(rf"(?<![^\W_]){'[-_ ./]*'.join(parts)}(?![^\W_])")


def area_names(warehouse: Path, language: str) -> dict[str, str]:
    """The name of each area by its code; nothing where the mission has none yet."""
    if not warehouse.is_file():
        return {}
    with open_to_read(warehouse) as connection:
        name = "name_fr" if language == "fr" else "name_en"
        found = connection.execute(f"SELECT area_code, {name} FROM core.areas").fetchall()
    return dict(found)


def _names(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    code: str,
    columns: tuple[str, ...],
    where: str = "true",
) -> dict[str, str]:
    """Names of one row alone: two places of one name are for a person to tell apart."""
    found: dict[str, set[str]] = {}
    for name in columns:
        query = f"SELECT DISTINCT {code}, {name} FROM core.{table} WHERE {where}"
        for key, text in connection.execute(query).fetchall():
            for word in _names_within(text) if name == _UNIT_NAME else (text,):
                if word:
                    found.setdefault(folded(word), set()).add(key)
    return _of_one(found)


def _names_within(text: str) -> tuple[str, ...]:
    """A unit's name, and what stands in it for the whole: `BANBATT` of `Bangladesh Battalion
    (BANBATT)`, `SENBATT` of `SENBATT – Bataillon sénégalais`."""
    return (text, *filter(None, map(str.strip, _BETWEEN_NAMES.split(text))))


def _of_one(found: Mapping[str, set[str]]) -> dict[str, str]:
    return {text: min(keys) for text, keys in found.items() if len(keys) == 1}
