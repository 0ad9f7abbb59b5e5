"""A SAGE-like export beside the warehouse: planted cases, and the pairs of the slow version."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from openpyxl import load_workbook

from indicators.definitions.mission_profile import read_mission
from pipelines.cli.main import main
from pipelines.ingest.inbox import ingest
from pipelines.ingest.mapping.sources.known_sources import known_sources
from pipelines.quality.pairs.reconciliation import Reconciliation, reconcile
from pipelines.workspace.paths import Workspace
from tests.pipelines.quality.test_duplicate_candidates import RULE, areas_above, score_of
from tests.worlds.mission.mappings import under_own_names
from tests.worlds.mission.own_names import make_workspace
from tests.worlds.mission.profile import write_source
from tests.worlds.two_sources import area_rows, two_sources

HEADERS = {
    "incident_code": "Event ID", "incident_type": "Event type", "against_civilians": "Civilians",
    "occurred_on": "Event date", "date_precision": "Date precision", "area_code": "Location",
    "latitude": "Lat", "longitude": "Long", "location_precision": "Geo precision",
    "alleged_actor_type": "Perpetrator", "deaths_best": "Killed",
    "deaths_civilian": "Civilians killed", "injured_civilian": "Injured",
    "reported_by": "Reported by", "verification": "Status",
}  # fmt: skip
SAGE = {
    "source": "sage",
    "files": ["sage*.csv"],
    "reader": "csv",
    "tables": [
        {
            "table": "incidents",
            "columns": {name: {"from": header} for name, header in HEADERS.items()},
        }
    ],
}
CHANGED, SAME = 4, 6


def near(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Within three weeks of one quarter, so that there is something to compare."""
    start = date(2026, 7, 1)
    return [
        row | {"occurred_on": start + timedelta(row["occurred_on"].toordinal() % 21)}
        for row in rows
    ]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, dict[str, Any]]:
    """A workspace, the export, and the rows of either by code."""
    workspace, mission = make_workspace(tmp_path_factory.mktemp("sage") / "ws")
    rows = near(two_sources(5, events=150).rows)
    ours = {row["incident_code"]: row for row in rows if row["incident_code"][0] == "A"}
    theirs = {row["incident_code"]: row for row in rows if row["incident_code"][0] == "B"}
    first = sorted(ours)[: SAME + CHANGED]
    theirs |= {code: ours[code] for code in first[:SAME]}
    for code in first[SAME:]:
        theirs[code] = ours[code] | {"injured_civilian": ours[code]["injured_civilian"] + 7}
    theirs["C-vague"] = theirs[max(theirs)] | {
        "incident_code": "C-vague", "date_precision": "month", "occurred_on": date(2026, 7, 3),
    }  # fmt: skip
    later = ours[first[0]] | {"incident_code": "A-later", "occurred_on": date(2026, 9, 1)}
    inbox, profile = workspace.inbox("faulty"), workspace.profile("faulty")
    areas = pd.DataFrame(area_rows())
    write_source(profile, under_own_names("areas", areas.columns))
    write_source(profile, under_own_names("incidents", HEADERS))
    areas.to_csv(inbox / "areas.csv", index=False)
    pd.DataFrame([*ours.values(), later]).to_csv(inbox / "incidents.csv", index=False)
    ingest(workspace, mission, settled=0)
    write_source(profile, SAGE)
    export = workspace.home / "sage_2026-Q3.csv"
    unknown = theirs[min(theirs)] | {"incident_code": "C-unknown", "area_code": "ZZ"}
    pd.DataFrame([*theirs.values(), unknown]).rename(columns=HEADERS).to_csv(export, index=False)
    return workspace.home, export, {"ours": ours, "theirs": theirs, "first": first}


@pytest.fixture(scope="module")
def found(world: tuple[Path, Path, dict[str, Any]]) -> Reconciliation:
    workspace, export = Workspace(world[0]), world[1]
    profile = workspace.profile("faulty")
    source = known_sources(profile)["sage"]
    before = workspace.warehouse("faulty").read_bytes()
    told = reconcile(export, source, read_mission(profile), profile, workspace.warehouse("faulty"))
    assert workspace.warehouse("faulty").read_bytes() == before
    return told


