"""The files of a new profile as people read them: every key of `mission.yaml` under its meaning."""

import textwrap
from collections.abc import Mapping
from datetime import date
from typing import Any

import yaml

from indicators.definitions.mission_profile import Mission
from indicators.foundation.messages import LANGUAGES, message
from pipelines.documents.profile_pages import keys_of, meaning

_WIDTH = 98
_DAY = date(2026, 1, 1)


def mission_text(content: Mapping[str, Any], language: str) -> str:
    """`mission.yaml` with these keys; a key that is not given stands as a comment."""
    lines = ["# yaml-language-server: $schema=schemas/mission.schema.json"]
    for key, field in keys_of(Mission).items():
        lines += ["", *_comment(meaning(Mission, key, language))]
        if key in content:
            lines += _dumped({key: content[key]}).splitlines()
        elif not field.is_required():
            lines.append(f"# {key}:")
    return "\n".join(lines) + "\n"


def framework_text(objective: Mapping[str, str], language: str) -> str:
    """`framework.yaml` with an objective and nothing else yet."""
    content = {"objective": dict(objective), "outcomes": [], "outputs": [], "edges": []}
    head = _comment(message("setup.framework", language))
    schema = "# yaml-language-server: $schema=schemas/framework.schema.json"
    return "\n".join([schema, *head, _dumped(content)])


def example(language: str) -> dict[str, Any]:
    """What a scaffold holds before anybody has filled it in."""
    return {
        "mission": "my_mission",
        "name": words("setup.example.name"),
        "country_area": "XX",
        "time_zone": "Africa/Nairobi",
        "starts_on": _DAY,
        "boundaries": words("setup.boundaries"),
        "period_types": ["M", "Q", "A", "B"],
        "indicators": [{"code": "P2-OC-02"}, {"code": "D-OC-06"}, {"code": "P2-OP-01"}],
    }


def words(key: str, **parameters: object) -> dict[str, str]:
    """A message in both languages, as profiles hold it."""
    return {language: message(key, language, **parameters) for language in LANGUAGES}


def _comment(text: str) -> list[str]:
    return [f"# {line}" for line in textwrap.wrap(text, _WIDTH)]


def _dumped(content: Mapping[str, Any]) -> str:
    return yaml.safe_dump(dict(content), sort_keys=False, allow_unicode=True, width=10_000)
