"""Sentences by grade: caveats, never a causal word, "no change" only inside a margin."""

import math
from dataclasses import replace
from itertools import product
from typing import Any

import pytest

from indicators.definitions.catalogue import load_catalogue
from indicators.definitions.contracts import Words
from indicators.foundation.data_folder import data_folder
from indicators.foundation.messages import LANGUAGES, has_message, message
from indicators.linkage.finding import REASONS, EffectEstimate, Finding
from indicators.linkage.framework.causal_language import causal_term_in
from indicators.linkage.framework.model import Edge, read_framework
from indicators.linkage.grading import CEILINGS, CHECKS, Grade, GradingInputs, grade
from indicators.linkage.sentences.findings import (
    About,
    Asked,
    alternative_explanation,
    bound,
    is_inside_margin,
    sentence,
)

WORDS = {"en": "Titel", "fr": "Titre"}
EDGE = Edge.model_validate(
    {"id": "e", "from": "P2-OP-01", "to": "P2-OC-07", "expected_sign": -1, "why": WORDS}
)
INDICATORS = {
    "P2-OP-01": {"title_en": "Patrols", "title_fr": "Patrouilles", "unit_of_measure": "patrols"},
    "P2-OC-07": {"title_en": "Calm", "title_fr": "Calme", "unit_of_measure": "percent"},
}
ABOUT = About(EDGE, INDICATORS, asked=Asked(12, 3), counted="M")
EFFECT = EffectEstimate(
    "panel",
    "poisson",
    1,
    n_areas=35,
    n_periods=30,
    estimate=-0.20,
    se=0.05,
    ci_low=-0.30,
    ci_high=-0.10,
    p_value=0.001,
    df=34,
)
EVIDENCE = GradingInputs("continuous", 0.01, n_areas=35, agreeing=3, specifications=3)
FINDING = Finding(EFFECT, EVIDENCE, "doubled", "log_ratio", robustness=0.21)
GRADES = [
    Grade("A"),
    Grade("B", ("stability_failed",)),
    Grade("C", ("lead_failed",)),
    Grade("D", ("q_not_below_10",)),
]
CHECKED = {name for names in CHECKS.values() for name in names} | {"wild_bootstrap"}
CODES = [*(f"{name}_{how}" for name in sorted(CHECKED) for how in ("failed", "not_run"))]
CODES += [*CEILINGS, *REASONS, "lead_weak", "fake_date_weak"]


@pytest.mark.parametrize("code", CODES)
def test_every_reason_has_its_words(code: str) -> None:
    assert has_message(f"linkage.grade_reason.{code}")


@pytest.mark.parametrize(("given", "language"), list(product(GRADES, LANGUAGES)))
@pytest.mark.parametrize("scale", ["log_ratio", "units", "correlation"])
def test_no_sentence_at_any_grade_claims_a_cause(given: Grade, language: str, scale: Any) -> None:
    said = sentence(replace(FINDING, scale=scale), given, ABOUT, language)
    assert causal_term_in(said, language) is None
    assert "{" not in said


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_title_claims_a_cause(language: str) -> None:
    entries = load_catalogue().values()
    titles = [getattr(entry.title, language) for entry in entries]
    titles += [getattr(entry.short, language) for entry in entries if entry.short]
    for profile in sorted((data_folder() / "missions").iterdir()):
        framework = read_framework(profile, load_catalogue())
        items = (*framework.outcomes, *framework.outputs) if framework else ()
        titles += [getattr(item.title, language) for item in items]
        titles += [getattr(edge.why, language) for edge in (framework.edges if framework else ())]
    assert titles
    assert [title for title in titles if causal_term_in(title, language)] == []


@pytest.mark.parametrize(
    ("claim", "language"),
    [
        ("Patrols caused calm", "en"),
        ("which led to calm", "en"),
        ("an effective patrol", "en"),
        ("grâce aux patrouilles", "fr"),
        ("cela a permis le calme", "fr"),
        ("patrouilles efficaces", "fr"),
    ],
)
def test_the_list_catches_what_it_is_for(claim: str, language: str) -> None:
    assert causal_term_in(claim, language)


