"""What a graded finding says, in one sentence each in English and French, with its caveats.

All words stand in `data/messages/linkage.yaml`; none of them claims a cause, at any grade.
"""

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from indicators.definitions.contracts import Words
from indicators.definitions.measures import COUNT_KINDS
from indicators.foundation.messages import has_message, message
from indicators.foundation.numbers.number_format import number_text
from indicators.linkage.finding import Finding
from indicators.linkage.framework.model import Edge
from indicators.linkage.grading import Grade
from indicators.linkage.power import Need
from indicators.linkage.sentences.needs import needs_sentence

_ALTERNATIVES = {
    "reporting": ("reporting_failed", "reporting_not_run", "same_collector"),
    "sent_where_needed": (
        "lead_failed",
        "lead_weak",
        "with_lead_failed",
        "lead_size_failed",
        "reaction_failed",
        "same_month",
        "against_expectation",
        "pretrend_failed",
        "fake_date_failed",
    ),
    "silence": ("corroboration_failed", "corroboration_weak", "corroboration_not_run"),
}
_ALTERNATIVE_OF_DESIGN = {
    "continuous": "sent_where_needed",
    "case_series": "sent_where_needed",
    "interviews": "other_changes",
    "rollout": "other_changes",
    "association": "sent_where_needed",
}

SMALL_AT_MOST = "small_at_most"  # a status in place of a grade
_NEARLY_PERFECT = 0.99
# Contrasts of a panel, of which there is more and less or which begin in some areas; all other
# contrasts say themselves what is compared.
_DATED = ("case_series", "case_series_by_others")  # contrasts of days after an activity
_ARRIVED = "rollout"  # contrast of areas after an arrival, beside those not yet reached
_BY_DEGREES = ("doubled", "ten_points", "one_unit")
_COMPARED = dict.fromkeys(_BY_DEGREES, "panel")


@dataclass(frozen=True)
class Asked:
    """How many questions the framework asked beforehand, and how many were answered."""

    questions: int
    answered: int


@dataclass(frozen=True)
class About:
    """Edge, titles and units by code of the indicator, and how much was asked.

    `activity`: one of what the output counts.
    """

    edge: Edge
    indicators: Mapping[str, Mapping[str, Any]]
    asked: Asked
    counted: str
    activity: Words | None = None

    def title(self, code: str, language: str) -> str:
        """The indicator's title, its code where the mission did not select it."""
        known = self.indicators.get(code)
        return str(known[f"title_{language}"]) if known else code

    def arrival(self, language: str) -> str:
        """What arrived in areas, where the edge is of that kind."""
        return self.edge.arrival.in_language(language) if self.edge.arrival else ""

    def one_activity(self, language: str) -> str:
        """What was done, as a sentence names it; else the output's title in quotation marks."""
        if self.activity is not None:
            return self.activity.in_language(language)
        title = self.title(self.edge.from_indicator, language)
        return message("linkage.quoted", language, title=title)


def sentence(
    finding: Finding,
    grade: Grade | None,
    about: About,
    language: str,
    missing: Sequence[Need] = (),
) -> str:
    """The sentence of one finding by its grade, or (none) that a difference is small at most.

    Of grade D also what is `missing`, and how much would be enough.
    """
    effect = finding.effect
    letter = grade.letter if grade else SMALL_AT_MOST
    parameters = _parameters(finding, grade, about, language)
    enough = needs_sentence(finding, missing, language) if letter == "D" else ""
    if not effect.is_estimated:
        return _together(message("linkage.sentence.not_estimable", language, **parameters), enough)
    key = f"linkage.sentence.{letter}"
    facts = "facts" if effect.n_areas else "facts_of_events"
    closing = message(f"linkage.sentence.{facts}", language, **parameters)
    robust = _robust(finding, language) if letter in ("A", "B", "C") else ""
    remarks = _remarks(finding, language) if letter != "D" else ""
    silence = _silence(finding, about, language) if letter in ("A", "B") else ""
    said = message(key, language, **parameters)
    return _together(said, silence, enough, remarks, closing + robust)


def _together(*sentences: str) -> str:
    return " ".join(text for text in sentences if text)


def is_inside_margin(finding: Finding, edge: Edge) -> bool:
    """Whether the 95% interval holds nil and lies inside the edge's margin, in percent.

    The margin is for the whole span of the activity, not for one step of it: small steps would make
    every change small.
    """
    margin, effect = edge.margin_percent / 100, finding.effect
    if effect.ci_low is None or effect.ci_high is None or effect.ci_low * effect.ci_high > 0:
        return False
    if finding.scale == "log_ratio":
        low, high = math.log1p(-margin), math.log1p(margin)
    elif finding.scale == "units" and finding.outcome_mean:
        high = margin * abs(finding.outcome_mean)
        low = -high
    else:
        return False
    return effect.lies_within(low / finding.exposure_range, high / finding.exposure_range)


