"""From a draw to an order, and from what was recorded since to an answer, on the sample."""

import json
import re
from io import BytesIO
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from dashboards.serving.app import create_app
from pipelines.cli.main import main
from pipelines.setup.proposal.desk import open_desk
from pipelines.workspace.warehouse.connection import open_warehouse
from records.people import accounts
from records.store import Store, utc_now
from tests.pipelines.documents.test_workbooks_for_people import faults, sheets
from tests.worlds.sample import copied_sample

EDGE = ("--mission", "sample", "--edge", "hot_spot_patrols_violence")


@pytest.fixture
def home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    home = copied_sample(tmp_path_factory, "rota").home
    monkeypatch.setenv("POCLENS_HOME", str(home))
    return home


def test_a_rota_is_drawn_once_written_as_an_order_and_answered(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    order = home / "order.xlsx"
    assert main(["evidence", "rota", *EDGE]) == 0
    assert "Nothing is drawn yet" in capsys.readouterr().out and not (home / "rotas").exists()
    asked = ["evidence", "rota", *EDGE, "--from", "2025-09-01", "--seed", "5", "--to", str(order)]
    assert main(asked) == 0
    assert "would be found in" in capsys.readouterr().out
    kept = json.loads(
        (home / "rotas/sample/hot_spot_patrols_violence_2025-09-01.json").read_text("utf-8")
    )
    assert kept["drawn_on"] > kept["first_day"]
    head, *lines = CalamineWorkbook.from_path(str(order)).get_sheet_by_index(0).to_python()
    assert head == ["First day", "Last day", "Area", "Order"]
    assert len(lines) == len(kept["areas"]) * 26
    ahead = [line for line in lines if line[3].startswith("goes ahead")]
    assert len(ahead) == len(lines) // 2
    assert main(asked) != 0  # never twice
    capsys.readouterr()
    assert main(["evidence", "answer", *EDGE]) == 0
    said = capsys.readouterr().out
    # Nobody followed a draw that was made afterwards.
    assert "The draw was followed in" in said and "Grade A" not in said
    assert "No grade yet" not in said
    later = [*EDGE, "--from", "2026-01-05"]
    assert main(["evidence", "rota", *later, "--to", str(order)]) == 0
    capsys.readouterr()
    assert main(["evidence", "answer", *later]) == 0
    assert "No grade yet" in capsys.readouterr().out


def test_nothing_is_offered_where_no_area_had_both(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with open_warehouse(home / "warehouse/sample.duckdb") as connection:
        connection.execute("DELETE FROM core.activities")
    assert main(["evidence", "rota", *EDGE]) == 0
    said = capsys.readouterr().out
    assert "nothing to draw for" in said and "--from" not in said and "found in" not in said


def test_the_page_draws_a_rota_and_gives_its_order_to_those_who_may(
    home: Path,
) -> None:
    client = create_app(home, "mission", open_desk(home)).server.test_client()
    page = f"/records/rota?mission=sample&edge={EDGE[-1]}"
    shown = client.get(page)
    assert shown.status_code == 200 and "None yet." in shown.text
    token = re.search(r'name="token" value="([^"]+)"', shown.text)
    assert token is not None
    asked = {"token": token[1], "edge": EDGE[-1], "first": "2025-09-01", "months": "6"}
    assert client.post(page, data=asked | {"first": "soon"}).status_code == 400
    assert client.post(page, data=asked | {"token": "another"}).status_code == 400
    assert not (home / "rotas").exists()
    assert client.post(page, data=asked).status_code == 303
    kept = json.loads((home / f"rotas/sample/{EDGE[-1]}_2025-09-01.json").read_text("utf-8"))
    drawn = client.get(page + "&lang=fr").text
    assert "Le tirage a été suivi dans" in drawn  # its fortnights are over in the record
    assert client.post(page, data=asked).status_code == 400  # never twice
    order = client.get(f"/records/rota/order?mission=sample&edge={EDGE[-1]}&first=2025-09-01")
    _, *lines = (
        CalamineWorkbook.from_filelike(BytesIO(order.data)).get_sheet_by_index(0).to_python()
    )
    assert len(lines) == len(kept["areas"]) * len(kept["rota"][0])
    assert client.get("/records/rota/order?mission=sample&edge=x&first=2025").status_code == 404
    store, reader = Store.of_workspace(home), {"name": "reader", "password": "a long enough one"}
    for name, role in (("reader", "viewer"), ("keeper", "administrator")):
        accounts.add(store, name, role, reader["password"], "test", utc_now())
    accounts.require(store, True, "test", utc_now())
    assert client.get(page).status_code != 200
    token = re.search(r'name="token" value="([^"]+)"', client.get("/records/account").text)
    assert token is not None
    client.post("/records/account", data={"token": token[1], "step": "sign_in", **reader})
    assert 'type="date"' not in client.get(page).text
    assert client.post(page, data=asked | {"first": "2026-01-05"}).status_code == 403


def test_an_answer_before_any_draw_says_so(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["evidence", "answer", *EDGE]) != 0
    assert "no rota was drawn" in capsys.readouterr().err


def test_the_next_wave_is_planned_by_the_last(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = home / "wave.xlsx"
    asked = ["evidence", "wave", "--mission", "sample", "--change", "15", "--to", str(path)]
    assert main([*asked, "--json"]) == 0
    assert_speaks_to_people(path)
    rows = json.loads(capsys.readouterr().out)["wave"]
    whole = [row for row in rows if row["area_level"] == "country"]
    assert any(row["answers_needed"] for row in whole)
    assert all(0 < (row["change_seen"] or 100) <= 100 and row["deff"] >= 1 for row in rows)


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
    answered = {row["stratum"]: row["answered"] / row["eligible"] for row in found["response"]}
    assert {row["stratum"] for row in found["strata"]} == set(answered)
    for row in found["strata"]:
        assert row["lowest"] <= row["share"] <= row["highest"]
        width = 100 * (1 - answered[row["stratum"]])
        assert row["highest"] - row["lowest"] == pytest.approx(width)
    # Whoever asks in the sample gets the answers that anybody would.
    between = found["interviewers"]
    assert between and all(row["share"] < 5 and row["ci_low"] < row["ci_high"] for row in between)
    quantiles = found["quantiles"]
    assert {row["item"] for row in quantiles} == {"trip_days_prevented"}
    for row in quantiles:
        assert (row["number"] is None) == (row["answers"] < 25)
        assert (row["reason"] is None) == (row["ci_low"] is not None)
        assert row["ci_low"] is None or row["ci_low"] <= row["number"] <= row["ci_high"]
    sheets = CalamineWorkbook.from_path(str(path))
    written = sheets.get_sheet_by_name("Quantiles by area").to_python()
    assert len(written) == len(quantiles) + 1 and "fewer than 25 answers" in str(written)
    assert len(sheets.get_sheet_by_name("Interviewers").to_python()) == len(between) + 1
    head, *lines = sheets.get_sheet_by_name("Replicates").to_python()
    answered = sum(row["answered"] for row in found["response"])
    assert len(head) == 201 and 0.98 * answered <= len(lines) <= answered
    assert_speaks_to_people(path)


def test_groups_are_compared_between_two_waves(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = home / "changes.xlsx"
    assert main(["evidence", "changes", "--mission", "sample", "--to", str(path), "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)["changes"]
    assert {row["other"] for row in rows} == {"M", ""}
    for row in rows:
        assert row["difference"] == pytest.approx(row["change"] - row["other_change"])
        assert row["ci_low"] < row["difference"] < row["ci_high"]
    # The sample draws its answers without such a difference: few intervals leave out nil.
    assert sum(row["ci_low"] > 0 or row["ci_high"] < 0 for row in rows) <= 0.2 * len(rows)
    sheet = CalamineWorkbook.from_path(str(path)).get_sheet_by_name("Changes").to_python()
    assert len(sheet) == len(rows) + 1
    assert_speaks_to_people(path)


@pytest.mark.parametrize(
    ("language", "actions"),
    # In English those of the others stand in their own tests.
    [("en", ["plan"]), ("fr", ["plan", "wave", "changes", "raked"])],
)
def test_workbooks_of_analyses_speak_to_people(
    home: Path, monkeypatch: pytest.MonkeyPatch, language: str, actions: list[str]
) -> None:
    monkeypatch.setenv("POCLENS_LANGUAGE", language)
    for action in actions:
        path = home / f"{action}.xlsx"
        assert main(["evidence", action, "--mission", "sample", "--to", str(path)]) == 0
        assert_speaks_to_people(path)


def assert_speaks_to_people(path: Path) -> None:
    *told, last = sheets(path)  # replicates have names for statistical software
    for sheet in told if path.stem == "raked" else [*told, last]:
        assert not [*faults(sheet)]
        heads = [str(cell.value) for cell in sheet[1]]
        assert len(heads) > 1 and len(heads) == len(set(heads))
        assert not [head for head in heads if "_" in head or head.islower()]


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
    shown = create_app(home, "mission", open_desk(home)).server.test_client()
    page = shown.get("/records/rota?mission=sample").text
    first, second = (page.index(areas[1]) for areas in kept["order"])
    assert first < second and 'value="order"' not in page  # drawn: there is no second button


def test_the_page_draws_the_order_of_arrivals(home: Path) -> None:
    client = create_app(home, "mission", open_desk(home)).server.test_client()
    page = "/records/rota?mission=sample"
    text = client.get(page).text
    token = re.search(r'name="token" value="([^"]+)"', text)
    edge = re.search(r'name="edge" value="([^"]+)">\s*<button [^>]*value="order"', text)
    assert token is not None and edge is not None
    asked = {"token": token[1], "step": "order", "edge": edge[1]}
    assert client.post(page, data=asked | {"edge": EDGE[-1]}).status_code == 400  # nobody waits
    assert client.post(page, data=asked).status_code == 303
    assert client.post(page, data=asked).status_code == 400  # never twice
    kept = json.loads((home / f"rotas/sample/{edge[1]}_order.json").read_text("utf-8"))
    shown = client.get(page + "&lang=fr").text
    first, second = (shown.index(areas[1]) for areas in kept["order"])
    assert first < second and "Tiré au sort le" in shown
    link = f"/records/rota/order?mission=sample&edge={edge[1]}"
    book = CalamineWorkbook.from_filelike(BytesIO(client.get(link).data))
    head, *lines = book.get_sheet_by_index(0).to_python()
    assert head == ["Order", "Area"] and [line[0] for line in lines] == [1, 1, 1, 2, 2, 2]
    assert lines[1][1] == kept["order"][0][1]
    assert client.get(link.replace(edge[1], EDGE[-1])).status_code == 404
