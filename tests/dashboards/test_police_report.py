"""The police report: tagged, in both languages, with the figures, the words and the matrices."""

import io
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pypdf import PdfReader

from dashboards.brief.police_report import report_content
from dashboards.brief.typeset import pdf
from dashboards.reading.context import Context
from records import cycle
from records.kinds import Assessment
from records.rights import LOCAL
from records.store import Store
from tests.worlds.release import COUNTRY, MISSION

NOW = datetime(2026, 10, 20, 9, tzinfo=UTC)


def _written(content: bytes) -> str:
    pages = PdfReader(io.BytesIO(content)).pages
    return re.sub(r"\s+", "", "".join(page.extract_text() for page in pages))


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("en", ("Patrol 57", "Military component")),
        ("fr", ("Patrouille 57", "Composante militaire")),
    ],
)
def test_the_report_holds_every_outcome_and_both_matrices(
    context_at: Callable[[str], Context], lang: str, said: tuple[str, ...]
) -> None:
    content = report_content(context_at(f"/?lang={lang}"))
    found = pdf(content, "police_report")
    text = _written(found)
    for part in (*said, *(row["title"] for row in content["rows"])):
        assert re.sub(r"\s+", "", part) in text, part
    assert PdfReader(io.BytesIO(found)).trailer["/Root"]["/MarkInfo"]["/Marked"]
    assert pdf(content, "police_report") == found


def test_approved_words_stand_in_the_report_and_drafts_do_not(
    context_at: Callable[[str], Context], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POCLENS_DATABASE_URL", f"sqlite:///{tmp_path / 'records.db'}")
    store = Store.of_workspace(tmp_path)
    for code, text in (("P2-OC-05", "Approved words."), ("P1-OC-05", "Words of a draft.")):
        record = Assessment(
            indicator=code, area=COUNTRY, period="2026-Q3", rating="on_track", narrative=text
        )
        written = cycle.save_draft(store, LOCAL, MISSION, record, 0, NOW, [COUNTRY])
        for number in (1, 2) if code == "P2-OC-05" else ():
            key = written.record.key
            cycle.advance(store, LOCAL, MISSION, key, number, NOW, [COUNTRY])
    text = _written(pdf(report_content(context_at("/")), "police_report"))
    assert "Approvedwords." in text and "Wordsofadraft" not in text
