"""Figures of an area: the mart, the indicator's page, the file of the indicator and the brief."""

from collections.abc import Callable

import pandas as pd
import pytest

from dashboards.brief.content import brief_content
from dashboards.pages import indicator
from dashboards.pages.indicator import one_indicator
from dashboards.reading.context import Context
from tests.dashboards.rendered import text_of
from tests.worlds.release import COUNTRY

_SQL = """
SELECT value, ci_low, ci_high, obs_status, conf_status, disclosure FROM mart.indicator_value
WHERE indicator = ? AND area = ? AND period = '2026-Q3' AND sex = '_T' AND age_group = '_T'
"""
_CODES = ("P2-OC-05", "P2-OC-07", "P2-OC-02")
# With a figure, a zero, a report missing, and too few cases.
_AREAS = (COUNTRY, "MT0101", "MT0201", "MT0203", "MT0303")


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("area", _AREAS)
def test_page_file_and_brief_say_what_the_mart_says(
    context_at: Callable[..., Context], area: str, language: str
) -> None:
    place = f"lang={language}&area={area}&period=2026-Q3"
    brief = {row["code"]: row for row in brief_content(context_at(f"/?{place}"))["rows"]}
    for code in _CODES:
        context = context_at(f"/indicators/{code}?{place}&indicator={code}")
        found = context.release.frame(_SQL, [code, area])
        published = found.iloc[0] if len(found) else None
        shown = context.cell(code)
        in_file = _in_file(context, code, area)
        if published is None or pd.isna(published["value"]) or not shown.is_figure:
            assert shown.said.empty is not None
            assert in_file is None
            reason = context.words.said(shown.said.empty)
            assert reason in text_of(indicator.body(context))
            continue
        unit = context.unit(code)
        half = shown.half_width
        value = unit.value(float(published["value"]), context.words, half)
        assert value in indicator.sentence(context)
        assert brief[code]["now"]["value"] == value
        assert in_file == published["value"]
        if not pd.isna(published["ci_low"]):
            bounds = float(published["ci_low"]), float(published["ci_high"])
            interval = unit.interval(*bounds, context.words)
            assert interval in indicator.sentence(context)
            assert any(interval in line for line in brief[code]["now"]["under"])


def _in_file(context: Context, code: str, area: str) -> object:
    """The value of the total in the indicator's own file; None where it is empty or absent."""
    sheet = one_indicator.ONE_INDICATOR.sheets(context)[0]
    at = {name: place for place, name in enumerate(sheet.heads)}
    words = context.words
    columns = [
        at[words(f"one.head.{name}")] for name in ("period", "area_code", "sex", "age_group")
    ]
    total = words.label("sex", "_T")
    values = [
        row[at[words("one.head.value")]]
        for row in sheet.rows
        if [row[place] for place in columns[:2]] == ["2026-Q3", area] and row[columns[2]] == total
    ]
    return values[0] if values else None