def test_a_sentence_holds_interval_numbers_tests_and_rival() -> None:
    said = sentence(FINDING, Grade("C", ("lead_failed",)), ABOUT, "en")
    for part in (
        "−18%",
        "−26% to −10%",
        "areas: 35",
        "months with both: 30",
        "12",
        "patrols follow",
    ):
        assert part in said
    assert "other explanation: activity goes where" in said
    assert "21%" in said


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_compared_is_what_the_sentence_names(language: str) -> None:
    """Days and interviews are not set beside areas and periods."""
    areas = message("linkage.compared.panel", language)
    for contrast in ("doubled", "case_series", "interviews", "pulse"):
        finding = replace(
            FINDING,
            contrast=contrast,
            scale="units",
            contrast_parameters={"days": 7},
            kind="police",
        )
        said = sentence(finding, Grade("C", ("lead_failed",)), ABOUT, language)
        assert (areas in said) is (contrast == "doubled")
        assert "  " not in said and " ," not in said and " ." not in said


DATED = replace(FINDING, contrast="case_series", contrast_parameters={"days": "1–14"})
A_PATROL = replace(ABOUT, activity=Words(en="a patrol", fr="une patrouille"))


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (
            "en",
            "If 18 of 100 incidents went unrecorded after a patrol, nothing would remain; from 10",
        ),
        ("fr", "Si 18 incidents sur 100 n’étaient pas enregistrés après une patrouille"),
    ],
)
def test_a_and_b_say_how_much_silence_would_leave_nothing(language: str, said: str) -> None:
    """1 - exp(-0.20) and, to the limit of the interval, 1 - exp(-0.10)."""
    sentences = {given.letter: sentence(DATED, given, A_PATROL, language) for given in GRADES}
    assert {letter for letter, text in sentences.items() if said in text} == {"A", "B"}
    assert all(causal_term_in(text, language) is None for text in sentences.values())
    arrived = replace(DATED, contrast="rollout")
    assert said in sentence(arrived, GRADES[0], A_PATROL, language), "incidents after an arrival"
    asked = replace(arrived, scale="units")
    assert " 100 " not in sentence(asked, GRADES[0], A_PATROL, language), "answers, not records"
    risen = replace(DATED, effect=replace(EFFECT, estimate=0.20, ci_low=0.10, ci_high=0.30))
    assert " 100 " not in sentence(risen, GRADES[0], A_PATROL, language)


@pytest.mark.parametrize(
    ("language", "where"),
    [
        ("en", "If, where and when “Patrols” was twice as high, {} of 100 went unrecorded"),
        (
            "fr",
            "Si, là où et quand «\u202fPatrouilles\u202f» était deux fois plus élevé, {} sur 100",
        ),
    ],
)
def test_a_and_b_of_months_say_it_too(language: str, where: str) -> None:
    """Of a ratio as of days; of a mean of 4 that is lower by 1, a quarter of what happened."""
    said = {given.letter: sentence(FINDING, given, ABOUT, language) for given in GRADES}
    assert {letter for letter, text in said.items() if where.format(18) in text} == {"A", "B"}
    assert all(causal_term_in(text, language) is None for text in said.values())
    lower = replace(EFFECT, estimate=-1.0, ci_low=-1.6, ci_high=-0.4)
    counted = replace(FINDING, effect=lower, scale="units", outcome_mean=4.0)
    incidents = {**INDICATORS, "P2-OC-07": INDICATORS["P2-OC-07"] | {"measure": "rate"}}
    of_counts = sentence(counted, GRADES[0], replace(ABOUT, indicators=incidents), language)
    assert where.format(25) in of_counts and " 10 " in of_counts.replace("\u202f", " ")
    assert " 100 " not in sentence(counted, GRADES[0], ABOUT, language), "no count: no record"
    over = replace(counted, outcome_mean=0.5)
    beyond = sentence(over, GRADES[0], replace(ABOUT, indicators=incidents), language)
    assert " 100 " not in beyond, "more than all cannot go unrecorded"


@pytest.mark.parametrize("language", LANGUAGES)
def test_only_of_an_activity_by_degrees_is_little_and_much_said(language: str) -> None:
    small = replace(EFFECT, estimate=0.0, ci_low=-0.01, ci_high=0.01)
    span = message("linkage.sentence.span", language)
    for contrast, is_said in (("doubled", True), ("interviews", False)):
        finding = replace(
            FINDING, effect=small, contrast=contrast, contrast_parameters={"days": 7}, kind="police"
        )
        said = sentence(finding, None, ABOUT, language)
        assert (span in said) is is_said


