"""What people approved is in each release, by audience; what is approved later goes out alone."""

import json
import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import pytest

from pipelines.release.publishing import Release
from pipelines.workspace.paths import Workspace
from records import cycle
from records.kinds import Assessment, Figure
from records.kinds.decisions import ReviewDecision, VarianceReason
from records.kinds.threats import ThreatAssessment
from records.rights import Actor, actor_of
from records.store import Store
from tests.worlds.artefacts import files_below, text_of
from tests.worlds.mission.figures import (
    MISSION,
    PATROLS,
    PERIOD,
    SAFE,
    add_definition,
    publish_again,
    workspace_warehouse,
)

NOW = datetime(2026, 10, 20, 9, tzinfo=UTC)
DETAINED = "P2-OP-14"  # counts of persons: another figure in each copy
TABLES = (
    *("assessment", "assessment_figure", "recommendation", "threat_assessment"),
    *("review_decision", "variance_reason"),
)
EVERYWHERE = ("Trust has grown.", "Patrol at night.", "Markets are robbed.", "Two calls came.",
              "Roads were flooded.")  # fmt: skip
MISSION_ALONE = ("Kept in the mission.", "I-77", "4321 held")
NOWHERE = ("Words of a draft.", "A newer draft.", "For a draft.", "Not decided yet.",
           "Anna Writer", "Boris Reviewer", "Carla Approver")  # fmt: skip


def person(name: str, role: str) -> Actor:
    return actor_of(name, role, None)


WRITER, REVIEWER = person("Anna Writer", "assessor"), person("Boris Reviewer", "assessor")
APPROVER = person("Carla Approver", "approver")


def figure(indicator: str, said: str) -> Figure:
    return Figure(release="2026-Q3-r01", indicator=indicator, period=PERIOD, area="BK", value=1,
                  rating=None, words={"en": said, "fr": said})  # fmt: skip


def assess(store: Store, area: str, text: str, is_approved: bool) -> str:
    cited = (figure(SAFE, "61.5 cited"), figure(DETAINED, "4321 held"))
    record = Assessment(indicator=SAFE, area=area, period=PERIOD, rating="on_track",
                        narrative=text, participants=("poc_adviser", "police_commissioner"),
                        computed=figure(SAFE, "60.1 computed").model_copy(
                            update={"rating": "on_track"}), evidence=cited)  # fmt: skip
    latest = store.latest(MISSION, Assessment, record.key)
    before = latest.number if latest else 0
    cycle.save_draft(store, WRITER, MISSION, record, before, NOW, [area])
    for who, number in ((REVIEWER, 1), (APPROVER, 2)) if is_approved else ():
        cycle.advance(store, who, MISSION, record.key, before + number, NOW, [area])
    return record.key


def recommend(store: Store, kind: str, source: str, text: str) -> None:
    content = {"source_kind": kind, "source": source, "area": "BK", "text": text,
               "owner": "police_commissioner", "due_on": date(2026, 12, 1)}  # fmt: skip
    cycle.recommend(store, APPROVER, MISSION, content, NOW, ["BK"])


def threat(text: str, kind: str, shared: date | None) -> ThreatAssessment:
    return ThreatAssessment(quarter=PERIOD, area="BK", actor_type="militia", threat_type=kind,
                            trend="rising", priorities=("highest_risk",), narrative=text,
                            shared_with_hq_on=shared)  # fmt: skip


def decision(incident: str, answer: str, reason: str) -> ReviewDecision:
    return ReviewDecision(incident=incident, area="BK", rule="required", reviewed="yes",
                          should_have_known=answer, role="poc_adviser", reason=reason)  # fmt: skip


def write_all(store: Store) -> None:
    """Of each kind what goes out and what does not."""
    approved = assess(store, "BK", "Trust has grown.", True)
    assess(store, "BK", "A newer draft.", False)
    draft = assess(store, "BK-1", "Words of a draft.", False)
    recommend(store, "assessment", approved, "Patrol at night.")
    recommend(store, "assessment", draft, "For a draft.")
    recommend(store, "review", "I-77", "Patrol at night.")
    entries = (
        threat("Markets are robbed.", "looting", date(2026, 10, 9)),
        threat("Kept in the mission.", "killing", None),
        decision("I-77", "yes", "Two calls came."),
        decision("I-78", "undecided", "Not decided yet."),
        VarianceReason(budget_year="2026/27", area="BK", activity_type="patrol",
                       quantity_unit="activity", due=12, done=9, as_of=date(2026, 10, 15),
                       reason="Roads were flooded."),
    )  # fmt: skip
    for entry in entries:
        store.write(WRITER, MISSION, entry, 0, NOW)


