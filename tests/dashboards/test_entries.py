"""The form of threats, compacts and evaluations, and what their pages say of them then."""

import re
import shutil
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

import pytest
from flask.testing import FlaskClient
from openpyxl import load_workbook

from dashboards.pages.accountability import body, indicators_by_role
from dashboards.serving.app import create_app
from pipelines.ingest.written_records import duplicate_decisions
from records.kinds.accountability import Compact, UnitEvaluation
from records.kinds.decisions import ReviewDecision, VarianceReason
from records.kinds.threats import ThreatAssessment
from records.rights import LOCAL
from records.store import Store
from tests.dashboards.rendered import text_of
from tests.dashboards.test_pages import At
from tests.worlds.release import MISSION, publish_approved

FORM = "/records/entry/threat_assessment?period=2026-Q3&area=MT"
THREAT = {
    "quarter": "2026-Q3",
    "area": "MT0101",
    "actor_type": "militia",
    "threat_type": "looting",
    "trend": "rising",
    "likelihood": "4",
    "impact": "5",
    "narrative": "Markets are robbed.",
}


@pytest.fixture
def workspace(home: Path, tmp_path: Path) -> Path:
    """The release in a workspace of this test's own."""
    shutil.copytree(home, tmp_path / "workspace")
    return tmp_path / "workspace"


@pytest.fixture
def client(workspace: Path) -> FlaskClient:
    """A browser at a machine without accounts."""
    return create_app(workspace).server.test_client()


def send(client: FlaskClient, address: str, content: dict[str, str], based_on: int = 0) -> int:
    found = re.search(r'name="token" value="([^"]+)"', client.get(address).text)
    assert found is not None
    sent = {"token": found[1], "based_on": str(based_on), **content}
    return client.post(address, data=sent).status_code


def shown(client: FlaskClient, address: str) -> str:
    """The page's content; the server writes slashes in it as escapes."""
    return client.get(address).text.replace("\\u002f", "/")


def test_a_threat_is_written_shown_and_written_again(client: FlaskClient, workspace: Path) -> None:
    page = "/screen/threats?period=2026-Q3"
    assert "Markets" not in shown(client, page) and send(client, FORM, THREAT) == 303
    text = shown(client, page)
    assert "Markets are robbed." in text and "potential for mass atrocity" not in text
    assert "/records/entry" in text
    again = f"{FORM}&key=2026-Q3/MT0101/militia/looting"
    changed = THREAT | {"priorities": "mass_atrocity", "quarter": "2020-Q1", "likelihood": ""}
    assert send(client, again, changed, based_on=1) == 303
    versions = Store.of_workspace(workspace).versions(
        MISSION, ThreatAssessment, "2026-Q3/MT0101/militia/looting"
    )
    assert [one.record.risk for one in versions] == [20, None]  # its quarter stays as it was
    assert "potential for mass atrocity" in shown(client, page)


@pytest.mark.parametrize(
    ("changed", "status"),
    [({"trend": ""}, 400), ({"likelihood": "9"}, 400), ({"narrative": ""}, 400),
     ({"area": "nowhere"}, 404), ({"token": "another"}, 400)],
)  # fmt: skip
def test_what_is_wrong_is_refused_and_stays_in_the_form(
    client: FlaskClient, workspace: Path, changed: dict[str, str], status: int
) -> None:
    assert send(client, FORM, THREAT | changed) == status
    assert Store.of_workspace(workspace).all(MISSION, ThreatAssessment) == []


def test_two_who_write_the_same_threat_are_told(client: FlaskClient) -> None:
    assert send(client, FORM, THREAT) == 303
    assert send(client, FORM, THREAT | {"narrative": "Another's."}) == 409


