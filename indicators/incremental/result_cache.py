"""Results that are kept from one refresh to the next, each under the key of its inputs.

A result whose inputs are the same to the last bit is not computed again. What is computed is read
back from the text that is kept, so that a kept result and a fresh one cannot differ. What goes into
a key stands in `data_version.py`.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Executor
from contextlib import contextmanager
from dataclasses import dataclass, field, fields, is_dataclass
from functools import cache
from typing import Any, TypeVar

import duckdb
import numpy as np
from pydantic import TypeAdapter

from indicators.incremental.data_version import content_key

Result = TypeVar("Result")

TABLE_SQL = """CREATE TABLE IF NOT EXISTS cube.kept_result (
  mission VARCHAR, method VARCHAR, subject VARCHAR, content VARCHAR, result VARCHAR,
  is_computed BOOLEAN  -- by the last run, not kept from one before
)"""


@dataclass
class KeptResults:
    """The results of one method in one mission: those of before, and those asked for now."""

    before: Mapping[str, tuple[str, str]]  # by subject: content and result
    elsewhere: Executor | None = None  # another process, where there is one
    asked: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    computed: dict[str, tuple[str, str]] = field(default_factory=dict)  # as `before`

    def result(
        self, subject: str, kind: type[Result], compute: Callable[..., Result], *inputs: Any
    ) -> Result:
        """What `compute(*inputs)` gives, kept of before where the inputs are what they were.

        `subject`: an edge's id, or what else there is one result of. `kind`: a dataclass of plain
        fields, other dataclasses, tuples and mappings. `compute` may look at its inputs only.
        """
        return self.begin(subject, kind, compute, *inputs)()

    def begin(
        self, subject: str, kind: type[Result], compute: Callable[..., Result], *inputs: Any
    ) -> Callable[[], Result]:
        """The same once it is called for; `elsewhere` may compute it until then."""
        self.asked.append(subject)
        content = content_key(*inputs)
        known, text = self.before.get(subject, ("", ""))
        if known == content:
            self.kept.append(subject)
            return lambda: _read(kind, text)
        found = begin_elsewhere(self.elsewhere, _text_of, compute, *inputs)

        def end() -> Result:
            self.computed[subject] = content, found()
            return _read(kind, self.computed[subject][1])

        return end

    def stands(self, subject: str, content: str) -> bool:
        """Whether what stands in tables of the subject is as the last run left it: its `content`
        then."""
        self.asked.append(subject)
        known, _ = self.before.get(subject, ("", ""))
        if known == content:
            self.kept.append(subject)
        return known == content

    def leave(self, contents: Mapping[str, str]) -> None:
        """What stands in tables of these subjects once the run is through."""
        for subject, content in contents.items():
            if self.before.get(subject, ("", ""))[0] != content:
                self.computed[subject] = content, ""


def begin_elsewhere(
    elsewhere: Executor | None, compute: Callable[..., Result], *inputs: Any
) -> Callable[[], Result]:
    """What `compute(*inputs)` gives once it is called for; `elsewhere` may compute until then."""
    begun = elsewhere and elsewhere.submit(compute, *inputs)

    def end() -> Result:
        is_elsewhere = begun and not begun.cancel()
        return begun.result() if begun and is_elsewhere else compute(*inputs)

    return end


@contextmanager
def kept_results(
    connection: duckdb.DuckDBPyConnection,
    mission: str,
    method: str,
    elsewhere: Executor | None = None,
) -> Iterator[KeptResults]:
    """The kept results of one method; at the end all that were computed are written at once, and
    those that nobody asked for are gone."""
    connection.execute("CREATE SCHEMA IF NOT EXISTS cube")
    connection.execute(TABLE_SQL)
    of = [mission, method]
    rows = connection.execute(
        "SELECT subject, content, result FROM cube.kept_result WHERE mission = ? AND method = ?", of
    ).fetchall()
    before = {subject: (content, result) for subject, content, result in rows}
    kept = KeptResults(before, elsewhere)
    yield kept
    standing = [subject for subject in kept.asked if subject not in kept.computed]
    connection.execute(
        """DELETE FROM cube.kept_result
        WHERE mission = ? AND method = ? AND NOT list_contains(?, subject)""",
        [*of, standing],
    )
    written = [(subject, *content) for subject, content in kept.computed.items()]
    connection.execute(
        """INSERT INTO cube.kept_result
        SELECT ?, ?, row[1], row[2], row[3], true FROM (SELECT unnest(?::VARCHAR[][]) AS row)""",
        [*of, written],
    )
    connection.execute(
        """UPDATE cube.kept_result SET is_computed = false
        WHERE mission = ? AND method = ? AND is_computed AND list_contains(?, subject)""",
        [*of, kept.kept],
    )


@dataclass(frozen=True)
class Tally:
    """Subjects of some methods, sorted: which were computed by the last run, and which kept."""

    computed: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()


def forget_tally(connection: duckdb.DuckDBPyConnection, mission: str, method: str) -> None:
    """Nothing of a method is computed by this run, unless it is asked for."""
    connection.execute(
        """UPDATE cube.kept_result SET is_computed = false
        WHERE mission = ? AND method = ? AND is_computed""",
        [mission, method],
    )


def tallies(connection: duckdb.DuckDBPyConnection, mission: str) -> dict[str, Tally]:
    """By method what the last run computed, for all that is kept."""
    methods = connection.execute(
        "SELECT DISTINCT method FROM cube.kept_result WHERE mission = ? ORDER BY method", [mission]
    ).fetchall()
    return {method: tally(connection, mission, method) for (method,) in methods}


def tally(connection: duckdb.DuckDBPyConnection, mission: str, *methods: str) -> Tally:
    """What the last run computed; a subject counts as computed where one of the methods was."""
    rows = connection.execute(
        """SELECT subject, bool_or(is_computed) FROM cube.kept_result
        WHERE mission = ? AND list_contains(?, method) GROUP BY subject ORDER BY subject""",
        [mission, list(methods)],
    ).fetchall()
    return Tally(
        tuple(subject for subject, is_computed in rows if is_computed),
        tuple(subject for subject, is_computed in rows if not is_computed),
    )


def _text_of(compute: Callable[..., Any], *inputs: Any) -> str:
    return json.dumps(compute(*inputs), default=_plain)


def _read(kind: type[Result], text: str) -> Result:
    adapter: TypeAdapter[Result] = _adapter(kind)  # type: ignore[arg-type]  # a class is hashable
    return adapter.validate_python(json.loads(text))


@cache
def _adapter(kind: Any) -> TypeAdapter[Any]:
    """Made once a kind: as long as reading a result takes, or longer."""
    return TypeAdapter(kind)


def _plain(value: Any) -> Any:
    """Dataclasses, mappings and NumPy's numbers as JSON has them; numbers keep every digit."""
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: getattr(value, field.name) for field in fields(value)}
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, np.generic):
        return value.item()
    raise TypeError(f"a {type(value).__name__} cannot be kept")
