"""Random deliveries: counts, rejects and values are those of the slow, obvious version."""

import shutil
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.ingest.inbox import ingest
from pipelines.workspace.warehouse.connection import open_warehouse
from tests.oracle.slow_ingest import SlowWarehouse
from tests.pipelines.killing import copied
from tests.worlds.mission.delivered import SmallMission

AREA = st.sampled_from(["XX", "XX01", "XX02", " XX01 ", "XX9", "", "'; --"])
DAY = st.sampled_from(["2024-01-01", "2024-02-29", "2023-02-29", "01/02/2024", "", "infinity"])
SEX = st.sampled_from(["F", "M", "_U", "f", "", "women"])
PERSONS = st.sampled_from(["0", "7", "12", "-1", "+5", "1e3", "7.5", "", "many", "0x1F", "1_000"])
GOOD = st.tuples(
    st.sampled_from(["XX", "XX01"]), st.just("2024-01-01"), st.sampled_from("FM"), PERSONS
)
ANY = st.tuples(AREA, DAY, SEX, PERSONS)
BROKEN = st.sampled_from([("XX",), ("XX", "2024-01-01", "F", "7", "more")])
ROWS = st.lists(st.one_of(GOOD, GOOD, ANY, BROKEN), min_size=1, max_size=7)
DELIVERIES = st.lists(
    st.tuples(st.sampled_from(["population_a.csv", "population_b.csv"]), ROWS),
    min_size=1,
    max_size=3,
)
Deliveries = list[tuple[str, list[tuple[str, ...]]]]


def as_csv(rows: list[tuple[str, ...]]) -> str:
    return "\n".join(["area,day,sex,persons", *(",".join(row) for row in rows)]) + "\n"


SETTINGS: dict[str, Any] = {
    "deadline": None,
    "derandomize": True,
    "suppress_health_check": [HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
}


@settings(max_examples=20, **SETTINGS)
@given(deliveries=DELIVERIES)
def test_random_deliveries(
    small: SmallMission, tmp_path_factory: pytest.TempPathFactory, deliveries: Deliveries
) -> None:
    assert_equals_the_slow_version(small, tmp_path_factory, deliveries)


@pytest.mark.soak
@settings(max_examples=100, **SETTINGS)
@given(deliveries=DELIVERIES)
def test_random_deliveries_for_long(
    small: SmallMission, tmp_path_factory: pytest.TempPathFactory, deliveries: Deliveries
) -> None:
    assert_equals_the_slow_version(small, tmp_path_factory, deliveries)


def assert_equals_the_slow_version(
    small: SmallMission, tmp_path_factory: pytest.TempPathFactory, deliveries: Deliveries
) -> None:
    workspace = copied(small.workspace, tmp_path_factory.mktemp("random") / "workspace")
    mission = small.mission
    slow = SlowWarehouse({"XX", "XX01", "XX02"})
    with open_warehouse(workspace.warehouse("small")) as connection:
        for name, rows in deliveries:
            text = as_csv(rows)
            path = Path(workspace.inbox("small") / name)
            path.write_text(text)
            report, *_ = ingest(workspace, mission, connection=connection).files
            loaded, rejected, unchanged, rejects = slow.take_in(name, text)
            assert report.rows_read == len(rows)
            assert (report.rows_loaded, report.rows_rejected, report.rows_unchanged) == (
                loaded,
                rejected,
                unchanged,
            )
            if report.status == "loaded":
                found = connection.execute(
                    "SELECT row_number, rule FROM quarantine.population WHERE file_sha256 = ?",
                    [report.sha256],
                ).fetchall()
                assert sorted(found) == sorted(rejects)
        values = connection.execute(
            "SELECT area_code, CAST(reference_on AS VARCHAR), sex, persons FROM core.population"
        ).fetchall()
        assert sorted(values) == slow.rows()
    shutil.rmtree(workspace.home)
