"""The Dash application: routes an address to a page, wraps it in the shell, serves it locally."""

import logging
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from types import ModuleType
from typing import Any

import dash
import dash_mantine_components as dmc
from dash import ALL, ClientsideFunction, Input, Output, State, dcc, html
from flask import request

from dashboards.access import Audience
from dashboards.components.page_head import page_head
from dashboards.components.shell import NavigationEntry, brief_address, release_words, shell
from dashboards.context import Context, read_context
from dashboards.http import briefs, downloads, security
from dashboards.http.address import Address
from dashboards.pages import (
    alerts,
    catalogue,
    data_quality,
    effects,
    effort,
    help,
    indicator,
    indicators,
    map,
    overview,
    perceptions,
    releases,
    results_chain,
)
from dashboards.theme import style_sheet
from dashboards.wording.words import Words

LOG = logging.getLogger("dashboards")
HEALTH = "health"

PAGES: Sequence[tuple[str, ModuleType]] = (
    ("", overview),
    ("changed", results_chain),
    ("changed", indicators),
    ("changed", perceptions),
    ("did", effort),
    ("together", effects),
    ("next", map),
    ("next", alerts),
    ("sure", data_quality),
    ("sure", releases),
    ("sure", catalogue),
    ("sure", help),
)
ENTRIES = tuple(NavigationEntry(group, page.NAME, page.PATH) for group, page in PAGES)

_INDEX = """<!DOCTYPE html>
<html lang="{lang}"{theme}>
<head>
{%metas%}
<title>{%title%}</title>
<style>{style}</style>
{%css%}
</head>
<body>
{%app_entry%}
{%config%}
{%scripts%}
{%renderer%}
</body>
</html>"""


@dataclass(frozen=True)
class Answer:
    """A page before it is put into the shell: its title, its one sentence and its body."""

    title: str
    sentence: str
    body: Callable[[], list[Any]]
    context: Context | None


def _page_of(address: Address) -> ModuleType | None:
    if address.path.startswith(f"{indicators.PATH}/"):
        return indicator
    return {page.PATH: page for _, page in PAGES}.get(address.path)


def _nothing_published(words: Words) -> Answer:
    title = words("state.no_release.title")
    commands = html.Pre(words("state.no_release.commands"))
    return Answer(
        title,
        f"{title} {words('state.no_release.lead')}",
        lambda: [page_head(title, words("state.no_release.lead")), commands],
        None,
    )


def _not_found(words: Words, context: Context) -> Answer:
    title = words("state.not_found.title")
    return Answer(title, title, lambda: [page_head(title, words("state.not_found.lead"))], context)


def answer(home: Path, audience: Audience, address: Address) -> Answer:
    """The page for an address: states without a release or without such a page included."""
    words = Words(address.language)
    context = read_context(home, audience, address)
    if context is None:
        return _nothing_published(words)
    page = _page_of(address)
    if page is None or (page is indicator and indicator.code_of(context) is None):
        return _not_found(words, context)
    title = words("document_title", page=words(f"nav.{page.NAME}"), mission=context.mission_name)
    return Answer(title, page.sentence(context), lambda: page.body(context), context)


def _render(home: Path, audience: Audience, asked: dict[str, str] | None) -> tuple[Any, Any]:
    """The screen for an address, with what the document must know: title, language, theme."""
    asked = asked or {}
    address = Address.parse(asked.get("path"), asked.get("search"))
    if asked.get("dark"):
        address = address.with_default("theme", "dark")
    words = Words(address.language)
    try:
        found = answer(home, audience, address)
        screen = shell(ENTRIES, address, words, found.body(), found.context)
        title, picked = found.title, _picked(found.context)
    except Exception:
        reference = uuid.uuid4().hex[:8]
        LOG.exception("page %s failed, reference %s", address.path, reference)
        title = words("state.error.title")
        body = [page_head(title, words("state.error.lead", reference=reference))]
        screen, picked = shell(ENTRIES, address, words, body, None), {}
    facts = {
        "title": title,
        "lang": address.language,
        "theme": address.theme,
        "path": address.path,
        "said": title,
        "picked": picked,
    }
    return screen, facts