def test_an_association_is_not_said_to_show_that_there_is_no_effect() -> None:
    """ "Shows no effect" alone reads as a finding of none; grade C has no such finding."""
    for language, words in (("en", "no effect"), ("fr", "aucun effet")):
        said = sentence(FINDING, Grade("C", ("lead_failed",)), ABOUT, language)
        assert words not in said


def test_french_numbers_are_french() -> None:
    finding = replace(FINDING, scale="units")
    said = sentence(finding, Grade("C", ("lead_failed",)), ABOUT, "fr")
    assert "−0,20 points de pourcentage" in said


def test_the_data_cannot_tell_names_the_smallest_visible_change() -> None:
    said = sentence(FINDING, Grade("D", ("q_not_below_10",)), ABOUT, "en")
    assert "inconclusive" in said and "no effect" in said
    assert "a change larger than 13%" in said  # (t.975 + t.80 with 34 df) × .05 as a fall
    assert "No change" not in said


def test_a_change_within_a_wide_interval_of_few_areas_is_not_called_visible() -> None:
    wide = replace(EFFECT, estimate=0.0, ci_low=-0.50, ci_high=0.50)
    visible = [effect.minimum_detectable_effect for effect in (EFFECT, wide)]
    assert visible[0] is not None and visible[1] is not None
    assert visible[1] > 0.50 > visible[0]


@pytest.mark.parametrize(
    ("low", "high", "span", "is_small"),
    [
        (-0.10, 0.10, 1.0, True),
        (-0.17, 0.10, 1.0, False),
        (-0.10, 0.15, 1.0, False),
        (-0.10, -0.02, 1.0, False),
        (-0.10, 0.10, 2.0, False),
    ],
)
def test_small_at_most_only_inside_the_margin_over_the_whole_span(
    low: float, high: float, span: float, is_small: bool
) -> None:
    effect = replace(EFFECT, estimate=(low + high) / 2, ci_low=low, ci_high=high)
    finding = replace(FINDING, effect=effect, exposure_range=span)
    assert is_inside_margin(finding, EDGE) is is_small


def test_what_is_small_at_most_says_how_small() -> None:
    effect = replace(EFFECT, estimate=0.0, ci_low=math.log(0.9), ci_high=math.log(1.12))
    finding = replace(FINDING, effect=effect)
    assert bound(finding) == pytest.approx(12)
    said = sentence(finding, None, ABOUT, "en")
    assert said.startswith("Small at most") and "more than 12%" in said
    assert "12\u202f%" in sentence(finding, None, ABOUT, "fr")
    assert "inconclusive" not in said and "Why" not in said


def test_the_sentence_names_what_was_done_and_not_the_indicator() -> None:
    finding = replace(FINDING, contrast="case_series", contrast_parameters={"days": "1–14"})
    patrol = Words(en="a night patrol", fr="une patrouille de nuit")
    about = replace(ABOUT, activity=patrol)
    assert "on days 1–14 after a night patrol," in sentence(finding, Grade("A"), about, "en")
    assert "les jours 1–14 après une patrouille de nuit," in sentence(
        finding, Grade("A"), about, "fr"
    )
    unnamed = sentence(finding, Grade("A"), ABOUT, "en")
    assert f"after “{INDICATORS[EDGE.from_indicator]['title_en']}”" in unnamed


def test_a_wider_margin_must_be_in_the_framework_beforehand() -> None:
    wide = EDGE.model_copy(update={"margin_percent": 30.0})
    effect = replace(EFFECT, estimate=0.0, ci_low=-0.25, ci_high=0.25)
    assert not is_inside_margin(replace(FINDING, effect=effect), EDGE)
    assert is_inside_margin(replace(FINDING, effect=effect), wide)


@pytest.mark.parametrize("reason", REASONS)
def test_no_estimate_no_number(reason: str) -> None:
    nothing = EffectEstimate("panel", "twfe", 0, reason=reason)
    finding = replace(FINDING, effect=nothing)
    letter = grade(replace(EVIDENCE, reason=reason))
    for language in LANGUAGES:
        said = sentence(finding, letter, ABOUT, language)
        assert "%" not in said and "–" not in said


def test_the_rival_is_the_one_that_a_check_points_at() -> None:
    assert alternative_explanation(FINDING, ("reporting_failed",)) == "reporting"
    assert alternative_explanation(FINDING, ("reaction_failed",)) == "sent_where_needed"
    rollout = replace(FINDING, grading_inputs=replace(EVIDENCE, design="rollout"))
    assert alternative_explanation(rollout, ()) == "other_changes"
