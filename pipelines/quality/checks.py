"""All checks of a mission: which run, in what order, and where their results are kept."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path

import duckdb

from indicators.definitions.contracts import Contract, contracts
from indicators.definitions.mission_profile import Mission
from indicators.foundation.faults import kind_of
from indicators.foundation.messages import message_catalogue
from indicators.foundation.sql_text import quoted
from indicators.foundation.stored.database import one_transaction
from indicators.incremental.code_version import method_version
from indicators.incremental.data_version import content_key
from indicators.incremental.partition_fingerprints import fingerprint_sql
from indicators.incremental.result_cache import kept_results
from pipelines.ingest.mapping.model import Source, load_sources
from pipelines.ingest.mapping.sources.known_sources import known_sources
from pipelines.quality.check_results import CheckResult, crashed_check
from pipelines.quality.facts.answers import (
    digit_preference,
    interviewer_effects,
    near_duplicates,
)
from pipelines.quality.facts.duplicates import look_alike_events, repeated_content
from pipelines.quality.facts.durations import negative_durations, short_interviews
from pipelines.quality.facts.intake import held_files, ledger_adds_up, rejected_share
from pipelines.quality.facts.interviews import interviews_held
from pipelines.quality.facts.left_out import searches_without_site, undecided_reviews
from pipelines.quality.facts.outliers import outliers
from pipelines.quality.facts.personal_data import personal_data, personal_data_of_rejects
from pipelines.quality.facts.places import (
    areas_without_outline,
    made_beside_a_list,
    one_row_an_area_and_day,
    outside_area,
    points_in_their_area,
    unmapped_rows,
)
from pipelines.quality.facts.published_totals import published_totals
from pipelines.quality.facts.references import activities_of_units, orphans
from pipelines.quality.facts.returns import returns_completeness, returns_timeliness
from pipelines.quality.facts.survey_design import survey_design
from pipelines.quality.facts.values import every_indicator_has_rows, values_are_possible
from pipelines.quality.facts.volumes import (
    quarter_end_reached,
    unit_volumes,
    volume_against_history,
)
from pipelines.quality.input_files import write_input_files, write_rows_not_kept
from pipelines.quality.pairs.duplicate_candidates import waiting_candidates, write_candidates
from pipelines.quality.rejects.summary import (
    forget_other_rejects,
    tables_with_rejects,
    write_reject_places,
    write_reject_summary,
    write_waiting_rows,
)
from pipelines.quality.suites.checkpoints import (
    Counted,
    JudgingFailed,
    Question,
    count_suite,
    judge,
    questions,
    suite_results,
    unjudged,
)
from pipelines.quality.suites.expectations import suite_of
from pipelines.workspace.warehouse.inspect import Connection, has_rows, insert_rows

VALUES = "indicator_value"
_PIPELINES = Path(__file__).parents[1]

__all__ = ["CheckResult", "check_values", "checks_of_table", "run_checks"]


def run_checks(connection: Connection, mission: Mission, profile: Path) -> list[CheckResult]:
    """Checks every core table and the intake; writes the results, the rejects and the ledger.

    Fills `mart.quality_check`, `mart.reject_summary` and `mart.input_file` anew. What the
    indicators' values must hold is checked after them, by `check_values`.
    """
    sources = load_sources(profile)
    fed = {table.table for source in sources.values() for table in source.tables}
    checked = [
        contract
        for contract in contracts().values()
        if contract.table in fed or has_rows(connection, "core", contract.table)
    ]
    rules = rules_of(mission)
    write_candidates(connection, mission, rules)
    with (
        closing(connection.cursor()) as aside,
        one_transaction(aside),
        ThreadPoolExecutor(1) as beside,  # DuckDB computes outside of Python's lock
    ):
        rejects = beside.submit(_write_rejects, aside, mission, known_sources(profile), rules)
        results = kept_checks(connection, checked, mission, rules)
        results += _facts("intake", _of_intake(connection, mission))
        results += _facts("consistency", activities_of_units(connection))
        results += _facts("areas", iter([one_row_an_area_and_day(connection)]))
        results += _facts("areas", made_beside_a_list(connection, mission))
        results += _facts("places", outside_area(connection, mission, profile))
        for contract in checked:
            results += _facts("points", points_in_their_area(connection, contract, mission))
        results += _facts("duplicates", waiting_candidates(connection, mission))
        results += _facts("published_totals", published_totals(connection, mission, profile))
        results += rejects.result()
        _write(aside, mission, results, "source <> ?")
        write_input_files(aside, mission)
        write_rows_not_kept(aside, mission)
    return results


def _write_rejects(
    connection: Connection, mission: Mission, sources: Mapping[str, Source], rules: str
) -> list[CheckResult]:
    """Writes what is told of a table's rejected rows anew where what it is made from changed; gives
    what their texts should not hold.

    What was kept of the rows' text follows from the ledger: which files, read by which mapping.
    """
    results: list[CheckResult] = []
    tables = tables_with_rejects(connection)
    forget_other_rejects(connection, mission, tables)
    with kept_results(connection, mission.mission, "rejects") as kept:
        places = {table: _fingerprint(connection, table) for table in ("core.areas", "core.units")}
        common = content_key(rules, dict(sources), places)
        for table in tables:
            waiting = f"quarantine.{quoted(table)}"
            ledger = f"(FROM ops.input_file SEMI JOIN {waiting} USING (file_sha256))"
            read = [_fingerprint(connection, of) for of in (waiting, ledger)]

            def write(*_: object, of: str = table) -> list[CheckResult]:
                write_waiting_rows(connection, mission, sources, of)
                write_reject_summary(connection, mission, of)
                write_reject_places(connection, mission, of)
                return list(personal_data_of_rejects(connection, contracts()[of]))

            results += kept.result(table, list[CheckResult], write, common, read)
    return results


def kept_checks(
    connection: Connection, checked: Sequence[Contract], mission: Mission, rules: str
) -> list[CheckResult]:
    """The checks of these tables. What is counted is kept of the run before for a table of which
    nothing changed: no row of it or of those that it refers to, and not the `rules`; what is judged
    of all of them together, where every question is what it was.
    """
    rows = cache(lambda table: _fingerprint(connection, f"core.{quoted(table)}"))
    found: list[tuple[Contract, _TableFacts]] = []
    with kept_results(connection, mission.mission, "contract_checks") as kept:
        for contract in checked:
            try:
                facts = kept.result(
                    contract.table,
                    _TableFacts,
                    lambda *_, of=contract: _sound_facts(connection, of, mission),
                    rules,
                    {table: rows(table) for table in _tables_read(contract)},
                )
            except _Crashed as crashed:
                facts = crashed.facts
            found.append((contract, facts))
    with kept_results(connection, mission.mission, "contract_judgement") as kept:
        return _judged(
            found,
            lambda asked: kept.result(
                "all", list[str], lambda asked, _: judge(asked), asked, rules
            ),
        )


def _judged(
    found: Sequence[tuple[Contract, "_TableFacts"]],
    judged: Callable[[list[Question]], list[str]],
) -> list[CheckResult]:
    """Results in the order of the tables, by one judgement on what was counted of all."""
    counted = [one for _, facts in found for one in facts.counted]
    try:
        failed, reason = judged(questions(counted)), ""
    except JudgingFailed as error:
        failed, reason = [], str(error) or "?"
    results: list[CheckResult] = []
    for contract, facts in found:
        own = unjudged(facts.counted, reason) if reason else facts.counted
        results += [*suite_results(suite_of(contract), own, failed), *facts.others]
    return results


def rules_of(mission: Mission) -> str:
    """A fingerprint of all but the rows: contracts, mission, words, the code that checks."""
    return content_key(
        dict(contracts()),
        mission,
        json.dumps(message_catalogue(), sort_keys=True),
        *(method_version(_PIPELINES / room) for room in ("quality", "ingest", "mapping")),
        version("great_expectations"),
    )


@dataclass(frozen=True)
class _TableFacts:
    """What was counted for a table's suite, and the results of its other facts."""

    counted: list[Counted]
    others: list[CheckResult]

    @property
    def is_broken(self) -> bool:
        """Whether anything could not be found out."""
        return any(one.broken for one in self.counted) or any(
            result.status == "error" for result in self.others
        )


