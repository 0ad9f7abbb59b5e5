"""The whole job on both real missions: `refresh` and `publish` of Dagster, to a release."""

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from pipelines.orchestration.run import RefreshResult, publish, refresh
from tests.real.refreshed import copy_profile


@dataclass(frozen=True)
class Published:
    """What the two jobs gave for one mission."""

    mission: str
    result: RefreshResult
    name: str
    path: Path

    def frame(self, audience: str, query: str) -> pd.DataFrame:
        """The rows of a query on the release's database for one audience."""
        with duckdb.connect(
            str(self.path / audience / "poclens.duckdb"), read_only=True
        ) as release:
            return release.execute(query).df()


JOBS = {
    "south_sudan": (date(2017, 12, 31), "2017-Q4"),
    "mali": (date(2019, 12, 31), "2019-Q4"),
}


@pytest.fixture(scope="module", params=sorted(JOBS))
def published(
    request: pytest.FixtureRequest, not_passed_on: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Published]:
    mission = str(request.param)
    as_of, quarter = JOBS[mission]
    workspace = copy_profile(mission, tmp_path_factory.mktemp(f"job_{mission}"))
    result = refresh(workspace, mission, as_of)
    name, path = publish(workspace, mission, quarter)
    current = (workspace.releases(mission) / "current").read_text(encoding="utf-8").strip()
    assert current == name
    yield Published(mission, result, name, path)


def test_job_ends_in_a_release_of_the_quarter(published: Published) -> None:
    assert published.result.status == "success"
    assert published.result.values > 0
    assert published.name == f"{JOBS[published.mission][1]}-r01"
    assert {path.name for path in published.path.iterdir()} >= {"mission", "hq", "manifest.json"}


def test_outputs_are_deployments_and_the_release_says_so(published: Published) -> None:
    outputs = published.frame(
        "mission", "SELECT DISTINCT source FROM mart.indicator WHERE level = 'output'"
    )
    assert outputs["source"].tolist() == ["deployments"]
    notes = published.frame("hq", "SELECT notes_en, notes_fr FROM mart.mission")
    assert "No patrol log" in notes["notes_en"].item()
    assert "Aucun journal de patrouilles" in notes["notes_fr"].item()


def test_an_output_stands_beside_its_outcome_with_the_caution(published: Published) -> None:
    links = published.frame("mission", "SELECT * FROM mart.result_link")
    assert links["from_indicator"].isin(["D-OP-01", "D-OP-02", "D-OP-03"]).all()
    beside = links[links["method"].eq("side_by_side") & links["n_periods"].gt(0)]
    assert len(beside) > 0 and beside["sentence_en"].str.contains("no effect").all()


def test_yearly_deployments_are_no_evidence_whatever_the_p_value(published: Published) -> None:
    """Ten states at most, a handful of years, and forces sent where violence is: C or D."""
    links = published.frame("mission", "SELECT * FROM mart.result_link WHERE grade IS NOT NULL")
    assert links["grade"].isin(["C", "D"]).all()
    assert links["grade_reasons"].notna().all()


def test_headquarters_gets_no_base_and_nobody_a_figure_of_eight_interviews(
    published: Published,
) -> None:
    tables = published.frame(
        "hq", "SELECT table_name FROM information_schema.tables WHERE table_schema = 'mart'"
    )
    assert "base" not in set(tables["table_name"])
    for audience in ("mission", "hq"):
        small = published.frame(
            audience,
            """
            SELECT value FROM mart.indicator_value
            WHERE method IN ('taylor', 'stated_deff') AND n < 25 AND value IS NOT NULL
            """,
        )
        assert small.empty


def test_every_link_has_its_question_and_its_plan_in_both_copies(published: Published) -> None:
    edges = set(published.frame("mission", "SELECT edge FROM mart.result_link")["edge"])
    plans = []
    for audience in ("mission", "hq"):
        questions = published.frame(audience, "SELECT * FROM mart.primary_test ORDER BY edge")
        assert set(questions["edge"]) == edges and questions["asked_method"].notna().all()
        plan = published.frame(audience, "SELECT * FROM mart.evidence_plan ORDER BY edge, position")
        assert set(plan["edge"]) == edges
        assert plan[["sentence_en", "sentence_fr"]].map(bool).all(axis=None)
        timed = plan[plan["months"].notna() & plan["smallest_change"].notna()]
        timed = timed[~timed["step"].isin(["year", "area_alone"])]  # by themselves
        assert timed.groupby("edge")["smallest_change"].is_monotonic_decreasing.all()
        plans.append(plan)
    assert plans[0].equals(plans[1])


def test_the_command_writes_the_plan_as_a_table(published: Published, tmp_path: Path) -> None:
    home, file = published.path.parents[2], tmp_path / "plan.csv"
    shown = subprocess.run(
        [sys.executable, "-m", "pipelines.cli.main", "evidence", "plan", "--to", str(file)],
        capture_output=True,
        text=True,
        env=os.environ | {"POCLENS_HOME": str(home), "POCLENS_LANGUAGE": "fr"},
        check=True,
    ).stdout
    plan = published.frame("mission", "SELECT * FROM mart.evidence_plan ORDER BY edge, position")
    written = pd.read_csv(file)
    assert list(written["sentence_fr"]) == list(plan["sentence_fr"])
    assert set(written["edge"]) <= set(shown.split("\n"))
