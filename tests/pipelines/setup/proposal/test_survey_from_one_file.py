"""A survey in one wide file becomes interviews and answers, on the page and in the terminal: an
export of a form with its XLSForm or XForm, and a file of a statistics program with its labels."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pandas as pd
import pyreadstat
import pytest

from indicators.definitions.mission_profile import read_mission
from indicators.foundation.errors import WrongUse
from pipelines.cli.main import main
from pipelines.ingest.inbox import ingest
from pipelines.ingest.readers.codebook import codebook_of
from pipelines.setup.proposal.desk import IntakeDesk
from pipelines.setup.proposal.proposal import propose
from pipelines.workspace.paths import Workspace
from pipelines.workspace.warehouse.last_state import open_to_read
from tests.worlds.field.field_files import AREAS

TRUST = {"1": "a_lot", "2": "somewhat", "3": "little", "4": "not_at_all", "9": "dont_know"}
LABELS = {"1": "A lot", "2": "Somewhat", "3": "Just a little", "4": "Not at all", "9": "NSP"}
SAID = {
    "survey_code": "PERCEPTION", "wave": "2", "instrument": "household", "result": "complete",
}  # fmt: skip


def drawn(rows: int = 60) -> pd.DataFrame:
    """An export as KoboToolbox gives it, codes for answers, a column of names."""
    draw = np.random.default_rng(20260301)
    return pd.DataFrame({
        "start": "2026-03-02T09:00:00.000+02:00", "end": "2026-03-02T09:40:00.000+02:00",
        "today": "2026-03-02", "intro/consent": "yes",
        "intro/county": draw.choice(list(AREAS), rows),
        "intro/cluster": draw.integers(1, 9, rows), "person/gender": draw.choice(["1", "2"], rows),
        "person/years": draw.integers(18, 80, rows), "person/full_name": "Name that is not taken",
        "police/q7": draw.choice(list(TRUST), rows), "police/q8": draw.choice(["1", "2"], rows),
        "_weight": np.round(draw.uniform(0.5, 2, rows), 4),
        "_uuid": [f"u-{at}" for at in range(rows)], "_submission_time": "2026-03-03T10:00:00",
    })  # fmt: skip


QUESTIONS = [
    ("select_one yn", "consent", "Do you agree to take part?", "Acceptez-vous de participer ?"),
    ("text", "county", "County", "Comté"),
    ("integer", "cluster", "Cluster", "Grappe"),
    ("select_one sex", "gender", "Sex of the respondent", "Sexe du répondant"),
    ("integer", "years", "Age of respondent", "Âge"),
    ("text", "full_name", "Full name", "Nom"),
    ("select_one trust", "q7", "How much do you trust the police?", "Confiance dans la police"),
    ("select_one yn12", "q8", "Has been physically attacked", "A été agressé physiquement"),
]
CHOICES = [
    ("yn", "yes", "Yes", "Oui"), ("yn", "no", "No", "Non"), ("yn12", "1", "Yes", "Oui"),
    ("yn12", "2", "No", "Non"), ("sex", "1", "Male", "Homme"), ("sex", "2", "Female", "Femme"),
    *(("trust", code, text, text) for code, text in LABELS.items()),
]  # fmt: skip


def xlsform(path: Path) -> Path:
    book = openpyxl.Workbook()
    heads = ("name", "label::English (en)", "label::Français (fr)")
    for sheet, first, rows in (("survey", "type", QUESTIONS), ("choices", "list_name", CHOICES)):
        page = book.create_sheet(sheet)
        for line in ((first, *heads), *rows):
            page.append(list(line))
    book.save(path)
    return path


def xform(path: Path) -> Path:
    """The same form as ODK Central gives it out, its wordings in one language."""
    lists: dict[str, list[tuple[str, str]]] = {}
    for name, code, label, _ in CHOICES:
        lists.setdefault(name, []).append((code, label))
    texts = "".join(
        f'<text id="{name}-{at}"><value>{label}</value></text>'
        for name, items in lists.items() for at, (_, label) in enumerate(items))  # fmt: skip
    instances = "".join(
        f'<instance id="{name}"><list>' + "".join(
            f"<item><itextId>{name}-{at}</itextId><name>{code}</name></item>"
            for at, (code, _) in enumerate(items)) + "</list></instance>"
        for name, items in lists.items())  # fmt: skip
    body = "".join(
        f'<select1 ref="/form/g/{name}"><label>{label}</label><itemset nodeset="instance('
        f"'{kind.split()[1]}')/list/item\"><value ref=\"name\"/></itemset></select1>"
        if kind.startswith("select") else
        f'<input ref="/form/g/{name}"><label>{label}</label></input>'
        for kind, name, label, _ in QUESTIONS)  # fmt: skip
    path.write_text(
        '<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml">'
        f"<h:head><model><itext><translation>{texts}</translation></itext>{instances}</model>"
        f"</h:head><h:body>{body}</h:body></h:html>",
        encoding="utf-8",
    )
    return path


def as_meant(frame: pd.DataFrame) -> pd.DataFrame:
    """The answers by pandas alone."""
    trust = frame.assign(item="trust_host_police", answer=frame["police/q7"].map(TRUST))
    attacked = frame["police/q8"].map({"1": "yes", "2": "no"})
    both = pd.concat([trust, frame.assign(item="physically_attacked", answer=attacked)])
    return both.rename(columns={"_uuid": "respondent_key"})[["respondent_key", "item", "answer"]]


def check(workspace: Workspace, frame: pd.DataFrame) -> None:
    """What lies in the warehouse is what pandas makes of the export."""
    with open_to_read(workspace.warehouse("faulty")) as connection:
        answers = connection.execute(
            "SELECT respondent_key, item, answer FROM core.survey_answers WHERE wave = '2'"
        ).df()
        persons = connection.execute(
            "SELECT * FROM core.survey_respondents WHERE wave = '2' ORDER BY respondent_key"
        ).df()
    order = ["respondent_key", "item"]
    meant = as_meant(frame).sort_values(order).reset_index(drop=True)
    pd.testing.assert_frame_equal(
        answers.sort_values(order).reset_index(drop=True), meant, check_dtype=False
    )
    own = frame.sort_values("_uuid").reset_index(drop=True)
    assert list(persons["weight_person"].astype(float)) == pytest.approx(list(own["_weight"]))
    assert list(persons["psu"]) == list(own["intro/cluster"].astype(str))
    assert list(persons["area_code"]) == list(own["intro/county"].map(AREAS))
    assert list(persons["stratum"]) == list(own["intro/county"])
    assert list(persons["sex"]) == list(own["person/gender"].map({"1": "M", "2": "F"}))
    bounds = [0, 18, 30, 45, 60, 200]
    groups = pd.cut(own["person/years"], bounds, right=False,
                    labels=["Y0T17", "Y18T29", "Y30T44", "Y45T59", "Y_GE60"])  # fmt: skip
    assert list(persons["age_group"]) == list(groups)
    assert persons["is_adult"].all()


def test_the_result_of_interviews_is_told_by_the_consent_alone(tmp_path: Path) -> None:
    frame = drawn().drop(columns="start").rename(columns={"today": "Timestamp"})
    frame.loc[:5, "intro/consent"] = "no"
    path = tmp_path / "responses.csv"
    frame.to_csv(path, index=False)
    found = {one.column: one for one in propose(path, {}, table="survey_respondents").columns}
    assert found["result"].entry == {"recode": {"no": "refusal", "yes": "complete"}}
    assert found["interviewed_on"].headers == ("Timestamp",)
    assert max(found[name].confidence for name in ("result", "interviewed_on")) < 0.9  # asked
    frame.assign(Result="Partial").to_csv(path, index=False)
    found = {one.column: one for one in propose(path, {}, table="survey_respondents").columns}
    assert found["result"].headers == ("Result",)


def test_the_weight_of_an_export_that_has_none_is_asked(
    workspace: Workspace, tmp_path: Path
) -> None:
    frame, path = drawn().drop(columns="_weight"), tmp_path / "unweighted.csv"
    frame["person/gender"] = frame["person/gender"].map({"1": "Male", "2": "Female"})
    frame.to_csv(path, index=False)
    desk, said = IntakeDesk(workspace), {f"constant.{name}": value for name, value in SAID.items()}
    found = desk.preview("faulty", path, "en", said)
    assert found.offered and found.counted and found.counted.rows_rejected == len(frame)
    assert len(found.counted.rejects) == 1  # of answers beside such an interview nothing is told
    weight = next(one for one in found.offered.columns if one.column == "weight_person")
    assert weight.is_asked and not weight.is_required and "counts equally" in weight.note
    counted = desk.preview("faulty", path, "en", said | {"constant.weight_person": "1"}).counted
    assert counted and counted.rows_rejected == 0


def test_an_export_with_its_form_on_the_page(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    frame, path = drawn(), tmp_path / "held" / "perception_page.csv"
    (path.parent / "form").mkdir(parents=True)
    frame.to_csv(path, index=False)
    xlsform(path.parent / "form" / "form.xlsx")
    desk, said = IntakeDesk(workspace), {f"constant.{name}": value for name, value in SAID.items()}
    found = desk.preview("faulty", path, "fr", said)
    assert found.problems == ()
    proposal = found.offered
    assert proposal and found.counted
    assert proposal.table == "survey_respondents"
    asked = {one.choice.column: one.choice for one in proposal.questions if one.choice.value}
    assert asked["trust_host_police"].value == ("police/q7",)
    assert asked["physically_attacked"].value == ("police/q8",)
    assert "person/full_name (Full name / Nom)" in proposal.ignored
    assert found.counted.rows_rejected == 0
    titles = [table.title for table in found.counted.tables]
    assert titles == ["Entretiens d’enquête", "Réponses aux enquêtes"]
    consent = next(one for one in proposal.columns if one.column == "consent_given")
    assert consent.codes == ()  # `yes` is read as it stands
    assert desk.take_in("faulty", path, "fr", said) == []
    ingest(workspace, read_mission(workspace.profile("faulty")), settled=0)
    check(workspace, frame)
    monkeypatch.setenv("POCLENS_HOME", str(workspace.home))
    assert main(["refresh", "--mission", "faulty", "--as-of", "2026-04-15"]) == 0
    valid = frame[frame["police/q7"] != "9"]
    trusting = valid["police/q7"].isin(["1", "2"])
    share = 100 * valid.loc[trusting, "_weight"].sum() / valid["_weight"].sum()
    with open_to_read(workspace.warehouse("faulty")) as connection:
        figures = connection.execute(
            "SELECT DISTINCT value FROM mart.indicator_value WHERE indicator = 'P3-OC-02' "
            "AND area = 'XX' AND period = '2026-Q1' AND breakdown = '_T' AND sex = '_T' "
            "AND age_group IN ('_T', '_Z')"
        ).fetchall()
    assert figures == [(pytest.approx(share),)]


def test_an_export_with_its_form_in_the_terminal(
    workspace: Workspace,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = tmp_path / "perception_shell.csv"
    drawn().to_csv(path, index=False)
    given = [f"--set={name}={value}" for name, value in (SAID | {"wave": "3"}).items()]
    monkeypatch.setenv("POCLENS_HOME", str(workspace.home))
    arguments = ["map", str(path), "--mission", "faulty", "--json"]
    assert main([*arguments, "--form", str(xform(tmp_path / "form.xml")), *given]) == 0
    mapping: dict[str, Any] = json.loads(capsys.readouterr().out)["mapping"]
    items = mapping["tables"][1]["unpivot"]["items"]
    assert items["trust_host_police"] == {"from": "police/q7", "recode": TRUST}
    assert items["physically_attacked"] == {"from": "police/q8", "recode": {"1": "yes", "2": "no"}}
    said = ["--answer=question.physically_attacked=", "--answer=answer.trust_host_police.9=refused"]
    assert main([*arguments, "--form", str(tmp_path / "form.xml"), *given, *said]) == 0
    items = json.loads(capsys.readouterr().out)["mapping"]["tables"][1]["unpivot"]["items"]
    assert list(items) == ["trust_host_police"]
    assert items["trust_host_police"]["recode"]["9"] == "refused"


def test_labels_of_a_statistics_file_tell_what_its_codes_mean(tmp_path: Path) -> None:
    """As Afrobarometer gives its rounds out: numbers with labels, wordings of variables."""
    frame = pd.DataFrame({"RESPNO": [f"R{at}" for at in range(30)], "Q43G": [0.0, 1, 2] * 10,
                          "Q11B": [0.0, 1, 3] * 10, "withinwt": [1.1] * 30,
                          "Q1": list(range(20, 50))})  # fmt: skip
    path = tmp_path / "round.sav"
    pyreadstat.write_sav(
        frame, str(path),
        column_labels={"Q43G": "Q43g. Trust police", "Q11B": "Q11b. Have been physically attacked"},
        variable_value_labels={"Q43G": {0: "Not at all", 1: "Just a little", 2: "Somewhat"},
                               "Q11B": {0: "No", 1: "Yes, once", 3: "Yes, twice"}},
    )  # fmt: skip
    found = propose(path, {}, table="survey_respondents")
    meant = {one.item: {code.text: code.code for code in one.codes} for one in found.questions}
    assert meant == {
        "trust_host_police": {"0": "not_at_all", "1": "little", "2": "somewhat"},
        "physically_attacked": {"0": "no", "1": "yes", "3": "yes"},
    }


def test_a_form_that_is_none_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "form.xml"
    path.write_text('<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>')
    with pytest.raises(WrongUse, match=r"form\.xml"):
        codebook_of(path)


def test_the_key_of_an_export_of_odk_central_tells_the_respondent(tmp_path: Path) -> None:
    frame = drawn().rename(columns={"_uuid": "KEY", "_submission_time": "SubmissionDate"})
    path = tmp_path / "odk.csv"
    frame.rename(columns=lambda name: name.replace("/", "-")).to_csv(path, index=False)
    proposal = propose(path, {}, table="survey_respondents", form=xform(tmp_path / "form.xml"))
    keys = {one.column: one.headers for one in proposal.columns if one.column.endswith("_key")}
    assert keys == {"respondent_key": ("KEY",), "household_key": ("KEY",)}
