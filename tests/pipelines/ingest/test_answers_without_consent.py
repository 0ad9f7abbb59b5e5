"""Answers of who did not consent are not kept anywhere; the interview is, as a refusal."""

import csv
import io
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.faults.fault_rows import base_rows
from tests.worlds.mission.delivered import SmallMission
from tests.worlds.mission.mappings import under_own_names

SECRET = "very_bad"
PERSON = base_rows()["survey_respondents"].row
KEY = ("survey_code", "wave", "respondent_key")
YES, NO = (
    {"result": "complete", "consent_given": "true"},
    {"result": "refusal", "consent_given": "false"},
)
COUNTED = {"answers_without_consent": 1}


def text(rows: Iterable[Mapping[str, Any]]) -> str:
    rows, out = list(rows), io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def people(**said: dict[str, str]) -> list[dict[str, Any]]:
    return [PERSON | {"respondent_key": key} | own for key, own in said.items()]


def wide(**said: dict[str, str]) -> str:
    """Interviews with their answers beside them; B has answers, whatever is said of consent."""
    answers = {"A": "good", "B": SECRET}
    return text(
        row | {"q1": answers[row["respondent_key"]], "q2": "a_lot"} for row in people(**said)
    )


def long(*keys: str) -> str:
    same = {name: PERSON[name] for name in KEY} | {"item": "safety_overall", "answer": SECRET}
    return text(same | {"respondent_key": key} for key in keys)


@pytest.fixture
def mission(small: SmallMission) -> SmallMission:
    own = {name: {"from": name} for name in PERSON}
    items = {"safety_overall": {"from": "q1"}, "trust_host_police": {"from": "q2"}}
    answers = {
        "table": "survey_answers",
        "columns": {name: {"from": name} for name in KEY},
        "unpivot": {"item": "item", "value": "answer", "items": items},
    }
    respondents = {"table": "survey_respondents", "columns": own}
    for name, tables in (("wide", [respondents, answers]), ("people", [respondents])):
        small.add_source(
            {
                "source": name,
                "files": [f"{name}*.csv"],
                "reader": "csv",
                "tables": tables,
                "sender": "series",
            }
        )
    columns = (*KEY, "item", "answer")
    small.add_source(under_own_names("survey_answers", columns) | {"files": ["answers*.csv"]})
    return small


def answered(mission: SmallMission) -> list[tuple[str, str]]:
    """Who has which answers, in core and in raw alike."""
    core, raw = (
        mission.query(f"SELECT respondent_key, answer FROM {schema}.survey_answers ORDER BY ALL")
        for schema in ("core", "raw")
    )
    assert set(core) == set(raw)
    return core


def keeps(mission: SmallMission, wanted: str) -> list[str]:
    archive = mission.workspace.archive("small")
    return [path.name for path in archive.iterdir() if wanted.encode() in content(path)]


def content(path: Path) -> bytes:
    import pyarrow.parquet as pq

    if path.suffix != ".parquet":
        return path.read_bytes()
    table = pq.read_table(path)
    return repr([table.to_pylist(), table.schema.metadata]).encode()


def test_a_wide_row_stays_as_a_refusal_without_its_answers(mission: SmallMission) -> None:
    report = mission.deliver("wide.csv", wide(A=YES, B=NO))
    assert (report.rows_read, report.rows_loaded, report.rows_rejected) == (2, 2, 0)
    assert report.not_kept == COUNTED
    assert answered(mission) == [("A", "a_lot"), ("A", "good")]
    found = mission.query("SELECT respondent_key, result FROM core.survey_respondents ORDER BY 1")
    assert found == [("A", "complete"), ("B", "refusal")]
    assert keeps(mission, "good") and not keeps(mission, SECRET)
    assert mission.query("SELECT count(*) FROM quarantine.survey_answers") == [(0,)]
    assert "refusals" in report.lines("en")[1] and "refus" in report.lines("fr")[1]


def test_read_again_it_counts_the_same(mission: SmallMission) -> None:
    mission.deliver("wide.csv", wide(A=YES, B=NO))
    (again,) = mission.ingest(again=["wide.csv"]).files
    assert again.status == "unchanged" and not keeps(mission, SECRET)
    assert mission.query("SELECT reason, rows_count FROM ops.rows_not_kept") == [
        ("answers_without_consent", 1)
    ]
    counted = "SELECT rows_read, rows_refused FROM ops.input_file WHERE name = 'wide.csv'"
    assert mission.query(counted) == [(2, 0)]


def test_who_is_corrected_to_consent_has_answers(mission: SmallMission) -> None:
    mission.deliver("wide.csv", wide(A=YES, B=NO))
    report = mission.deliver("wide.csv", wide(A=YES, B=YES))
    assert not report.not_kept
    assert [key for key, _ in answered(mission)] == ["A", "A", "B", "B"]


