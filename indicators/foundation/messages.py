"""Key and values to a sentence in English or French; the only place that words a message.

The sentences themselves stand in `data/messages/*.yaml`, one file a part of the system:
`key: {en: "... {value} ...", fr: "... {value} ..."}`.
"""

import os
import re
from collections.abc import Mapping
from functools import cache
from typing import Any

import yaml

from indicators.foundation.data_folder import data_folder
from indicators.foundation.numbers.number_format import separated, value_text
from indicators.foundation.reading.yaml_loader import StrictLoader

LANGUAGES = ("en", "fr")
_FRENCH_PLURAL = 2  # from here on


def language_of_environment() -> str:
    """`POCLENS_LANGUAGE` where it is set, else French for a French locale, else English."""
    wish = os.environ.get("POCLENS_LANGUAGE") or os.environ.get("LANG", "")
    return "fr" if wish.lower().startswith("fr") else "en"


@cache
def message_catalogue() -> Mapping[str, Mapping[str, str]]:
    """All messages by key. Raises an error where a key stands twice, in one file or in two."""
    catalogue: dict[str, Mapping[str, str]] = {}
    for path in sorted((data_folder() / "messages").glob("*.yaml")):
        entries = yaml.load(path.read_text(encoding="utf-8"), Loader=StrictLoader) or {}
        twice = catalogue.keys() & entries.keys()
        if twice:
            raise ValueError(f"{path.name}: message keys stand in two files: {sorted(twice)}")
        catalogue.update({key: _spaced(entry) for key, entry in entries.items()})
    return catalogue


def _spaced(entry: Mapping[str, str]) -> Mapping[str, str]:
    """The entry with French spaces that do not break, however its file writes them."""
    return {**entry, "fr": french_spaces(entry["fr"])} if "fr" in entry else entry


def french_spaces(text: str) -> str:
    """U+00A0 before a colon and inside guillemets, U+202F before ; ! ? and %."""
    text = re.sub(r"(?<=«) | (?=[:»])", "\u00a0", text)
    return re.sub(r" (?=[;!?%])", "\u202f", text)


def has_message(key: str) -> bool:
    """Whether the catalogue knows this key."""
    return key in message_catalogue()


def message(key: str, /, language: str = "en", **parameters: Any) -> str:
    """The sentence for `key` in `language`, its placeholders filled with `parameters`.

    `{number:file|files}` is the word that goes with the number, which then stands with the
    language's separators; many where none is given.
    Numbers with decimals stand in the language's writing.
    Raises KeyError for an unknown key, language or a missing parameter.
    """
    template = message_catalogue()[key][language]
    if "|" in template:
        counted = {found[1] for found in _WORD_OF_NUMBER.finditer(template)}
        template = _WORD_OF_NUMBER.sub(
            lambda found: found[2 if is_one(parameters.get(found[1], 2), language) else 3], template
        )
        parameters |= {
            name: separated(parameters[name], language) for name in counted & parameters.keys()
        }
    decimals = {k: value_text(v, language) for k, v in parameters.items() if isinstance(v, float)}
    return template.format(**parameters | decimals).replace("….", "…")


_WORD_OF_NUMBER = re.compile(r"\{(\w+):([^|{}]*)\|([^{}]*)\}")


def is_one(number: Any, language: str = "en") -> bool:
    """Whether a number, or its text as a reader sees it, takes the singular.

    English: 1 alone; French: all below 2, of either sign.
    """
    if not isinstance(number, str):
        return number == 1 if language == "en" else abs(number) < _FRENCH_PLURAL
    text = re.sub(r"[\s\u00a0\u202f]", "", number).lstrip("+-\u2212")
    if language == "en":
        return text == "1"
    return bool(re.fullmatch(r"[01](,\d+)?", text))
