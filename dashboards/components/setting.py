"""What a method was set to, in words: days after, window, kind of activity, model."""

import re
from collections.abc import Mapping
from typing import Any

from dashboards.components.finding_notes import KINDS
from dashboards.wording.words import Words

_PATTERNS = (
    # 14_days; 4_to_7_days; 7_days_police
    ("days", re.compile(r"(?P<last>\d+)_days")),
    ("days", re.compile(r"(?P<first>\d+)_to_(?P<last>\d+)_days")),
    ("interviews", re.compile(rf"(?P<days>\d+)_days_(?P<kind>{'|'.join(KINDS)})")),
)


def setting_name(row: Mapping[str, Any], words: Words) -> str:
    """The setting of a row of `mart.result_link`; its code where nothing words it."""
    code = str(row["specification"])
    for name, pattern in _PATTERNS:
        if found := pattern.fullmatch(code):
            parts = {key: text for key, text in found.groupdict().items() if text}
            if name != "days":
                parts["kind"] = words.label("activity_kind", parts.get("kind", "all"))
            return words(f"effects.setting.{name}", **{"first": "1", **parts})
    key = f"effects.setting.{code}"
    return words(key) if words.known(key) else code.replace("_", " ")
