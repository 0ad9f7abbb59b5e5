"""A published raw export, corrected by its published cleaning log, is the published clean file."""

from pathlib import Path
from typing import Any

import pytest

from indicators.foundation.errors import WrongUse
from pipelines.ingest.readers import reader
from pipelines.ingest.readers.table import SourceTable

LOG: dict[str, Any] = {
    "file": "cleaning_log.csv",
    "key": "X_uuid",
    "column": "questions",
    "old": "old_value",
    "new": "new_value",
    "action": "change_type",
    "changes": ["change_response", "blank_response"],
    "removes": ["remove_survey"],
    "reason": "reason",
    "reported_by": "enumerator_num",
}


def read(path: Path, **options: object) -> SourceTable:
    (table,) = reader("csv").read(path, options)
    return table


def said(cell: str | None) -> str | float | None:
    """What a cell says: the clean file writes 50000.0 as 50000 and 0 as False."""
    try:
        return float({"True": "1", "False": "0"}.get(cell or "", cell or ""))
    except ValueError:
        return cell


def test_the_raw_export_and_its_log_give_the_clean_file(real_folder: Path) -> None:
    folder = real_folder / "kobo_water_survey_2021"
    table = read(folder / "kobo_raw_export.csv", cleaning_log=LOG)
    clean = {row["X_uuid"]: row for row in read(folder / "kobo_clean_export.csv").rows.to_pylist()}
    ours = {row["X_uuid"]: row for row in table.rows.to_pylist()}
    assert ours.keys() == clean.keys() and len(ours) == 578
    differing = [
        (key, name, row[name], clean[key][name])
        for key, row in ours.items()
        for name in table.header
        if said(row[name]) != said(clean[key][name])
    ]
    assert differing == []
    told = [remark.rule for remark in table.remarks]
    assert {rule: told.count(rule) for rule in told} == {
        "log_row_removed": 54, "log_corrected": 49,
    }  # fmt: skip
    (one,) = [remark for remark in table.remarks if remark.column == "air_coolers_nb"
              and remark.raw_value == "24"]  # fmt: skip
    assert one.parameters == {
        "new": "4", "reason": "mistake during data entering", "reported_by": "8",
    }  # fmt: skip


def test_a_log_that_does_not_fit_is_told_and_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "raw.csv"
    path.write_text("X_uuid,litres\nu-1,70\nu-2,80\n", encoding="utf-8")
    lines = [
        "X_uuid,questions,old_value,new_value,change_type,reason,enumerator_num",
        "u-1,litres,60,7,change_response,typing,3",
        "u-2,litre,80,8,change_response,typing,3",
        "u-9,litres,80,8,change_response,typing,3",
        "u-2,litres,80,8,no_action,typing,3",
    ]
    (tmp_path / "cleaning_log.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    table = read(path, cleaning_log=LOG)
    assert table.rows["litres"].to_pylist() == ["70", "80"]
    assert [(one.row_number, one.rule) for one in table.remarks] == [
        (2, "log_old_differs"), (3, "log_column_unknown"), (None, "log_row_unknown"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"file": "../cleaning_log.csv"}, "log_option"),
        ({"file": "other.csv"}, "log_absent"),
        ({"columns": "x"}, "log_option"),
        ({"new": "value"}, "log_column"),
    ],
)
def test_an_option_that_does_not_fit_is_refused(
    real_folder: Path, change: dict[str, str], rule: str
) -> None:
    path = real_folder / "kobo_water_survey_2021" / "kobo_raw_export.csv"
    with pytest.raises(WrongUse) as raised:
        read(path, cleaning_log=LOG | change)
    assert [problem.rule for problem in raised.value.problems] == [rule]
