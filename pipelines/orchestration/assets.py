"""Assets: the core tables from the inbox, the mart from the core tables. No logic here.

Avoid putting checks, jobs or the release's assets here. A step imports what it runs: a publication
has no use for the libraries of a refresh, which take seconds to load.
"""

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

import dagster as dg
import duckdb

from indicators.definitions.contracts import Contract, contracts
from indicators.definitions.mission_profile import Mission, read_mission
from indicators.foundation.stored.database import one_transaction
from pipelines.orchestration.resources import AsOf, Rows, WorkspaceResource
from pipelines.orchestration.runs.failures import checks_not_run, in_words
from pipelines.orchestration.runs.progress import report
from pipelines.orchestration.runs.unchanged import forget
from pipelines.workspace.other_core import begun
from pipelines.workspace.warehouse.connection import open_warehouse
from pipelines.workspace.warehouse.refresh_number import numbered_step

VALUES, _WRITTEN = "values_and_evidence", "strategy_and_judgements"
INTAKE = "intake"
"""Metadata of the first core table: what became of each file that the run read."""


def core_key(table: str) -> dg.AssetKey:
    """The asset of a core table."""
    return dg.AssetKey(["core", table])


def contract_check_key(table: str) -> dg.AssetCheckKey:
    """The check of a core table."""
    return dg.AssetCheckKey(core_key(table), "contract")


def mart_key(table: str) -> dg.AssetKey:
    """The asset of a mart table."""
    return dg.AssetKey(["mart", table])


def core_assets(partitions: dg.PartitionsDefinition) -> dg.AssetsDefinition:
    """One asset a contract, filled by one step: a file may feed several tables."""
    specs = [
        dg.AssetSpec(core_key(table), group_name="core", description=_of_rows(contract))
        for table, contract in contracts().items()
    ]

    @dg.multi_asset(name="ingest", specs=specs, partitions_def=partitions)
    def ingest_inbox(
        context: dg.AssetExecutionContext, workspace: WorkspaceResource, rows: Rows
    ) -> Iterator[dg.MaterializeResult]:
        with checks_not_run(context, map(contract_check_key, contracts())):
            yield from ingested(context, workspace, rows)

    def ingested(
        context: dg.AssetExecutionContext, workspace: WorkspaceResource, rows: Rows
    ) -> Iterator[dg.MaterializeResult]:
        from pipelines.ingest.file_report import leave_brought
        from pipelines.ingest.files.arriving import deliveries, look
        from pipelines.ingest.inbox import ingest
        from pipelines.ingest.mapping.profile import require_sound_profile
        from pipelines.quality.suites.checkpoints import prepare

        paths = workspace.workspace()
        if not paths.warehouse(context.partition_key).is_file():  # all of it is to be judged
            prepare()
        forget(paths, context.partition_key)
        with in_words(context):
            require_sound_profile(paths.profile(context.partition_key))
            rows.require_countable(paths, context.partition_key)
        looks = map(look, deliveries(paths.inbox(context.partition_key)))
        coming = sum(found.size for found in looks if found)
        with _warehouse(context, workspace, "ingest", coming) as (_, mission, connection):
            taken = ingest(
                paths,
                mission,
                progress=lambda done, total, _: report("ingest", done, total),
                connection=connection,
            )
            leave_brought(paths.warehouse(context.partition_key), taken.files)
            for file in taken.files:
                context.log.info(
                    f"{file.name}: {file.status}, read {file.rows_read}, loaded "
                    f"{file.rows_loaded}, rejected {file.rows_rejected}, "
                    f"unchanged {file.rows_unchanged}"
                )
            for table in contracts():
                counted = connection.execute(f"SELECT count(*) FROM core.{table}").fetchone()
                count = counted[0] if counted else 0
                metadata = {"dagster/row_count": count, "files": len(taken.files)}
                if table == next(iter(contracts())):
                    metadata[INTAKE] = dg.JsonMetadataValue([asdict(file) for file in taken.files])
                yield dg.MaterializeResult(asset_key=core_key(table), metadata=metadata)

    return ingest_inbox


