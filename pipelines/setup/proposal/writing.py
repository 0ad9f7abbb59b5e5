"""A mapping as YAML, by whose JSON Schema editors check it, and the history of its changes."""

import re
import shutil
import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime
from difflib import unified_diff
from pathlib import Path
from typing import Any

import yaml

from indicators.foundation.data_folder import data_folder
from pipelines.ingest.mapping.model import Source, read_source
from pipelines.workspace.durable import replace_text
from records.desk.intake import KeptMapping, MappingChange

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


def proposed_mapping(mapping: Mapping[str, Any]) -> KeptMapping:
    """The mapping as it would be written."""
    return KeptMapping(mapping_text(mapping, f"../schemas/{_SCHEMA}"))


def kept_mapping(path: Path) -> KeptMapping:
    """The mapping that stands in a file of `sources/`, with its history."""
    history = _history_of(path)
    told = yaml.safe_load(history.read_text(encoding="utf-8")) if history.is_file() else []
    entries = (MappingChange(one["at"], one["by"], tuple(one["changed"])) for one in told)
    return KeptMapping(path.read_text(encoding="utf-8"), tuple(entries)[::-1])


def checked(mapping: Mapping[str, Any]) -> Source:
    """The mapping as ingest would read it. Raises WrongUse with all that is wrong in it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{mapping['source']}.yaml"
        path.write_text(mapping_text(mapping, _SCHEMA), encoding="utf-8")
        return read_source(path)


def write_mapping(mapping: Mapping[str, Any], path: Path, who: str = "") -> Source:
    """Writes the mapping, and the schema beside the folder of sources; gives it back as read.

    What it changes of the mapping that stood there is added to its history, with day and `who`.

    Raises WrongUse with all that is wrong in it, before anything is written.
    """
    source = checked(mapping)
    path.parent.mkdir(parents=True, exist_ok=True)
    schemas = path.parent.parent / "schemas"
    schemas.mkdir(exist_ok=True)
    shutil.copyfile(data_folder() / "schemas" / _SCHEMA, schemas / _SCHEMA)
    text = mapping_text(mapping, f"../schemas/{_SCHEMA}")
    before = path.read_text(encoding="utf-8") if path.is_file() else ""
    replace_text(path, text)
    _add_to_history(path, before, text, who)
    return source


def _add_to_history(path: Path, before: str, text: str, who: str) -> None:
    """Adds an entry to `mapping_history/<source>.yaml` of the profile, oldest first."""
    lines = [*unified_diff(before.splitlines(), text.splitlines(), lineterm="", n=0)][2:]
    changed = [line for line in lines if not line.startswith("@@")]
    if not changed:
        return
    history = _history_of(path)
    history.parent.mkdir(exist_ok=True)
    at = datetime.now(UTC).isoformat(timespec="minutes")
    # The first entry holds the whole: each later one can be taken back from the mapping as it is.
    entry = {"at": at, "by": who, "changed": changed}
    with history.open("a", encoding="utf-8") as file:
        yaml.dump([entry], file, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=1000)


def _history_of(path: Path) -> Path:
    return path.parent.parent / "mapping_history" / path.name
