"""What is missing for an answer, and how much would be enough, in words (`linkage/power.py`)."""

import math
from collections.abc import Sequence

from indicators.foundation.messages import message
from indicators.foundation.numbers.number_format import number_text
from indicators.linkage.finding import Finding
from indicators.linkage.grading import Grade
from indicators.linkage.power import TARGET, Need, needs

MOST_MONTHS = 120  # beyond ten years a number of months is no plan
# Reasons of grade D that more data would lift; signs that differ are none.
_TOO_LITTLE = {"q_not_below_10"}


def missing_of(finding: Finding, grade: Grade) -> tuple[Need, ...]:
    """What a finding of grade D lacks; nothing of any other, or where more would not help."""
    lacks = not finding.effect.is_estimated or _TOO_LITTLE & set(grade.reasons)
    if grade.letter != "D" or not lacks:
        return ()
    return needs(finding.precision, finding.shortfalls)


def shown_change(finding: Finding, smallest: float | None) -> tuple[float | None, str | None]:
    """A smallest visible change as it is published: percent of a ratio's fall, or in units."""
    if smallest is None:
        return None, None
    if finding.scale == "log_ratio":
        return -100 * math.expm1(-smallest), "percent"
    return smallest, finding.scale


def needs_sentence(finding: Finding, missing: Sequence[Need], language: str) -> str:
    """What would be enough; empty where nothing tells how much."""
    precision = finding.precision
    target = _target(language, finding)
    if missing:
        return needs_in_words(missing, language, target)
    times = precision.times_for_target if precision else None
    if finding.effect.is_estimated and times is not None and times <= 1:
        return message("linkage.needs.visible", language, target=target)
    return ""


def needs_in_words(missing: Sequence[Need], language: str, target: str = "") -> str:
    """So much would be enough; empty where nothing is missing. `target`: a quarter unless said."""
    if not missing:
        return ""
    purpose = missing[0].purpose
    joined = _joined(
        [amount(need.kind, need.quantity, language) for need in missing],
        "and" if purpose == "test" else "or",
        language,
    )
    return message(
        f"linkage.needs.{purpose}", language, amounts=joined, target=target or _target(language)
    )


def amount(kind: str, quantity: int, language: str) -> str:
    """So much more of something; beyond ten years of months only that it is more."""
    if kind == "months" and quantity > MOST_MONTHS:
        return message("linkage.need.years", language)
    number = "one" if quantity == 1 else "other"
    words = number_text(quantity, language, 0)
    return message(f"linkage.need.{kind}.{number}", language, number=words)


def _joined(parts: Sequence[str], word: str, language: str) -> str:
    first, *others = parts
    for other in others:
        first = message(f"linkage.{word}", language, first=first, last=other)
    return first


def _target(language: str, finding: Finding | None = None) -> str:
    """A quarter; where changes are told in the outcome's unit, of its average."""
    share = message("linkage.percent", language, number=number_text(100 * TARGET, language, 0))
    is_in_units = finding is not None and finding.scale == "units"
    return message("linkage.needs.of_average", language, share=share) if is_in_units else share
