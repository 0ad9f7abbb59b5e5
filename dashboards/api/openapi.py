"""The description of the API, as it stands in `openapi.yaml`, for programs."""

import json
from functools import cache
from pathlib import Path

import yaml


@cache
def document() -> str:
    """OpenAPI 3.1 as JSON."""
    text = Path(__file__).with_suffix(".yaml").read_text(encoding="utf-8")
    return json.dumps(yaml.safe_load(text), ensure_ascii=False, separators=(",", ":"))
