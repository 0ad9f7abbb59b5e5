"""Reading YAML as YAML 1.2 means it: `on`, `off`, `yes` and `no` are words and not truth values.

A planning officer writes `on: 2026-06-30` for a date; the older rule would make the key `True`.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from indicators.foundation.errors import Problem, WrongUse
from indicators.foundation.reading.yaml_loader import RepeatedKeyError, StrictLoader

_TRUTH = "tag:yaml.org,2002:bool"
_FAULTS = {
    "mapping values are not allowed": "colon",
    "did not find expected key": "indentation",
    "did not find expected '-'": "indentation",
    "could not find expected ':'": "indentation",
    "found a tab": "tab",
    "did not find expected ','": "bracket",
    "unexpected end of stream": "quotation_mark",
    "cannot start any token": "sign",
    "undefined alias": "sign",
    "alphabetic or numeric": "sign",
    "constructor for the tag": "sign",
    "escape": "backslash",
    "another document": "document",
    "control characters": "characters",
    "codec can't decode": "encoding",
    "day is out of range": "day",
    "month must be in": "day",
}
"""A part of the parser's sentence: the kind of fault, said in the reader's language."""
_OPENED = frozenset({"bracket", "quotation_mark"})  # told where it opens, not where the file ends


class PlainLoader(StrictLoader):
    """The strict loader with only `true` and `false` as truth values."""


PlainLoader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in entries if tag != _TRUTH or first in "tTfF"]
    for first, entries in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}


def row_of_key(path: Path, key: str) -> int | None:
    """The line, from 1, of a key such as `measure.numerator.where`, or of what holds it.

    None where there is no such file, or nothing on the way to the key.
    """
    if not path.is_file():
        return None
    node = yaml.compose(path.read_text(encoding="utf-8"), Loader=PlainLoader)
    row = None
    for name in key.split("."):
        entries = dict(_entries(node))
        if name not in entries:
            return row
        row, node = entries[name]
    return row


def _entries(node: yaml.Node | None) -> Iterator[tuple[str, tuple[int, yaml.Node]]]:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield str(key.value), (key.start_mark.line + 1, value)
    elif isinstance(node, yaml.SequenceNode):
        for number, value in enumerate(node.value):
            yield str(number), (value.start_mark.line + 1, value)


def read_yaml(path: Path, loader: type[StrictLoader] = PlainLoader) -> Any:
    """What a YAML file holds.

    Raises WrongUse naming file and row where there is none, it is no YAML, or a key stands twice.
    """
    try:
        return yaml.load(path.read_text(encoding="utf-8"), Loader=loader)
    except RepeatedKeyError as error:
        raise WrongUse(_repeated_key(path, error)) from error
    except yaml.MarkedYAMLError as error:
        raise WrongUse(_unreadable(path, error.problem or "–", error)) from error
    except (yaml.YAMLError, ValueError) as error:  # a sign that YAML does not allow, no such day
        raise WrongUse(_unreadable(path, " ".join(str(error).split()))) from error
    except OSError as error:
        raise WrongUse(Problem("yaml_missing_file", path.name)) from error


def _unreadable(path: Path, reason: str, marked: yaml.MarkedYAMLError | None = None) -> Problem:
    """The problem of a file that is no YAML; `reason`: as the parser says it."""
    kind = next((kind for part, kind in _FAULTS.items() if part in reason), None)
    words = {"reason": reason} | ({"kind": kind} if kind else {})
    mark = marked and ((kind in _OPENED and marked.context_mark) or marked.problem_mark)
    row = mark.line + 1 if mark else None
    return Problem("yaml_unreadable", path.name, row=row, parameters=words)


def _repeated_key(path: Path, error: RepeatedKeyError) -> Problem:
    """The problem of a key that stands twice, with both rows."""
    words = {"key": error.key, "first": error.first_row}
    return Problem("yaml_repeated_key", path.name, row=error.row, parameters=words)