def test_answers_of_their_own_file_are_not_kept(mission: SmallMission) -> None:
    mission.deliver("people.csv", text(people(A=YES, B=NO)))
    report = mission.deliver("answers.csv", long("A", "B"))
    assert (report.rows_read, report.rows_loaded, report.rows_rejected) == (2, 1, 0)
    assert report.not_kept == COUNTED
    assert answered(mission) == [("A", SECRET)] and not keeps(mission, "'B'")


def test_the_same_answers_come_in_once_consent_is_corrected(mission: SmallMission) -> None:
    mission.deliver("people.csv", text(people(A=YES, B=NO)))
    mission.deliver("answers.csv", long("A", "B"))
    mission.drop("people.csv", text(people(A=YES, B=YES)))
    mission.deliver("answers.csv", long("A", "B"))
    assert [key for key, _ in answered(mission)] == ["A", "B"]
    assert mission.query("SELECT rows_refused FROM ops.input_file WHERE name = 'answers.csv'") == [
        (0,)
    ]


def test_answers_go_when_an_interview_is_corrected_to_a_refusal(mission: SmallMission) -> None:
    mission.deliver("people.csv", text(people(A=YES, B=YES)))
    mission.deliver("answers.csv", long("A", "B"))
    assert keeps(mission, "B,safety_overall")
    reports = mission.deliver_all("people.csv", text(people(A=YES, B=NO)))
    assert [(one.name, one.not_kept) for one in reports][1:] == [("answers.csv", COUNTED)]
    assert answered(mission) == [("A", SECRET)]
    assert not keeps(mission, "B,safety_overall") and not keeps(mission, "'B', 'item'")


def test_a_later_file_that_says_no_holds_over_an_earlier_one(mission: SmallMission) -> None:
    mission.deliver("wide_2026-03.csv", wide(A=YES, B=YES))
    reports = mission.deliver_all("wide_2026-04.csv", wide(B=NO))
    assert [(one.name, one.not_kept) for one in reports] == [
        ("wide_2026-04.csv", COUNTED),
        ("wide_2026-03.csv", COUNTED),
    ]
    assert answered(mission) == [("A", "a_lot"), ("A", "good")] and not keeps(mission, SECRET)


def test_an_interview_without_consent_is_rejected_without_its_answers(
    mission: SmallMission,
) -> None:
    report = mission.deliver("wide.csv", wide(A=YES, B=YES | {"consent_given": "false"}))
    assert (report.rows_loaded, report.rows_rejected) == (1, 1)
    assert mission.query("SELECT count(*) FROM quarantine.survey_answers") == [(0,)]


def test_a_consent_that_is_not_stated_waits_with_its_answers(mission: SmallMission) -> None:
    report = mission.deliver("wide.csv", wide(A=YES, B=YES | {"consent_given": ""}))
    assert report.rows_rejected == 1 and not report.not_kept


def test_a_column_that_both_tables_read_makes_no_answer(mission: SmallMission) -> None:
    path = mission.profile / "sources" / "wide.yaml"
    source = yaml.safe_load(path.read_text())
    source["tables"][0]["columns"]["language"] = {"from": "q1", "otherwise": "fra"}
    mission.add_source(source)
    report = mission.deliver("wide.csv", wide(A=YES, B=NO))
    assert report.rows_rejected == 0
    assert answered(mission) == [("A", "a_lot"), ("A", "good")]


def test_a_consent_that_was_read_wrongly_gets_its_answers_from_the_same_bytes(
    mission: SmallMission,
) -> None:
    path = mission.profile / "sources" / "wide.yaml"
    source = yaml.safe_load(path.read_text())
    consent = source["tables"][0]["columns"]["consent_given"]
    asked = wide(A=YES, B=YES | {"consent_given": "agreed"})
    consent["recode"] = {"agreed": "false"}
    mission.add_source(source)
    mission.deliver("wide.csv", asked)
    consent["recode"] = {"agreed": "true"}
    mission.add_source(source)
    mission.ingest()
    assert [key for key, _ in answered(mission)] == ["A", "A"]
    mission.deliver("wide.csv", asked)
    assert [key for key, _ in answered(mission)] == ["A", "A", "B", "B"]


def test_a_text_that_makes_no_answer_is_not_archived_either(mission: SmallMission) -> None:
    path = mission.profile / "sources" / "wide.yaml"
    source = yaml.safe_load(path.read_text())
    for item in source["tables"][1]["unpivot"]["items"].values():
        item["recode"] = {"good": "good"}
        item["otherwise"] = None
    mission.add_source(source)
    mission.deliver("wide.csv", wide(A=YES, B=NO))
    assert keeps(mission, "good") and not keeps(mission, SECRET)
