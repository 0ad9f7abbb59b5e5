"""Fixtures: a workspace with one rich release, and contexts on it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from dashboards.reading.access import Audience
from dashboards.reading.address import Address
from dashboards.reading.context import Context, read_context
from tests.worlds.release import write_release


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace whose one mission has one release."""
    folder = tmp_path_factory.mktemp("workspace")
    write_release(folder)
    return folder


@pytest.fixture
def context_at(home: Path) -> Callable[..., Context]:
    """`context_at("/map?lang=fr")`: what a page at this address is given."""

    def at(address: str = "/", audience: Audience = "mission") -> Context:
        path, _, search = address.partition("?")
        context = read_context(home, audience, Address.parse(path, search))
        assert context is not None
        return context

    return at
