"""Every key that the dashboards use is in the catalogue, in both languages, and none lies idle."""

import re
from collections.abc import Iterator
from pathlib import Path

from dashboards.components.listing import Listing
from dashboards.serving.files import LISTS
from dashboards.wording.words import Words
from indicators.definitions.catalogue import load_catalogue
from indicators.definitions.contracts import contracts
from indicators.definitions.vocabularies import vocabularies
from indicators.foundation.messages import message_catalogue

DASHBOARDS = Path(__file__).parents[2] / "dashboards"


def _source() -> str:
    paths = sorted([*DASHBOARDS.rglob("*.py"), *DASHBOARDS.rglob("*.html")])
    return "\n".join(path.read_text(encoding="utf-8") for path in paths)


def _page_keys() -> set[str]:
    return {key for key in message_catalogue() if key.startswith("page.")}


def _heads(listing: Listing) -> Iterator[str]:
    """The heads that a declared list and its further sheets ask for."""
    if not callable(listing.fields):
        yield from (f"{listing.heads}.head.{one.key}" for one in listing.fields if not one.head)
    for other in listing.also:
        yield from _heads(other)


def test_fixed_keys_exist() -> None:
    used = set(re.findall(r'(?<!\w)words\(\s*"([a-z_.]+)"', _source()))
    known = {key.removeprefix("page.") for key in _page_keys()}
    assert used and {key for key in used if not key.endswith(".")} - known == set()
    assert {head for one in LISTS.values() for head in _heads(one)} - known == set()


def test_no_sentence_lies_idle() -> None:
    """A key is used as it stands, or through a name that is put together from its beginning."""
    source = _source()
    made = tuple(re.findall(r"""f["'](?:page\.)?([a-z_.]+\.)\{""", source))
    made += tuple(re.findall(r"""words\("([a-z_.]+\.)" ~""", source))
    made += tuple(f"{code}." for code in re.findall(r'\bmessage\("([a-z_.]+)"', source))
    heads = {head for listing in LISTS.values() for head in _heads(listing)}
    stems = {re.sub(r"\.(zero|one|other)$", "", key) for key in _page_keys()}
    idle = [
        stem
        for stem in (name.removeprefix("page.") for name in stems)
        if f'{stem}"' not in source
        and stem not in heads
        and not stem.startswith((*made, "perceptions.", "code."))
    ]
    assert idle == []


def test_placeholders_agree_between_languages() -> None:
    catalogue = message_catalogue()
    differing = [
        key
        for key in _page_keys()
        if set(re.findall(r"{(\w+)}", catalogue[key]["en"]))
        != set(re.findall(r"{(\w+)}", catalogue[key]["fr"]))
    ]
    assert differing == []


def test_the_codes_of_every_dimension_are_worded_by_its_name() -> None:
    """Also where a dimension is named otherwise than the vocabulary of the column that it takes."""
    bare = set()
    for indicator in load_catalogue().values():
        for dimension, column in indicator.disaggregate.items():
            named = getattr(contracts()[indicator.source].columns.get(column), "vocabulary", None)
            for code in vocabularies()[named].labels if named else ():
                label = vocabularies()[named].label(code, "fr")
                if Words("fr").label(dimension, code) != label:
                    bare.add((indicator.code, dimension, code))
    assert bare == set()
