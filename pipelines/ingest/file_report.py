"""What became of one file that somebody asked to take in, or that was read again."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from indicators.definitions.contracts import contracts
from indicators.foundation.errors import Problem
from indicators.foundation.messages import has_message, message
from pipelines.ingest.mapping.sources.written_sources import TABLES, written_source
from pipelines.workspace.durable import replace_text


@dataclass(frozen=True)
class FileReport:
    """What this intake did; rows_read = rows_loaded + rows_rejected + rows_unchanged.

    `status`: loaded, held, empty, unchanged (the file was there already and nothing is new),
    waiting (it is still being written; `waits_for` says why: `settling`, `container`,
    `last_line`), kept (its mapping changed and cannot read it: what was loaded from it stays,
    `problems` say why). `rows_retracted`: rows of this or of earlier files that left the tables.
    `before`: `rows_loaded` and `rows_rejected` of a file that was read again, as they stood.
    `not_kept`: rows of which nothing may be kept, by reason; part of `rows_unchanged`.
    `left_out`: `table.column` that nobody agreed to keep, and its filled rows. `remarks`: what is
    to be said of the file as a whole (sheets that nothing reads, conditions that nothing meets).
    `rows_changed`: of those loaded, how many took the place of a row that stood otherwise.
    `values_held`: values that were held back while their rows were loaded.
    """

    name: str
    sha256: str
    source: str
    status: str
    rows_read: int = 0
    rows_loaded: int = 0
    rows_rejected: int = 0
    rows_unchanged: int = 0
    rows_retracted: int = 0
    before: dict[str, int] | None = None
    after: dict[str, int] | None = None
    waits_for: str | None = None
    problems: tuple[Problem, ...] = ()
    left_out: Mapping[str, int] = field(default_factory=dict)
    remarks: tuple[Problem, ...] = ()
    not_kept: Mapping[str, int] = field(default_factory=dict)
    values_held: int = 0
    rows_changed: int = 0

    def as_dict(self, language: str) -> dict[str, Any]:
        """The fields as JSON; problems with their sentences."""
        told = {
            name: [vars(one) | {"sentence": remark_sentence(one, language)} for one in problems]
            for name, problems in (("problems", self.problems), ("remarks", self.remarks))
        }
        return asdict(self) | told

    def lines(self, language: str) -> list[str]:
        """What a person reads: one line, and one more for each thing that is odd."""
        facts = asdict(self)
        remarks = list(remark_lines(facts, language))
        if self.status in _UNREAD:
            return remarks
        return [message("cli.ingest.file", language, **_numbers(facts)), *remarks]


_UNREAD = ("waiting", "kept")


def remark_lines(file: Mapping[str, Any], language: str) -> Iterator[str]:
    """What is to be said of a file beside its numbers; file: the fields of a FileReport as JSON."""
    if file["status"] == "waiting":
        yield message(f"cli.ingest.waiting.{file['waits_for']}", language, name=file["name"])
    if file["status"] in ("kept", "empty"):
        yield message(f"cli.ingest.{file['status']}", language, name=file["name"])
    for problem in (*file["problems"], *file["remarks"]):
        yield remark_sentence(Problem(**problem), language)
    if file["rows_retracted"]:
        facts = {"name": file["name"], "rows": file["rows_retracted"]}
        yield message("cli.ingest.retracted", language, **facts)
    if file["before"] and file["after"] and file["before"] != file["after"]:
        counts = {f"{name}_before": value for name, value in file["before"].items()}
        counts |= {f"{name}_after": value for name, value in file["after"].items()}
        yield message("cli.ingest.reread", language, name=file["name"], **counts)
    for reason, rows in file["not_kept"].items():
        told = message(f"not_kept.{reason}", language)
        facts = {"name": file["name"], "reason": told, "rows": rows}
        yield message("cli.ingest.not_kept", language, **facts)
    for column, values in file["left_out"].items():
        facts = {"name": file["name"], "column": column, "values": values}
        yield message("cli.ingest.left_out", language, **facts)


_COUNTED = (
    "name", "source", "status", "values_held", "rows_read", "rows_loaded", "rows_changed",
    "rows_retracted", "rows_rejected", "rows_unchanged",
)  # fmt: skip


def as_at_the_end(files: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Each file once: one that was read several times, as its mended workbooks came, as it stands
    at the end; a copy says nothing new of it."""
    named: dict[Any, Mapping[str, Any]] = {}
    for at, one in enumerate(files):
        key = (one.get("source"), one.get("name", at), one["status"] == "waiting")
        if key not in named or one["status"] != "unchanged":
            named[key] = one
    return [*named.values()]


