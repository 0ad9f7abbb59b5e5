"""What a copy withholds, in words: how many of how many, and what withholding did not achieve."""

from dataclasses import fields

import pytest

from indicators.disclosure import Withheld
from indicators.withheld_words import withheld_sentences

COUNTS = {
    "cells": 200,
    "primary": 30,
    "complementary": 20,
    "known": 4,
    "derivable": 3,
    "narrow": 11,
    "unproven": 17,
}


def test_it_reads_every_count_that_is_kept() -> None:
    assert {field.name for field in fields(Withheld)} == set(COUNTS)


@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_shortcoming_is_told_with_its_number(language: str) -> None:
    counts, in_vain, narrow, unproven = withheld_sentences(COUNTS, language)
    assert all(number in counts for number in ("50", "200", "25", "30", "20"))
    assert (" 7." in in_vain) and (" 11." in narrow) and (" 17." in unproven)


def test_what_did_not_happen_is_not_told() -> None:
    well = {**COUNTS, "known": 0, "derivable": 0, "narrow": 0, "unproven": 0}
    assert len(list(withheld_sentences(well, "en"))) == 1
    nothing = dict.fromkeys(COUNTS, 0)
    assert list(withheld_sentences(nothing, "en")) == ["No count is withheld."]


def test_numbers_are_written_as_the_reader_is_used_to() -> None:
    (first, *_) = withheld_sentences({**COUNTS, "cells": 41_200}, "en", lambda n: f"{n:,}")
    assert "41,200" in first
