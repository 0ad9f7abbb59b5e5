"""Missed warnings, operations and reviews, threats by tier, hot spots, means, plans of bases."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from dash import html

from dashboards.components.lists import readiness as operations
from dashboards.components.lists import threats as missed_warnings
from dashboards.pages import alerts, overview, readiness, threats
from dashboards.reading.access import Audience
from dashboards.reading.address import Address
from dashboards.reading.context import Context, read_context
from tests.dashboards.rendered import components, text_of
from tests.worlds.release import COUNTRY, OTHER_AREA, mart_rows, write_release

At = Callable[..., Context]
_REASONS = (("status_reason", "fuel", 9.0), ("status_reason", "vehicle", 5.0),
            ("national_caveat", "yes", 2.0))  # fmt: skip


@pytest.fixture(scope="module")
def counted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The release with the indicators of warnings and of patrols called off."""
    rows = {name: list(found) for name, found in mart_rows().items()}
    (like,) = [row for row in rows["indicator"] if row["indicator"] == "P2-OP-09"]
    named = {"short_en": "Warned", "short_fr": "Alertes"}
    rows["indicator"] += [{**like, **named, "indicator": code} for code in ("P2-OC-10", "P2-OP-17")]
    totals = [
        {**row, "indicator": "P2-OP-17", "numerator": 14.0, "denominator": 804.0}
        for row in rows["indicator_value"]
        if row["indicator"] == "P2-OP-09"
    ]
    parts = [
        {**row, "breakdown": name, "breakdown_value": code, "numerator": number}
        for row in totals
        if row["period"] == "2026-Q3" and row["area"] == COUNTRY
        for name, code, number in _REASONS
    ]
    rows["indicator_value"] += [*totals, *parts]
    home = tmp_path_factory.mktemp("counted")
    write_release(home, rows=rows)
    return home


@pytest.fixture
def at(counted: Path) -> At:
    def context(address: str, audience: Audience = "mission") -> Context:
        path, _, search = address.partition("?")
        found = read_context(counted, audience, Address.parse(path, search))
        assert found is not None
        return found

    return context


def _card(body: Any, key: str) -> html.Section:
    (found,) = [
        part
        for part in components(body)
        if isinstance(part, html.Section) and f"card-{key}" in str(part.className).split()
    ]
    return found


def _lines(part: Any) -> list[str]:
    rows = [text_of(row) for row in components(part) if isinstance(row, html.Tr)]
    return [" ".join(row.split()) for row in rows]  # a space that does not break is one too


def test_missed_warnings_by_quarter_and_area_lead_to_the_alerts_of_their_line(at: At) -> None:
    found = _card(alerts.body(at("/alerts?lang=fr")), "warnings")
    lines = _lines(found)
    assert lines[1] == "T3 2026 provisoire : 29 rapports sur 36 ╱ 7 4 3 2"
    assert lines[2] == "T2 2026 provisoire : 33 rapports sur 36 ╱ 9 9 0 0"
    assert lines[4:] == ["Essari 2 0 2 0", "Jebala 5 4 1 2"]
    links = [link.href for link in components(found) if isinstance(link, html.A)]
    assert links[0] == "/alerts?lang=fr&period=2026-Q3"
    assert f"/alerts?area={OTHER_AREA}&lang=fr" in links
    assert "/list/missed-warnings.xlsx?lang=fr" in links


def test_the_list_of_missed_warnings_has_every_area_and_quarter_so_far(at: At) -> None:
    (sheet,) = missed_warnings.WARNINGS.sheets(at("/alerts"))
    assert len(sheet.rows) == 5 and sheet.rows[0][2:] == [7, 4, 3, 2]
    (earlier,) = missed_warnings.WARNINGS.sheets(at(f"/alerts?period=2026-Q2&area={OTHER_AREA}"))
    assert [row[2:] for row in earlier.rows] == [[9, 9, 0, 0]]


def test_without_the_indicator_of_warnings_there_is_no_card(context_at: At) -> None:
    keys = str([part.className for part in components(alerts.body(context_at("/alerts")))
                if isinstance(part, html.Section)])  # fmt: skip
    assert "card-warnings" not in keys and "card-operations" in keys


def test_an_overdue_review_of_an_operation_stands_first_and_views_heard_are_said(at: At) -> None:
    text = _lines(_card(alerts.body(at("/alerts")), "operations"))
    assert "overdue since 8 Sep 2026" in text[1] and text[1].endswith("no review yet")
    assert "due once closed" in text[2]
    assert "completed 20 Aug 2026" in text[3] and text[3].endswith("yes")
    (sheet,) = operations.OPERATIONS.sheets(at("/alerts"))
    assert len(sheet.rows) == 3 and len(sheet.heads) == len(sheet.rows[0])
    earlier = at("/alerts?period=2026-Q2")
    assert operations.operations(earlier).empty


def test_what_nobody_did_against_a_threat_is_said(at: At) -> None:
    lines = _lines(_card(readiness.body(at("/readiness")), "threats"))
    assert lines[1].startswith("Ambush on a road risk 20; 3 areas, rising in 1 nothing done")
    assert "4 planned" in lines[1] and "1,204 done" in lines[1] and lines[1].endswith("9 17 of 21")
    assert lines[2].count("nothing done") == 3 and lines[2].endswith("0 no alert")
    said = readiness.sentence(at("/readiness"))
    counted = "threats that the data name: 2, of which not yet assessed by people: "
    assert said.startswith(f"Q3\u00a02026: {counted}")
    assert said.startswith(threats.sentence(at("/threats")))  # one count on both pages
    assert "No activity is recorded against one of those that the data name." in said
    assert "Provisional: 30 of 36 reports." in said  # so that nothing may have been done, or sent
    assert "No threat assessment" in readiness.sentence(at("/readiness?period=2026-Q2"))


def test_days_since_the_last_visit_end_with_the_as_of_day(at: At) -> None:
    lines = _lines(_card(readiness.body(at("/readiness")), "hot-spots"))
    assert lines[1].endswith("0 none recorded –") and "HS-2" in lines[1]  # longest without one
    assert lines[2].endswith("3 3 Oct 2026 12")
    elsewhere = readiness.body(at("/readiness?area=MT0101"))
    assert "No hot spot is listed" in text_of(_card(elsewhere, "hot-spots"))


def test_patrols_called_off_stand_by_reason_then_by_caveat(at: At) -> None:
    lines = _lines(_card(readiness.body(at("/readiness")), "called-off-reasons"))
    assert [line.split(" 804")[0] for line in lines[1:]] == [
        "No fuel 9", "No vehicle or aircraft 5", "National caveat: yes 2", "All reasons 14",
    ]  # fmt: skip


def test_plans_overdue_and_patrols_called_off_are_among_what_waits(at: At) -> None:
    lines = _lines(_card(readiness.body(at("/readiness")), "base-plans"))
    assert "exercised 1 Mar 2025 overdue" in lines[1]
    assert "never reviewed never exercised" in lines[1]
    waits = text_of(_card(overview.body(at("/")), "waits"))
    assert "2 contingency plans of bases overdue" in waits and "Jebala" in waits
    assert "14 patrols called off" in waits and "1 review of an operation overdue" in waits
