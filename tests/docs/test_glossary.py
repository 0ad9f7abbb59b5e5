"""Every term of the glossary is one that users or readers of the code meet, in both languages."""

import re
from functools import cache

import pytest

from dashboards.pages.help import terms
from indicators.foundation.messages import message_catalogue
from tests.conftest import REPOSITORY

LINE = re.compile(r"^\| ([^|]+?) \| ([^|]+?) \| ([^|]+?) \|$", re.MULTILINE)
TERMS = LINE.findall((REPOSITORY / "docs" / "glossary.md").read_text(encoding="utf-8"))[1:]


@cache
def words(language: str) -> str:
    return "\n".join(entry[language] for entry in message_catalogue().values()).casefold()


@cache
def code() -> str:
    folders = ("indicators", "pipelines", "dashboards", "data/contracts")
    paths = (path for folder in folders for path in sorted((REPOSITORY / folder).rglob("*")))
    kept = (path for path in paths if path.suffix in (".py", ".sql", ".yaml"))
    return "\n".join(path.read_text(encoding="utf-8") for path in kept).casefold()


@pytest.mark.parametrize(("term", "french", "meaning"), TERMS)
def test_a_term_is_used(term: str, french: str, meaning: str) -> None:
    beside = re.findall(r"\(`([^`]+)`\)$", meaning)
    named = [re.sub(r"[-_ ]", "[-_ ]", name) for name in (term, *beside)]
    found = [re.search(rf"\b{name}", code() + words("en"), re.IGNORECASE) for name in named]
    assert any(found), term
    if french != "–":
        assert french.casefold() in words("fr"), french


def test_terms_stand_once_in_their_order() -> None:
    named = [term for term, *_ in TERMS]
    assert len(named) > 15
    assert named == sorted(set(named), key=str.casefold)


def test_what_users_read_is_explained_once_in_both_languages() -> None:
    catalogue = message_catalogue()
    explained = {key: catalogue[f"page.term.{key}.name"]["en"] for key in terms()}
    assert len(explained) > 15
    assert set(explained.values()) & {term for term, *_ in TERMS} == set()
    own = {text for key in terms() for text in catalogue[f"page.term.{key}.name"].values()}
    elsewhere = "\n".join(
        entry[language]
        for key, entry in catalogue.items()
        if not key.startswith("page.term.")
        for language in ("en", "fr")
    ).casefold()
    plurals = {text: re.sub(r"(\w)(?= |$)", r"\1s?", text.casefold()) for text in own}
    unused = {text for text, plural in plurals.items() if not re.search(plural, elsewhere)}
    assert unused == set()
