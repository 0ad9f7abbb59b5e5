"""Near-duplicates, round numbers and interviewers: planted, and held against slow versions."""

from collections import defaultdict
from datetime import date

import numpy as np
import pytest

from indicators.definitions.contracts import contracts
from pipelines.quality.facts.answers import (
    digit_preference,
    interviewer_effects,
    near_duplicates,
)
from tests.worlds.mission.figures import add

ITEMS = contracts()["survey_answers"].columns["item"].allowed_codes[:20]


def hold(warehouse, interviews) -> None:
    """Interviews as (interviewer, area, answers by item)."""
    wave = {"survey_code": "PS", "wave": "1"}
    rows, answers = [], []
    for number, (interviewer, area, said) in enumerate(interviews):
        key = wave | {"respondent_key": f"r{number}"}
        held = {"instrument": "household", "result": "complete", "consent_given": True}
        place = {"area_code": area, "psu": area, "interviewer_key": interviewer}
        rows.append(key | held | place | {"interviewed_on": date(2026, 8, 1)})
        answers += [key | {"item": item, "answer": answer} for item, answer in said.items()]
    add(warehouse, "survey_respondents", *rows)
    add(warehouse, "survey_answers", *answers)


def varied(generator, size: int = 20) -> dict[str, str]:
    return dict(zip(ITEMS[:size], generator.choice(["a", "b", "c", "d"], size), strict=True))


def changed(answers: dict[str, str], items: int) -> dict[str, str]:
    return answers | dict.fromkeys(list(answers)[:items], "other")


@pytest.mark.parametrize(
    ("twins", "differing", "interviewer", "found"),
    [
        (4, 3, "I", 8),  # 17 of 20 answers are 85 %
        (4, 4, "I", 0),  # 16 of 20 are less
        (4, 3, "J", 0),  # of another interviewer
        (1, 3, "I", 2),  # one pair is what chance may bring: told, and no failure
        (4, 0, "I", 0),  # wholly the same is another check's
    ],
)
def test_near_duplicates_of_one_interviewer(
    warehouse, twins, differing, interviewer, found
) -> None:
    generator = np.random.default_rng(7)
    plain = [("I", "BK", varied(generator)) for _ in range(60)]
    copied = [(interviewer, "BK", changed(said, differing)) for _, _, said in plain[:twins]]
    hold(warehouse, [*plain, *copied])
    told = {entry.rows_failed: entry.status for entry in near_duplicates(warehouse)}
    assert told == {found: "failed" if found > 0.05 * (60 + twins) else "passed"}


def test_short_forms_say_nothing_of_near_duplicates(warehouse) -> None:
    said = varied(np.random.default_rng(7), 9)
    hold(warehouse, [("I", "BK", said), ("I", "BK", changed(said, 1))])
    assert list(near_duplicates(warehouse)) == []


@pytest.mark.parametrize(("rounded", "status"), [(0.0, "passed"), (0.5, "failed")])
def test_numbers_that_pile_up_on_0_and_5(warehouse, rounded, status) -> None:
    generator = np.random.default_rng(7)
    numbers = generator.integers(10, 60, 500)
    numbers = np.where(generator.random(500) < rounded, 5 * (numbers // 5), numbers)
    small = [("I", "BK", {ITEMS[1]: "5"})] * 200  # below 10, 5 is a number as any other
    hold(warehouse, [*(("I", "BK", {ITEMS[0]: str(n)}) for n in numbers), *small])
    (found,) = digit_preference(warehouse)
    assert (found.status, found.observed) == (status, f"{500 * np.mean(numbers % 5 == 0):.0f}")


def slow_correlation(interviews, item: str) -> float:
    """One-way analysis of variance on an indicator of each answer, as the textbook has it."""
    groups: dict[tuple[str, str], list[str]] = defaultdict(list)
    for interviewer, area, said in interviews:
        groups[area, interviewer].append(said[item])
    areas: dict[str, list[str]] = defaultdict(list)
    for (area, _), answers in groups.items():
        areas[area] += answers
    between = within = 0.0
    for code in {answer for answers in groups.values() for answer in answers}:
        for (area, _), answers in groups.items():
            own = np.array([answer == code for answer in answers], dtype=float)
            around = np.mean([answer == code for answer in areas[area]])
            between += len(own) * (own.mean() - around) ** 2
            within += ((own - own.mean()) ** 2).sum()
    number = sum(map(len, groups.values()))
    size = number - sum(len(own) ** 2 / len(areas[area]) for (area, _), own in groups.items())
    size /= len(groups) - len(areas)
    between /= len(groups) - len(areas)
    within /= number - len(groups)
    return (between - within) / (between + (size - 1) * within)


@pytest.mark.parametrize(("leading", "status"), [(0.0, "passed"), (0.7, "failed")])
def test_answers_that_go_with_who_asked(warehouse, leading, status) -> None:
    """Areas that differ are no effect of interviewers; one who leads to an answer is."""
    generator = np.random.default_rng(7)
    usual = {"BK": "a", "BK-1": "b"}
    interviews = []
    for number in range(400):
        area = ["BK", "BK-1"][number % 2]
        interviewer = int(generator.integers(8))
        said = usual[area] if generator.random() < 0.5 else str(generator.choice(list("abcd")))
        said = "abcd"[interviewer % 4] if generator.random() < leading else said
        interviews.append((f"I{interviewer}", area, {ITEMS[0]: said}))
    hold(warehouse, interviews)
    (found,) = interviewer_effects(warehouse)
    expected = slow_correlation(interviews, ITEMS[0])
    assert (found.status, found.observed) == (status, f"{max(expected, 0):.2f}")
