"""A warehouse of a few rows, and what the engine makes of it, for the tests of this folder."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from functools import cache
from itertools import groupby, islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import pandas as pd

from indicators.compiler.areas import place_tables_sql
from indicators.compiler.derived.columns import cube_table_sql
from indicators.compiler.derived.functions import functions_sql
from indicators.compiler.explanation.figure_sql import Figure, figure_sql
from indicators.definitions.catalogue import load_catalogue
from indicators.definitions.contracts import contracts
from indicators.definitions.derivations import derivation_order
from indicators.definitions.indicator import Indicator
from indicators.definitions.mission_profile import Mission
from indicators.engine.refresh import compute
from indicators.foundation.periods import period_named
from indicators.incremental.stored_columns import complete_rows
from pipelines.workspace.warehouse.ddl import make_tables
from tests.worlds.rows.stored import rows_were_changed

Row = Mapping[str, Any]
_LONG_AGO = date(2020, 1, 1)
_AT_ONCE = 25  # rows a statement: each by itself takes ten times as long
# C holds A1 and A2; A1 holds A1a and A1b; A1a holds the site S1. A2 has no area below it.
AREAS = {
    "C": (None, "country"),
    "A1": ("C", "admin1"),
    "A2": ("C", "admin1"),
    "A1a": ("A1", "admin2"),
    "A1b": ("A1", "admin2"),
    "S1": ("A1a", "site"),
}
ABOVE = {
    "C": ["C"],
    "A1": ["A1", "C"],
    "A2": ["A2", "C"],
    "A1a": ["A1a", "A1", "C"],
    "A1b": ["A1b", "A1", "C"],
    "S1": ["S1", "A1a", "A1", "C"],
}
UNITS = {"P1": ("police", "FPU"), "P2": ("police", "IPO"), "M1": ("military", "MIL")}
_DEFAULTS: Mapping[str, Row] = {
    "activities": {
        "activity_type": "patrol",
        "status": "completed",
        "unit_code": "P1",
        "tier": "II",
        "phase": "prevention",
        "area_code": "A1a",
        "location_precision": "exact",
        "started_at": datetime(2026, 1, 10, 8),
    },
    "alerts": {
        "source_type": "hotline",
        "threat_type": "other",
        "level": "high",
        "area_code": "A1a",
        "received_at": datetime(2026, 1, 10, 8),
        "action_needed": True,
    },
    "incidents": {
        "incident_type": "killing",
        "against_civilians": True,
        "occurred_on": date(2026, 1, 10),
        "date_precision": "day",
        "area_code": "A1a",
        "location_precision": "exact",
        "reported_by": "un_police",
        "verification": "reported",
    },
    "deployments": {
        "base_code": "B",
        "base_name": "B",
        "latitude": 1,
        "longitude": 1,
        "area_code": "A1a",
        "component": "police",
        "figure_basis": "reported",
    },
    "reporting_returns": {
        "source": "activities",
        "unit_code": "P1",
        "area_code": "A1a",
        "return_status": "submitted",
    },
    "police_census": {
        "area_code": "A1a",
        "host_state_actor": "police",
        "rank_group": "_U",
    },
    "population": {
        "population_kind": "site",
        "sex": "_U",
        "age_group": "_U",
        "estimate_source": "count",
    },
    "survey_respondents": {
        "survey_code": "s",
        "wave": "w1",
        "instrument": "household",
        "stratum": "1",
        "weight_person": 1,
        "result": "complete",
        "consent_given": True,
        "interviewed_on": date(2026, 2, 10),
        "area_code": "A1a",
        "sex": "F",
        "is_adult": True,
    },
    "survey_answers": {"survey_code": "s", "wave": "w1"},
}
_CODES = {
    "activities": "activity_code",
    "alerts": "alert_code",
    "incidents": "incident_code",
    "deployments": "deployment_code",
}


# Nobody opens the file again: what it lacks at the end lies beside it.
_NOTHING_TIDIED = "PRAGMA disable_checkpoint_on_shutdown; SET checkpoint_threshold = '1GB'"


@cache
def _with_areas_and_units() -> bytes:
    with TemporaryDirectory() as folder:
        duckdb.connect(empty := f"{folder}/empty.duckdb").close()
        made = SmallWarehouse(content=Path(empty).read_bytes())
    made._begin()
    return made.held()


class SmallWarehouse:
    """Core tables with areas and units in them; `add` rows, then `values`."""

    def __init__(self, threads: int = 1, content: bytes | None = None) -> None:
        """`content`: what another one held (`held`) instead of areas and units alone.

        It lies in a file of its own: to make all tables takes four times as long as to copy them.
        """
        self._folder = TemporaryDirectory()
        self._path = Path(self._folder.name) / "small.duckdb"
        self._path.write_bytes(_with_areas_and_units() if content is None else content)
        self.connection = duckdb.connect(str(self._path), config={"threads": threads})
        self.connection.execute(f"{_NOTHING_TIDIED}; SET TimeZone = 'UTC'")

    def held(self) -> bytes:
        """All that it holds, for others to begin with; it is closed."""
        self.connection.execute("CHECKPOINT")
        self.connection.close()
        return self._path.read_bytes()

    def _begin(self) -> None:
        make_tables(self.connection)
        self.add(
            "areas",
            [
                {
                    "area_code": code,
                    "parent_area_code": above,
                    "area_level": level,
                    "name_en": code,
                    "name_fr": code,
                    "valid_from": _LONG_AGO,
                    "site_kind": "camp" if level == "site" else None,
                }
                for code, (above, level) in AREAS.items()
            ],
        )
        self.add(
            "units",
            [
                {
                    "unit_code": code,
                    "unit_name": code,
                    "component": component,
                    "unit_type": unit_type,
                    "valid_from": _LONG_AGO,
                }
                for code, (component, unit_type) in UNITS.items()
            ],
        )
        self.connection.execute(
            "INSERT INTO ops.input_file (file_sha256, name) VALUES ('f', 'f.csv')"
        )
        complete_rows(self.connection, small_mission([]))

    def add(self, table: str, rows: Iterable[Row]) -> None:
        """Insert rows over the table's defaults; a missing code is numbered."""
        full = [
            {"mission": "small", "file_sha256": "f", "sheet": "", "row_number": number}
            | ({_CODES[table]: f"{table}{number}"} if table in _CODES else {})
            | {**_DEFAULTS.get(table, {}), **row}
            for number, row in enumerate(rows)
        ]
        for names, alike in groupby(full, key=tuple):
            listed, marks = ", ".join(f'"{name}"' for name in names), ", ".join("?" * len(names))
            while part := list(islice(alike, _AT_ONCE)):
                values = ", ".join([f"({marks})"] * len(part))
                self.connection.execute(
                    f"INSERT INTO core.{table} ({listed}) VALUES {values}",
                    [value for row in part for value in row.values()],
                )

    def add_frame(self, table: str, frame: pd.DataFrame) -> None:
        """Insert many rows at once, over the table's defaults; missing codes are numbered."""
        numbers = range(len(frame))
        full = {"mission": "small", "file_sha256": "f", "sheet": "", "row_number": numbers}
        if table in _CODES:
            full[_CODES[table]] = [f"{table}{number}" for number in numbers]
        full |= {**_DEFAULTS.get(table, {}), **dict(frame.items())}
        full = {name: getattr(value, "array", value) for name, value in full.items()}
        self.connection.register("added", pd.DataFrame(full, index=numbers))
        self.connection.execute(f"INSERT INTO core.{table} BY NAME SELECT * FROM added")
        self.connection.unregister("added")

    def compute(
        self,
        *codes: str,
        as_of: date = date(2026, 12, 31),
        catalogue: Mapping[str, Indicator] | None = None,
        **profile: Any,
    ) -> pd.DataFrame:
        """All values of these indicators, ordered by their key."""
        mission = small_mission(codes, **profile)
        rows_were_changed(self.connection)
        compute(self.connection, mission, catalogue or load_catalogue(), as_of)
        return self.connection.execute("SELECT * FROM mart.indicator_value").df()

    def explained(
        self, code: str, period: str, area: str = "C", as_of: date = date(2026, 12, 31)
    ) -> tuple[Any, ...]:
        """Value, numerator, denominator and n by the SQL that explain prints of a figure."""
        figure = Figure(area, period_named(period), as_of)
        text = figure_sql(load_catalogue()[code], figure, small_mission([code]).setting)
        (found,) = self.connection.execute(text).fetchall()
        return found

    def derived(
        self, table: str, column: str, as_of: date = date(2026, 12, 31), **profile: Any
    ) -> list[Any]:
        """One derived column of a table, in the order in which its rows were added."""
        mission = small_mission([], **profile)
        self.connection.execute("CREATE SCHEMA IF NOT EXISTS cube")
        statements = [*functions_sql(mission, as_of.isoformat()), *place_tables_sql()]
        statements += [cube_table_sql(contracts()[name]) for name in derivation_order({table})]
        for statement in statements:
            self.connection.execute(statement)
        rows = self.connection.execute(f"SELECT {column} FROM cube.{table} ORDER BY row_number")
        return [value for (value,) in rows.fetchall()]

    def totals(self, code: str, period_type: str, area: str = "C", **more: Any) -> dict[str, Any]:
        """Period to value of one indicator's total cells in one area, where there is a value."""
        values = self.compute(code, **more)
        return dict(
            _rows(values, period_type, area)[["period", "value"]].dropna().itertuples(False)
        )

    def statuses(self, code: str, period_type: str, area: str = "C", **more: Any) -> dict[str, str]:
        """Period to status of one indicator's total cells in one area."""
        values = self.compute(code, **more)
        return dict(_rows(values, period_type, area)[["period", "obs_status"]].itertuples(False))


