"""Late file, corrected file, new definition, other parameters: each part equals a pandas recount.

The recount knows nothing of the engine: it counts lines of the files that the test itself wrote.
"""

import shutil
from collections.abc import Iterable, Mapping
from copy import deepcopy
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest
import yaml

from indicators.definitions.catalogue import load_catalogue
from indicators.definitions.indicator import Indicator
from indicators.definitions.measures import Measure
from indicators.definitions.mission_profile import read_mission
from pipelines.ingest.inbox import ingest
from pipelines.release.reading.explain import explain, explain_release
from pipelines.release.revisions.causes import CAUSES
from pipelines.release.revisions.report import changed_parameters, diff, diff_releases
from tests.worlds.mission.mappings import PATROLS, under_own_names
from tests.worlds.mission.patrols import (
    COUNT,
    MEDIAN,
    MISSION,
    SHARE,
    Patrol,
    PatrolMission,
    as_csv,
    month_of_patrols,
)
from tests.worlds.mission.profile import write_source

POLICE = ("P1", "P2")
JULY, AUGUST = month_of_patrols(7, 60, seed=1), month_of_patrols(8, 60, seed=2)
LATE = [replace(p, code=f"late-{p.code}") for p in month_of_patrols(8, 30, seed=3)]
# Every fifth line of July says another mode and status now, every seventh is taken back.
CORRECTED = [
    replace(p, mode="vehicle", status="completed", people=p.people + 5) if at % 5 == 0 else p
    for at, p in enumerate(JULY)
    if at % 7 != 3
]
PERIODS = {"2026-07": ("07",), "2026-08": ("08",), "2026-Q3": ("07", "08", "09")}
PARTS = [f"part_{name}" for name in CAUSES]


def catalogue(redefined: bool) -> dict[str, Indicator]:
    """The repository with a median in it; redefined: patrols of every component count."""
    found = dict(load_catalogue())
    where = found[MEDIAN].measure.where
    median = Measure(kind="median", value="person_days", where=where)
    found[MEDIAN] = found[MEDIAN].model_copy(update={"measure": median})
    if redefined:
        every = Measure(kind="count", where="activity_type = 'patrol' and status = 'completed'")
        found[COUNT] = found[COUNT].model_copy(update={"measure": every, "version": 2})
        alike = Measure(kind="median", value="person_days", where=every.where)
        found[MEDIAN] = found[MEDIAN].model_copy(update={"measure": alike, "version": 2})
    return found


