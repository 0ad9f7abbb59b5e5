"""A release built whole in a folder of its own, which nobody reads until it is published."""

import shutil
from collections.abc import Callable, Mapping, Set
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any

import pyarrow as pa

from indicators.definitions.contracts import contracts
from indicators.definitions.mission_profile import Mission
from indicators.definitions.sharing.audiences import AudienceName, policy
from indicators.disclosure.copy import restrict
from indicators.foundation.errors import CheckFailed, InternalFault, Problem, WrongUse
from indicators.foundation.periods import period_named, period_of
from indicators.foundation.stored.published_tables import MANIFEST, PUBLICATION, database_of
from pipelines.quality.checks import check_values
from pipelines.quality.rejects.summary import local_day_sql
from pipelines.release.approval.approved_records import store_approved
from pipelines.release.approval.second_person import approval
from pipelines.release.audience_files import AT_ONCE, makers, prepare, write_briefs, write_files
from pipelines.release.files import write_json
from pipelines.release.naming import (
    CANDIDATE_PREFIX,
    check_period,
    current_name,
    next_name,
    period_of_release,
    releases_of,
)
from pipelines.release.revisions.causes import published_of, read_published
from pipelines.release.revisions.decomposition import Decomposition, decomposition
from pipelines.release.revisions.primaries import primary_changes
from pipelines.release.revisions.report import revisions_against
from pipelines.release.revisions.strategies import strategy_changes
from pipelines.release.revisions.violations import violations_since
from pipelines.release.signed.manifest import fingerprint, is_told_further, origin, write_manifest
from pipelines.release.signed.verification import read_release_json
from pipelines.release.snapshot import (
    Tables,
    give_back,
    mart_tables,
    open_memory,
    put_tables,
    take_tables,
    write_database,
)
from pipelines.workspace.paths import Workspace
from pipelines.workspace.warehouse.inspect import Connection
from pipelines.workspace.warehouse.refresh_number import mart_number
from records.store import Store

_STOPPING_SQL = """
SELECT check_name, status, sentence_en, sentence_fr FROM mart.quality_check
WHERE mission = ? AND severity = 'blocking' AND status <> 'passed' ORDER BY check_name
"""


_NO_FACTS = ("activity_plan", "assessments", "recommendations")
"""Tables with a date that say what is meant to happen, or what people make of it."""


@dataclass(frozen=True)
class Candidate:
    """A whole release that is not published: its name to be and where it lies."""

    mission: str
    period: str
    name: str
    path: Path


@dataclass(frozen=True)
class _Facts:
    """What every audience's copy of one candidate has in common."""

    workspace: Workspace
    mission: Mission
    period: str
    as_of: date
    name: str
    previous: str | None
    origin: dict[str, object]
    decompose: Callable[[Set[str]], Decomposition]
    restricting: Lock  # one copy at a time: its values are there twice meanwhile


def build_candidate(
    connection: Connection,
    workspace: Workspace,
    mission: Mission,
    period: str,
    partner_approved_by: str = "",
    if_changed: bool = False,
) -> Candidate:
    """Builds the release of a quarter from the mart of an open warehouse, as of the mart's day.

    `partner_approved_by`: who approved the copies of this release that need it each time; empty:
    nobody, and they are not made. `if_changed`: whether one that would be the current release
    once more is wrong use. Raises WrongUse for a period that is no quarter, a mart without
    figures or of a refresh that did not end, an approval of a copy that the profile has not or the
    want of one that it asks for, CheckFailed where a blocking check failed, InternalFault where one
    could not run. Nothing is left then.
    """
    check_period(period)
    audiences = _audiences(mission, partner_approved_by)
    second = approval(workspace.home, mission, period).get("approved_by", "")
    _refuse_unfit(connection, mission)
    prepare()
    as_of = _as_of(connection, mission)
    name = next_name(workspace, mission.mission, period)
    folder = workspace.releases(mission.mission) / f"{CANDIDATE_PREFIX}{name}"
    _clear_candidates(workspace, mission.mission)
    head = Store.of_workspace(workspace.home).audit_head()
    records = store_approved(connection, workspace.home, mission.mission)
    profile = workspace.profile(mission.mission)
    made_of = origin(
        connection, mission, profile, period, as_of, records, partner_approved_by, second
    )
    current, manifest = _current(workspace, mission.mission)
    if if_changed and manifest and manifest["origin_sha256"] == fingerprint(made_of):
        raise WrongUse(Problem("nothing_to_publish", value=current))
    previous = _compared_with(workspace, mission.mission, current, manifest, made_of)
    decompose = _decomposer(connection, workspace, mission, previous, made_of, as_of)
    facts = _Facts(workspace, mission, period, as_of, name, previous, made_of, decompose, Lock())
    tables = take_tables(connection, mission.mission)
    with makers(name) as begin, ThreadPoolExecutor(AT_ONCE) as threads:

        def make(audience: AudienceName, copy: Connection) -> None:
            _write_audience(facts, copy, audience, folder)
            begin(write_files, folder, audience, mission.mission, period)

        # DuckDB computes outside of Python's lock
        copies = list(threads.map(lambda _: _copy_of(tables), audiences))
        tables.clear()  # each has its own, and what follows takes as much again
        give_back()
        list(threads.map(make, audiences, copies))
        begin(write_briefs, folder, mission.mission, name)
    write_json(folder / PUBLICATION, {"previous_release": previous, "audit_log": head})
    write_manifest(folder, facts.origin)
    return Candidate(mission.mission, period, name, folder)