def test_headquarters_reads_a_threat_only_once_it_was_shared(workspace: Path) -> None:
    hq = create_app(workspace, "hq").server.test_client()
    store, now = Store.of_workspace(workspace), datetime(2026, 10, 2, tzinfo=UTC)
    store.write(LOCAL, MISSION, ThreatAssessment.model_validate(THREAT), 0, now)
    page = "/screen/threats?period=2026-Q3"
    assert "Markets are robbed." not in shown(hq, page)
    publish_approved(workspace)
    assert "Markets are robbed." not in shown(hq, page)
    shared = ThreatAssessment.model_validate(THREAT | {"shared_with_hq_on": "2026-10-09"})
    store.write(LOCAL, MISSION, shared, 1, now)
    assert "Markets are robbed." not in shown(hq, page)  # it reads what was released
    publish_approved(workspace)
    text = shown(hq, page)
    assert "Markets are robbed." in text and "/records/entry" not in text
    assert hq.post(FORM, data=THREAT).status_code == 405


def test_every_role_stands_in_the_view_with_what_is_its_own(
    client: FlaskClient, workspace: Path
) -> None:
    compact = {"role": "force_commander", "year": "2026", "instrument": "compact"}
    address = "/records/entry/compact?period=2026-Q3"
    assert send(client, address, compact) == 400  # without an indicator it refers to nothing
    assert send(client, address, compact | {"indicators": "P2-OC-07"}) == 303
    evaluation = {"unit_code": "FPU-1", "evaluated_on": "2026-01-05", "reference": "EVAL/1"}
    due = evaluation | {"follow_up_due_on": "2026-02-05"}
    assert send(client, "/records/entry/unit_evaluation?period=2026-Q3", due) == 303
    page = "/screen/accountability?period=2026-Q3"
    text = shown(client, page)
    assert "Compact 2026" in text and "EVAL/1" in text
    assert "1 follow-up of a unit" in text
    store = Store.of_workspace(workspace)
    assert len(store.all(MISSION, Compact)) == len(store.all(MISSION, UnitEvaluation)) == 1
    hq = create_app(workspace, "hq").server.test_client()
    kept = shown(hq, page)
    assert "Compact 2026" not in kept and "EVAL/1" not in kept


@pytest.mark.parametrize("language", ["en", "fr"])
def test_each_indicator_belongs_to_one_role_at_most_in_both_languages(
    context_at: At, language: str
) -> None:
    context = context_at(f"/accountability?lang={language}")
    held = indicators_by_role(context)
    codes = [code for found in held.values() for code in found]
    assert codes and len(codes) == len(set(codes))
    assert held == indicators_by_role(context_at("/accountability?lang=en"))
    annex = {"en": "2023.05 Annex A 6", "fr": "2023.05, annexe A 6"}
    assert annex[language] in text_of(body(context))


def test_a_decision_on_a_review_stands_beside_the_rule_and_undecided_stays_counted(
    client: FlaskClient, workspace: Path
) -> None:
    page, form = "/screen/alerts?period=2026-Q3", "/records/entry/review_decision?period=2026-Q3"
    assert "s decision: 3." in shown(client, page)
    said = {"incident": "I-3", "reviewed": "no", "role": "poc_adviser", "reason": "Two calls came."}
    assert send(client, form, said | {"should_have_known": "undecided"}) == 303
    text = shown(client, page)
    assert "Two calls came." in text and "POC Adviser" in text and "review=I-3" in text
    assert "s decision: 3." in text and "Undecided by the rule: 1." in text
    again = said | {"should_have_known": "yes"}
    assert send(client, f"{form}&key=I-3", again, based_on=1) == 303
    assert "s decision: 2." in shown(client, page)
    record = Store.of_workspace(workspace).latest(MISSION, ReviewDecision, "I-3")
    assert record is not None and (record.record.rule, record.number) == ("undecided", 2)
    assert send(client, form, again | {"incident": "I-99"}) == 400  # no candidate of the release
    hq = create_app(workspace, "hq").server.test_client()
    before = shown(hq, page)
    assert "Candidates for after-action review" in before and "Two calls came." not in before
    publish_approved(workspace)
    text = shown(hq, page)
    assert "Two calls came." in text and "POC Adviser" in text and "s decision: 2." in text
    assert "I-3" not in text and "(local" not in text