def recounted(patrols: Iterable[Patrol], units: Iterable[str]) -> dict[tuple[str, str, str], Any]:
    """By indicator, period and area: number, share on foot, median of person-days."""
    frame = pd.DataFrame([vars(patrol) for patrol in patrols])
    done = frame[frame["status"].eq("completed") & frame["unit"].isin(list(units))]
    found = {}
    for period, months in PERIODS.items():
        inside = done[done["day"].str[5:7].isin(months)]
        for area in ("XX", "XX01", "XX02"):
            here = inside if area == "XX" else inside[inside["area"] == area]
            found[COUNT, period, area] = len(here)
            found[SHARE, period, area] = 100 * here["mode"].eq("foot").mean()
            found[MEDIAN, period, area] = here["people"].median()
    return found


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The workspace after the first release."""
    home = tmp_path_factory.mktemp("patrols") / "home"
    mission = PatrolMission.made(home)
    mission.deliver("patrols_07.csv", as_csv(JULY))
    mission.deliver("patrols_08.csv", as_csv(AUGUST))
    assert mission.release(catalogue(redefined=False)).name == "2026-Q3-r01"
    return home


def copied(first: Path, home: Path) -> PatrolMission:
    """The same workspace elsewhere."""
    shutil.copytree(first, home)
    return PatrolMission(home)


@pytest.fixture
def again(first: Path, tmp_path: Path) -> PatrolMission:
    """The same workspace, for one test alone."""
    return copied(first, tmp_path / "home")


@pytest.fixture(scope="module")
def in_steps(first: Path, tmp_path_factory: pytest.TempPathFactory) -> PatrolMission:
    """A second release with the late file, a third with the corrected one; only read."""
    mission = copied(first, tmp_path_factory.mktemp("steps") / "home")
    for change in (late, correct):
        change(mission)
        mission.release(catalogue(redefined=False))
    return mission


@pytest.fixture(scope="module")
def at_once(
    first: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[PatrolMission, list[tuple[Any, ...]]]:
    """A second release, late, corrected and redefined, and the rows before it; only read."""
    mission = copied(first, tmp_path_factory.mktemp("once") / "home")
    late(mission)
    correct(mission)
    before = rows_of(mission)
    mission.release(catalogue(redefined=True))
    return mission, before


def rows_of(mission: PatrolMission) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(mission.workspace.warehouse(MISSION)), read_only=True) as connection:
        return connection.execute("SELECT * FROM core.activities ORDER BY ALL").fetchall()


def totals(revisions: pd.DataFrame) -> dict[tuple[str, str, str], Mapping[str, Any]]:
    whole = revisions[(revisions["unit_type"] == "_T") & (revisions["breakdown"] == "_T")]
    whole = whole[(whole["activity_type"] == "_T")]
    return {
        (line["indicator"], line["period"], line["area"]): line for line in whole.to_dict("records")
    }


def late(mission: PatrolMission) -> None:
    mission.deliver("patrols_08_late.csv", as_csv(LATE))


def correct(mission: PatrolMission) -> None:
    mission.deliver("patrols_07.csv", as_csv(CORRECTED))


def assert_recounted(
    found: Mapping[tuple[str, str, str], Mapping[str, Any]],
    redefined: bool,
    late_ones: Iterable[Patrol] = LATE,
) -> None:
    """Each part against the recount of the lines in each state."""
    every = (*POLICE, "M1")
    states = [
        recounted([*JULY, *AUGUST], POLICE),
        recounted([*CORRECTED, *AUGUST], POLICE),
        recounted([*CORRECTED, *AUGUST, *late_ones], POLICE),
    ]
    last = recounted([*CORRECTED, *AUGUST, *late_ones], every if redefined else POLICE)
    seen = set()
    for cell, before in states[0].items():
        is_redefined = redefined and cell[0] != SHARE
        way = [*(state[cell] for state in states), (last if is_redefined else states[2])[cell]]
        line = found.get(cell)
        if line is None:
            assert way[-1] == pytest.approx(before)
            continue
        seen.add(cell)
        assert (line["value_before"], line["value_after"]) == pytest.approx((before, way[-1]))
        told = [line["part_correction"], line["part_late_data"], line["part_new_definition"]]
        assert told == pytest.approx([b - a for a, b in pairwise(way)]), cell
        parts = sum(line[name] for name in PARTS)
        assert parts == pytest.approx(line["value_after"] - line["value_before"])
    assert {(COUNT, "2026-Q3", "XX"), (SHARE, "2026-Q3", "XX")} <= seen
    assert {(MEDIAN, "2026-Q3", "XX"), (MEDIAN, "2026-07", "XX")} & seen


def test_a_late_file_and_a_corrected_one(again: PatrolMission) -> None:
    """Few late patrols; of activities headquarters sees what the mission sees."""
    again.deliver("patrols_08_late.csv", as_csv(LATE[:4]))
    correct(again)
    again.release(catalogue(redefined=False))
    found, hq = (
        totals(diff(again.workspace, MISSION, audience=audience)) for audience in ("mission", "hq")
    )
    assert_recounted(found, redefined=False, late_ones=LATE[:4])
    assert found[COUNT, "2026-08", "XX"]["reason"] == "late_data"
    assert found[COUNT, "2026-07", "XX"]["reason"] == "correction"
    cell = (COUNT, "2026-Q3", "XX")
    assert 0 < found[cell]["part_late_data"] < 8
    assert hq[cell] == found[cell]


def test_late_corrected_and_redefined_at_once(at_once: tuple[PatrolMission, Any]) -> None:
    found = totals(diff(at_once[0].workspace, MISSION))
    assert_recounted(found, redefined=True)
    line = found[COUNT, "2026-Q3", "XX"]
    assert line["reason"] == "new_definition"
    assert f"late reports +{line['part_late_data']:g}" in line["sentence_en"]
    assert f"a new definition +{line['part_new_definition']:g}" in line["sentence_en"]


def test_one_cause_makes_the_whole_change(in_steps: PatrolMission) -> None:
    revisions = diff(in_steps.workspace, MISSION, "2026-Q3-r01", "2026-Q3-r02")
    assert set(revisions["reason"]) == {"late_data"}
    change = revisions["value_after"] - revisions["value_before"]
    assert revisions["part_late_data"].tolist() == pytest.approx(change.tolist())


@pytest.mark.soak
def test_a_row_that_is_new_in_a_corrected_file_is_late(again: PatrolMission) -> None:
    new = Patrol("07-new", "2026-07-09")
    changed = [replace(JULY[0], status="completed", unit="P1"), *JULY[1:]]
    again.deliver("patrols_07.csv", as_csv([*changed, new]))
    again.release(catalogue(redefined=False))
    line = totals(diff(again.workspace, MISSION))[COUNT, "2026-07", "XX"]
    counted = JULY[0].status == "completed" and JULY[0].unit in POLICE
    assert (line["part_late_data"], line["part_correction"]) == (1, 0 if counted else 1)


def test_a_figure_that_came_with_the_late_rows_of_a_corrected_file_is_late(
    again: PatrolMission,
) -> None:
    """Of a difference to no figure there is no part; the states between tell by what it came."""
    new = [
        replace(p, code=f"sep-{n}", day=p.day.replace("-08-", "-09-"), status="completed")
        for n, p in enumerate(AUGUST)
    ]
    changed = [replace(p, mode="foot", status="completed") for p in AUGUST[:6]]
    again.deliver("patrols_08.csv", as_csv([*changed, *AUGUST[6:], *new]))
    again.release(catalogue(redefined=False))
    found = totals(diff(again.workspace, MISSION))
    assert found[SHARE, "2026-08", "XX"]["reason"] == "correction"
    line = found[SHARE, "2026-09", "XX"]
    assert pd.isna(line["value_before"]) and line["reason"] == "late_data"


def test_releases_further_apart_are_told_from_those_between(in_steps: PatrolMission) -> None:
    found = totals(diff(in_steps.workspace, MISSION, "2026-Q3-r01", "2026-Q3-r03"))
    states = [
        recounted(patrols, POLICE)[COUNT, "2026-Q3", "XX"]
        for patrols in (
            [*JULY, *AUGUST],
            [*JULY, *AUGUST, *LATE],
            [*CORRECTED, *AUGUST, *LATE],
        )
    ]
    line = found[COUNT, "2026-Q3", "XX"]
    assert line["part_late_data"] == states[1] - states[0]
    assert line["part_correction"] == states[2] - states[1]


def test_folders_alone_are_enough(at_once: tuple[PatrolMission, Any], tmp_path: Path) -> None:
    home = at_once[0].workspace.home
    told = diff(at_once[0].workspace, MISSION)
    received = shutil.copytree(at_once[0].workspace.releases(MISSION), tmp_path / "received")
    away = home.rename(home.with_name("away"))
    try:
        found = diff_releases(received / "2026-Q3-r01", received / "2026-Q3-r02", "mission")
    finally:
        away.rename(home)
    pd.testing.assert_frame_equal(found, told)


def test_without_the_release_between_it_says_that_it_cannot_tell(
    in_steps: PatrolMission, tmp_path: Path
) -> None:
    for name in ("2026-Q3-r01", "2026-Q3-r03"):
        shutil.copytree(in_steps.workspace.releases(MISSION) / name, tmp_path / name)
    found = totals(diff_releases(tmp_path / "2026-Q3-r01", tmp_path / "2026-Q3-r03", "mission"))
    line = found[COUNT, "2026-Q3", "XX"]
    assert line["parts_status"] == "not_told_apart"
    assert all(pd.isna(line[name]) for name in PARTS)


@pytest.mark.soak
def test_parts_with_their_first_cases_or_no_more_have_moved_too(again: PatrolMission) -> None:
    first = [replace(p, day=p.day.replace("-07-", "-09-"), unit="P2") for p in JULY[:6]]
    first = [replace(p, code=f"sep-{p.code}", status="completed", area="XX01") for p in first]
    again.deliver("patrols_09.csv", as_csv(first))
    again.deliver("patrols_07.csv", as_csv([p for p in JULY if (p.unit, p.area) != ("P2", "XX01")]))
    again.release(catalogue(redefined=False))
    gone = sum((p.unit, p.area, p.status) == ("P2", "XX01", "completed") for p in JULY)
    found = diff(again.workspace, MISSION)
    of_type = found[(found["indicator"] == COUNT) & (found["unit_type"] == "IPO")]
    moved = of_type.set_index(["period", "area"])
    taken = moved.loc["2026-07", "XX01"]
    assert (taken["value_before"], taken["value_after"], taken["part_correction"]) == (
        gone,
        0,
        -gone,
    )
    came = moved.loc["2026-09", "XX01"]
    assert pd.isna(came["value_before"]) and came["obs_status_before"] == "O"  # never 0 for unknown
    assert (came["value_after"], came["reason"]) == (6, "late_data")
    assert totals(found)[COUNT, "2026-07", "XX01"]["part_correction"] == -gone


def test_explain_reads_a_received_folder_alone(again: PatrolMission, tmp_path: Path) -> None:
    bad = [
        replace(JULY[0], code="bad-1", day="2026-07-05", unit="nobody", area="XX01"),
        replace(JULY[0], code="bad-2", day="2026-08-05", unit="nobody", area="XX02"),
        replace(JULY[0], code="bad-3", day="31 July", area="XX01"),
    ]
    again.deliver("patrols_08_late.csv", as_csv([*LATE, *bad]))
    folder = tmp_path / "received"
    shutil.move(again.release(catalogue(redefined=True), checked=True).path, folder)
    shutil.rmtree(again.workspace.home)
    found = explain_release(folder, COUNT, area="XX01", period="2026-07")
    counted = recounted([*JULY, *AUGUST, *LATE], (*POLICE, "M1"))
    assert found["value"] == found["n"] == counted[COUNT, "2026-07", "XX01"]
    assert sum(file["rows"] for file in found["files"]) == found["value"]
    assert {file["name"] for file in found["files"]} == {"patrols_07.csv"}
    assert (found["rejects"], found["rejects_here"], found["rejects_unclear"]) == (3, 1, 1)
    (revision,) = found["revisions"]
    assert revision["part_new_definition"] == revision["value_after"] - revision["value_before"]
    assert [version["version"] for version in found["versions"]] == [2]
    hq = explain_release(folder, COUNT, period="2026-Q3", audience="hq")
    assert hq["value"] == counted[COUNT, "2026-Q3", "XX"]
    assert sum(file["rows"] for file in hq["files"]) == hq["n"] and hq["rejects_here"] is None


def test_rejects_count_where_their_correction_would(again: PatrolMission) -> None:
    day_first = deepcopy(PATROLS)
    day_first["tables"][0]["columns"]["started_at"]["formats"].append("%d/%m/%Y")
    path = again.profile / "sources" / "activities.yaml"
    path.write_text(yaml.safe_dump(day_first, sort_keys=False), encoding="utf-8")
    good = Patrol("bad-0", "2026-07-05", "P1", "completed", "foot", "XX01")
    bad = [
        replace(good, mode="hovering"),
        replace(good, code="bad-1", day="05/07/2026", people=-3),
        replace(good, code="bad-2", unit="nobody"),  # of police or not: nobody can tell
        replace(good, code="bad-3", status="finished"),  # completed or not
        replace(good, code="bad-4", unit="nobody", status="aborted"),
        replace(good, code="bad-5", unit="M1", mode="hovering"),  # no police
        replace(good, code="bad-6", area="XX02", mode="hovering"),
        replace(good, code="bad-7", day="2026-08-05", mode="hovering"),
        replace(good, code="bad-8", area="nowhere"),
        replace(good, code="bad-9", day="31 July"),
        replace(good, code="bad-10", day="31 July", status="aborted"),
    ]
    again.deliver("patrols_late.csv", as_csv([*LATE, *bad]))
    again.release(catalogue(redefined=False), checked=True)
    found = {
        (area, period): explain(again.workspace, MISSION, COUNT, area, period)
        for area in ("XX", "XX01", "XX02")
        for period in ("2026-07", "2026-Q3")
    }
    assert all(
        entry["rejects"] == len(bad) and entry["rejects_counted"] for entry in found.values()
    )
    here = {
        place: (entry["rejects_here"], entry["rejects_unclear"]) for place, entry in found.items()
    }
    assert here == {
        ("XX", "2026-07"): (6, 1),  # the place of bad-8 is in the mission, wherever it is
        ("XX", "2026-Q3"): (7, 1),
        ("XX01", "2026-07"): (4, 2),
        ("XX01", "2026-Q3"): (5, 2),
        ("XX02", "2026-07"): (1, 1),
        ("XX02", "2026-Q3"): (1, 1),
    }


def test_targets_are_told_apart_from_figures(again: PatrolMission) -> None:
    goal = {"code": COUNT, "target": {"value": 90, "on": "2026-12-31"}, "min_n": 7}
    again.set(indicators=[goal, {"code": SHARE}, {"code": MEDIAN}])
    again.release(catalogue(redefined=False))
    assert diff(again.workspace, MISSION).empty
    folder = again.workspace.releases(MISSION)
    found = changed_parameters(folder / "2026-Q3-r01", folder / "2026-Q3-r02", "mission")
    told = {(line["indicator"], line["parameter"]): line["after"] for line in found}
    assert told[COUNT, "target"] == 90 and told[COUNT, "min_n"] == 7
    assert {code for code, _ in told} == {COUNT}


def test_the_warehouse_is_as_it_was(
    at_once: tuple[PatrolMission, list[tuple[Any, ...]]], in_steps: PatrolMission
) -> None:
    """Whether all was told apart in one release or in two."""
    mission, before = at_once
    assert rows_of(mission) == before != []
    assert rows_of(in_steps) == before


def remap(mission: PatrolMission, **columns: Any) -> None:
    """Another mapping of the patrols; what is in the archive is read again by it."""
    changed = deepcopy(PATROLS)
    changed["tables"][0]["columns"] |= columns
    path = mission.profile / "sources" / "activities.yaml"
    path.write_text(yaml.safe_dump(changed, sort_keys=False), encoding="utf-8")
    ingest(mission.workspace, read_mission(mission.profile))


def by_car(patrols: Iterable[Patrol]) -> list[Patrol]:
    return [replace(p, mode="vehicle" if p.mode == "foot" else p.mode) for p in patrols]


@pytest.mark.soak
def test_a_corrected_mapping_alone_is_a_correction(again: PatrolMission) -> None:
    remap(again, patrol_mode={"from": "mode", "recode": {"foot": "vehicle"}})
    again.release(catalogue(redefined=False))
    revisions = diff(again.workspace, MISSION)
    before, after = recounted([*JULY, *AUGUST], POLICE), recounted(by_car([*JULY, *AUGUST]), POLICE)
    found = totals(revisions)
    assert set(revisions["reason"]) == {"correction"}
    for cell in before:
        if before[cell] != pytest.approx(after[cell]):
            line = found.pop(cell)
            assert line["value_after"] == pytest.approx(after[cell])
            assert line["part_correction"] == pytest.approx(after[cell] - before[cell])
    assert found == {}


def test_a_corrected_mapping_and_a_late_file_are_told_apart(again: PatrolMission) -> None:
    """In July, which has no late row, the mapping makes the whole change."""
    remap(again, patrol_mode={"from": "mode", "recode": {"foot": "vehicle"}})
    late(again)
    again.release(catalogue(redefined=False))
    found = totals(diff(again.workspace, MISSION))
    states = [[*JULY, *AUGUST], by_car([*JULY, *AUGUST]), by_car([*JULY, *AUGUST, *LATE])]
    counts = [recounted(state, POLICE) for state in states]
    for cell in counts[0]:
        way = [count[cell] for count in counts]
        if way[0] == pytest.approx(way[-1]) and cell not in found:
            continue
        line = found.pop(cell)
        assert (line["value_before"], line["value_after"]) == pytest.approx((way[0], way[-1]))
        told = [line["part_correction"], line["part_late_data"]]
        assert told == pytest.approx([b - a for a, b in pairwise(way)]), cell
        if cell[1] == "2026-07":
            assert line["reason"] == "correction"
    assert found == {}


@pytest.mark.soak
def test_rows_that_a_corrected_mapping_lets_in_are_a_correction(
    first: Path, tmp_path: Path
) -> None:
    mission = PatrolMission.made(tmp_path / "home")
    mission.deliver("patrols_07.csv", as_csv([replace(p, status="done") for p in JULY[:30]]
                                             + JULY[30:]))  # fmt: skip
    mission.release(catalogue(redefined=False))
    remap(mission, status={"from": "status", "recode": {"done": "completed"}})
    mission.release(catalogue(redefined=False))
    line = totals(diff(mission.workspace, MISSION))[COUNT, "2026-07", "XX"]
    assert line["reason"] == "correction"
    assert line["part_correction"] == line["value_after"] - line["value_before"] > 0


KINDS = ("injury", "sexual_violence", "threat")
POOL = "injury_or_protected"


def as_incidents(kinds: Mapping[str, str]) -> str:
    """The file of an incident log: by code the kind of each, all on days of the same quarter."""
    heads = (
        "incident_code,incident_type,against_civilians,occurred_on,date_precision,area_code,"
        "location_precision,reported_by,verification"
    )
    rows = (
        f"{code},{kind},yes,2026-0{7 + at % 3}-1{at % 9},day,XX0{1 + at % 2}"
        ",exact,un_police,verified"
        for at, (code, kind) in enumerate(kinds.items())
    )
    return "\n".join([heads, *rows])


def pooled(kinds: Iterable[str]) -> int:
    return sum(kind in ("injury", "sexual_violence") for kind in kinds)


@pytest.mark.soak
def test_a_pool_of_protected_kinds_is_told_apart_like_its_kinds(tmp_path: Path) -> None:
    mission = PatrolMission.made(tmp_path / "home")
    mission.set(period_types=["Q"], indicators=[{"code": "D-IM-02"}])
    heads = tuple(as_incidents({}).split(","))
    write_source(mission.profile, under_own_names("incidents", heads))
    first = {f"I-{at}": KINDS[at % 3] for at in range(30)}
    corrected = first | {f"I-{at}": KINDS[(at + 1) % 3] for at in range(0, 30, 4)}
    late_ones = {f"L-{at}": KINDS[at % 2] for at in range(7)}
    mission.deliver("incidents.csv", as_incidents(first))
    mission.release()
    mission.deliver("incidents.csv", as_incidents(corrected))
    mission.deliver("incidents_late.csv", as_incidents(late_ones))
    mission.release()
    moved = diff(mission.workspace, MISSION, audience="hq")
    (line,) = moved[(moved["area"] == "XX") & (moved["breakdown_value"] == POOL)].to_dict("records")
    before, between = pooled(first.values()), pooled(corrected.values())
    assert between != before
    assert (line["value_before"], line["value_after"]) == (before, between + 7)
    assert (line["part_correction"], line["part_late_data"]) == (between - before, 7)