def bound(finding: Finding) -> float:
    """The largest change that the interval leaves open, over the whole span of the activity.

    In percent of a ratio, else in units of the outcome.
    """
    effect = finding.effect
    limits = [limit * finding.exposure_range for limit in (effect.ci_low, effect.ci_high) if limit]
    if finding.scale == "log_ratio":
        return max(abs(percent(limit)) for limit in limits)
    return max(abs(limit) for limit in limits)


def _bound_in_words(finding: Finding, about: About, language: str) -> str:
    if finding.scale == "log_ratio":
        return message(
            "linkage.percent", language, number=number(bound(finding), language, digits=0)
        )
    return _in_units(number(bound(finding), language), about, language)


def _parameters(
    finding: Finding, grade: Grade | None, about: About, language: str
) -> dict[str, Any]:
    effect, reasons = finding.effect, grade.reasons if grade else ()
    titles = _titles(finding, about, language)
    figures = {
        "estimate": _with_unit(finding, effect.estimate, about, language),
        "low": _effect(finding, effect.ci_low, language),
        "high": _effect(finding, effect.ci_high, language),
        "compared": message(
            f"linkage.compared.{_COMPARED.get(finding.contrast, 'named')}", language
        ),
    }
    by_degrees = finding.contrast in _BY_DEGREES
    return {
        **titles,
        "contrast": _contrast(finding, about, language),
        "difference": message(f"linkage.difference.{finding.scale}", language, **figures),
        "smallest": size_in_words(finding.smallest_change, finding, about, language),
        "span": message("linkage.sentence.span", language) if by_degrees else "",
        "bound": "" if grade else _bound_in_words(finding, about, language),
        "margin": number(about.edge.margin_percent, language, digits=0),
        "reasons": reasons_in_words(reasons, language),
        "rival": message(f"linkage.rival.{alternative_explanation(finding, reasons)}", language),
        "areas": effect.n_areas,
        "periods": effect.n_periods,
        "counted": message(f"linkage.counted.{about.counted}", language),
        "events": effect.n_events if effect.n_events is not None else "–",
        "worth": number(effect.n_eff, language, digits=0) if effect.n_eff else "–",
        "questions": about.asked.questions,
        "answered": about.asked.answered,
    }


def _titles(finding: Finding, about: About, language: str) -> dict[str, str]:
    return {
        "from_title": about.title(about.edge.from_indicator, language),
        "to_title": about.title(about.edge.to_indicator, language),
        "of_kind": message(f"linkage.of_kind.{finding.kind}", language),
    }


def _contrast(finding: Finding, about: About, language: str) -> str:
    """What is compared."""
    return message(
        f"linkage.contrast.{finding.contrast}",
        language,
        **_titles(finding, about, language),
        **finding.contrast_parameters,
        activity=about.one_activity(language),
        arrival=about.arrival(language),
    )


def alternative_explanation(finding: Finding, reasons: Collection[str]) -> str:
    """The strongest other explanation: the one that a check points at, else the design's own."""
    for name, pointing in _ALTERNATIVES.items():
        if set(pointing) & set(reasons):
            return name
    return _ALTERNATIVE_OF_DESIGN[finding.grading_inputs.design]


def reasons_in_words(reasons: Iterable[str], language: str) -> str:
    """Clauses of the grade's reasons, joined; a dash where there are none."""
    clauses = [message(f"linkage.grade_reason.{reason}", language) for reason in reasons]
    return message("linkage.list_separator", language).join(clauses) or "–"


def _effect(finding: Finding, value: float | None, language: str) -> str:
    """An estimate or limit with its sign: percent of a log ratio, units, or a correlation."""
    if value is None or not math.isfinite(value):
        return "–"
    if finding.scale == "log_ratio":
        change = signed(percent(value), language, digits=0)
        return message("linkage.percent", language, number=change)
    return signed(value, language)


def _with_unit(finding: Finding, value: float | None, about: About, language: str) -> str:
    """As `_effect`, with the unit of the outcome where it is in units."""
    words = _effect(finding, value, language)
    return _in_units(words, about, language) if finding.scale == "units" else words


