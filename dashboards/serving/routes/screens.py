"""Pages as the browser asks for them: `/screen/<path>?<query>` gives the screen of an address.

A page is a function of the published releases, the audience, the day, the address and, for pages
that show records, of what people wrote; so it is made once and kept until one of these changes.
First words are what stands in the document before any script.
"""

import logging
import uuid
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from datetime import date
from html import escape
from pathlib import Path
from typing import Any

from flask import Flask, request
from plotly.io.json import to_json_plotly

from dashboards.http.finished import Finished, SharedAnswers
from dashboards.reading.access import Audience, only_mission
from dashboards.reading.address import Address, brief_address
from dashboards.reading.context import Context
from dashboards.reading.kept import Kept
from dashboards.reading.releases import current_editions
from dashboards.serving.shell import NavigationEntry, release_words, shell
from dashboards.wording.words import Words
from indicators.foundation.faults import traceback_of

LOG = logging.getLogger("dashboards")
ROUTE = "/screen"
_SCREENS_MB, _FIRST_WORDS_MB = 64, 4

FOUND, NOT_FOUND = 200, 404


@dataclass(frozen=True)
class Answer:
    """A page before it is put into the shell: its title, its one sentence and its body."""

    title: str
    sentence: str
    body: Callable[[], list[Any]]
    context: Context | None
    status: int = FOUND


@dataclass(frozen=True)
class FirstWords:
    """What a document says before any script: its title, HTML, and the answer's status."""

    title: str
    said: str
    status: int


@dataclass(frozen=True)
class Pages:
    """What answers an address, what is answered where that fails, under a reference, and what
    else than the release a page changes with; whether people sign in."""

    entries: Sequence[NavigationEntry]
    answer: Callable[[Address], Answer]
    failed: Callable[[Address, Exception, str], Answer]
    changes: Callable[[Address], Hashable]
    has_accounts: Callable[[], bool]


class Screens:
    """Screens and first words for the addresses of one workspace and audience."""

    def __init__(self, home: Path, audience: Audience, pages: Pages) -> None:
        self._home, self._audience, self._pages = home, audience, pages
        self._shared = SharedAnswers()
        self._screens: Kept[Finished] = Kept(_SCREENS_MB * 2**20, lambda answer: answer.size)
        self._words: Kept[FirstWords] = Kept(_FIRST_WORDS_MB * 2**20, lambda first: len(first.said))

    def _key(self, address: Address) -> Hashable:
        editions = current_editions(self._home, self._audience)
        changes = self._pages.changes(address)
        parameters = tuple(sorted(address.parameters.items()))
        who = only_mission(), self._pages.has_accounts()
        return who, editions, date.today(), changes, address.path, parameters

    def screen(self, address: Address) -> Finished:
        """The answer for an address; what failed is answered and never kept."""

        def make() -> Finished:
            return self._packed(address, self._pages.answer(address))

        key = self._key(address)
        try:
            return self._screens.get(key, lambda: self._shared.get(key, make))
        except Exception as error:
            return self._packed(address, self._failed(address, error), 500)

    def first_words(self, address: Address) -> FirstWords:
        """Title and first words: readable before any script, and with none."""

        def make() -> FirstWords:
            return _first_words(self._pages.answer(address))

        try:
            return self._words.get(self._key(address), make)
        except Exception as error:
            return _first_words(self._failed(address, error))

    def failed(self, address: Address, error: Exception) -> FirstWords:
        """The same for what failed outside of a page."""
        return _first_words(self._failed(address, error))

    def _failed(self, address: Address, error: Exception) -> Answer:
        reference = uuid.uuid4().hex[:8]
        told = traceback_of(error)
        LOG.error("page %s failed, reference %s\n%s", address.path, reference, told)
        return self._pages.failed(address, error, reference)

    def _packed(self, address: Address, answer: Answer, status: int = 200) -> Finished:
        words = Words(address.language)
        entries, has_accounts = self._pages.entries, self._pages.has_accounts()
        screen = shell(entries, address, words, answer.body(), answer.context, has_accounts)
        text = to_json_plotly({"screen": screen, "facts": _facts(address, answer)})
        return Finished.of(text.encode("utf-8"), "application/json", status)


def _facts(address: Address, answer: Answer) -> dict[str, Any]:
    """What the document must know of its page."""
    return {
        "title": answer.title,
        "lang": address.language,
        "theme": address.theme,
        "path": address.path,
        "said": answer.title,
        "picked": _picked(answer.context),
    }


def _picked(context: Context | None) -> dict[str, str]:
    """What the pickers of the page stand at."""
    if context is None:
        return {}
    mission = context.release.mission
    return {"mission": mission, "period": context.period.name, "area": context.area}


def _first_words(answer: Answer) -> FirstWords:
    under = _release_and_brief(answer.context) if answer.context else ""
    return FirstWords(answer.title, f"<h1>{escape(answer.sentence)}</h1>{under}", answer.status)


def _release_and_brief(context: Context) -> str:
    link, words = brief_address(context.address), context.words("brief.link")
    release = escape(release_words(context))
    return f'<p>{release}</p><p><a href="{escape(link)}">{escape(words)}</a></p>'


def asked_address(path: str) -> Address:
    """The address with this path and the query of the request."""
    return Address.parse(path, request.query_string.decode("utf-8", "replace"))


def add_route(server: Flask, screens: Screens) -> None:
    """`/screen/<path>`; a browser that has the page asks again and is told that it still holds."""

    @server.get(f"{ROUTE}/", defaults={"path": ""})
    @server.get(f"{ROUTE}/<path:path>")
    def screen(path: str) -> Any:
        response = screens.screen(asked_address(f"/{path}")).response()
        response.headers["Cache-Control"] = "no-cache"
        return response