class _Crashed(Exception):
    """A check broke: nothing was found out that could be kept."""

    def __init__(self, facts: _TableFacts) -> None:
        self.facts = facts


def _sound_facts(connection: Connection, contract: Contract, mission: Mission) -> _TableFacts:
    facts = _facts_of(connection, contract, mission)
    if facts.is_broken:
        raise _Crashed(facts)
    return facts


def _tables_read(contract: Contract) -> list[str]:
    """The table, those that it refers to, and the reports owed: what `checks_of_table` reads."""
    referred = {table for _, table, _ in contract.references()}
    referred |= {reference.table for reference in contract.composite_references}
    referred |= {"reporting_returns"} if contract.calendar else set()
    return sorted(referred | {contract.table})


def _fingerprint(connection: Connection, table: str) -> str:
    row = connection.execute(f"SELECT {fingerprint_sql(['*COLUMNS(*)'])} FROM {table}").fetchone()
    return str(row[0]) if row else ""


def checks_of_table(
    connection: Connection, contract: Contract, mission: Mission
) -> list[CheckResult]:
    """The contract's suite and, where the table has rows, its quality facts."""
    return _judged([(contract, _facts_of(connection, contract, mission))], judge)


def _facts_of(connection: Connection, contract: Contract, mission: Mission) -> _TableFacts:
    counted = count_suite(connection, contract, suite_of(contract))
    if not has_rows(connection, "core", contract.table):
        return _TableFacts(counted, [])
    return _TableFacts(counted, _facts(contract.table, _of_table(connection, contract, mission)))