def _current(workspace: Workspace, mission: str) -> tuple[str | None, dict[str, Any] | None]:
    """The release that the pages show, the newest where its folder is gone, and its manifest where
    that is there."""
    name, known = current_name(workspace, mission), releases_of(workspace, mission)
    if name not in known:
        name = known[-1] if known else None
    folder = workspace.releases(mission) / (name or "")
    is_there = name is not None and (folder / MANIFEST).is_file()
    return name, read_release_json(folder, MANIFEST) if is_there else None


def _compared_with(
    workspace: Workspace,
    mission: str,
    current: str | None,
    manifest: Mapping[str, Any] | None,
    made_of: Mapping[str, object],
) -> str | None:
    """The release that revisions are told against: the current one.

    Where only records were approved since, the one that it was compared with itself, so that all
    other files stay equal. Where it was compared with none, and its quarter's past was published
    afterwards, the newest of that.
    """
    if current is None or manifest is None:
        return current
    folder = workspace.releases(mission) / current
    before: str | None = read_release_json(folder, PUBLICATION).get("previous_release")
    if is_told_further(manifest, made_of):
        return before
    if before is None and made_of["period"] == period_of_release(current):
        known = releases_of(workspace, mission)
        past = [name for name in known if period_of_release(name) < period_of_release(current)]
        return past[-1] if past else current
    return current


def _audiences(mission: Mission, partner_approved_by: str) -> list[AudienceName]:
    """The audiences that get a copy: without approval none that needs it for each release."""
    chosen = mission.disclosure.audiences()
    waiting = [name for name in chosen if policy().audiences[name].is_approved_each_time]
    if partner_approved_by and not waiting:
        raise WrongUse(Problem("nothing_to_approve", value=partner_approved_by))
    return [name for name in chosen if partner_approved_by or name not in waiting]


def _decomposer(
    connection: Connection,
    workspace: Workspace,
    mission: Mission,
    previous: str | None,
    made_of: dict[str, object],
    as_of: date,
) -> Callable[[Set[str]], Decomposition]:
    """What moved the figures of these indicators since the release that is current now, of which
    the mission's copy tells most; computed once for all audiences whose figures moved alike."""
    folder = workspace.releases(mission.mission) / str(previous)
    if previous is None or not database_of(folder, "mission").is_file():
        return lambda moved: Decomposition()
    before = read_published(folder, "mission")
    after = published_of("", made_of, connection)

    @cache
    def decompose(moved: frozenset[str]) -> Decomposition:
        return decomposition(connection, mission, before, after, as_of, moved)

    known: set[str] = set()
    turn = Lock()

    def for_all(moved: Set[str]) -> Decomposition:
        with turn:
            known.update(moved)
            return decompose(frozenset(known))

    return for_all


def _refuse_unfit(connection: Connection, mission: Mission) -> None:
    """Nothing is published without figures, without checks, against a blocking check, or of a mart
    that no refresh has left whole."""
    values = "SELECT count(*) FROM mart.indicator_value WHERE mission = ?"
    checks = "SELECT count(*) FROM mart.quality_check WHERE mission = ?"
    if not _count(connection, values, mission):
        raise WrongUse(Problem("nothing_computed", value=mission.mission))
    if not _count(connection, checks, mission):
        raise WrongUse(Problem("nothing_checked", value=mission.mission))
    check_values(connection, mission)
    stopping = connection.execute(_STOPPING_SQL, [mission.mission]).fetchall()
    failed = [_stopping_problem(row) for row in stopping if row[1] == "failed"]
    broken = [_stopping_problem(row) for row in stopping if row[1] == "error"]
    if failed:
        raise CheckFailed([*failed, *broken])
    if broken:
        raise InternalFault(broken)
    if mart_number(connection) is None:
        raise WrongUse(Problem("refresh_not_ended", value=mission.mission))


