"""Threat assessments, compacts, evaluations: what they may hold, and who may write them."""

from datetime import UTC, date, datetime

import pytest
from pydantic import ValidationError

from records import cycle
from records.cycle import NotAllowed
from records.kinds.accountability import Compact, UnitEvaluation
from records.kinds.threats import ThreatAssessment
from records.rights import actor_of
from records.store import Conflict, Store

NOW = datetime(2026, 10, 20, 9, tzinfo=UTC)
THREAT = {
    "quarter": "2026-Q4",
    "area": "MT01",
    "actor_type": "militia",
    "threat_type": "looting",
    "trend": "rising",
    "narrative": "Markets are robbed at the end of the month.",
}


def test_the_risk_is_known_only_where_both_scores_were_agreed() -> None:
    assert ThreatAssessment(**THREAT, likelihood="4", impact="5").risk == 20
    assert ThreatAssessment(**THREAT, likelihood="4").risk is None
    assert ThreatAssessment(**THREAT, vulnerability="5").risk is None


@pytest.mark.parametrize(
    "changed",
    [{"quarter": "2026"}, {"likelihood": "6"}, {"trend": "worse"}, {"narrative": " "},
     {"priorities": ("important",)}],
)  # fmt: skip
def test_a_threat_assessment_outside_its_scales_is_refused(changed: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        ThreatAssessment.model_validate(THREAT | changed)


def test_a_follow_up_is_overdue_after_its_day_until_it_is_recorded() -> None:
    evaluated = UnitEvaluation(
        unit_code="FPU-1", evaluated_on=date(2026, 3, 1), follow_up_due_on=date(2026, 6, 1)
    )
    assert not evaluated.is_overdue(date(2026, 6, 1)) and evaluated.is_overdue(date(2026, 6, 2))
    done = evaluated.model_copy(update={"followed_up_on": date(2026, 7, 1)})
    assert not done.is_overdue(date(2026, 8, 1))
    with pytest.raises(ValidationError, match="before_evaluation"):
        UnitEvaluation(**evaluated.model_dump() | {"followed_up_on": date(2026, 2, 1)})


def test_neither_a_goal_nor_a_rating_can_be_stored() -> None:
    compact = {"role": "force_commander", "year": 2026, "instrument": "compact"}
    evaluation = {"unit_code": "FPU-1", "evaluated_on": "2026-03-01"}
    assert Compact(**compact, indicators=("P2-OC-07",)).key == "force_commander/2026"
    for kind, content in ((Compact, compact | {"indicators": ("P2-OC-07",)}),
                          (UnitEvaluation, evaluation)):  # fmt: skip
        for more in ("goal", "rating", "score", "name"):
            with pytest.raises(ValidationError, match="Extra inputs"):
                kind.model_validate(content | {more: "5"})


def test_who_may_not_assess_writes_none_and_nobody_writes_over_another(store: Store) -> None:
    record = ThreatAssessment(**THREAT)
    above = ["MT01", "MT"]
    for role in ("viewer", "officer", "administrator"):
        with pytest.raises(NotAllowed, match=r"no_right\.assess"):
            cycle.write_entry(store, actor_of("a", role, None), "m", record, 0, NOW, above)
    elsewhere = actor_of("a", "assessor", "MT02")
    with pytest.raises(NotAllowed, match="other_area"):
        cycle.write_entry(store, elsewhere, "m", record, 0, NOW, above)
    cycle.write_entry(store, actor_of("a", "assessor", "MT"), "m", record, 0, NOW, above)
    with pytest.raises(Conflict):
        cycle.write_entry(store, actor_of("b", "assessor", None), "m", record, 0, NOW, above)
    assert [one.written_by for one in store.all("m", ThreatAssessment)] == ["a"]