def test_every_row_stands_in_one_place(found: Reconciliation, world: Any) -> None:
    rows = world[2]
    theirs = [str(match.theirs["incident_code"]) for match in found.matches]
    ours = [str(match.ours["incident_code"]) for match in found.matches]
    only = [[str(row["incident_code"]) for row in side] for side in (
        found.only_theirs, found.not_comparable, found.only_ours)]  # fmt: skip
    assert sorted([*theirs, *only[0], *only[1]]) == sorted(rows["theirs"])
    assert sorted([*ours, *only[2]]) == sorted(rows["ours"])  # what is later is no part of it
    assert only[1] == ["C-vague"]
    assert (found.rows_read, found.rows_rejected) == (len(rows["theirs"]) + 1, 1)


def test_equal_codes_are_one_case_and_say_what_differs(found: Reconciliation, world: Any) -> None:
    by_key = {str(m.theirs["incident_code"]): m.differs for m in found.matches if m.score is None}
    first = world[2]["first"]
    expected = dict.fromkeys(first[:SAME], ()) | dict.fromkeys(first[SAME:], ("injured_civilian",))
    assert by_key == expected


def test_what_the_warehouse_has_of_the_same_source_is_no_counterpart(
    world: Any, tmp_path: Path
) -> None:
    workspace, rows = Workspace(world[0]), [*world[2]["ours"].values()]
    profile, again = workspace.profile("faulty"), tmp_path / "incidents.csv"
    pd.DataFrame(rows).to_csv(again, index=False)
    source, mission = known_sources(profile)["incidents"], read_mission(profile)
    told = reconcile(again, source, mission, profile, workspace.warehouse("faulty"))
    assert (told.matches, told.only_ours, len(told.only_theirs)) == ((), (), len(rows))


def test_other_codes_are_paired_by_the_rule_the_most_alike_first(
    found: Reconciliation, world: Any
) -> None:
    rows, above = world[2], areas_above()
    paired = {
        (str(m.theirs["incident_code"]), str(m.ours["incident_code"])): m.score
        for m in found.matches
        if m.score is not None
    }
    assert len(paired) > 10
    slow = {}
    for code, row in rows["theirs"].items():
        if code in rows["first"] or code == "C-vague":
            continue
        for other, own in rows["ours"].items():
            if other not in rows["first"]:
                score = score_of(row | {"reported_by": "theirs"}, own, above)
                if score is not None and score >= RULE.least_score + 0.005:
                    slow[code, other] = score
    best = {}  # by row: the score of the pair that it is in
    for (code, other), score in paired.items():
        assert slow.get((code, other), RULE.least_score) == pytest.approx(score, abs=0.0051)
        best[code] = best[other] = score
    for (code, other), score in slow.items():
        taken = [best[name] for name in (code, other) if name in best]
        assert taken and max(taken) >= score - 0.011, (code, other)


def test_the_command_writes_a_workbook_in_either_language(
    world: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("POCLENS_HOME", str(world[0]))
    kinds = {row["incident_type"] for row in world[2]["ours"].values()}
    assert "sexual_violence" in kinds
    for language, title, pooled, said in (
        (
            "en",
            "In both",
            "Injury, includes protected categories",
            f"{SAME} in both under the same code, and alike",
        ),
        (
            "fr",
            "Dans les deux",
            "Blessure, y compris catégories protégées",
            f"{SAME} dans les deux sous le même code, et identiques",
        ),
    ):
        to = tmp_path / f"{language}.xlsx"
        asked = ["--language", language, "reconcile", str(world[1]), "--to", str(to)]
        assert main(asked) == 0
        assert said in capsys.readouterr().out
        book = load_workbook(to)
        assert book[title].max_row > SAME + CHANGED + 10
        cells = {str(cell) for sheet in book for row in sheet.values for cell in row}
        assert pooled in cells and not any("sexual_violence" in cell for cell in cells)
    assert main(["reconcile", str(world[1]), "--source", "areas"]) == 2
    assert "rules for duplicates" in capsys.readouterr().err