def require_facts(connection: Connection, mission: Mission, period: str) -> None:
    """Raises WrongUse for a quarter in which no source has a fact up to the mart's day: its figures
    would be empty, and the release the current one all the same. What has no mart is not judged.

    A deployment is a fact up to its last day; while none is stated, of its first.
    """
    check_period(period)
    if not _count(connection, "SELECT count(*) FROM mart.mission WHERE mission = ?", mission):
        return
    quarter, as_of = period_named(period), _as_of(connection, mission)
    last = min(as_of, quarter.end)
    days = [
        f"SELECT {local_day_sql(contract, mission)} AS day FROM core.{table}"
        + (" WHERE received_on IS NOT NULL" if table == "reporting_returns" else "")
        for table, contract in contracts().items()
        if contract.date_column and table not in _NO_FACTS
    ]
    days.append(
        "SELECT least(coalesce(to_on, from_on), $2) FROM core.deployments WHERE from_on <= $2"
    )
    found = connection.execute(
        f"""SELECT max(day), coalesce(bool_or(day >= $1), false)
        FROM ({" UNION ALL ".join(days)}) WHERE day <= $2""",
        [quarter.start, last],
    ).fetchone()
    newest, is_there = found or (None, False)
    if not is_there:
        words = {"newest": newest or "–", "period": period}
        raise WrongUse(Problem("no_fact_in_period", value=mission.mission, parameters=words))


def _as_of(connection: Connection, mission: Mission) -> date:
    """The day up to which the last refresh counted."""
    query = "SELECT as_of FROM mart.mission WHERE mission = ?"
    ((as_of,),) = connection.execute(query, [mission.mission]).fetchall()
    found: date = as_of
    return found


def _stopping_problem(row: tuple[str, str, str, str]) -> Problem:
    check, status, english, french = row
    words = {"check": check, "sentence_en": english, "sentence_fr": french}
    kind = "check_stops_release" if status == "failed" else "check_error_stops_release"
    return Problem(kind, parameters=words)


def _count(connection: Connection, query: str, mission: Mission) -> int:
    row = connection.execute(query, [mission.mission]).fetchone()
    return int(row[0]) if row else 0


def _clear_candidates(workspace: Workspace, mission: str) -> None:
    """Removes what earlier runs left behind, finished or killed."""
    for leftover in workspace.releases(mission).glob(f"{CANDIDATE_PREFIX}*"):
        shutil.rmtree(leftover)


def _copy_of(tables: Tables) -> Connection:
    """In memory: a database file that once held a figure keeps its bytes."""
    copy = open_memory()
    put_tables(copy, "mart", tables)
    return copy


def _write_audience(facts: _Facts, copy: Connection, audience: AudienceName, folder: Path) -> None:
    """One audience's database, from a copy that was restricted before anything was written."""
    with copy:
        with facts.restricting:
            restrict(copy, facts.mission, audience, _last_day(audience, facts.period))
        if "revision" in mart_tables(copy):
            _fill_revisions(copy, facts, audience)
        put_tables(copy, "mart", {"release": _release_table(facts, audience)})
        (folder / audience).mkdir(parents=True)
        write_database(database_of(folder, audience), copy, facts.name)


def _last_day(audience: AudienceName, period: str) -> date | None:
    """The end of the newest quarter of which an audience that waits gets figures; None: all."""
    later = policy().audiences[audience].quarters_later
    if not later:
        return None
    last = period_named(period).end
    for _ in range(later):
        last = period_of(last, "Q").start - timedelta(days=1)
    return last


def _fill_revisions(copy: Connection, facts: _Facts, audience: str) -> None:
    """Compares with the same audience's copy of the release that is current now."""
    if facts.previous is None:
        return
    folder = facts.workspace.releases(facts.mission.mission) / facts.previous
    before = database_of(folder, audience)
    if not before.is_file():  # an audience that the profile has gained since
        return
    found = {
        "revision": revisions_against(copy, before, facts.previous, facts.decompose),
        "primary_change": primary_changes(copy, before, facts.previous),
        "strategy_change": strategy_changes(copy, before, facts.previous),
    }
    if "violation" in mart_tables(copy):
        found["violation"] = violations_since(copy, before)
        copy.execute("DELETE FROM mart.violation")
    for table, frame in found.items():
        copy.register("incoming", frame)
        copy.execute(f"INSERT INTO mart.{table} SELECT * FROM incoming")
        copy.unregister("incoming")


def _release_table(facts: _Facts, audience: str) -> pa.Table:
    """`mart.release`: one row on the release itself."""
    row = {
        "mission": facts.mission.mission,
        "period": facts.period,
        "as_of": facts.as_of,
        "audience": audience,
        "previous_release": facts.previous,
        "code_version": facts.origin["code"]["version"],  # type: ignore[index]
        "origin_sha256": fingerprint(facts.origin),
    }
    schema = pa.schema(
        [
            ("mission", pa.string()),
            ("period", pa.string()),
            ("as_of", pa.date32()),
            ("audience", pa.string()),
            ("previous_release", pa.string()),
            ("code_version", pa.string()),
            ("origin_sha256", pa.string()),
        ]
    )
    return pa.Table.from_pylist([row], schema=schema)
