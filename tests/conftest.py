"""Fixtures for all tests: where figures of others and real data lie."""

import gc
import os
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest

from pipelines.workspace.other_core import one_for_several_runs

# Loaded by every process of a run: what the reference tests compared is said at its end.
pytest_plugins = ["tests.reference.tally"]

REPOSITORY = Path(__file__).parent.parent
SPECIFICATION = REPOSITORY / "docs" / "specification"
FIGURES = REPOSITORY / "tests" / "figures"  # of independent implementations: its README.md

# Data whose terms do not let them be passed on: read from the folder POCLENS_SHARED alone.
NOT_PASSED_ON = ("afrobarometer_mali", "geopko", "radpko")
ELSEWHERE = Path(os.environ.get("POCLENS_SHARED", REPOSITORY.parent / "shared")).resolve()

# Files that tests have just written are whole; how long others wait is tested by itself.
os.environ.setdefault("POCLENS_SETTLED_SECONDS", "0")


# The longest files, begun first: none of them keeps one process busy after the others have ended.
# Not those that read the release which the README's demonstration makes: they would wait for it.
LONGEST = (
    "tests/docs/test_readme.py",
    "tests/pipelines/release/test_explained_sql.py",
    "tests/pipelines/release/test_diff_of_a_real_sequence.py",
    "tests/browser/test_quarter_in_a_browser.py",
    "tests/pipelines/orchestration/test_killed_refresh.py",
    "tests/oracle/test_sample.py",
    "tests/browser/test_accessibility.py",
    "tests/pipelines/orchestration/test_refresh.py",
    "tests/pipelines/cli/test_main.py",
    "tests/indicators/linkage/test_case_series_simulations.py",
    "tests/mutation/test_mutants.py",
    "tests/pipelines/setup/proposal/test_folders.py",
    "tests/indicators/engine/test_spark_rows.py",
    "tests/faults/test_refresh_and_publish_survive.py",
    "tests/indicators/linkage/test_rollout.py",
    "tests/indicators/linkage/test_readings.py",
    "tests/browser/test_morning.py",
    "tests/dashboards/test_many_questions.py",
    "tests/pipelines/setup/proposal/test_field_set.py",
    "tests/pipelines/release/test_any_sequence_equals_a_fresh_start.py",
    "tests/pipelines/sample/test_exports_of_earlier_days.py",
    "tests/real/test_whole_job.py",
)


_SHOWN = 20  # files of the summary


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """What is collected stays to the end: nothing in it is looked for as garbage, now or later; in
    what comes as seldom as by a command."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.set_threshold(50_000, 20)
        gc.enable()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest files first, all others in their order."""
    place = {REPOSITORY / name: number for number, name in enumerate(LONGEST)}
    items.sort(key=lambda item: place.get(item.path, len(LONGEST)))


@pytest.fixture(scope="session", autouse=True)
def one_judging_process() -> Iterator[None]:
    """The runs of all tests of a process share what judges, as those of a demonstration do.

    Its libraries cost four processor seconds; `test_other_core.py` has a process for each run.
    """
    with one_for_several_runs():
        yield


@pytest.fixture(scope="session", autouse=True)
def shared_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Real data laid out as profiles name them, `data/real/<set>`; POCLENS_SHARED names it."""
    folder = tmp_path_factory.mktemp("shared")
    real = folder / "data" / "real"
    real.mkdir(parents=True)
    elsewhere = [ELSEWHERE / "data" / "real" / name for name in NOT_PASSED_ON]
    for path in (*(REPOSITORY / "tests" / "real" / "data").iterdir(), *elsewhere):
        if path.is_dir():
            (real / path.name).symlink_to(path)
    os.environ["POCLENS_SHARED"] = str(folder)
    return folder


@pytest.fixture(scope="session")
def real_folder(shared_folder: Path) -> Path:
    """The sets of real public data that the repository holds, and those that lie elsewhere."""
    return shared_folder / "data" / "real"


@pytest.fixture(scope="session")
def not_passed_on(real_folder: Path) -> Path:
    """As `real_folder`, for tests of the sets that the repository may not hold."""
    missing = [name for name in NOT_PASSED_ON if not (real_folder / name).is_dir()]
    if missing:
        pytest.skip(f"terms of {', '.join(missing)}: not in the repository; set POCLENS_SHARED")
    return real_folder


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Time for each folder and the longest files, so that the 30 minutes are seen to be kept."""
    by_folder: dict[str, float] = {}
    by_file: dict[str, float] = {}
    for reports in terminalreporter.stats.values():
        for report in reports:
            if isinstance(report, pytest.TestReport):
                file = report.nodeid.split("::")[0]
                folder = "/".join(file.split("/")[:2])
                by_folder[folder] = by_folder.get(folder, 0) + report.duration
                by_file[file] = by_file.get(file, 0) + report.duration
    terminalreporter.section("seconds by folder, and of the longest files")
    longest = sorted(by_file.items(), key=lambda item: -item[1])[:_SHOWN]
    for name, duration in [*sorted(by_folder.items(), key=lambda item: -item[1]), *longest]:
        terminalreporter.write_line(f"{duration:8.1f}  {name}")
