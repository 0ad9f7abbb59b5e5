"""A mapping as YAML with the reference to its JSON Schema, which editors check it by."""

import re
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from indicators.foundation.data_folder import data_folder
from pipelines.mapping.model import Source, read_source

_SCHEMA = "source.schema.json"
_NOT_PLAIN = re.compile(r"(?i)yes|no|on|off|true|false|null|~|[\d.,:+\-]+")


class _Dumper(yaml.SafeDumper):
    """Quotes texts that other programs would read as numbers or truths."""


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    style = '"' if _NOT_PLAIN.fullmatch(value) else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)


_Dumper.add_representer(str, _text)


def mapping_text(mapping: Mapping[str, Any], schema: str) -> str:
    """The YAML of a mapping, its keys in the order in which people read them."""
    body = yaml.dump(dict(mapping), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=100)
    return f"# yaml-language-server: $schema={schema}\n{body}"


def checked(mapping: Mapping[str, Any]) -> Source:
    """The mapping as ingest would read it. Raises WrongUse with all that is wrong in it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{mapping['source']}.yaml"
        path.write_text(mapping_text(mapping, _SCHEMA), encoding="utf-8")
        return read_source(path)


def write_mapping(mapping: Mapping[str, Any], path: Path) -> Source:
    """Writes the mapping, and the schema beside the folder of sources; gives it back as read.

    Raises WrongUse with all that is wrong in it, before anything is written.
    """
    source = checked(mapping)
    path.parent.mkdir(parents=True, exist_ok=True)
    schemas = path.parent.parent / "schemas"
    schemas.mkdir(exist_ok=True)
    shutil.copyfile(data_folder() / "schemas" / _SCHEMA, schemas / _SCHEMA)
    coming = path.with_name(f".{path.stem}.coming")
    coming.write_text(mapping_text(mapping, f"../schemas/{_SCHEMA}"), encoding="utf-8")
    coming.replace(path)
    return source
