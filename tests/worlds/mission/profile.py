"""A mission's profile with nothing but what it must say, and its sources as files."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml


def words(text: str) -> dict[str, str]:
    """The same text in both languages."""
    return {"en": text, "fr": text}


def profile(mission: str, **changes: Any) -> dict[str, Any]:
    """The content of `mission.yaml`: one area XX above all others, UTC, no indicator."""
    content = {
        "mission": mission,
        "name": words(mission.title()),
        "country_area": "XX",
        "time_zone": "UTC",
        "starts_on": "2020-01-01",
        "boundaries": words("None."),
        "indicators": [],
    }
    return content | changes


def write_yaml(path: Path, content: Mapping[str, Any]) -> None:
    """Writes a file of a profile, its folder too."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = yaml.safe_dump(dict(content), sort_keys=False, allow_unicode=True)
    path.write_text(text, encoding="utf-8")


def write_source(profile: Path, source: Mapping[str, Any]) -> None:
    """Writes a mapping under the name of its source."""
    write_yaml(profile / "sources" / f"{source['source']}.yaml", source)
