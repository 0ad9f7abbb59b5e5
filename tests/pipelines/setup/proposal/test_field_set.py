"""Field files in the shapes of published exports: columns proposed, rows read, what is asked.

How each file is written and what it means: `tests/worlds/field/files.yaml`. `make test` has as few
of the files as run nearly every line of the proposal that all of them run; `make soak` has all.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from indicators.definitions.contracts import Column, contracts
from indicators.definitions.mission_profile import Mission
from pipelines.ingest.inbox import ingest
from pipelines.setup.proposal import preview as previews
from pipelines.setup.proposal.beside.known_rows import Known, known_rows
from pipelines.setup.proposal.proposal import Proposal, propose
from pipelines.setup.proposal.writing import checked
from pipelines.workspace.paths import Workspace
from tests.worlds.field.field_files import AREAS, UNITS, FieldFile, field_files
from tests.worlds.mission.own_names import make_workspace

SURE = 0.9
SAID = {"tier": "II", "location_precision": "admin2", "date_precision": "day"}
SOME = {
    "inso_english", "ews_alerts", "hxl_population", "weekly_incidents_fr_accents",
    "kobo_perception_french", "three_sheets_months", "alerte_precoce_fr", "milob_patrols",
    "merged_groups", "ucdp_full", "units_orbat", "incidents_where_world", "title_and_notes",
    "two_header_rows", "referrals", "cod_areas", "serial_dates", "patrol_dtg", "acled_v2024",
    "idem_and_ditto", "cod_population_totals", "rapport_mensuel_fr", "population_by_year_french",
    "troop_strength", "threat_matrix", "ambiguous_days", "degrees_minutes_seconds",
    "commitments_tracker", "sage_events", "unite_aware", "kobo_protection_incident",
}  # fmt: skip
OTHER_TIMES = {"ended_at", "occurred_at", "first_action_at", "confirmed_at", "started_at"}


@dataclass
class Judged:
    """Of one file: its headers, those proposed right and wrong, rows that arrived as meant, sure
    mistakes."""

    name: str
    columns: int = 0
    right: int = 0
    wrong: list[str] = field(default_factory=list)
    sure_and_wrong: list[str] = field(default_factory=list)
    is_table_right: bool = True
    rows: int = 0
    rows_meant: int = 0


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> tuple[Workspace, Mission, Known]:
    """A mission that has its areas, units, places of detention and three activities."""
    workspace, mission = make_workspace(tmp_path_factory.mktemp("field_set"))

    def put(table: str, rows: list[dict[str, str]]) -> None:
        own = list(contracts()[table].columns)
        lines = [own, *([row.get(name, "") for name in own] for row in rows)]
        text = "\n".join(",".join(line) for line in lines) + "\n"
        (workspace.inbox("faulty") / f"{table}.csv").write_text(text, encoding="utf-8")

    level, since = "area_level", {"valid_from": "2024-01-01"}
    names = {"XX": "Fict"} | {code: name for name, code in AREAS.items()}
    put("areas", [{"area_code": code, "parent_area_code": "XX" if code != "XX" else "",
                   level: "admin1" if code != "XX" else "country", "name_en": name,
                   "name_fr": name, **since} for code, name in names.items()])  # fmt: skip
    put("units", [{"unit_code": code, "unit_name": name, "component": "police",
                   "unit_type": "FPU", **since} for name, code in UNITS.items()])  # fmt: skip
    put("registers", [{"register_code": "detention_facility", "entry_code": code,
                       "area_code": "XX01", "listed_on": "2025-01-01", **since}
                      for code in ("F-1", "F-2")])  # fmt: skip
    put("activities", [{"activity_code": code, "activity_type": "patrol", "status": "completed",
                        "unit_code": "U-1", "tier": "II", "phase": "prevention",
                        "area_code": "XX01", "location_precision": "admin2",
                        "started_at": "2026-03-01T08:00:00"}
                       for code in ("A-1", "A-2", "A-3")])  # fmt: skip
    ingest(workspace, mission, settled=0)
    return workspace, mission, known_rows(workspace.warehouse("faulty"))


@pytest.fixture(
    scope="module",
    params=[pytest.param("some"), pytest.param("all", marks=pytest.mark.soak)],
)
def judged(
    request: pytest.FixtureRequest,
    world: tuple[Workspace, Mission, Known],
    tmp_path_factory: pytest.TempPathFactory,
) -> list[Judged]:
    folder = tmp_path_factory.mktemp("files")
    chosen = [file for file in field_files() if request.param == "all" or file.name in SOME]
    assert len(chosen) == len(SOME) or len(chosen) >= 100
    return [_judge(world, file, folder) for file in chosen]


def _judge(world: tuple[Workspace, Mission, Known], file: FieldFile, folder: Any) -> Judged:
    workspace, mission, known = world
    path, found = file.write(folder), Judged(file.name, len(file.meant), rows_meant=file.rows)
    proposal = propose(path, known)
    found.is_table_right = proposal.table == file.table
    if not found.is_table_right:
        if proposal.confidence > SURE:
            found.sure_and_wrong.append(proposal.table)
        proposal = propose(path, known, table=file.table)
    _judge_columns(file, proposal, found)
    assert not file.where or dict(proposal.where) == dict(file.where)
    completed = _completed(file, proposal)
    if completed.open_required:
        found.wrong += completed.open_required
        return found
    source = checked(completed.mapping())
    profile, warehouse = workspace.profile("faulty"), workspace.warehouse("faulty")
    shown = previews.preview(path, source, mission, profile, warehouse)
    wrong = set(_wrong_rows(file, list(shown.rows)))
    found.wrong += [f"{reject.column}: {reject.rule} {reject.value}" for reject in shown.rejects]
    if len(shown.rows) <= file.rows:
        found.rows = len(shown.rows) - len(wrong)
    return found


def _judge_columns(file: FieldFile, proposal: Proposal, found: Judged) -> None:
    heads = proposal.layout.table.header
    names = dict(zip(heads, file.header, strict=True)) if len(heads) == len(file.header) else {}
    given: dict[str, dict[str, float]] = {}
    for one in (one for one in proposal.columns if "of_another" not in one.reasons):
        for header in () if "template" in one.entry else one.headers:
            given.setdefault(names.get(header, header), {})[one.column] = one.confidence
    for header in proposal.wide.items.values() if proposal.wide else ():
        given.setdefault(header, {})[proposal.wide.value] = 0.7  # type: ignore[union-attr]
    for header, columns in file.meant.items():
        own, meant = given.get(header, {}), set(columns)
        if meant <= own.keys() and own.keys() - meant <= OTHER_TIMES:
            found.right += 1
            continue
        found.wrong.append(f"{header}: {own}, meant {columns}")
        found.sure_and_wrong += [
            f"{header}: {name}" for name in own.keys() - meant if own[name] > SURE
        ]
    sure = {one.column for one in proposal.columns if one.confidence > SURE}
    found.sure_and_wrong += [f"not asked: {name}" for name in file.asks if name in sure]


def _completed(file: FieldFile, proposal: Proposal) -> Proposal:
    """The proposal with what a person adds; what only the file can tell stays open."""
    for name, value in file.said.items():
        proposal = proposal.with_constant(name, value)
    meant = {column for columns in file.meant.values() for column in columns}
    for name in (one for one in proposal.open_required if one not in meant):
        proposal = proposal.with_constant(name, _any(name, contracts()[file.table].columns[name]))
    return proposal


def _any(name: str, column: Column) -> str:
    if name in SAID:
        return SAID[name]
    if column.base_type == "bool":
        return "true"
    if column.base_type == "date":
        return "2026-03-01"
    return "XX" if name.endswith("area_code") else (column.allowed_codes or ("x",))[0]


def _wrong_rows(file: FieldFile, rows: list[Any]) -> Iterator[int]:
    for column in sorted({column for columns in file.meant.values() for column in columns}):
        for at, (row, value) in enumerate(zip(rows, file.wanted(column) or (), strict=False)):
            if not _is_same(row.get(column), value):
                yield at


def _is_same(came: Any, meant: Any) -> bool:
    if isinstance(meant, int | float) and not isinstance(meant, bool):
        return came is not None and abs(float(came) - meant) < 1e-4
    return came == meant or str(came) == str(meant) or (came is None and meant in (None, ""))


def test_columns_of_field_files_are_proposed_right(judged: list[Judged]) -> None:
    right = sum(one.right for one in judged)
    wrong = [f"{one.name}: {text}" for one in judged for text in one.wrong]
    print(f"{right} columns right; {wrong}")
    assert right > (600 if len(judged) > len(SOME) else 200)
    assert right >= 0.95 * sum(one.columns for one in judged)
    assert sum(one.is_table_right for one in judged) >= 0.95 * len(judged)


def test_what_is_sure_is_right_and_what_has_two_readings_is_asked(judged: list[Judged]) -> None:
    assert [one for one in judged if one.sure_and_wrong] == []


def test_rows_of_field_files_arrive_as_they_are_meant(judged: list[Judged]) -> None:
    whole = [one for one in judged if one.rows == one.rows_meant]
    print([one for one in judged if one not in whole])
    assert len(whole) >= 0.955 * len(judged)  # 64 of 67
    assert sum(one.rows for one in judged) >= 0.98 * sum(one.rows_meant for one in judged)
