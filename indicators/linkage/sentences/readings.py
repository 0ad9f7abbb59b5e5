"""What the secondary readings of an edge come to, in one sentence each.

No word of it claims a cause; a figure that cannot be told says what would be enough.
"""

import json
from collections.abc import Mapping
from typing import Any

from indicators.foundation.messages import message
from indicators.linkage.power import Need
from indicators.linkage.sentences.findings import percent, signed
from indicators.linkage.sentences.needs import needs_in_words

_OUTCOMES = ("actor", "outcome")  # rows of which `name` says what is counted, not what was done


def reading_sentence(row: Mapping[str, Any], language: str) -> str:
    """A row of `mart.secondary_reading` with its interval; or what would be enough data."""
    reading = row["reading"]
    names = {
        part: message(f"linkage.reading.{reading}.{row[part]}", language) if row[part] else ""
        for part in ("name", "beside")
    }
    enough = needs_in_words([Need(**need) for need in json.loads(row["needs"] or "[]")], language)
    if row["estimate"] is None:
        key = "ratio_not_enough" if row["beside"] else _key("not_enough", reading)
        return message(f"linkage.reading.{key}", language, enough=enough, **names).strip()
    bounds = (row["estimate"], row["ci_low"], row["ci_high"])
    figures = {
        name: message("linkage.percent", language, number=signed(percent(value), language, 0))
        for name, value in zip(("estimate", "low", "high"), bounds, strict=True)
    }
    holds_nought = row["ci_low"] <= 0 <= row["ci_high"]
    key = "ratio" if row["beside"] else _key("after", reading)
    if reading == "place":
        key = f"place_{row['name']}_{_direction(row)}"
    said = message(f"linkage.reading.{key}", language, **figures, **names)
    if not holds_nought or reading == "place":
        return said
    return f"{said} {message('linkage.reading.cannot_tell', language, enough=enough)}".strip()


def _key(key: str, reading: str) -> str:
    return f"{key}_outcome" if reading in _OUTCOMES else key


def _direction(row: Mapping[str, Any]) -> str:
    if row["ci_low"] > 0:
        return "more"
    return "fewer" if row["ci_high"] < 0 else "none"
