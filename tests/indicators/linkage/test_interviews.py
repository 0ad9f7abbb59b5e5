"""Interviews before and after an event: the estimate, its error, its checks and its refusals."""

import numpy as np
import pandas as pd
import pytest

from indicators.linkage.methods.interviews.comparison import (
    MIN_INTERVIEWS,
    Comparison,
    unexpected_event,
)

DAY = pd.Timestamp("2026-08-03")
AREAS, DAYS_OF_FIELDWORK, PSU, PER_PSU = 20, 24, 8, 12


def survey(
    seed: int, effect: float = 0.0, cluster_sd: float = 0.08, trend: float = 0.0, spread: float = 1
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """(answers, events): each sampling unit is visited on one day; an event a day in each area."""
    random = np.random.default_rng(seed)
    area = np.repeat(np.arange(AREAS), PSU)
    day = random.integers(0, DAYS_OF_FIELDWORK, AREAS * PSU)
    event = random.integers(8, 16, AREAS)
    chance = 0.4 + random.normal(0, 0.1, AREAS)[area] + random.normal(0, cluster_sd, len(area))
    chance = chance + effect * (day > event[area]) + trend * day
    rows = np.repeat(np.arange(len(area)), PER_PSU)
    answers = pd.DataFrame(
        {
            "area": area[rows],
            "place": area[rows],
            "day": DAY + pd.to_timedelta(day[rows], unit="D"),
            "outcome": (random.random(len(rows)) < chance[rows]).astype(float),
            "weight": random.lognormal(0, 0.3 * spread, len(area))[rows],
            "cluster": rows,
            "is_woman": (random.random(len(rows)) < 0.5).astype(float),
        }
    )
    events = pd.DataFrame({"area": np.arange(AREAS), "day": DAY + pd.to_timedelta(event, "D")})
    return answers, events


def run(*arguments: object, days: int = 7, **options: object) -> Comparison:
    answers, events = survey(*arguments, **options)  # type: ignore[arg-type]
    return unexpected_event(answers, events, days, ("is_woman",))


def rates(runs: int, **options: object) -> tuple[float, float, float]:
    """(share with p < .05, share of intervals that hold the effect, mean estimate)."""
    effect = float(options.get("effect", 0.0))  # type: ignore[arg-type]
    found = [run(seed, **options).difference for seed in range(runs)]
    held = [entry.ci_low <= effect <= entry.ci_high for entry in found]  # type: ignore[operator]
    significant = [entry.p_value < 0.05 for entry in found]  # type: ignore[operator]
    mean = float(np.mean([entry.estimate for entry in found]))
    return float(np.mean(significant)), float(np.mean(held)), mean


def test_an_effect_is_found_without_bias_and_held_by_its_interval() -> None:
    significant, held, mean = rates(100, effect=0.15)
    assert mean == pytest.approx(0.15, abs=0.02)
    assert held >= 0.9
    assert significant >= 0.6


@pytest.mark.soak
def test_without_an_effect_few_differences_are_called(capsys: pytest.CaptureFixture[str]) -> None:
    significant, held, _ = rates(1000)
    found, covered, _ = rates(1000, effect=0.15)
    with capsys.disabled():
        print(f"\ninterviews before and after: null {significant:.1%}, held {held:.1%};")
        print(f"  0.15 found {found:.1%}, held {covered:.1%}")
    assert significant <= 0.065
    assert 0.93 <= covered <= 0.97


def test_the_estimate_is_that_of_a_plain_regression() -> None:
    answers, events = survey(3)
    found = unexpected_event(answers, events, 7).difference
    rows = answers.merge(events, on="area", suffixes=("", "_event"))
    distance = (rows["day"] - rows["day_event"]).dt.days
    rows = rows.assign(x=(distance > 0).astype(float))[distance.abs().between(1, 7)]
    rows = rows[rows.groupby("area")["x"].transform("nunique") == 2]
    design = np.column_stack([rows["x"], pd.get_dummies(rows["area"]).to_numpy(float)])
    root = np.sqrt(rows["weight"].to_numpy())
    plain = np.linalg.lstsq(design * root[:, None], rows["outcome"] * root, rcond=None)[0][0]
    assert found.estimate == pytest.approx(plain, abs=1e-12)
    assert (found.n_before, found.n_after) == ((rows["x"] == 0).sum(), (rows["x"] == 1).sum())
    left_out = []
    for unit in rows["cluster"].unique():
        kept = (rows["cluster"] != unit).to_numpy()
        part = np.linalg.lstsq(
            (design * root[:, None])[kept], (rows["outcome"] * root)[kept], rcond=None
        )
        left_out.append(part[0][0])
    units = len(left_out)
    spread = (units - 1) / units * sum((value - plain) ** 2 for value in left_out)
    assert found.se == pytest.approx(np.sqrt(spread), rel=1e-6)


def test_the_day_of_the_event_is_left_out() -> None:
    answers, events = survey(4)
    on_day = answers.merge(events.rename(columns={"day": "event"}), on="area")
    moved = answers.assign(
        outcome=np.where(on_day["day"] == on_day["event"], 1.0, answers["outcome"])
    )
    assert (
        unexpected_event(moved, events, 7).difference
        == unexpected_event(answers, events, 7).difference
    )


def test_an_event_soon_after_another_is_no_event() -> None:
    answers, events = survey(5)
    twice = pd.concat([events, events.assign(day=events["day"] + pd.Timedelta(days=3))])
    assert (
        unexpected_event(answers, twice, 7).difference
        == unexpected_event(answers, events, 7).difference
    )


def test_who_was_asked_must_be_alike() -> None:
    answers, events = survey(6)
    after = answers["day"] > answers["area"].map(events.set_index("area")["day"])
    told = answers.assign(is_woman=np.where(after, 1.0, answers["is_woman"]))
    assert run(6).is_balanced
    assert not unexpected_event(told, events, 7, ("is_woman",)).is_balanced


def test_a_trend_during_fieldwork_shows_at_a_false_date() -> None:
    assert run(7).placebo_passes
    assert run(7, trend=0.03, days=10).placebo_passes is False


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda a, e: (a, e.iloc[:0]), "no_event_in_fieldwork"),
        (lambda a, e: (a.iloc[:MIN_INTERVIEWS], e), "no_event_in_fieldwork"),
        (lambda a, e: (a.assign(cluster=a["area"] // 3), e), "too_few_clusters"),
        (lambda a, e: (a.assign(outcome=1.0), e), "no_variation_outcome"),
        (lambda a, e: (a[a["area"] < 4].groupby("cluster").head(1), e), "few_interviews"),
        (lambda a, e: (a.assign(outcome=np.nan), e), "no_event_in_fieldwork"),
    ],
)
def test_what_cannot_be_compared_has_a_reason_and_no_figure(change, reason) -> None:
    answers, events = change(*survey(8))
    found = unexpected_event(answers, events, 7).difference
    assert found.reason == reason
    assert found.estimate is None and found.p_value is None


def test_days_must_leave_room() -> None:
    with pytest.raises(ValueError, match="2 or more"):
        unexpected_event(*survey(9), 1)


def test_equal_rows_give_equal_figures_in_any_order() -> None:
    answers, events = survey(10)
    shuffled = answers.sample(frac=1, random_state=1)
    first = unexpected_event(answers, events, 7).difference
    again = unexpected_event(shuffled, events.iloc[::-1], 7).difference
    assert first.estimate == pytest.approx(again.estimate, abs=1e-12)
