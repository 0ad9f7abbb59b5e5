"""Every sentence stands in both languages with the same placeholders, and claims no cause."""

import re
from collections import Counter
from string import Formatter

import pytest

from indicators.foundation.data_folder import data_folder
from indicators.foundation.messages import LANGUAGES, message, message_catalogue
from indicators.linkage.framework.causal_language import causal_term_in

_OF_COMMANDS = {"cli.": r"\w+", "closing.": r"\w+", "next.": r"\w+", "quality.": "observed"}
"""Starts of messages that commands print, and the names of their numbers."""


_OF_MAPPINGS = re.compile(
    "`(supersedes|by_period|covers|from|recode|ignore|ignore_sheets|renamed|where|encoding|reader"
    "|delimiter|sheet|header_row|decimal|thousands)(: [^`]*)?`"
)
"""Keys of a mapping of which the pages ask in words, as a person would have to write them."""
_OF_THE_FILE = ("profile.", "dictionary.", "problem.mapping_", "problem.agreement_feeds_another")
"""Starts of messages about YAML that a person wrote."""


def placeholders(text: str) -> set[str]:
    """The names to fill; `title_en` and `title_fr` hold one text in two languages."""
    names = {name for _, name, _, _ in Formatter().parse(text) if name is not None}
    return {re.sub("_(en|fr)$", "", name) for name in names}


def test_every_message_has_both_languages() -> None:
    incomplete = [key for key, texts in message_catalogue().items() if set(texts) != set(LANGUAGES)]
    assert incomplete == []


def test_both_languages_fill_the_same_placeholders() -> None:
    different = [
        key
        for key, texts in message_catalogue().items()
        if placeholders(texts["en"]) != placeholders(texts["fr"])
    ]
    assert different == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_message_claims_a_cause(language: str) -> None:
    claims = {
        key: texts[language]
        for key, texts in message_catalogue().items()
        if causal_term_in(texts[language], language)
    }
    assert claims == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_wrong_is_told_in_whole_sentences(language: str) -> None:
    """They begin large, after a place too, or with what they name, which stands as it is."""
    told = {key: text for key, text in message_catalogue().items() if key.startswith("problem.")}
    assert told and [key for key, text in told.items() if text[language][0].islower()] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_pages_ask_in_words_is_told_in_words(language: str) -> None:
    told = {
        key: texts[language]
        for key, texts in message_catalogue().items()
        if _OF_MAPPINGS.search(texts[language]) and not key.startswith(_OF_THE_FILE)
    }
    assert told == {}


@pytest.mark.parametrize(
    ("key", "asked", "answers"),
    [
        ("rows_outside_span", "covers", ()),
        ("export_covers_less", "replaces", ("name",)),
        ("export_states_less", "replaces", ("name", "month")),
        ("renumbered", "replaces", ("all",)),
        ("all_midnight", "join", ()),
    ],
)
@pytest.mark.parametrize("language", LANGUAGES)
def test_questions_and_answers_are_named_as_the_page_has_them(
    key: str, asked: str, answers: tuple[str, ...], language: str
) -> None:
    said = message_catalogue()[f"problem.{key}"][language]
    assert message(f"map.choice.{asked}", language).partition(":")[0].strip() in said
    assert all(message(f"map.option.{asked}.{one}", language) in said for one in answers)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("folder", ["indicators", "missions", "contracts"])
def test_no_text_of_the_repository_claims_a_cause(folder: str, language: str) -> None:
    claims = [
        (path.name, line.strip())
        for path in sorted((data_folder() / folder).rglob("*.yaml"))
        for line in path.read_text(encoding="utf-8").splitlines()
        if causal_term_in(line, language)
    ]
    assert claims == []


def test_a_message_fills_its_placeholders_in_the_language_asked_for() -> None:
    assert message("place.row", "fr", name=214) == "ligne 214"


@pytest.mark.parametrize(("language", "written"), [("en", "0.5 GB"), ("fr", "0,5 Go")])
def test_decimals_are_written_as_the_language_writes_them(language: str, written: str) -> None:
    assert written in message("cli.doctor.space", language, free=0.5, home="x").replace("\xa0", " ")


def test_an_unknown_key_is_an_error() -> None:
    with pytest.raises(KeyError):
        message("no.such.key")


@pytest.mark.parametrize("language", LANGUAGES)
def test_commands_say_one_of_one(language: str) -> None:
    """What one message declines, none that a command prints may leave in the plural."""
    texts = {key: entry[language] for key, entry in message_catalogue().items()}
    declined = set(re.findall(r"\{\w+:[^|{}]*\|([^\W\d_]+[sx])\b", "\n".join(texts.values())))
    assert len(declined) > 20
    left = {
        key: words
        for key, text in texts.items()
        for start, number in _OF_COMMANDS.items()
        if key.startswith(start)
        and (words := set(re.findall(rf"{{{number}}}\s([^\W\d_]+)", text)) & declined)
    }
    assert left == {}


def test_no_key_stands_twice_in_a_file() -> None:
    """YAML keeps the last of two equal keys and says nothing."""
    twice = {}
    for path in sorted((data_folder() / "messages").glob("*.yaml")):
        lines = path.read_text(encoding="utf-8").splitlines()
        keys = Counter(
            found.group(1) for line in lines if (found := re.match(r"(\S+?):(\s|$)", line))
        )
        if repeated := [key for key, number in keys.items() if number > 1]:
            twice[path.name] = repeated
    assert twice == {}


@pytest.mark.parametrize("name", ["pages", "dashboard", "empty"])
def test_french_signs_do_not_part_from_their_word(name: str) -> None:
    path = data_folder() / "messages" / f"{name}.yaml"
    keys = re.findall(r"^(\S+?):", path.read_text(encoding="utf-8"), re.MULTILINE)
    french = {key: message_catalogue()[key]["fr"] for key in keys}
    assert {key: text for key, text in french.items() if re.search(r" [:;!?%»]|« ", text)} == {}