def test_a_reason_for_variance_keeps_the_figures_and_stands_in_page_and_file(
    client: FlaskClient, workspace: Path
) -> None:
    page = "/screen/budget?period=2026-Q3"
    before = shown(client, page)
    assert "No reason given so far." in before
    found = re.search(r"/records/entry/variance_reason\?([^\"\\]+)", before)
    assert found is not None
    given = dict(parse_qsl(found[1]))
    names = ("budget_year", "outcome", "activity_type", "quantity_unit")
    content = {name: given[name] for name in names if name in given}
    form = "/records/entry/variance_reason?period=2026-Q3"
    assert send(client, form, content) == 400  # without a reason
    assert send(client, form, content | {"activity_type": "nowhere", "reason": "x"}) == 400
    assert send(client, form, content | {"reason": "Roads were flooded."}) == 303
    assert "Roads were flooded." in shown(client, page)
    workbook = load_workbook(BytesIO(client.get("/list/budget.xlsx?period=2026-Q3").data))
    cells = [str(cell) for sheet in workbook for row in sheet.values for cell in row]
    assert any("Roads were flooded." in cell for cell in cells)
    stored = Store.of_workspace(workspace).all(MISSION, VarianceReason)[0].record
    assert stored.due is not None and stored.done is not None
    hq = create_app(workspace, "hq").server.test_client()
    assert "Roads were flooded." not in shown(hq, page)
    publish_approved(workspace)
    assert "Roads were flooded." in shown(hq, page)


class _TwoRows:
    """A desk that knows two rows."""

    def rows_beside(
        self, mission: str, table: str, keys: list[str], language: str
    ) -> list[tuple[str, list[str]]]:
        assert (mission, table, keys) == (MISSION, "incidents", ["I-1", "N-7"])
        return [("Day", ["2026-08-02", "2026-08-02"]), ("Killed", ["2", "3"])]


def test_two_rows_stand_side_by_side_and_what_differs_is_marked(workspace: Path) -> None:
    desk: Any = _TwoRows()
    client = create_app(workspace, desk=desk).server.test_client()
    asked = "table=incidents&row_key=I-1&other_key=N-7"
    text = client.get(f"/records/entry/duplicate?period=2026-Q3&{asked}").text
    rows = re.findall(r"<tr( class=\"differs\")?><th scope=\"row\">(\w+)", text)
    assert rows == [("", "Day"), (' class="differs"', "Killed")]
    assert text.count("differs</span>") == 1


def test_a_pair_is_decided_from_the_data_quality_page_as_on_the_command_line(
    client: FlaskClient, workspace: Path
) -> None:
    page = "/screen/data-quality?period=2026-Q3&open=all"
    found = re.search(r"/records/entry/duplicate\?([^\"\\]+I-1[^\"\\]+)", shown(client, page))
    assert found is not None
    given = dict(parse_qsl(found[1]))
    pair = {name: given[name] for name in ("table", "row_key", "other_key")}
    without = "/records/entry/duplicate?period=2026-Q3"
    form = f"{without}&{urlencode(pair)}"
    text = client.get(form).text
    assert '<option value="N-7">' in text and '<option value="I-1">' in text
    assert send(client, form, pair | {"decision": "duplicate"}) == 400
    assert send(client, form, pair | {"decision": "duplicate", "left_out": "I-9"}) == 400
    assert send(client, form, pair | {"decision": "duplicate", "left_out": "N-7"}) == 303
    assert "One case: one row is left out" in shown(client, page)
    assert duplicate_decisions(workspace, MISSION) == [
        ("incidents", "I-1", "N-7", "duplicate", "N-7")
    ]
    key = "incidents/I-1/N-7"  # taken back: a row that is not named any more stays out of it
    back = {"decision": "separate", "left_out": "N-7", "reason": "Two calls came."}
    assert send(client, f"{without}&key={key}", back, based_on=1) == 303
    assert duplicate_decisions(workspace, MISSION)[0][3:] == ("separate", None)
    sent_on = client.get(without)  # a form that could never be sent: the list of pairs instead
    assert sent_on.status_code == 302 and sent_on.headers["Location"].startswith("/data-quality?")
    hq = shown(create_app(workspace, "hq").server.test_client(), page)
    assert "/records/entry/duplicate" not in hq
