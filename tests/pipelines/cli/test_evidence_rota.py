"""From a draw to an order, and from what was recorded since to an answer, on the sample."""

import json
import shutil
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from pipelines.cli.main import main
from tests.worlds.sample import published_sample

EDGE = ("--mission", "sample", "--edge", "hot_spot_patrols_violence")


@pytest.fixture
def home(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Path:
    sample = published_sample(tmp_path_factory).home
    for part in ("warehouse", "missions"):
        shutil.copytree(sample / part, tmp_path / part)
    monkeypatch.setenv("POCLENS_HOME", str(tmp_path))
    return tmp_path


def test_a_rota_is_drawn_once_written_as_an_order_and_answered(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    order = home / "order.xlsx"
    asked = ["evidence", "rota", *EDGE, "--from", "2025-09-01", "--seed", "5", "--to", str(order)]
    assert main(asked) == 0
    assert "would be found in" in capsys.readouterr().out
    kept = json.loads(
        (home / "rotas/sample/hot_spot_patrols_violence_2025-09-01.json").read_text("utf-8")
    )
    head, *lines = CalamineWorkbook.from_path(str(order)).get_sheet_by_index(0).to_python()
    assert head == ["First day", "Last day", "Area", "Order"]
    assert len(lines) == len(kept["areas"]) * 26
    ahead = [line for line in lines if line[3] == "goes ahead"]
    assert len(ahead) == len(lines) // 2
    assert main(asked) != 0  # never twice
    capsys.readouterr()
    assert main(["evidence", "answer", *EDGE]) == 0
    said = capsys.readouterr().out
    # Nobody followed a draw that was made afterwards.
    assert "The draw was followed in" in said and "Grade A" not in said


def test_an_answer_before_any_draw_says_so(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["evidence", "answer", *EDGE]) != 0
    assert "no rota was drawn" in capsys.readouterr().err


def test_the_next_wave_is_planned_by_the_last(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ["evidence", "wave", "--mission", "sample", "--change", "15", "--json"]
    assert main(asked) == 0
    rows = json.loads(capsys.readouterr().out)["wave"]
    whole = [row for row in rows if row["area_level"] == "country"]
    assert any(row["answers_needed"] for row in whole)
    assert all(row["change_seen"] > 0 and row["deff"] >= 1 for row in rows)


def test_the_last_wave_is_raked_with_bounds_and_replicates(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = home / "raked.xlsx"
    assert main(["evidence", "raked", "--mission", "sample", "--to", str(path), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    for row in found["figures"]:
        assert row["lowest"] < row["raked"] < row["highest"]
        assert row["ci_low"] < row["raked"] < row["ci_high"]
        # The sample draws its people by sex and age as the population has them, nearly.
        assert abs(row["raked"] - row["published"]) < 2
    sheets = CalamineWorkbook.from_path(str(path))
    head, *lines = sheets.get_sheet_by_name("replicates").to_python()
    answered = sum(row["answered"] for row in found["response"])
    assert len(head) == 201 and 0.98 * answered <= len(lines) <= answered


def test_the_order_of_those_who_have_not_arrived_is_drawn_once(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ["evidence", "order", "--mission", "sample", "--seed", "3"]
    assert main([*asked, "--json"]) == 0
    drawn = json.loads(capsys.readouterr().out)
    kept = json.loads(Path(drawn["kept"]).read_text("utf-8"))
    assert kept["order"] == drawn["order"] and kept["seed"] == 3
    teams = [["Akume", "Ilora", "Houmba"], ["Dabosso", "Kessi", "Kolbe"]]
    assert sorted(kept["order"]) == teams
    assert main(asked) != 0  # never twice
