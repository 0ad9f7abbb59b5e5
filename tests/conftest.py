"""Fixtures for all tests: where the shared reference material lies."""

import os
import warnings
from pathlib import Path

import pytest

# Loaded by every process of a run: what the reference tests compared is said at its end.
pytest_plugins = ["tests.reference.tally"]

REPOSITORY = Path(__file__).parent.parent

# Files that tests have just written are whole; how long others wait is tested by itself.
os.environ.setdefault("POCLENS_SETTLED_SECONDS", "0")


# The longest files, begun first: none of them keeps one process busy after the others have ended.
LONGEST = (
    "tests/docs/test_readme.py",
    "tests/oracle/test_sample.py",
    "tests/pipelines/release/test_explained_sql.py",
    "tests/browser/test_accessibility.py",
    "tests/pipelines/release/test_diff_of_a_real_sequence.py",
    "tests/indicators/linkage/test_case_series_simulations.py",
    "tests/browser/test_quarter_in_a_browser.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest files first, all others in their order."""
    place = {REPOSITORY / name: number for number, name in enumerate(LONGEST)}
    items.sort(key=lambda item: place.get(item.path, len(LONGEST)))


@pytest.fixture(scope="session")
def shared_folder() -> Path:
    """The folder of shared material: `POCLENS_SHARED`, else `../shared` beside the checkout."""
    folder = Path(os.environ.get("POCLENS_SHARED", REPOSITORY.parent / "shared")).resolve()
    if not folder.is_dir():
        reason = f"POCLENS_SHARED: no folder {folder}; real data and reference figures not tested"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        warnings.warn(reason, stacklevel=1)
        pytest.skip(reason)
    os.environ["POCLENS_SHARED"] = str(folder)
    return folder


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Time for each folder of tests, so that the 30 minutes are seen to be kept."""
    seconds: dict[str, float] = {}
    for reports in terminalreporter.stats.values():
        for report in reports:
            if isinstance(report, pytest.TestReport):
                folder = "/".join(report.nodeid.split("/")[:2]).split("::")[0]
                seconds[folder] = seconds.get(folder, 0) + report.duration
    terminalreporter.section("seconds by folder")
    for folder, duration in sorted(seconds.items(), key=lambda item: -item[1]):
        terminalreporter.write_line(f"{duration:8.1f}  {folder}")
