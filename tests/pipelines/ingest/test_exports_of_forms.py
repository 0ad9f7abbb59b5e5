"""Exports of forms and cleaning logs on their way through intake."""

from pathlib import Path

import pytest

from pipelines.ingest.files.delivered_file import Delivery, file_rows
from pipelines.ingest.mapping.model import Source
from tests.worlds.mission.delivered import SmallMission
from tests.worlds.mission.mappings import POPULATION


def test_a_repeat_that_nobody_filled_in_is_no_missing_column(tmp_path: Path) -> None:
    path = tmp_path / "form.csv"
    path.write_text("today,KEY\n2026-07-01,uuid:1\n", encoding="utf-8")
    columns = {"area_code": {"from": "crops/area"}, "area_level": {"constant": "admin1"}}
    mapping = {
        "source": "crops", "files": ["*.csv"], "reader": "form_export",
        "options": {"repeat": "form-crops"}, "ignore": ["*"],
        "tables": [{"table": "areas", "columns": columns, "where": {"crops/kind": "present"}}],
    }  # fmt: skip
    file = file_rows(Delivery(path, path.name, "0" * 64, Source.model_validate(mapping)))
    assert file.rows.num_rows == 0 and "crops/area" in file.rows.column_names
    assert [remark.rule for _, remark in file.remarks] == ["repeat_absent"]


LOG = {"file": "log.csv", "key": "area", "column": "column", "new": "new", "action": "action",
       "changes": ["change"], "removes": ["remove"], "reason": "why"}  # fmt: skip
HEADER = "area,column,new,action,why\n"
PERSONS = "SELECT area_code, persons FROM core.population"


def test_a_corrected_file_is_kept_as_rows_that_need_no_log(
    small: SmallMission, tmp_path: Path
) -> None:
    small.add_source(POPULATION | {"options": {"cleaning_log": LOG}})
    path = tmp_path / "population_1.csv"
    path.write_text("area,day,sex,persons\nXX01,2026-01-01,F,100\nXX02,2026-01-01,F,7\n")
    log = tmp_path / "log.csv"
    log.write_text(f"{HEADER}XX01,persons,120,change,typing\nXX02,,,remove,pilot\n")
    told = small.ingest(files=[path]).files[-1]
    assert (told.status, small.query(PERSONS)) == ("loaded", [("XX01", 120)])
    log.unlink()
    small.ingest(again=["population_1.csv"])
    assert small.query(PERSONS) == [("XX01", 120)]


def test_a_log_that_grew_is_read_again_where_the_file_is_read_in_place(
    small: SmallMission, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POCLENS_SHARED", str(tmp_path))
    place = {"files": ["${POCLENS_SHARED}/population_1.csv"]}
    small.add_source(POPULATION | place | {"options": {"cleaning_log": LOG}})
    path, log = tmp_path / "population_1.csv", tmp_path / "log.csv"
    path.write_text("area,day,sex,persons\nXX01,2026-01-01,F,100\n")
    log.write_text(f"{HEADER}XX01,persons,120,change,typing\n")
    small.ingest()
    log.write_text(f"{HEADER}XX01,persons,130,change,typing\n")
    small.ingest(again=["population_1.csv"])
    assert small.query(PERSONS) == [("XX01", 130)]
