"""What stands around a page: the notice of an old release, and sources by name."""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from dash import html

from dashboards.components.card import opened_rest
from dashboards.reading.address import Address
from dashboards.reading.context import Context, read_context
from dashboards.serving.shell import _pickers, old_release
from dashboards.wording.words import Words
from tests.dashboards.rendered import components
from tests.worlds.headquarters import rows_of_a_mission, write_release

At = Callable[..., Context]


@pytest.mark.parametrize("day", [date(2026, 10, 1), date(2026, 12, 31)])
def test_a_release_is_not_old_before_the_next_period_has_closed(context_at: At, day: date) -> None:
    assert old_release(context_at("/"), day) is None


def test_an_old_release_says_how_old_it_is(context_at: At) -> None:
    context = context_at("/")
    published = date.fromisoformat(str(context.release.publication["published_at"])[:10])
    today = date(2027, 1, 14)
    said = old_release(context, today)
    assert said is not None and str((today - published).days) in said


def test_a_mission_is_named_by_its_own_release_also_beside_a_damaged_one(tmp_path: Path) -> None:
    def renamed(tables: dict[str, pd.DataFrame]) -> None:
        tables["mission"]["name_en"] = "Mission in Zanka"
        tables["mission"]["name_fr"] = "Mission au Zanka"

    rows = rows_of_a_mission()
    write_release(tmp_path, "bako", rows)
    write_release(tmp_path, "zanka", rows, renamed)
    damaged = write_release(tmp_path, "azul", rows)
    (damaged / "hq" / "poclens.duckdb").write_bytes(b"no database")
    for language, name in (("en", "Mission in Zanka"), ("fr", "Mission au Zanka")):
        address = Address.parse("/", f"mission=bako&lang={language}")
        context = read_context(tmp_path, "hq", address)
        assert context is not None
        assert [context.name_of(one) for one in context.missions][::2] == ["azul", name]


def test_the_manifest_names_a_mission_and_its_code_stands_beside_one_of_two_alike(
    tmp_path: Path,
) -> None:
    rows = rows_of_a_mission()
    for mission in ("azul", "bako", "zanka"):
        folder = write_release(tmp_path, mission, rows)
        path = folder / "manifest.json"
        names = {} if mission == "bako" else {"mission_name": {"en": "Mission", "fr": "Opération"}}
        path.write_text(json.dumps(json.loads(path.read_text()) | names))
    for mission in ("azul", "zanka"):  # their names are read without a database
        (tmp_path / "releases" / mission / "2026-Q3-r01" / "hq" / "poclens.duckdb").write_bytes(b"")
    address = Address.parse("/", "mission=bako&lang=fr")
    context = read_context(tmp_path, "hq", address)
    assert context is not None
    own = context.mission_name
    labels = [(one["value"], one["label"]) for one in _pickers(context)[0].data]
    assert labels == sorted(
        [("azul", "Opération (azul)"), ("bako", own), ("zanka", "Opération (zanka)")],
        key=lambda one: one[1],
    )


def test_every_table_of_the_contracts_has_a_name_as_a_source() -> None:
    for language in ("en", "fr"):
        assert Words(language).label("source", "survey_respondents") != "survey_respondents"


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("en", ["Published today", "Published 1 day ago", "Published 2 days ago"]),
        ("fr", ["Publiée aujourd’hui", "Publiée il y a 1 jour\u202f", "Publiée il y a 2 jours"]),
    ],
)
def test_a_number_of_days_is_said_as_people_say_it(language: str, told: list[str]) -> None:
    words = Words(language)
    for days, begin in enumerate(told):
        assert words.digits("old", days).startswith(begin)


def test_the_rest_of_a_long_list_is_sent_where_it_is_asked_for_by_name() -> None:
    rest = html.P("the rest")
    for asked, is_sent, leads_to in (
        ("", False, "open=more"),
        ("?open=all", False, "open=all%2Cmore"),
        ("?open=all,more", True, "open=all"),
    ):
        address = Address.parse("/data-quality", asked.removeprefix("?"))
        line, *sent = opened_rest(address, "more", "9 more", rest)
        (link,) = (one for one in components(line) if isinstance(one, html.A))
        assert bool(sent) is is_sent
        assert link.href.partition("?")[2] == leads_to
