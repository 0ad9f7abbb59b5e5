"""The form for pulse interviews: pyxform takes it, and its filled export comes back by itself."""

import csv
import io
from pathlib import Path

import pytest
import yaml

from indicators.definitions.vocabularies import vocabulary
from pipelines.documents.interview_form import respondent_columns, source_text, write_form
from tests.worlds.mission.delivered import SmallMission

ITEMS = ("safe_walking_night", "saw_unpol_patrol")
AREAS = {code: {"en": f"Place {code}", "fr": f"Lieu {code}"} for code in ("XX01", "XX02")}
SAMPLE_SOURCE = Path("data/missions/sample/sources/pulse.yaml")
CONSENTED = {
    "interviewer_key": "T-1", "interviewer_sex": "F", "language": "fra", "area_code": "XX01",
    "consent_given": "true", "sex": "F", "age_group": "Y18T29", "displacement_status": "displaced",
    "origin_area_code": "XX02", "disability": "no", "household_head_sex": "M",
    "safe_walking_night": "safe", "saw_unpol_patrol": "weekly", "result": "complete",
}  # fmt: skip
ASKED = ("sex", "age_group", "displacement_status", "origin_area_code", "disability",
         "household_head_sex", *ITEMS)  # fmt: skip


def export(skipped: tuple[str, ...] = ASKED) -> str:
    """As ODK Central writes it: times with an offset, its own columns last, skipped ones empty."""
    refused = CONSENTED | dict.fromkeys(skipped, "")
    refused |= {"consent_given": "false", "result": "refusal"}
    lines = []
    for number, answers in enumerate((CONSENTED, refused), start=1):
        lines.append(
            {
                "SubmissionDate": "2026-11-20T12:00:00.000Z",
                "started_at": f"2026-11-20T10:0{number}:00.000+02:00",
                "interviewed_on": "2026-11-20",
                "ended_at": f"2026-11-20T10:1{number}:00.000+02:00",
                **answers,
                "survey_code": "PULSE",
                "wave": "2026Q4",
                "instrument": "pulse",
                "respondent_key": f"P-{number}",
                "household_key": f"H-P-{number}",
                "stratum": "XX01",
                "psu": "XX01 2026-11-20",
                "is_adult": "true",
                "form_version": "pulse-1",
                "KEY": f"uuid:{number}",
            }
        )
    text = io.StringIO()
    writer = csv.DictWriter(text, list(lines[0]))
    writer.writeheader()
    writer.writerows(lines)
    return text.getvalue()


@pytest.fixture
def form(tmp_path: Path) -> Path:
    path = tmp_path / "form.xlsx"
    write_form(path, AREAS, ITEMS)
    return path


def test_pyxform_takes_the_form_and_finds_both_languages(form: Path) -> None:
    from pyxform.xls2xform import convert

    found = convert(str(form))
    assert found.warnings == []
    for language in ("en", "fr"):
        for item in ITEMS:
            assert vocabulary("survey_item").label(item, language) in found.xform
    for name in (*respondent_columns(), *ITEMS):
        assert f"/data/{name}" in found.xform
    assert "Y0T17" not in found.xform, "adults alone are asked"


def test_the_same_plan_gives_the_same_bytes(form: Path, tmp_path: Path) -> None:
    write_form(tmp_path / "again.xlsx", AREAS, ITEMS)
    assert (tmp_path / "again.xlsx").read_bytes() == form.read_bytes()


def test_a_filled_export_comes_back_through_the_contracts(small: SmallMission) -> None:
    small.add_source(yaml.safe_load(source_text(ITEMS)))
    report = small.deliver("pulse_2026Q4.csv", export())
    assert (report.status, report.rows_rejected) == ("loaded", 0), report
    answers = small.query("SELECT respondent_key, item, answer FROM core.survey_answers ORDER BY 2")
    assert answers == [("P-1", "safe_walking_night", "safe"), ("P-1", "saw_unpol_patrol", "weekly")]
    people = small.query(
        """SELECT respondent_key, result, area_code, CAST(interviewed_on AS DATE)::VARCHAR, sex
        FROM core.survey_respondents ORDER BY 1"""
    )
    assert people == [
        ("P-1", "complete", "XX01", "2026-11-20", "F"),
        ("P-2", "refusal", "XX01", "2026-11-20", None),
    ]


def test_a_form_that_asked_on_after_a_refusal_leaves_the_refusal(small: SmallMission) -> None:
    small.add_source(yaml.safe_load(source_text(ITEMS)))
    report = small.deliver("pulse_2026Q4.csv", export(skipped=()))
    assert (report.rows_loaded, report.rows_rejected) == (2, 0)
    assert report.not_kept == {"answers_without_consent": 1}
    assert small.query("SELECT DISTINCT respondent_key FROM core.survey_answers") == [("P-1",)]
    assert small.query("SELECT count(*) FROM core.survey_respondents") == [(2,)]


def test_the_samples_own_source_takes_every_column_of_the_form() -> None:
    own = yaml.safe_load(SAMPLE_SOURCE.read_text(encoding="utf-8"))
    read = {entry["from"] for entry in own["tables"][0]["columns"].values()}
    assert read == set(respondent_columns())
