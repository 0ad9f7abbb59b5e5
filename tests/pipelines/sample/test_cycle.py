"""The sample's year of assessments and recommendations: same bytes, whole, never written over."""

from datetime import date
from pathlib import Path

from pipelines.sample.cycle import write_cycle
from records.kinds import Assessment, Recommendation
from records.kinds.accountability import UnitEvaluation
from records.kinds.decisions import ReviewDecision, VarianceReason
from records.kinds.threats import ThreatAssessment
from records.rights import LOCAL
from records.store import Store, utc_now


def test_the_same_seed_writes_the_same_bytes_and_another_seed_others(tmp_path: Path) -> None:
    written = []
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        (tmp_path / name).mkdir()
        write_cycle(tmp_path / name, seed)
        written.append((tmp_path / name / "records.db").read_bytes())
    assert written[0] == written[1] != written[2]


def test_it_shows_every_state_and_what_people_add_stays(tmp_path: Path) -> None:
    write_cycle(tmp_path, 2026)
    store = Store.of_workspace(tmp_path)
    assert store.first_broken_entry() is None
    found = store.all("sample", Assessment)
    assert {one.record.state for one in found} == {"draft", "reviewed", "approved"}
    assert {one.record.period for one in found} == {"2025-Q4", "2026-Q1", "2026-Q2", "2026-Q3"}
    statuses = {one.record.status for one in store.all("sample", Recommendation)}
    assert statuses == {"open", "under_way", "done", "dropped"}
    threats = {one.record.quarter for one in store.all("sample", ThreatAssessment)}
    assert threats == {"2026-Q1", "2026-Q2", "2026-Q3", "2026-Q4"}
    decided = {one.record.should_have_known for one in store.all("sample", ReviewDecision)}
    assert decided == {"yes", "no", "undecided"}
    years = {one.record.budget_year for one in store.all("sample", VarianceReason)}
    assert years == {"2025/26", "2026/27"}
    recommended = [one.record for one in store.all("sample", Recommendation)]
    as_of = date(2026, 10, 15)
    assert any(r.due_on < as_of and r.status in ("open", "under_way") for r in recommended)
    evaluated = [one.record for one in store.all("sample", UnitEvaluation)]
    assert any(evaluation.is_overdue(as_of) for evaluation in evaluated)
    mine = found[0].record.model_copy(update={"narrative": "Mine."})
    store.write(LOCAL, "sample", mine, found[0].number, utc_now())
    before = store.edition()
    write_cycle(tmp_path, 1)
    assert store.edition() == before
