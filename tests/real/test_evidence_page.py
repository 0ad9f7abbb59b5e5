"""`docs/evidence_real_data.md` says what the shared data say, and no word of cause and effect."""

import re
from pathlib import Path

import pytest

from indicators.linkage.framework.causal_language import causal_term_in
from tests.conftest import ELSEWHERE, REPOSITORY
from tests.real.evidence_figures import (
    GUIDE,
    PAGE,
    blocks_of,
    replication_block,
    rules_block,
    south_sudan_block,
)
from tests.real.refreshed import Refreshed

REWRITE = "the page is old: run `python -m tests.real.evidence_figures` and read what changed"


@pytest.fixture(scope="module")
def page() -> str:
    return PAGE.read_text(encoding="utf-8")


def test_the_rules_are_those_of_the_code() -> None:
    assert blocks_of(GUIDE.read_text(encoding="utf-8"))["rules"] == rules_block(), REWRITE


def test_south_sudan_is_as_the_profile_gives_it(page: str, south_sudan: Refreshed) -> None:
    written = blocks_of(page)["south_sudan"]
    assert written == south_sudan_block(south_sudan), REWRITE
    # What the words around the tables say of them.
    assert set(re.findall(r"\| ([ABCD]) \|", written)) == {"D"}
    intervals = re.findall(r"states, .*?\((\S+) to (\S+)\)", written)
    assert len(intervals) == 6
    assert all(low[0] == "−" and high[0] == "+" for low, high in intervals)
    assert written.count("other specifications point the other way") == 2
    assert written.count("leaves no room for others") == 3, "the rank correlation of each link"
    placebo = re.search(r"\| police of the year after.*\| (0\.\d+) \|", written)
    assert placebo and float(placebo[1]) < 0.05


def test_the_replication_is_as_the_engine_gives_it(page: str, not_passed_on: Path) -> None:
    written = blocks_of(page)["replication"]
    computed = replication_block(ELSEWHERE / "reference" / "linkage" / "panel")
    assert written == computed, REWRITE
    assert set(re.findall(r"\| ([ABCD]) \|", written)) == {"D"}
    p_values = re.findall(r"100 more personnel; violence, yes .* (0\.\d+) \| 8,", written)
    assert [float(p) < 0.05 for p in p_values] == [True]
    assert written.count("would be C,") == 1 and "; or " not in written


@pytest.mark.parametrize("path", (GUIDE, PAGE), ids=lambda path: path.name)
def test_no_causal_word(path: Path) -> None:
    assert causal_term_in(path.read_text(encoding="utf-8"), "en") is None


def test_the_page_is_found() -> None:
    for place, link in (("README.md", "docs/evidence.md"), ("docs/architecture.md", "evidence.md")):
        assert f"]({link})" in (REPOSITORY / place).read_text(encoding="utf-8"), place