def total_rows(values: pd.DataFrame) -> pd.DataFrame:
    """The rows that are broken down by nothing."""
    dimensions = ["unit_type", "activity_type", "actor", "sex", "age_group", "breakdown"]
    return values[(values[dimensions] == "_T").all(axis=1)]


def _rows(values: pd.DataFrame, period_type: str, area: str) -> pd.DataFrame:
    totals = total_rows(values)
    return totals[(totals["period_type"] == period_type) & (totals["area"] == area)]


def small_mission(codes: Iterable[str], **profile: Any) -> Mission:
    """A profile with these indicators and every period type unless told otherwise."""
    return Mission.model_validate(
        {
            "mission": "small",
            "name": {"en": "Small", "fr": "Petite"},
            "country_area": "C",
            "time_zone": "UTC",
            "starts_on": date(2026, 1, 1),
            "boundaries": {"en": "–", "fr": "–"},
            "period_types": ("W", "M", "Q", "S", "A", "B"),
            "indicators": [{"code": code} for code in codes],
            **profile,
        }
    )


def returned(months: Mapping[int, str], **row: Any) -> list[Row]:
    """Returns of 2026 by month: status."""
    return [
        {"month": date(2026, month, 1), "return_status": status, **row}
        for month, status in months.items()
    ]
