"""Modelled figures of areas on the page of perceptions: marked, beside the direct ones."""

from collections.abc import Callable
from pathlib import Path

import pytest
from dash import html

from dashboards.pages import perceptions
from dashboards.reading.address import Address
from dashboards.reading.context import Context, read_context
from tests.dashboards.rendered import components, text_of
from tests.worlds.release import AREA_NAMES, CLOSED_AREA, mart_rows, write_release

At = Callable[..., Context]


def cards(context: Context) -> list[html.Section]:
    return [
        part
        for part in components(perceptions.body(context))
        if "card-modelled" in (getattr(part, "className", None) or "").split()
    ]


@pytest.mark.parametrize(("language", "mark"), [("en", "modelled"), ("fr", "modélisé")])
def test_each_modelled_figure_bears_its_mark_beside_the_direct_one(
    context_at: At, language: str, mark: str
) -> None:
    (card,) = cards(context_at(f"/perceptions?question=P2-OC-05&open=all&lang={language}"))
    rows = [part for part in components(card) if isinstance(part, html.Tr)][1:]
    assert len(rows) == len(AREA_NAMES)
    for row in rows:
        name, direct, modelled = (text_of(cell) for cell in row.children)
        assert mark not in direct and direct
        if name == AREA_NAMES[CLOSED_AREA]:
            assert modelled in ("not published: unreliable", "non diffusé\u00a0: peu fiable")
        else:
            assert modelled.endswith(mark) and "41" in modelled and "32" in modelled


def test_a_question_without_a_modelled_figure_has_no_such_card(context_at: At) -> None:
    assert cards(context_at("/perceptions?question=P1-OC-05")) == []


def test_where_no_area_may_be_shown_there_is_no_card(tmp_path: Path) -> None:
    nothing = {"value": None, "ci_low": None, "ci_high": None, "reason": "few_areas"}
    rows = [row | nothing for row in mart_rows()["modelled_value"]]
    write_release(tmp_path, rows={**mart_rows(), "modelled_value": rows})
    context = read_context(tmp_path, "mission", Address.parse("/perceptions", "question=P2-OC-05"))
    assert context is not None and cards(context) == []
