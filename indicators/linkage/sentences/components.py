"""What days after police, military and joint patrols come to, in one sentence each.

No word of it claims a cause; a figure that cannot be told says what would be enough.
"""

from collections.abc import Sequence

from indicators.foundation.messages import message
from indicators.linkage.case_series.components import Compared
from indicators.linkage.power import Need
from indicators.linkage.sentences.findings import percent, signed
from indicators.linkage.sentences.needs import needs_in_words


def component_sentence(own: Compared, missing: Sequence[Need], language: str) -> str:
    """One comparison with its interval; or that the data are not enough, and what would be."""
    names = {
        "component": message(f"linkage.component.{own.component}", language),
        "beside": message(f"linkage.component.{own.beside}", language) if own.beside else "",
    }
    enough = needs_in_words(missing, language)
    if own.term is None:
        key = "ratio_not_enough" if own.beside else "not_enough"
        return message(f"linkage.component.{key}", language, enough=enough, **names).strip()
    bounds = (own.term.estimate, own.term.ci_low, own.term.ci_high)
    figures = {
        name: message("linkage.percent", language, number=signed(percent(value), language, 0))
        for name, value in zip(("estimate", "low", "high"), bounds, strict=True)
    }
    key = "ratio" if own.beside else "after"
    holds_nought = own.term.ci_low <= 0 <= own.term.ci_high
    said = message(f"linkage.component.{key}", language, **figures, **names)
    cannot = message("linkage.component.cannot_tell", language, enough=enough)
    return f"{said} {cannot}".strip() if holds_nought else said
