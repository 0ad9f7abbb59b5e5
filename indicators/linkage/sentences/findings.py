"""What a graded finding says, in one sentence each in English and French, with its caveats.

All words stand in `data/messages/linkage.yaml`; none of them claims a cause, at any grade.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from indicators.foundation.messages import has_message, message
from indicators.foundation.number_format import number_text
from indicators.linkage.framework.model import Edge
from indicators.linkage.grading import Grade
from indicators.linkage.methods.protocol import Tested

_RIVALS = {
    "reporting": ("reporting_failed", "reporting_not_run", "same_collector"),
    "sent_where_needed": (
        "lead_failed",
        "reaction_failed",
        "same_month",
        "against_expectation",
        "pretrend_failed",
        "fake_date_failed",
    ),
}
_RIVAL_OF_DESIGN = {
    "staggered": "other_changes",
    "continuous": "sent_where_needed",
    "wake": "sent_where_needed",
    "association": "sent_where_needed",
}

_NEARLY_PERFECT = 0.99
# Contrasts of a panel, of which there is more and less or which begin in some areas; all other
# contrasts but one say themselves what is compared.
_BY_DEGREES = ("doubled", "ten_points", "one_unit")
_COMPARED = dict.fromkeys((*_BY_DEGREES, "began"), "panel")
_COMPARED["wake_called_off"] = "wake_called_off"


@dataclass(frozen=True)
class About:
    """Edge, titles and units by code of the indicator, and how many tests the run made."""

    edge: Edge
    indicators: Mapping[str, Mapping[str, Any]]
    tests: int
    counted: str

    def title(self, code: str, language: str) -> str:
        """The indicator's title, its code where the mission did not select it."""
        known = self.indicators.get(code)
        return str(known[f"title_{language}"]) if known else code


def sentence(tested: Tested, grade: Grade, about: About, language: str) -> str:
    """The sentence of one finding by its grade; "no change" only inside the margin."""
    finding = tested.finding
    parameters = _parameters(tested, grade, about, language)
    if not finding.is_estimated:
        return message("linkage.sentence.not_estimable", language, **parameters)
    if is_inside_margin(tested, about.edge):
        key = "linkage.sentence.no_change"
    else:
        key = f"linkage.sentence.{grade.letter}"
    facts = "facts" if finding.n_areas else "facts_of_events"
    closing = message(f"linkage.sentence.{facts}", language, **parameters)
    robust = _robust(tested, language) if grade.letter != "D" else ""
    return f"{message(key, language, **parameters)} {closing}{robust}"


def is_inside_margin(tested: Tested, edge: Edge) -> bool:
    """Whether the 95% interval holds nil and lies inside the edge's margin, in percent.

    The margin is for the whole span of the activity, not for one step of it: small steps would make
    every change small.
    """
    margin, finding = edge.margin_percent / 100, tested.finding
    if finding.ci_low is None or finding.ci_high is None or finding.ci_low * finding.ci_high > 0:
        return False
    if tested.scale == "log_ratio":
        low, high = math.log1p(-margin), math.log1p(margin)
    elif tested.scale == "units" and tested.outcome_mean:
        high = margin * abs(tested.outcome_mean)
        low = -high
    else:
        return False
    return finding.lies_within(low / tested.span, high / tested.span)


def _parameters(tested: Tested, grade: Grade, about: About, language: str) -> dict[str, Any]:
    finding = tested.finding
    titles = {
        "from_title": about.title(about.edge.from_indicator, language),
        "to_title": about.title(about.edge.to_indicator, language),
    }
    titles["of_kind"] = message(f"linkage.of_kind.{tested.kind}", language)
    if about.edge.controls.activity:
        titles["control_title"] = about.title(about.edge.controls.activity, language)
    contrast = message(
        f"linkage.contrast.{tested.contrast}", language, **titles, **tested.contrast_parameters
    )
    figures = {
        "estimate": _with_unit(tested, finding.estimate, about, language),
        "low": _effect(tested, finding.ci_low, language),
        "high": _effect(tested, finding.ci_high, language),
        "compared": message(
            f"linkage.compared.{_COMPARED.get(tested.contrast, 'named')}", language
        ),
    }
    by_degrees = tested.contrast in _BY_DEGREES
    return {
        **titles,
        "contrast": contrast,
        "difference": message(f"linkage.difference.{tested.scale}", language, **figures),
        "smallest": _smallest(tested, about, language),
        "span": message("linkage.sentence.span", language) if by_degrees else "",
        "margin": number(about.edge.margin_percent, language, digits=0),
        "reasons": reasons_in_words(grade.reasons, language),
        "rival": message(f"linkage.rival.{rival(tested, grade)}", language),
        "areas": finding.n_areas,
        "periods": finding.n_periods,
        "counted": message(f"linkage.counted.{about.counted}", language),
        "events": finding.n_events if finding.n_events is not None else "–",
        "worth": number(finding.n_eff, language, digits=0) if finding.n_eff else "–",
        "tests": about.tests,
    }


