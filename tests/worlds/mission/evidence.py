"""A mission of one file a table whose framework has three edges, each fed by a file of its own.

Patrols and deaths (association, panel), alerts and answers to them (association, panel),
patrols and what people say that they see (association, panel, interviews).
"""

import random
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

import pandas as pd

from pipelines.workspace.installation import make_workspace
from pipelines.workspace.paths import Workspace
from tests.worlds.mission.mappings import under_own_names
from tests.worlds.mission.profile import profile, words, write_yaml

MISSION = "evidence"
AS_OF = date(2026, 9, 15)
DEATHS, ANSWERS, SEEN = "patrols_deaths", "alerts_answered", "patrols_seen"
EDGES = {
    DEATHS: ("P2-OP-01", "D-IM-01"),
    ANSWERS: ("P2-OP-09", "P2-OC-02"),
    SEEN: ("P2-OP-01", "P2-OC-01"),
}
PLACES = [f"XX{number:02d}" for number in range(1, 9)]
FIRST_DAY, DAYS = date(2025, 3, 1), 549
Rows = list[dict[str, Any]]


def make(workspace: Workspace, files: Mapping[str, Rows]) -> None:
    """The profile with mappings for these files (rows by table), and the files in the inbox."""
    make_workspace(workspace)
    folder = workspace.profile(MISSION)
    write_yaml(folder / "mission.yaml", _PROFILE)
    write_yaml(folder / "framework.yaml", _FRAMEWORK)
    for table, rows in files.items():
        write_yaml(folder / "sources" / f"{table}.yaml", under_own_names(table, rows[0]))
        deliver(workspace, table, rows)


def deliver(workspace: Workspace, table: str, rows: Rows) -> None:
    """Drops the table's file into the inbox: the first, or one that replaces it."""
    inbox = workspace.inbox(MISSION)
    inbox.mkdir(parents=True, exist_ok=True)
    pd.DataFrame(rows).to_csv(inbox / f"{table}.csv", index=False)


def set_lag(workspace: Workspace, edge: str, lag: int) -> None:
    """Changes the definition of one edge."""
    edges = [entry | {"lag": lag} if entry["id"] == edge else entry for entry in _EDGES]
    write_yaml(workspace.profile(MISSION) / "framework.yaml", _FRAMEWORK | {"edges": edges})


def files() -> dict[str, Rows]:
    """Rows of each file, always the same."""
    draw = random.Random(7)
    respondents = list(_respondents(draw))
    return {
        "areas": [_area("XX", None), *(_area(place, "XX") for place in PLACES)],
        "units": [_unit("P1", "police", "FPU"), _unit("M1", "military", "MIL")],
        "activities": [_patrol(draw, number) for number in range(260)],
        "incidents": [_incident(draw, number) for number in range(200)],
        "alerts": [_alert(draw, number) for number in range(240)],
        "survey_respondents": respondents,
        "survey_answers": [_answer(draw, row) for row in respondents],
    }


def _area(code: str, above: str | None) -> dict[str, Any]:
    names = {"name_en": code, "name_fr": code, "valid_from": "2020-01-01"}
    level = "admin1" if above else "country"
    return {"area_code": code, "parent_area_code": above, "area_level": level, **names}


def _unit(code: str, component: str, kind: str) -> dict[str, Any]:
    names = {"unit_code": code, "unit_name": code, "component": component}
    return {**names, "unit_type": kind, "valid_from": "2020-01-01"}


def _place(draw: random.Random) -> dict[str, Any]:
    place = draw.choice(PLACES)
    latitude = round(4 + 0.1 * PLACES.index(place) + draw.uniform(0, 0.05), 5)
    longitude = round(30 + draw.uniform(0, 0.05), 5)
    point = {"latitude": latitude, "longitude": longitude}
    return {"area_code": place, "location_precision": "exact", **point}


def _moment(draw: random.Random) -> datetime:
    hours = draw.randrange(24 * DAYS)
    return datetime.combine(FIRST_DAY, time()) + timedelta(hours=hours)


def _patrol(draw: random.Random, number: int) -> dict[str, Any]:
    is_done = draw.random() < 0.6
    started = _moment(draw)
    return {
        "activity_code": f"A{number:03d}",
        "activity_type": "patrol",
        "status": "completed" if is_done else "aborted",
        "status_reason": None if is_done else "weather",
        "unit_code": draw.choice(["P1", "P1", "P1", "M1"]),
        "tier": "II",
        "phase": "prevention",
        **_place(draw),
        "started_at": started.isoformat(),
        "ended_at": (started + timedelta(hours=5)).isoformat(),
        "personnel_count": draw.randint(4, 20),
        "distance_km": draw.randint(5, 60),
    }


def _incident(draw: random.Random, number: int) -> dict[str, Any]:
    happened = _moment(draw)
    return {
        "incident_code": f"I{number:03d}",
        "incident_type": "killing",
        "against_civilians": True,
        "occurred_on": happened.date().isoformat(),
        "occurred_at": happened.isoformat(),
        "date_precision": "day",
        **_place(draw),
        "deaths_civilian": draw.randint(1, 4),
        "reported_by": draw.choice(["community", "ngo", "un_police"]),
        "verification": "verified",
    }


def _alert(draw: random.Random, number: int) -> dict[str, Any]:
    received = _moment(draw)
    acted = received + timedelta(hours=draw.choice([2, 6, 12, 60, 100]))
    return {
        "alert_code": f"L{number:03d}",
        "source_type": "hotline",
        "threat_type": "other",
        "level": "high",
        "area_code": draw.choice(PLACES),
        "received_at": received.isoformat(),
        "confirmed_at": received.isoformat(),
        "action_needed": True,
        "first_action_at": acted.isoformat(),
        "arrived_at": acted.isoformat(),
    }


def _respondents(draw: random.Random) -> Iterator[dict[str, Any]]:
    """Three waves of 20 days: in each place two persons a day."""
    for wave, month in enumerate((2, 5, 8), start=1):
        for number in range(len(PLACES) * 40):
            place, day = PLACES[number % len(PLACES)], number // len(PLACES) // 2
            key = f"{wave}-{number:03d}"
            yield {
                "survey_code": "perceptions",
                "wave": str(wave),
                "instrument": "household",
                "respondent_key": key,
                "household_key": key,
                "stratum": place,
                "psu": f"{place}-{day // 2}",
                "weight_person": 1,
                "weight_household": 1,
                "result": "complete",
                "consent_given": True,
                "interviewed_on": date(2026, month, 1 + day).isoformat(),
                "area_code": place,
                "sex": draw.choice("FM"),
                "age_group": draw.choice(["Y18T29", "Y30T44"]),
                "is_adult": True,
                "displacement_status": "resident",
            }


def _answer(draw: random.Random, respondent: Mapping[str, Any]) -> dict[str, Any]:
    keys = {name: respondent[name] for name in ("survey_code", "wave", "respondent_key")}
    answer = draw.choice(["daily", "weekly", "monthly", "never"])
    return {**keys, "item": "saw_unpol_patrol", "answer": answer}


_PROFILE = profile(
    MISSION,
    starts_on=FIRST_DAY.isoformat(),
    reject_limit_pct=0,
    period_types=["M", "Q"],
    indicators=[{"code": code} for code in sorted({c for pair in EDGES.values() for c in pair})],
)
_EDGES = [
    {"id": edge, "from": output, "to": outcome, "expected_sign": 1, "why": words("–")}
    for edge, (output, outcome) in EDGES.items()
]
_FRAMEWORK = {"objective": words("–"), "outcomes": [], "outputs": [], "edges": _EDGES}