def size_in_words(smallest: float | None, finding: Finding, about: About, language: str) -> str:
    """A smallest visible change, without sign; of a ratio the fall, never above 100 percent."""
    if smallest is None:
        return "–"
    if finding.scale == "correlation" and smallest > _NEARLY_PERFECT:
        return message("linkage.smallest.perfect", language)
    if finding.scale == "log_ratio":
        change = number(abs(percent(-smallest)), language, digits=0)
        size = message("linkage.percent", language, number=change)
    elif finding.scale == "correlation":
        size = number(smallest, language)
    else:
        size = _in_units(number(smallest, language), about, language)
    return message(f"linkage.smallest.{finding.scale}", language, size=size)


def _in_units(words: str, about: About, language: str) -> str:
    """With the outcome's unit."""
    outcome = about.indicators.get(about.edge.to_indicator, {})
    unit = str(outcome.get("unit_of_measure", ""))
    if unit == "percent":
        return message("linkage.in_points", language, number=words)
    return message("linkage.with_unit", language, number=words, unit=_unit(unit, language))


def _unit(key: str, language: str) -> str:
    return message(f"unit.{key}", language) if has_message(f"unit.{key}") else key


def percent(log_ratio: float) -> float:
    """Percent change that a log ratio means."""
    return 100 * math.expm1(min(log_ratio, 10.0))


def number(value: float, language: str, digits: int | None = None) -> str:
    """A number in the language's own digits; as many places as its size asks for."""
    size = abs(value)
    places = digits if digits is not None else 0 if size >= 100 else 1 if size >= 10 else 2
    return number_text(value, language, places)


def signed(value: float, language: str, digits: int | None = None) -> str:
    """A number with + or −; what is written as zero has no sign."""
    words = number(abs(value), language, digits)
    is_zero = not words.strip("0.,")
    return words if is_zero else f"{'−' if value < 0 else '+'}{words}"


def _robust(finding: Finding, language: str) -> str:
    """What an unmeasured factor would have to explain; nothing where it was not worked out."""
    if finding.robustness is None or not finding.effect.is_estimated:
        return ""
    share = number(100 * finding.robustness, language, digits=0)
    return " " + message("linkage.sentence.robustness", language, share=share)


def _remarks(finding: Finding, language: str) -> str:
    """What the method adds of its own checks."""
    texts = []
    for remark in finding.remarks:
        numbers = {
            name: number(own, language, digits=int(own % 1 > 0))
            for name, own in remark.numbers.items()
        }
        texts.append(message(f"linkage.remark.{remark.code}", language, **numbers))
    return _together(*texts)


def _silence(finding: Finding, about: About, language: str) -> str:
    """How many of 100 events would have to go unrecorded where activity or arrival were.

    Of counts that fell alone. A ratio of rates R of which a share u goes unrecorded is R / (1 - u):
    1 where u is 1 - R. A mean m is lower by d where a share d / m goes unrecorded.
    """
    shares = _fallen(finding, about)
    if shares is None or not 0 < shares[1] <= shares[0] < 1:
        return ""
    texts = [number(100 * share, language, digits=0) for share in shares]
    numbers = dict(zip(("all", "some"), texts, strict=True))
    if finding.contrast in _BY_DEGREES:
        where = _contrast(finding, about, language)
        return message("linkage.sentence.silence_by_degrees", language, where=where, **numbers)
    activity = about.arrival(language) or about.one_activity(language)
    return message("linkage.sentence.silence", language, activity=activity, **numbers)


def _fallen(finding: Finding, about: About) -> tuple[float, float] | None:
    """By which share a count was lower: by the estimate, and by the nearer end of its interval."""
    effect, mean = finding.effect, finding.outcome_mean
    if finding.contrast not in (*_DATED, _ARRIVED, *_BY_DEGREES) or effect.estimate is None:
        return None
    limits = effect.estimate, effect.ci_high or 0.0
    if finding.scale == "log_ratio":
        return -math.expm1(limits[0]), -math.expm1(limits[1])
    outcome = about.indicators.get(about.edge.to_indicator, {})
    if outcome.get("measure") in COUNT_KINDS and finding.scale == "units" and mean:
        return -limits[0] / mean, -limits[1] / mean
    return None


def area_sentence(own: str, mission: str, language: str) -> str:
    """One area is not tested alone: its own row, and what all areas together say."""
    return message("linkage.sentence.area", language, own=own, mission=mission)


def no_test_sentence(own: str, reasons: Iterable[str], language: str, enough: str = "") -> str:
    """What stands side by side, why nothing of it could be tested, and what would be enough."""
    words = reasons_in_words(reasons, language)
    untested = message("linkage.sentence.no_test", language, own=own, reasons=words)
    return _together(untested, enough)
