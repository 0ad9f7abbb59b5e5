"""The steps from an empty workspace to the next release: each with its state and what is missing.

One function for the page and for `poclens next`.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from indicators.definitions.catalogue import source_tables
from indicators.definitions.contracts import contracts
from indicators.definitions.mission_profile import Mission, read_mission
from indicators.foundation.errors import WrongUse
from indicators.foundation.messages import message
from indicators.foundation.numbers.number_format import separated
from indicators.foundation.periods import Period, periods_between
from indicators.foundation.sql_text import quoted
from indicators.foundation.stored.published_tables import MANIFEST, current_name
from pipelines.ingest.files.arriving import deliveries
from pipelines.ingest.inbox import takers
from pipelines.ingest.mapping.model import load_sources
from pipelines.ingest.mapping.places.area_polygons import outlines_path
from pipelines.ingest.mapping.sources.written_sources import ALONE as WRITTEN
from pipelines.ingest.rows.mended import is_mended
from pipelines.workspace.paths import Workspace
from pipelines.workspace.warehouse.inspect import Connection
from pipelines.workspace.warehouse.last_state import open_to_read
from pipelines.workspace.warehouse.refresh_number import mart_number
from pipelines.workspace.warehouse.turns import is_taken
from records.desk.setup import State

STEPS = ("mission", "places", "units", "targets", "files", "refresh", "rejected", "release")
_LISTS = ("areas", "units")


@dataclass(frozen=True)
class Step:
    """One step: `said`, a message key below `next.<name>.`, and what fills its sentence.

    `is_renewed`: a refresh runs, so that this is what the last one that ended left.
    """

    name: str
    state: State
    said: str
    facts: dict[str, Any]
    is_renewed: bool = False

    def sentence(self, language: str) -> str:
        """What is there, or what is missing."""
        facts = {name: separated(value, language) for name, value in self.facts.items()}
        for listed in ("tables", "partly"):
            titles = (
                contracts()[name].title.in_language(language) for name in facts.get(listed, ())
            )
            facts[listed] = ", ".join(titles)
        if quarter := self.facts.get("quarter"):
            year, number = quarter.split("-Q")
            facts["quarter"] = message("page.period.Q", language, year=year, number=number)
        said = [f"{self.name}.{self.said}", *["release.partly"][: bool(facts.get("partly"))]]
        said += ["renewed"] if self.is_renewed else []
        return " ".join(message(f"next.{one}", language, **facts) for one in said)


@dataclass(frozen=True)
class _Facts:
    """What the warehouse holds; `is_busy`: somebody writes it just now, so this is what it held
    before, and nothing where it is written for the first time."""

    rows: dict[str, int]
    values: int = 0
    blocking: int = 0
    rejected: int = 0
    held: int = 0  # files of which no row counts until somebody answers or corrects
    files: frozenset[str] = frozenset()  # SHA-256 of those whose rows the last refresh counted
    partly: tuple[str, ...] = ()  # sources that end before the last month of the newest quarter
    is_whole: bool = False  # the last refresh ended
    is_of_profile: bool = True  # it counted by the profile's names and indicators as they are now
    is_busy: bool = False


def steps(workspace: Workspace, mission: str | None) -> list[Step]:
    """The steps of a mission; without one the first of them alone is open."""
    if mission is None:
        later = [Step(name, "later", "later", {}) for name in STEPS[1:]]
        return [Step("mission", "open", "missing", {"home": workspace.home}), *later]
    try:
        profile = read_mission(workspace.profile(mission))
    except WrongUse as error:
        told = {"problem": error.problems[0].sentence()}
        return [Step("mission", "open", "unsound", told)]
    facts = _facts(workspace.warehouse(mission), profile)
    found = _steps(workspace, profile, facts)
    return [_renewed(one) if facts.is_busy else one for one in found]


def _renewed(step: Step) -> Step:
    """The step while a refresh runs: it asks for nothing, and may be another at the end."""
    if (
        step.name in ("mission", "targets")
        or step.said == "running"
        or (step.name == "release" and step.state == "done")
    ):
        return step
    if step.name in ("files", "refresh"):  # what it takes in is neither waiting nor here
        return replace(step, state="running", said="running")
    return replace(step, state="running", is_renewed=True)


def _steps(workspace: Workspace, mission: Mission, facts: _Facts) -> Iterator[Step]:
    waiting = _waiting(workspace, mission.mission)
    coming = {table for tables in waiting.values() for table in tables}
    yield Step("mission", "done", "done", {"mission": mission.mission})
    if facts.is_busy and not facts.rows:
        yield from (Step(name, "running", "running", {}) for name in STEPS[1:-1])
        yield _release(workspace, mission, facts)
        return
    drawn = outlines_path(workspace.profile(mission.mission), mission)
    has_outlines = drawn is not None and drawn.is_file()
    for name, table in (("places", "areas"), ("units", "units")):
        rows = facts.rows.get(table, 0)
        if rows:
            yield Step(name, "done", "done", {"number": rows})
        elif table in coming or (table == "areas" and has_outlines):
            yield Step(name, "done", "waits", {})
        else:
            yield Step(name, "open", "missing", {})
    yield _targets(mission)
    unknown = sorted(name for name, tables in waiting.items() if not tables)
    if unknown:
        told = {"number": len(unknown), "names": ", ".join(unknown)}
        yield Step("files", "open", "unknown", told)
    else:
        yield _files(mission, facts, coming)
    yield _refresh(facts, len(waiting))
    if facts.rejected:
        books = sum(map(is_mended, deliveries(workspace.inbox(mission.mission))))
        told = {"number": facts.rejected, "books": books}
        yield Step("rejected", "open", "sent" if books else "some", told)
    else:
        yield Step("rejected", "done" if facts.values else "later", "none", {})
    yield _release(workspace, mission, facts)


def _waiting(workspace: Workspace, mission: str) -> dict[str, set[str]]:
    """Of each file in the inbox the tables that it holds; none of one that has no mapping yet."""
    sources = load_sources(workspace.profile(mission))
    found = {}
    for path in deliveries(workspace.inbox(mission)):
        try:
            own = takers(path, sources)
        except WrongUse:
            own = []
        found[path.name] = {table.table for source in own for table in source.tables}
    return found


def _targets(mission: Mission) -> Step:
    number = sum(bool(one.target) for one in mission.indicators)
    facts = {"number": number, "of": len(mission.indicators)}
    return Step("targets", "done" if number else "open", "done" if number else "missing", facts)


def _files(mission: Mission, facts: _Facts, coming: set[str]) -> Step:
    """Which of the tables that the chosen indicators need have no row yet."""
    needed = [name for name in source_tables(mission) if name not in WRITTEN]  # those come by files
    empty = [name for name in needed if not facts.rows.get(name) and name not in coming]
    told = {"tables": empty, "number": len(needed) - len(empty)}
    if not empty:
        return Step("files", "done", "done", told)
    some = len(empty) < len(needed)
    return Step("files", "done" if some else "open", "some" if some else "missing", told)


def _refresh(facts: _Facts, waiting: int) -> Step:
    told = {"waiting": waiting, "values": facts.values, "blocking": facts.blocking}
    told["held"] = facts.held
    if waiting:
        return Step("refresh", "open", "waits", told)
    if not facts.values:
        has_rows = any(facts.rows.get(name) for name in facts.rows if name not in _LISTS)
        return Step("refresh", "open" if has_rows else "later", "missing", told)
    if facts.blocking:
        return Step("refresh", "open", "blocked", told)
    if not facts.is_whole:
        return Step("refresh", "open", "unfinished", told)
    if not facts.is_of_profile:
        return Step("refresh", "open", "changed", told)
    return Step("refresh", "done", "held" if facts.held else "done", told)


def _release(workspace: Workspace, mission: Mission, facts: _Facts) -> Step:
    """The newest quarter that is published, and whether one has ended since.

    Where the pages show another, as one of an earlier quarter that was made after it, it is named.
    """
    folder = workspace.releases(mission.mission)
    names = [path.name for path in folder.glob("????-Q?-r*")]
    name = max(names, key=lambda one: (one.split("-r")[0], len(one), one), default="")
    current = current_name(folder) or name
    ended = [one.name for one in ended_quarters(mission, date.today())]
    newest = ended[-1] if ended else ""
    told = {"release": name, "quarter": newest, "current": current, "partly": facts.partly}
    if name and newest <= name[: len(newest)]:
        if current != name:
            return Step("release", "done", "earlier_shown", told)
        is_of_now = not facts.is_whole or _published_files(folder / name) == facts.files
        return Step("release", "done", "done" if is_of_now else "changed", told)
    if name:
        told["quarter"] = next(one for one in ended if one > name[: len(one)])
        if told["quarter"] != newest:
            told["partly"] = ()  # which is of the newest
        return Step("release", "open", "next_quarter", told)
    if not newest:
        return Step("release", "later", "no_quarter", told)
    is_ready = facts.values > 0 and facts.is_whole and not facts.blocking
    return Step("release", "open" if is_ready else "later", "missing", told)


def _published_files(release: Path) -> frozenset[str]:
    """SHA-256 of the files whose rows a release counts."""
    inputs = json.loads((release / MANIFEST).read_text(encoding="utf-8"))["inputs"]
    return frozenset(one["sha256"] for one in inputs if one["status"] == "loaded")


def ended_quarters(mission: Mission, day: date) -> list[Period]:
    """The quarters of the mission that are over on a day."""
    last = min(day, mission.ends_on or day)
    found = periods_between(mission.starts_on, last, ["Q"]) if last >= mission.starts_on else []
    return [one for one in found if one.end < day and one.end <= (mission.ends_on or one.end)]


def refreshed_as_of(warehouse: Path) -> date | None:
    """The day up to which the last refresh counted; None where there was none, or one runs."""
    if not warehouse.is_file():
        return None
    try:
        with open_to_read(warehouse) as connection:
            found = connection.execute("SELECT as_of FROM mart.mission").fetchone()
    except (WrongUse, duckdb.Error):
        return None
    return found[0] if found else None


def _facts(warehouse: Path, mission: Mission) -> _Facts:
    """Counts of the warehouse; of its last copy while it is written; none where there is none."""
    if not warehouse.is_file():
        return _Facts({})
    is_busy = is_taken(warehouse)
    try:
        with open_to_read(warehouse) as connection:
            return replace(_counted(connection, mission), is_busy=is_busy)
    except (WrongUse, duckdb.Error):
        return _Facts({}, is_busy=True)


def _counted(connection: Connection, mission: Mission) -> _Facts:
    def number(sql: str) -> int:
        found = connection.execute(sql).fetchone()
        return int(found[0]) if found else 0

    from pipelines.quality.facts.volumes import partly_covered
    from pipelines.quality.rejects.workbook import open_rejects, rows_to_correct

    ended = ended_quarters(mission, date.today())
    rows = {name: number(f"SELECT count(*) FROM core.{quoted(name)}") for name in contracts()}
    return _Facts(
        rows,
        number("SELECT count(*) FROM mart.indicator_value"),
        number(
            "SELECT count(*) FROM mart.quality_check "
            "WHERE severity = 'blocking' AND status <> 'passed'"
        ),
        rejected=rows_to_correct(open_rejects(connection)),
        held=number("SELECT count(*) FROM ops.input_file WHERE status = 'held'"),
        files=frozenset(
            sha256
            for (sha256,) in connection.execute(
                "SELECT file_sha256 FROM mart.input_file WHERE status = 'loaded'"
            ).fetchall()
        ),
        partly=tuple(partly_covered(connection, ended[-1].name)) if ended else (),
        is_whole=mart_number(connection) is not None,
        is_of_profile=_is_of_profile(connection, mission),
    )


def _is_of_profile(connection: Connection, mission: Mission) -> bool:
    """Whether the mart has the mission's names, zone and indicators as the profile states them."""
    sql = "SELECT name_en, name_fr, country_area, time_zone, boundaries_en, boundaries_fr"
    found = connection.execute(f"{sql} FROM mart.mission").fetchone()
    of = connection.execute("SELECT DISTINCT indicator FROM mart.indicator").fetchall()
    stated = (
        mission.name.en, mission.name.fr, mission.country_area, mission.time_zone,
        mission.boundaries.en, mission.boundaries.fr,
    )  # fmt: skip
    chosen = {one.code for one in mission.indicators}
    return found is None or (found == stated and {code for (code,) in of} == chosen)
