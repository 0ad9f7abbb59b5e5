"""What goes wrong in the work on rows is told without them: logs, console, Dagster's events."""

from pathlib import Path
from types import SimpleNamespace

import dagster as dg
import pytest

from pipelines.cli import main as command_line
from pipelines.workspace.warehouse.connection import open_warehouse

CELL = "Mariam-4711"


def work_on_rows(folder: Path, statement: str = "SELECT CAST(name AS INTEGER) FROM read") -> None:
    with open_warehouse(folder / "a.duckdb") as connection:
        connection.execute("CREATE TEMP TABLE read AS SELECT ? AS name", [CELL])
        connection.execute(statement)
        ((name,),) = connection.execute("SELECT name FROM read").fetchall()
        {"known": 1}[name]  # what Python says of a row quotes it too


def texts_below(folder: Path) -> str:
    paths = [path for path in folder.rglob("*") if path.is_file()]
    return "\n".join(path.read_bytes().decode("utf-8", "replace") for path in paths)


def test_dagsters_events_and_the_console_quote_no_row(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "dagster"
    home.mkdir()
    monkeypatch.setenv("DAGSTER_HOME", str(home))

    @dg.asset
    def of_rows() -> None:
        work_on_rows(tmp_path)

    with dg.DagsterInstance.from_config(str(home)) as instance:
        result = dg.materialize([of_rows], instance=instance, raise_on_error=False)
        assert not result.success
    console = "".join(capfd.readouterr())
    told = texts_below(home)
    assert CELL not in console + told
    assert "ConversionException" in console and "ConversionException" in told
    assert "in work_on_rows" in told  # where it arose is still said


@pytest.mark.parametrize(
    ("statement", "kind"),
    [
        ("SELECT CAST(name AS INTEGER) FROM read", "ConversionException"),
        ("SELECT 1", "KeyError"),
    ],
)
def test_the_log_of_a_fault_quotes_no_row(
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    statement: str,
    kind: str,
) -> None:
    monkeypatch.setenv("POCLENS_HOME", str(tmp_path / "home"))
    command = SimpleNamespace(
        add_arguments=lambda *_: None, run=lambda _: work_on_rows(tmp_path, statement)
    )
    monkeypatch.setattr(command_line, "command_module", lambda _: command)
    assert command_line.main(["doctor"]) == 3
    (log,) = (tmp_path / "home" / "logs").iterdir()
    told = log.read_text(encoding="utf-8") + "".join(capfd.readouterr())
    assert CELL not in told and kind in told and "in work_on_rows" in told