@pytest.fixture(scope="module")
def releases(
    unpublished: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Workspace, list[Release]]:
    """A release, one in which figures were revised, one after people approved, one after more."""
    home = shutil.copytree(unpublished, tmp_path_factory.mktemp("approved") / "workspace")
    workspace, store = Workspace(home), Store.of_workspace(home)
    with workspace_warehouse(workspace) as connection:
        add_definition(connection, DETAINED, source="un_detentions", confidentiality="person")
        connection.execute(
            "INSERT INTO mart.review_candidate (mission, incident_code, area, type, case_number) "
            "VALUES (?, 'I-78', 'BK', 'killing', 1), (?, 'I-77', 'BK', 'killing', 2)",
            [MISSION, MISSION],
        )
    found = [publish_again(workspace)]
    with workspace_warehouse(workspace) as connection:
        connection.execute(
            "UPDATE mart.indicator_value SET value = value + 3 WHERE indicator = ?", [PATROLS]
        )
    found.append(publish_again(workspace))
    write_all(store)
    found.append(publish_again(workspace))
    assess(store, "BK-1", "Approved later.", True)
    found.append(publish_again(workspace))
    return workspace, found


def rows(release: Release, audience: str, query: str) -> list[tuple[object, ...]]:
    path = release.path / audience / "poclens.duckdb"
    with duckdb.connect(str(path), read_only=True) as connection:
        return connection.execute(query).fetchall()


def hashes(release: Release) -> dict[str, str]:
    manifest = json.loads((release.path / "manifest.json").read_text(encoding="utf-8"))
    return {entry["path"]: entry["sha256"] for entry in manifest["files"]}


def texts(release: Release, audience: str) -> Iterator[str]:
    yield from (text_of(path) for path in files_below(release.path / audience))
    yield from (text_of(path) for path in files_below(release.path) if path.suffix == ".json")


def test_each_audience_gets_what_was_approved_and_nobody_a_draft_or_a_name(releases) -> None:
    _, (_, _, third, _) = releases
    for audience in ("mission", "hq"):
        told = " ".join(texts(third, audience))
        assert [said for said in EVERYWHERE if said not in told] == []
        assert [said for said in NOWHERE if said in told] == []
        assert [said in told for said in MISSION_ALONE] == [audience == "mission"] * 3


def test_headquarters_tells_which_candidate_was_decided_without_its_code(releases) -> None:
    _, (_, _, third, _) = releases
    query = """SELECT case_number, incident_code, should_have_known FROM mart.review_decision
        JOIN mart.review_candidate AS known USING (case_number)"""
    joined = query.replace("incident_code", "known.incident_code")
    assert rows(third, "mission", joined) == [(2, "I-77", "yes")]
    assert rows(third, "hq", joined) == [(2, None, "yes")]


def test_a_cited_figure_stands_as_released_where_both_copies_show_it_alike(releases) -> None:
    _, (_, _, third, _) = releases
    query = "SELECT use, cited_indicator, words_fr FROM mart.assessment_figure ORDER BY position"
    own = [("computed", SAFE, "60.1 computed"), ("cited", SAFE, "61.5 cited")]
    assert rows(third, "mission", query) == [*own, ("cited", DETAINED, "4321 held")]
    assert rows(third, "hq", query) == [*own, ("cited", DETAINED, None)]


def test_what_is_approved_later_goes_out_with_all_other_files_equal(releases) -> None:
    _, (first, second, third, fourth) = releases
    assert [one.name for one in releases[1]] == [f"{PERIOD}-r{n:02d}" for n in (1, 2, 3, 4)]
    revised = "SELECT count(*) FROM mart.revision WHERE indicator = 'P2-OP-01'"
    assert rows(second, "hq", revised)[0][0] > 0, "the files must have something to keep"
    changed = {path for path, told in hashes(third).items() if hashes(second)[path] != told}
    of_records = {f"{one}/parquet/{t}.parquet" for one in ("mission", "hq") for t in TABLES}
    assert changed == of_records
    assert set(hashes(second)) == set(hashes(third)) == set(hashes(fourth))
    later = {path for path, told in hashes(fourth).items() if hashes(third)[path] != told}
    named = ("assessment", "assessment_figure", "recommendation")
    assert later == {f"{one}/parquet/{t}.parquet" for one in ("mission", "hq") for t in named}
    assert rows(fourth, "mission", "SELECT DISTINCT previous_release FROM mart.release") == [
        (first.name,)
    ]


def test_records_are_an_input_with_its_hash(releases) -> None:
    manifests = [
        json.loads((one.path / "manifest.json").read_text(encoding="utf-8")) for one in releases[1]
    ]
    told = [one["records_sha256"] for one in manifests]
    assert told[0] == told[1] and len(set(told)) == 3
    assert len({one["origin_sha256"] for one in manifests[1:]}) == 3
