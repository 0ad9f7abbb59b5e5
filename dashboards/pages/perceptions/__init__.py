"""Perceptions: what people say wave by wave, who was not asked, what is logged and what is seen."""

from typing import Any

from dash import html

from dashboards.components.card import card, folded, notice, page_head
from dashboards.components.rating import TESTED
from dashboards.components.waves import (
    Row,
    asked_points,
    household_waves,
    later_waves,
    latest_cell,
    questions_of,
    wave_responses_card,
)
from dashboards.pages.perceptions.cards import (
    chosen_question,
    logged_card,
    modelled_card,
    reached_card,
    sexes_card,
)
from dashboards.pages.perceptions.questions_card import questions_card
from dashboards.reading.context import Context
from dashboards.reading.queries import surveys
from dashboards.wording import formats
from dashboards.wording.words import sentence_case

_NAMED = 2


def sentence(context: Context) -> str:
    """Which of the questions that were tested changed in the newest wave."""
    words, questions = context.words, questions_of(context)
    if not questions:
        return words("perceptions.none")
    waves = household_waves(context)
    asked = [code for code in questions if not later_waves(context, waves, code)]
    tested = [code for code in asked if latest_cell(context, code).trend in TESTED]
    changed = {
        trend: [code for code in asked if latest_cell(context, code).trend == trend]
        for trend in ("improving", "worsening")
    }
    parts = []
    for trend, codes in changed.items():
        names = [words("quoted", text=context.short(code)) for code in codes[:_NAMED]]
        if codes:
            key = f"perceptions.{trend}" if len(codes) <= _NAMED else f"perceptions.{trend}_many"
            parts.append(words(key, names=words.listed(names), number=words.spelled(len(codes))))
    if not tested:
        return words("overview.not_assessed.none")
    if not parts:
        return sentence_case(words.count("perceptions.no_change", len(tested)))
    if rest := len(tested) - sum(len(codes) for codes in changed.values()):
        parts.append(words.count("perceptions.rest", rest))
    return " ".join(sentence_case(part) for part in parts)


def _lead(context: Context, waves: list[Row]) -> str:
    words = context.words
    if not waves:
        return words("perceptions.no_wave")
    wave = waves[-1]
    areas = surveys.response_by(
        context.release, "area", str(wave["survey_code"]), str(wave["wave"]), context.country
    )
    areas = areas[areas["code"].isin(context.lowest_areas)]
    is_complete = wave["answered"] >= wave["sampled"]
    return words(
        "perceptions.lead_complete" if is_complete else "perceptions.lead",
        wave=str(wave["wave"]),
        month=formats.month(wave["last_on"], words),
        answered=formats.number(wave["answered"], words),
        sampled=formats.number(wave["sampled"], words),
        share=formats.percent(100 * wave["answered"] / max(1, wave["sampled"]), words),
        reached=str(int((areas["answered"].fillna(1) > 0).sum())),
        areas=str(sum(context.is_lowest(code) for code in context.areas.index)),
    )


def body(context: Context) -> list[Any]:
    """Sentence, who answered, questions, breakdown, not reached, logged and seen."""
    words, questions, waves = context.words, questions_of(context), household_waves(context)
    head = page_head(sentence(context), _lead(context, waves))
    asked = [code for code in questions if asked_points(context, code)]
    if not asked:
        return [head, notice(words("perceptions.no_wave"))]
    unfolded = [
        *modelled_card(context, chosen_question(context, asked)),
        *wave_responses_card(context),
    ]
    left = [
        questions_card(context, waves, asked),
        sexes_card(context, asked),
        *(folded(context.address, one) for one in unfolded),
    ]
    right = [
        *reached_card(context, waves),
        *logged_card(context),
        card(
            words("perceptions.reading_title"),
            [html.P(words("perceptions.reading"))],
            key="reading",
        ),
    ]
    columns = [html.Div(left, className="stack"), html.Div(right, className="stack")]
    return [head, html.Div(columns, className="columns")]
