"""The strategy is read strictly, tied to the framework's outcomes, and in force once approved."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from indicators.definitions.catalogue import load_catalogue
from indicators.foundation.data_folder import data_folder
from indicators.foundation.errors import WrongUse
from indicators.linkage.framework.model import Framework, read_framework
from indicators.linkage.framework.strategy import FILE_NAME, read_strategy, store_strategy
from tests.worlds.rows.mart import empty_mart, mission

WORDS = {"en": "–", "fr": "–"}
FRAMEWORK = Framework.model_validate({
    "objective": WORDS,
    "outcomes": [{"id": "calmer_sites", "title": WORDS, "indicator": "P2-OC-07"}],
    "outputs": [],
})  # fmt: skip
OBJECTIVE = {"id": "o1", "title": WORDS, "outcomes": ["calmer_sites"]}
GOOD: dict[str, Any] = {
    "title": WORDS, "version": 1, "approved_on": date(2025, 10, 1), "approved_by": WORDS,
    "review_due_on": date(2026, 9, 30), "objectives": [OBJECTIVE],
}  # fmt: skip


def write(folder: Path, **changes: Any) -> Path:
    (folder / FILE_NAME).write_text(yaml.safe_dump({**GOOD, **changes}, sort_keys=False), "utf-8")
    return folder


def test_the_sample_has_one_and_a_profile_may_have_none(tmp_path: Path) -> None:
    assert read_strategy(tmp_path, FRAMEWORK) is None
    profile = data_folder() / "missions" / "sample"
    found = read_strategy(profile, read_framework(profile, load_catalogue()))
    assert found is not None and len(found.objectives) > 2


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"objectives": [OBJECTIVE | {"outcomes": ["calm_sites"]}]}, "nearest is calmer_sites"),
        ({"objectives": [OBJECTIVE, OBJECTIVE]}, "o1 stands twice"),
        ({"review_due_on": date(2025, 10, 1)}, "must lie after approved_on"),
        ({"version": 2}, "write `change`"),
        ({"aproved_on": date(2025, 10, 1)}, "approved_on"),
    ],
)
def test_a_fault_is_told_with_its_place(tmp_path: Path, wrong: dict[str, Any], said: str) -> None:
    with pytest.raises(WrongUse) as caught:
        read_strategy(write(tmp_path, **wrong), FRAMEWORK)
    problem = caught.value.problems[0]
    assert problem.file == FILE_NAME and said in str(caught.value)


def test_it_is_in_force_from_its_approval_on(tmp_path: Path) -> None:
    write(tmp_path)
    for day, rows in ((date(2025, 9, 30), 0), (date(2025, 10, 1), 1)):
        with empty_mart() as connection:
            store_strategy(connection, mission(), tmp_path, FRAMEWORK, day)
            for table in ("strategy", "strategy_objective"):
                count = connection.execute(f"SELECT count(*) FROM mart.{table}").fetchone()
                assert count == (rows,)