def _of_rows(contract: Contract) -> str:
    """Incidents: valid rows of the files. One row: one incident."""
    grain = contract.grain.en
    return f"{contract.title.en}: valid rows of the files. One row: {grain[:1].lower()}{grain[1:]}."


def mart_assets(partitions: dg.PartitionsDefinition) -> list[dg.AssetsDefinition]:
    """Values with their ratings and trends, outputs beside outcomes, gaps, field judgements."""
    core = [core_key(table) for table in contracts()]

    values_and_evidence = {
        "indicator_value": "Every indicator's values with interval, status, rating and trend",
        "result_link": "Each edge of the results framework: an output beside its outcome",
        "primary_test": "The test by which each edge is graded, and who chose it",
        "evidence_plan": "What each edge’s test would see today and with more data",
        "interview_plan": "After which patrols to ask residents, how many and where",
        "area_effect": "Each area’s own ratio of incidents, and one drawn towards the mission’s",
        "secondary_reading": "The same links by place, later day, actor, component and dose",
        "event_study": "Outcomes by months since an activity began in an area",
        "wake_effect": "Kept for readers of its name: empty, no method fills it",
        "interview_effect": "Answers in interviews before and after activities in the area",
    }

    @dg.multi_asset(
        name=VALUES,
        specs=_mart_specs(values_and_evidence, core),
        partitions_def=partitions,
    )
    def write_values_and_evidence(
        context: dg.AssetExecutionContext, workspace: WorkspaceResource, as_of: AsOf, rows: Rows
    ) -> Iterator[dg.MaterializeResult]:
        """One step: while values are rated here, a second thread reads what the links look at, and
        the evidence is computed in another process."""
        from indicators.assessment.standing import rate_and_test
        from indicators.definitions.catalogue import load_catalogue
        from indicators.definitions.versions import decided_by
        from indicators.engine.refresh import compute
        from indicators.linkage.evidence.results import METHODS, METHODS_OF, begin_evidence
        from indicators.linkage.framework.model import read_framework
        from indicators.survey.waves.modelled_areas import modelled_areas
        from pipelines.quality.checks import check_values
        from pipelines.quality.rejects.summary import write_rejected_rows
        from pipelines.quality.reporting.scores import write_scores
        from pipelines.quality.violations import write_violations
        from pipelines.release.approval.second_person import note_computed

        report("indicators")
        with (
            _warehouse(context, workspace, VALUES) as (profile, mission, connection),
            connection.cursor() as of_links,
        ):
            day = as_of.of(mission)
            engine = rows.of(mission, workspace.workspace())
            catalogue = decided_by(load_catalogue(), day)
            framework = read_framework(profile, catalogue)
            with connection.cursor() as own:  # gives back its temporary tables
                compute(own, mission, catalogue, day, profile, engine, begun())
            of_evidence = (mission, framework, catalogue, day, METHODS, engine, begun())
            with ThreadPoolExecutor(1) as beside:  # DuckDB computes outside of Python's lock
                reading = beside.submit(begin_evidence, of_links, *of_evidence)
                if not _row_count(connection, "result_link"):  # the other process has it all to do
                    reading.result()
                with modelled_areas(connection, mission, begun()):
                    rate_and_test(connection, mission)
                check_values(connection, mission)
                with one_transaction(connection):  # what reads one of them reads all of one refresh
                    write_rejected_rows(connection, mission)  # believes days up to the as-of day
                    write_scores(connection, mission, day)
                    write_violations(connection, mission, day)
                write_evidence = reading.result()
            note_computed(workspace.workspace().home, mission)
            values = {"dagster/row_count": _row_count(connection, "indicator_value")}
            yield dg.MaterializeResult(
                asset_key=mart_key("indicator_value"), metadata=values | {"as_of": day.isoformat()}
            )
            report("linkage")
            write_evidence()
            for table, methods in METHODS_OF.items():
                metadata = _rows_and_tally(connection, mission, table, *methods)
                yield dg.MaterializeResult(asset_key=mart_key(table), metadata=metadata)

    @dg.asset(
        key=mart_key("protection_gap"),
        deps=[mart_key("indicator_value")],
        group_name="mart",
        partitions_def=partitions,
        description="Areas where risk is high and presence or trust is low, with the reasons",
    )
    def protection_gap(
        context: dg.AssetExecutionContext, workspace: WorkspaceResource, as_of: AsOf
    ) -> dg.MaterializeResult:
        from indicators.linkage.protection_gaps.table import METHOD, protection_gaps

        report("linkage")
        with _warehouse(context, workspace, "protection_gap") as (_, mission, connection):
            protection_gaps(connection, mission, as_of.of(mission))
            metadata = _rows_and_tally(connection, mission, "protection_gap", METHOD)
        return dg.MaterializeResult(metadata=metadata)

    written = {
        "field_judgement": "What staff of the mission make of a finding, in words; no result",
        "strategy": "The mission's strategy for the protection of civilians and its objectives",
    }

    @dg.multi_asset(
        name=_WRITTEN,
        specs=_mart_specs(written, [mart_key("indicator_value")]),
        partitions_def=partitions,
    )
    def store_written(
        context: dg.AssetExecutionContext, workspace: WorkspaceResource, as_of: AsOf
    ) -> Iterator[dg.MaterializeResult]:
        from indicators.definitions.catalogue import load_catalogue
        from indicators.linkage.framework.field_judgements import store_judgements
        from indicators.linkage.framework.model import read_framework
        from indicators.linkage.framework.strategy import store_strategy

        with _warehouse(context, workspace, _WRITTEN) as (profile, mission, connection):
            of = (connection, mission, profile, read_framework(profile, load_catalogue()))
            store_judgements(*of, as_of.of(mission))
            store_strategy(*of, as_of.of(mission))
            counted = {"field_judgement": "field_judgement", "strategy": "strategy_objective"}
            for asset, table in counted.items():
                rows = {"dagster/row_count": _row_count(connection, table)}
                yield dg.MaterializeResult(asset_key=mart_key(asset), metadata=rows)

    return [write_values_and_evidence, protection_gap, store_written]