_WRITTEN = frozenset(map(written_source, TABLES))


def sent(files: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The files that somebody sent: what people wrote here is read from files as well."""
    return [file for file in files if file["source"] not in _WRITTEN]


def counted(files: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """What files brought together; `files`: the counts of FileReports as JSON."""
    came = [file for file in files if file["status"] != "waiting"]
    last = as_at_the_end(came)
    held = [file for file in last if file["status"] == "held"]
    read = {
        "loaded changed retracted": [file for file in came if file["status"] != "held"],
        "read rejected": [file for file in last if file["status"] != "held"],
    }
    sums = {
        name: sum(file[f"rows_{name}"] for file in own)
        for names, own in read.items()
        for name in names.split()
    }
    return {
        "files": len(last),
        "held_files": len(held),
        "waiting": len(files) - len(came),
        "came": sums["read"] + sum(file["rows_read"] for file in held),
        "new": sums["loaded"] - sums["changed"],
        "changed": sums["changed"],
        "gone": sums["retracted"],
        "held": sum(file["rows_read"] for file in held),
        "rejected": sums["rejected"],
        "same": max(sums["read"] - sums["loaded"] - sums["rejected"], 0),
        "values": sum(file["values_held"] for file in last),
    }


def by_source(files: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """What the files of each source brought, in the order of their names; read = loaded + rejected
    + unchanged."""
    found = []
    for source in sorted({file["source"] for file in files}):
        own = counted([file for file in files if file["source"] == source])
        rows = {"rows_read": own["came"], "rows_loaded": own["new"] + own["changed"]}
        rows |= {"rows_rejected": own["rejected"] + own["held"], "rows_unchanged": own["same"]}
        found.append({"source": source, "files": own["files"], **rows})
    return found


_CLOSING = ("came", "new", "changed", "gone", "held", "rejected", "same", "values", "waiting")


def closing_lines(
    files: Sequence[Mapping[str, Any]], language: str, *, names_commands: bool = True
) -> list[str]:
    """What a run brought, on one screen: what came, new, changed, gone, held and rejected.

    A page, which has buttons, names no commands.
    """
    counts = counted(sent(files))
    keys = {name: f"closing.{name}" for name in _CLOSING if name == "came" or counts[name]}
    if not names_commands and "rejected" in keys:
        keys["rejected"] = "closing.rejected_on_page"
    return [message(key, language, **{**counts, "rows": counts[n]}) for n, key in keys.items()]


def leave_brought(warehouse: Path, files: Sequence[FileReport]) -> None:
    """Leaves beside the warehouse what a refresh read and counted, and nothing of the rows.

    Where it read no file, those of the refresh before stay."""
    counts = sent([{name: getattr(file, name) for name in _COUNTED} for file in files])
    if counts:
        told = {"at": datetime.now(UTC).isoformat(timespec="minutes"), "files": counts}
        replace_text(_brought(warehouse), json.dumps(told))


def brought(warehouse: Path, language: str) -> tuple[str, list[str]]:
    """When the last refresh that read files did, as ISO text, and its closing lines; or nothing."""
    try:
        told = json.loads(_brought(warehouse).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return "", []
    return told["at"], closing_lines(told["files"], language, names_commands=False)


def _brought(warehouse: Path) -> Path:
    return warehouse.with_suffix(".brought.json")


def remark_sentence(problem: Problem, language: str) -> str:
    """The sentence; of rows with a warning with what the warning is, and a column that the file
    lacks with its title."""
    if (table := contracts().get(problem.parameters.get("table", ""))) is not None:
        called = problem.column and table.called(problem.column, language)
        told = {**problem.parameters, "table": table.title.in_language(language)}
        problem = replace(problem, column=called, parameters=told)
    if problem.rule == "rows_warned":
        facts = problem.parameters
        key = f"warned.{facts['of']}"
        known = message(key, language) if has_message(key) else message("warned.other", language)
        told = {"title": facts.get(f"title_{language}", known)}
        problem = replace(problem, parameters={**facts, **told})
    return problem.sentence(language)


def _numbers(file: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in file.items() if name not in ("problems", "remarks")}
