"""A file of another system against the warehouse: planted cases, and a slow version in pandas."""

import math
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from indicators.definitions.contracts import contracts
from indicators.foundation.errors import WrongUse
from pipelines.mapping.model import load_sources
from pipelines.proposal.writing import write_mapping
from pipelines.quality.reconciliation import Reconciliation, reconcile
from pipelines.warehouse.connection import open_warehouse
from tests.worlds.mission.own_names import make_workspace
from tests.worlds.two_sources import area_rows, two_sources

INCIDENTS = contracts()["incidents"]
RULE = INCIDENTS.duplicates["two_sources"]
DAY = date(2026, 3, 10)
EVENT = {
    "incident_type": "killing", "against_civilians": True, "occurred_on": DAY,
    "date_precision": "day", "area_code": "XX0-1", "latitude": None, "longitude": None,
    "location_precision": "admin2", "alleged_actor_type": "militia", "deaths_best": 4,
    "deaths_civilian": 4, "injured_civilian": 2, "reported_by": "un_police",
    "verification": "reported",
}  # fmt: skip
COLUMNS = ["incident_code", *EVENT]
SAGE = {
    "incident_code": "Event ID", "incident_type": "Event type", "occurred_on": "Event date",
    "area_code": "Admin 2", "deaths_civilian": "Civilian fatalities",
}  # fmt: skip


def reconciled(
    folder: Path, stored: list[dict[str, Any]], sent: list[dict[str, Any]], times: int = 1
) -> Reconciliation:
    """`sent`, an export with its own headers, against what the mission has of `stored`; the
    export itself may have been taken in before (`times` = 2)."""
    workspace, mission = make_workspace(folder / "ws")
    profile, warehouse = workspace.profile("faulty"), workspace.warehouse("faulty")
    headers = {name: SAGE.get(name, name) for name in COLUMNS}
    columns = {name: {"from": header} for name, header in headers.items()}
    mapping = {"source": "sage", "files": ["sage_*.csv"], "reader": "csv"}
    tables = [{"table": "incidents", "columns": columns}]
    write_mapping({**mapping, "tables": tables}, profile / "sources" / "sage.yaml")
    path = folder / "sage_2026.csv"
    frame = pd.DataFrame(sent, columns=COLUMNS)
    frame.astype(object).rename(columns=headers).to_csv(path, index=False)
    warehouse.parent.mkdir(parents=True)
    files = [("log", "police.csv", stored)] + [("sage", path.name, sent)] * (times - 1)
    with open_warehouse(warehouse) as connection:
        for number, (source, name, rows) in enumerate(files):
            connection.execute(
                "INSERT INTO ops.input_file BY NAME SELECT ? AS file_sha256, ? AS name, "
                "? AS source, 'loaded' AS status, ? AS sequence",
                [source, name, source, number],
            )
            put(connection, "incidents", pd.DataFrame(rows).assign(file_sha256=source))
        put(connection, "areas", pd.DataFrame(list(area_rows())))
    return reconcile(path, load_sources(profile)["sage"], mission, profile, warehouse)


def put(connection: Any, table: str, frame: pd.DataFrame) -> None:
    counted = [name for name in EVENT if name.startswith(("deaths", "injured"))]
    frame = frame.astype({name: "Int64" for name in counted if name in frame})
    connection.register("frame", frame)
    connection.execute(f"INSERT INTO core.{table} BY NAME SELECT * FROM frame")
    connection.unregister("frame")


def told(found: Reconciliation) -> dict[tuple[str | None, str | None], tuple[str, dict[str, Any]]]:
    return {
        (line.file_key, line.warehouse_key): (
            line.status,
            {one.column: (one.in_file, one.in_warehouse) for one in line.differences},
        )
        for line in found.lines
    }


def event(code: str, **changed: Any) -> dict[str, Any]:
    return EVENT | {"incident_code": code} | changed


