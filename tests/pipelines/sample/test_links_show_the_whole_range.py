"""Whatever the seed, the sample's links show every grade: one seed here, twenty in `make soak`."""

from collections.abc import Mapping

import pytest

from tests.pipelines.sample.drawn_links import graded

NIGHT, LIAISON = "night_patrols_calmer_sites", "liaison_visits_water_and_wood"
ANSWERING, COLLECTED = "hot_spot_patrols_violence", "network_meetings_alerts"
NULL = "weapons_searches_calmer_sites"
# None of them was looked at when effects and sizes were chosen; the larger effects of November 2026
# were tried on them, and on twenty others that nobody had seen.
SEEDS = range(2101, 2121)


def test_patrols_that_answer_violence_and_alerts_of_those_who_act_are_held_at_c() -> None:
    """Never better than C, and at C for that reason wherever chance can be excluded."""
    drawn = [graded(seed) for seed in SEEDS[:3]]
    assert all(set(own) == {NIGHT, LIAISON, ANSWERING, COLLECTED, NULL} for own in drawn)
    for edge, reason in ((ANSWERING, "lead_failed"), (COLLECTED, "same_collector")):
        grades = [own[edge][0] for own in drawn]
        assert {grade.letter for grade in grades} <= {"C", "D"}, edge
        held = [grade for grade in grades if "q_not_below_10" not in grade.reasons]
        assert held and all(grade.letter == "C" and reason in grade.reasons for grade in held)


@pytest.mark.soak
def test_most_seeds_show_the_whole_range() -> None:
    letters = [_letters(seed) for seed in SEEDS]
    for own in letters:
        print(own)
    count = len(letters)
    strong = sum(bool({own[NIGHT], own[LIAISON]} & {"A", "B"}) for own in letters)
    two = sum(own[ANSWERING] == own[COLLECTED] == "C" for own in letters)
    null = sum(own[NULL] == "D" for own in letters)
    print(f"A or B somewhere: {strong} of {count}; two C: {two}; the null at D: {null}")
    assert min(strong, two, null) >= 0.9 * count


def _letters(seed: int) -> Mapping[str, str]:
    return {edge: own.letter for edge, (own, _) in graded(seed).items()}
