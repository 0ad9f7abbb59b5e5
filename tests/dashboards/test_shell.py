"""What stands around a page: the notice of an old release, and sources by name."""

from collections.abc import Callable
from datetime import date

import pytest

from dashboards.components.shell import old_release
from dashboards.context import Context
from dashboards.wording.words import Words

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