def check_values(connection: Connection, mission: Mission) -> list[CheckResult]:
    """Checks what the engine computed; its results join those of the last `run_checks`."""
    facts = _facts(VALUES, _of_values(connection, mission))
    names = [fact.check for fact in facts]  # one is of a table, and told once all the same
    with one_transaction(connection):
        connection.execute(
            "DELETE FROM mart.quality_check WHERE mission = ? AND list_contains(?, check_name)",
            [mission.mission, names],
        )
        _write(connection, mission, facts, "source = ?")
    return facts


def _of_table(
    connection: Connection, contract: Contract, mission: Mission
) -> Iterator[CheckResult]:
    yield from orphans(connection, contract)
    yield from volume_against_history(connection, contract)
    yield from unit_volumes(connection, contract)
    yield from outliers(connection, contract)
    yield from repeated_content(connection, contract)
    yield from negative_durations(connection, contract)
    yield from unmapped_rows(connection, contract, mission)
    yield from personal_data(connection, contract)
    if contract.table == "reporting_returns":
        yield from returns_completeness(connection)
        yield from returns_timeliness(connection)
    if contract.table == "activities":
        yield from searches_without_site(connection)
    if contract.table == "incidents":
        yield from look_alike_events(connection)
    if contract.table == "survey_respondents":
        yield from survey_design(connection, mission)
        yield from short_interviews(connection)
    if contract.table == "survey_answers":
        yield from interviews_held(connection)
        yield from near_duplicates(connection)
        yield from digit_preference(connection)
        yield from interviewer_effects(connection)


def _of_intake(connection: Connection, mission: Mission) -> Iterator[CheckResult]:
    yield from ledger_adds_up(connection)
    yield from rejected_share(connection)
    yield from held_files(connection, mission)


def _of_values(connection: Connection, mission: Mission) -> Iterator[CheckResult]:
    yield from values_are_possible(connection)
    yield from every_indicator_has_rows(connection, mission)
    yield from areas_without_outline(connection)
    yield from undecided_reviews(connection, mission)
    yield from quarter_end_reached(connection, mission)


def _facts(subject: str, facts: Iterator[CheckResult]) -> list[CheckResult]:
    """The facts up to one that cannot be computed, which is an error and not a finding."""
    results: list[CheckResult] = []
    try:
        results.extend(facts)
    except (duckdb.Error, KeyError, OSError, ValueError) as error:
        results.append(crashed_check(f"{subject}.facts", subject, "blocking", "", kind_of(error)))
    return results


def _write(
    connection: Connection, mission: Mission, results: list[CheckResult], replaced: str
) -> None:
    """Replaces the mission's results of core tables or of the values (`replaced`: which)."""
    connection.execute(
        f"DELETE FROM mart.quality_check WHERE mission = ? AND {replaced}",
        [mission.mission, VALUES],
    )
    insert_rows(connection, "quality_check", [result.as_row(mission.mission) for result in results])