def rival(tested: Tested, grade: Grade) -> str:
    """The strongest other explanation: the one that a check points at, else the design's own."""
    for name, reasons in _RIVALS.items():
        if set(reasons) & set(grade.reasons):
            return name
    return _RIVAL_OF_DESIGN[tested.evidence.design]


def reasons_in_words(reasons: Iterable[str], language: str) -> str:
    """Clauses of the grade's reasons, joined; a dash where there are none."""
    clauses = [message(f"linkage.grade_reason.{reason}", language) for reason in reasons]
    return message("linkage.list_separator", language).join(clauses) or "–"


def _effect(tested: Tested, value: float | None, language: str) -> str:
    """An estimate or limit with its sign: percent of a log ratio, units, or a correlation."""
    if value is None or not math.isfinite(value):
        return "–"
    if tested.scale == "log_ratio":
        change = signed(percent(value), language, digits=0)
        return message("linkage.percent", language, number=change)
    return signed(value, language)


def _with_unit(tested: Tested, value: float | None, about: About, language: str) -> str:
    """As `_effect`, with the unit of the outcome where it is in units."""
    words = _effect(tested, value, language)
    return _in_units(words, tested, about, language) if tested.scale == "units" else words


def _smallest(tested: Tested, about: About, language: str) -> str:
    """The smallest visible change, without sign; of a ratio the fall, never above 100 percent."""
    smallest = tested.finding.smallest_visible
    if smallest is None:
        return "–"
    if tested.scale == "correlation" and smallest > _NEARLY_PERFECT:
        return message("linkage.smallest.perfect", language)
    if tested.scale == "log_ratio":
        change = number(abs(percent(-smallest)), language, digits=0)
        size = message("linkage.percent", language, number=change)
    elif tested.scale == "correlation":
        size = number(smallest, language)
    else:
        size = _in_units(number(smallest, language), tested, about, language)
    return message(f"linkage.smallest.{tested.scale}", language, size=size)


def _in_units(words: str, tested: Tested, about: About, language: str) -> str:
    """With the outcome's unit; wakes count incidents around each activity, whatever it is."""
    if tested.evidence.design == "wake":
        return message("linkage.incidents_each", language, number=words)
    outcome = about.indicators.get(about.edge.to_indicator, {})
    unit = str(outcome.get("unit_of_measure", ""))
    key = "percentage_points" if unit == "percent" else unit
    return message("linkage.with_unit", language, number=words, unit=_unit(key, language))


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
    """A number with + or −."""
    words = number(abs(value), language, digits)
    return f"{'−' if value < 0 else '+'}{words}"


def _robust(tested: Tested, language: str) -> str:
    """What an unmeasured factor would have to explain; nothing where it was not worked out."""
    if tested.robustness is None or not tested.finding.is_estimated:
        return ""
    share = number(100 * tested.robustness, language, digits=0)
    return " " + message("linkage.sentence.robustness", language, share=share)


def area_sentence(own: str, mission: str, language: str) -> str:
    """One area is not tested alone: its own row, and what all areas together say."""
    return message("linkage.sentence.area", language, own=own, mission=mission)


def no_test_sentence(own: str, reasons: Iterable[str], language: str) -> str:
    """What stands side by side, and why nothing of it could be tested."""
    words = reasons_in_words(reasons, language)
    return message("linkage.sentence.no_test", language, own=own, reasons=words)
