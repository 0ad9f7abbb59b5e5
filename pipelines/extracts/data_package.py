"""`datapackage.json`: what every file of the extracts is, in the terms of Frictionless Data.

Method: Data Package and Table Schema, version 1; tables of CSV have their schema, other files
their hash and size.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from indicators.dissemination.components import ALWAYS_SAID, COMPONENTS
from indicators.foundation.mart_tables import VALUE_COLUMNS
from indicators.foundation.messages import LANGUAGES, has_message, message
from pipelines.extracts.hxl_csv import TAGS
from pipelines.extracts.quarter import Quarter
from pipelines.extracts.said import as_of_line, audience_line, disclosure_lines, pair

NAME = "datapackage.json"
_KINDS = {"number": "number", "integer": "integer"}
_NUMBERS = ("DOUBLE", "INTEGER", "BIGINT")


def write_data_package(quarter: Quarter, folder: Path, paths: Sequence[Path]) -> Path:
    """Writes the description of these files of the folder."""
    told = [audience_line(quarter), as_of_line(quarter), *disclosure_lines(quarter)]
    told.append(pair("extract.note.persons"))
    package = {
        "profile": "data-package",
        "name": f"{quarter.name}-{quarter.period}-{quarter.audience}".lower(),
        "title": f"{quarter.mission['name_en']}, {quarter.period}",
        "title_fr": f"{quarter.mission['name_fr']}, {quarter.period}",
        "audience": quarter.audience,
        **{
            name: "\n".join(line[language] for line in told)
            for name, language in (("description", "en"), ("description_fr", "fr"))
        },
        "disclosure": [
            {"class": kind, "disclosure": done, "cells": count}
            for (kind, done), count in quarter.disclosed.items()
        ],
        "resources": [_resource(folder, path) for path in sorted(paths)],
    }
    target = folder / NAME
    text = json.dumps(package, indent=2, ensure_ascii=False)
    target.write_text(text + "\n", encoding="utf-8")
    return target


def _resource(folder: Path, path: Path) -> dict[str, Any]:
    content = path.read_bytes()
    place = path.relative_to(folder).as_posix()
    found: dict[str, Any] = {
        "name": place.lower().replace("/", "-").replace("_", "-"),
        "path": place,
        "format": path.suffix[1:],
        "bytes": len(content),
        "hash": f"sha256:{hashlib.sha256(content).hexdigest()}",
    }
    if path.name.endswith(".hxl.csv"):
        return found | _table(_hxl_fields()) | {"dialect": {"commentRows": [2]}}
    if path.suffix == ".csv":
        return found | _table(_sdmx_fields())
    return found | {"type": "file"}


def _table(fields: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    return {
        "profile": "tabular-data-resource",
        "type": "table",
        "encoding": "utf-8",
        "schema": {"fields": list(fields), "missingValues": [""]},
    }


def _sdmx_fields() -> list[dict[str, Any]]:
    fixed = [
        {"name": name, "type": "string", "constraints": {"required": True}}
        for name in ("STRUCTURE", "STRUCTURE_ID", "ACTION")
    ]
    return fixed + [
        {
            "name": one.id,
            "type": _KINDS.get(one.kind, "string"),
            **_titles(one.column),
            "constraints": {"required": one.role in ("dimension", "time") or one.id in ALWAYS_SAID},
        }
        for one in COMPONENTS
    ]


def _hxl_fields() -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "type": "number" if VALUE_COLUMNS.get(name) in _NUMBERS else "string",
            **_titles(name),
            "rdfType": tag,
        }
        for name, tag in TAGS.items()
    ]


def _titles(column: str) -> dict[str, str]:
    key = f"extract.column.{column}"
    if not has_message(key):
        return {}
    keys = dict(zip(LANGUAGES, ("title", "title_fr"), strict=True))
    return {name: message(key, language) for language, name in keys.items()}
