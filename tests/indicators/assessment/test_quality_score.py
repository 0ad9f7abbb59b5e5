"""The score of a source, worked by hand: four shares, their product, what to mend first."""

import pytest

from indicators.assessment.quality_score import (
    QualityCounts,
    first_mend,
    quality_parts,
    quality_score,
)


def test_a_month_worked_by_hand() -> None:
    # 9 of 10 reports, 6 of 8 with a date in time, 40 of 50 rows accepted, 10 of these flagged
    parts = quality_parts(QualityCounts(10, 9, 8, 6, 40, 10, 10))
    assert parts == {
        "completeness": 0.9, "timeliness": 0.75, "validity": 0.8, "consistency": 0.75,
    }  # fmt: skip
    assert quality_score(parts) == pytest.approx(0.405)
    mend = first_mend(parts)  # of two equal shares the one that comes first
    assert mend is not None
    assert (mend.part, mend.score) == ("timeliness", pytest.approx(0.54))


def test_what_is_not_known_takes_no_part() -> None:
    parts = quality_parts(QualityCounts(4, 4, 0, 0))
    assert parts == {"completeness": 1.0} and quality_score(parts) == 1
    assert first_mend(parts) is None


def test_nothing_came_scores_nothing_and_nothing_due_has_no_score() -> None:
    assert quality_score(quality_parts(QualityCounts(3, 0, 0, 0, 0, 0, 0))) == 0
    assert quality_score(quality_parts(QualityCounts(0, 0, 0, 0, 5, 0, 0))) is None