def test_planted_cases_are_told_apart(tmp_path: Path) -> None:
    far = {"area_code": "XX2-3"}
    stored = [
        event("P-1"),
        event("P-2", occurred_on=DAY + timedelta(20)),
        event("P-3", occurred_on=DAY + timedelta(9), **far),
        event("P-4", occurred_on=DAY - timedelta(60), **far),  # before the export begins
        event("P-5", occurred_on=DAY + timedelta(12), date_precision="month", **far),
        event("X-9", occurred_on=DAY + timedelta(15), **far),
    ]
    other = {"deaths_civilian": 3, "incident_type": "armed_clash", "area_code": "XX0"}
    sent = [
        event("S-1", occurred_on=DAY + timedelta(1), **other),
        event("S-2", occurred_on=DAY + timedelta(20)),
        event("S-3", occurred_on=DAY + timedelta(30), area_code="XX3-2"),
        event("S-4", occurred_on=DAY + timedelta(2), location_precision="admin1", **far),
        event("X-9", occurred_on=DAY + timedelta(16), area_code="XX1-1"),
        event("S-6", area_code="nowhere"),
    ]
    found = reconciled(tmp_path, stored, sent)
    assert (found.first_day, found.last_day, found.rows_rejected) == (
        DAY + timedelta(1), DAY + timedelta(30), 1,
    )  # fmt: skip
    day = {"occurred_on": (DAY + timedelta(1), DAY)}
    counts = {"deaths_civilian": (3, 4), "incident_type": ("armed_clash", "killing")}
    codes = {"occurred_on": (DAY + timedelta(16), DAY + timedelta(15))}
    assert told(found) == {
        ("S-1", "P-1"): ("different", day | counts | {"area_code": ("XX0", "XX0-1")}),
        ("S-2", "P-2"): ("same", {}),
        ("S-3", None): ("only_file", {}),
        ("S-4", None): ("not_compared", {}),
        ("X-9", "X-9"): ("different", codes | {"area_code": ("XX1-1", "XX2-3")}),
        (None, "P-3"): ("only_warehouse", {}),
        (None, "P-5"): ("not_compared", {}),
    }
    assert found.counts() == {
        "different": 2, "only_file": 1, "only_warehouse": 1, "not_compared": 2, "same": 1,
    }  # fmt: skip


def test_an_export_that_was_taken_in_is_not_its_own_match(tmp_path: Path) -> None:
    found = reconciled(tmp_path, [event("P-1")], [event("S-1"), event("S-2")], times=2)
    assert told(found) == {("S-1", "P-1"): ("same", {}), ("S-2", None): ("only_file", {})}


def test_a_source_that_no_rule_compares_is_refused(tmp_path: Path) -> None:
    workspace, mission = make_workspace(tmp_path / "ws")
    profile = workspace.profile("faulty")
    source = load_sources(profile)["alerts"]
    with pytest.raises(WrongUse, match=r"alerts.*incidents"):
        reconcile(tmp_path / "a.csv", source, mission, profile, workspace.warehouse("faulty"))


def test_it_pairs_as_a_slow_version_does(tmp_path: Path) -> None:
    rows = two_sources(21, events=300).rows
    stored = [row for row in rows if row["incident_code"].startswith("A")]
    sent = [row for row in rows if row["incident_code"].startswith("B")]
    found = reconciled(tmp_path, stored, sent)
    pairs = {pair for pair, _ in told(found).items() if None not in pair}
    assert len(pairs) > 50
    assert pairs == slow_pairs(pd.DataFrame(sent), pd.DataFrame(stored))


def slow_pairs(file: pd.DataFrame, held: pd.DataFrame) -> set[tuple[str, str]]:
    """Every row against every row; the most alike first, each row once."""
    crossed = file.merge(held, how="cross", suffixes=("", "_held"))
    crossed["score"] = crossed.apply(score_of, axis=1)
    alike = crossed[crossed["score"] >= RULE.least_score]
    alike = alike.assign(score=alike["score"].round(2))
    chosen: set[tuple[str, str]] = set()
    codes = ["incident_code", "incident_code_held"]
    for one, other in alike.sort_values(["score", *codes], ascending=[False, True, True])[
        codes
    ].itertuples(index=False):
        if all(one != a and other != b for a, b in chosen):
            chosen.add((one, other))
    return chosen


def score_of(row: pd.Series) -> float:
    """-1 where the two rows are not compared."""
    days = abs((row["occurred_on"] - row["occurred_on_held"]).days)
    areas = [row["area_code"], row["area_code_held"]]
    below = any(a.startswith(f"{b}-") for a, b in (areas, areas[::-1]))
    if days > RULE.within_days:
        return -1
    points = [row[f"{name}{end}"] for end in ("", "_held") for name in ("latitude", "longitude")]
    if any(pd.isna(point) for point in points):
        place = 1.0 if areas[0] == areas[1] else 0.5 if below else None
    else:
        place = 1 - km(*points) / RULE.within_km
    if place is None or place < 0:
        return -1
    parts = [1 - days / RULE.within_days, place]
    for name, close in RULE.close.items():
        a, b = row[name], row[f"{name}_held"]
        if abs(a - b) > max(close.by, close.share * max(a, b)):
            return -1
        if max(a, b) > 0:
            parts.append(1 - abs(a - b) / max(a, b))
    for name in RULE.compare:
        if "unknown" not in (row[name], row[f"{name}_held"]):
            parts.append(float(row[name] == row[f"{name}_held"]))
    return sum(parts) / len(parts)


def km(lat_a: float, lon_a: float, lat_b: float, lon_b: float) -> float:
    """By the chord between two points of a sphere."""
    (x_a, y_a), (x_b, y_b) = [(math.radians(lat), math.radians(lon))
                              for lat, lon in ((lat_a, lon_a), (lat_b, lon_b))]  # fmt: skip
    a, b = (
        (math.cos(x) * math.cos(y), math.cos(x) * math.sin(y), math.sin(x))
        for x, y in ((x_a, y_a), (x_b, y_b))
    )
    return 2 * 6371.0088 * math.asin(math.dist(a, b) / 2)