def _mart_specs(descriptions: Mapping[str, str], deps: Sequence[dg.AssetKey]) -> list[dg.AssetSpec]:
    return [
        dg.AssetSpec(mart_key(table), deps=deps, group_name="mart", description=description)
        for table, description in descriptions.items()
    ]


@contextmanager
def _warehouse(
    context: dg.AssetExecutionContext, workspace: WorkspaceResource, step: str, coming: int = 0
) -> Iterator[tuple[Path, Mission, duckdb.DuckDBPyConnection]]:
    """The partition's profile folder, its mission, and its warehouse to write in by one step."""
    paths = workspace.workspace()
    profile = paths.profile(context.partition_key)
    with in_words(context):
        mission = read_mission(profile)
        with (
            open_warehouse(paths.warehouse(mission.mission), coming) as connection,
            numbered_step(connection, refresh_number(context.run), step),
        ):
            yield profile, mission, connection


def refresh_number(run: dg.DagsterRun) -> str:
    """One for a run and for what is executed again of it from where it failed."""
    return run.root_run_id or run.run_id


def _row_count(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    counted = connection.execute(f"SELECT count(*) FROM mart.{table}").fetchone()
    return counted[0] if counted else 0


def _rows_and_tally(
    connection: duckdb.DuckDBPyConnection, mission: Mission, table: str, *methods: str
) -> dict[str, int | str]:
    """Rows of a table, and for how many edges (or missions) its methods ran or kept theirs."""
    from indicators.incremental.result_cache import tally

    ran = tally(connection, mission.mission, *methods)
    return {
        "dagster/row_count": _row_count(connection, table),
        "computed": len(ran.computed),
        "kept": len(ran.kept),
        "computed_anew": ", ".join(ran.computed),
    }
