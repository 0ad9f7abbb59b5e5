"""The table of demands: all of them, once, and nothing in it that is not there."""

import csv

from dashboards.pages import PAGES
from indicators.definitions.catalogue import load_catalogue
from pipelines.cli.main import COMMANDS, build_parser
from pipelines.documents.policy_page import demands
from tests.conftest import FIGURES


def test_every_demand_is_answered_once() -> None:
    with (FIGURES / "policy_demands.csv").open(encoding="utf-8") as listed:
        numbers = [int(row["number"]) for row in csv.DictReader(listed)]
    assert [entry.number for entry in demands()] == numbers


def test_every_page_that_serves_a_demand_can_be_opened() -> None:
    known = {page.path for page in PAGES}
    assert {page for entry in demands() for page in entry.pages} <= known


def test_every_command_that_serves_a_demand_is_one() -> None:
    for command in {command for entry in demands() for command in entry.commands}:
        words = command.split()
        assert words[0] in COMMANDS, command
        if len(words) > 1:  # raises where the command has no such action
            assert build_parser("en", words).parse_args(words).command == words[0]


def test_the_indicators_that_the_policy_added_serve_a_demand() -> None:
    """Definitions 51 to 62 were written for demands that nothing served."""
    added = {
        "P1-OP-10", "P1-OP-11", "P1-OC-08", "P1-OC-09", "P2-OP-16", "P2-OP-17", "P2-OP-18",
        "P2-OP-19", "P2-OP-20", "P2-OC-10", "P3-OC-10", "P3-OC-11",
    }  # fmt: skip
    assert added <= {code for entry in demands() for code in entry.indicators}
    assert added <= set(load_catalogue())