def _picked(context: Context | None) -> dict[str, str]:
    """What the pickers of the page stand at."""
    if context is None:
        return {}
    mission = context.release.mission
    return {"mission": mission, "period": context.period.name, "area": context.area}


class _LocalDash(dash.Dash):
    """Dash whose first response already holds title, sentence and release."""

    home: Path
    audience: Audience

    def interpolate_index(self, **parts: str) -> str:
        address = Address.parse(request.path, request.query_string.decode("utf-8", "replace"))
        title, first = _first_words(self.home, self.audience, address)
        theme = address.get("theme")
        page = (
            _INDEX.replace("{lang}", address.language)
            .replace("{theme}", f' data-theme="{address.theme}"' if theme else "")
            .replace("{style}", style_sheet())
        )
        entry = f'<div id="react-entry-point"><main class="first-words">{first}</main></div>'
        parts |= {"app_entry": entry, "title": escape(title)}
        for name, text in parts.items():
            page = page.replace("{%" + name + "%}", text)
        return page


def _first_words(home: Path, audience: Audience, address: Address) -> tuple[str, str]:
    """Title and first words of a page as HTML: readable before any script, and with none."""
    try:
        found = answer(home, audience, address)
        under = _release_and_brief(found.context) if found.context else ""
    except Exception:
        LOG.exception("first words of %s failed", address.path)
        return "POC Lens", ""
    return found.title, f"<h1>{escape(found.sentence)}</h1>{under}"


def _release_and_brief(context: Context) -> str:
    link, words = brief_address(context.address), context.words("brief.link")
    release = escape(release_words(context))
    return f'<p>{release}</p><p><a href="{escape(link)}">{escape(words)}</a></p>'


def _layout() -> Any:
    return dmc.MantineProvider(
        [
            dcc.Location(id="location", refresh="callback-nav"),
            dcc.Store(id="asked"),
            dcc.Store(id="facts"),
            html.Div(id="screen"),
            html.Div(id="announce", role="status", className="hidden", **{"aria-live": "polite"}),
        ],
        id="provider",
        theme={"fontFamily": "Inter, system-ui, sans-serif", "primaryColor": "cyan"},
    )


def _add_callbacks(app: dash.Dash, home: Path, audience: Audience) -> None:
    app.clientside_callback(
        ClientsideFunction("poclens", "asked"),
        Output("asked", "data"),
        Input("location", "pathname"),
        Input("location", "search"),
    )
    app.clientside_callback(
        ClientsideFunction("poclens", "arrived"),
        Output("announce", "children"),
        Output("provider", "forceColorScheme"),
        Input("facts", "data"),
        prevent_initial_call=True,
    )
    app.clientside_callback(
        ClientsideFunction("poclens", "picked"),
        Output("location", "search"),
        Input({"type": "picker", "name": ALL}, "value"),
        State({"type": "picker", "name": ALL}, "id"),
        State("facts", "data"),
        prevent_initial_call=True,
    )

    @app.callback(
        Output("screen", "children"),
        Output("facts", "data"),
        Input("asked", "data"),
        prevent_initial_call=True,
    )
    def screen(asked: dict[str, str] | None) -> tuple[Any, Any]:
        return _render(home, audience, asked)


def create_app(home: Path, audience: Audience = "mission") -> dash.Dash:
    """The application over a workspace's releases, for one audience."""
    app = _LocalDash(
        "dashboards",
        assets_folder=str(Path(__file__).parent / "assets"),
        serve_locally=True,
        compress=True,
        update_title=None,  # the title stays while a callback runs
        suppress_callback_exceptions=True,
        health_endpoint=HEALTH,
        enable_mcp=False,
        title="POC Lens",
    )
    app.server.config["COMPRESS_ZSTD_LEVEL"] = (
        10  # an eighth less over a slow link than the usual 3
    )
    app.home, app.audience = home, audience
    app.layout = _layout
    _add_callbacks(app, home, audience)
    downloads.add_route(app.server, home, audience)
    briefs.add_route(app.server, home, audience)
    security.add_headers(app)
    return app
