"""What days after police, military and joint patrols come to, in one sentence each.

No word of it claims a cause; a figure that cannot be told says what would be enough.
"""

import json
from collections.abc import Mapping
from typing import Any

from indicators.foundation.messages import message
from indicators.linkage.power import Need
from indicators.linkage.sentences.findings import percent, signed
from indicators.linkage.sentences.needs import needs_in_words


def component_sentence(row: Mapping[str, Any], language: str) -> str:
    """A row of `mart.component_effect` with its interval; or what would be enough data."""
    names = {
        "component": message(f"linkage.component.{row['component']}", language),
        "beside": message(f"linkage.component.{row['beside']}", language) if row["beside"] else "",
    }
    enough = needs_in_words([Need(**need) for need in json.loads(row["needs"] or "[]")], language)
    if row["estimate"] is None:
        key = "ratio_not_enough" if row["beside"] else "not_enough"
        return message(f"linkage.component.{key}", language, enough=enough, **names).strip()
    bounds = (row["estimate"], row["ci_low"], row["ci_high"])
    figures = {
        name: message("linkage.percent", language, number=signed(percent(value), language, 0))
        for name, value in zip(("estimate", "low", "high"), bounds, strict=True)
    }
    key = "ratio" if row["beside"] else "after"
    holds_nought = row["ci_low"] <= 0 <= row["ci_high"]
    said = message(f"linkage.component.{key}", language, **figures, **names)
    cannot = message("linkage.component.cannot_tell", language, enough=enough)
    return f"{said} {cannot}".strip() if holds_nought else said
