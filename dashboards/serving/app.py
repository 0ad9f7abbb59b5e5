"""The Dash application: routes an address to a page, wraps it in the shell, serves it locally."""

import re
from collections.abc import Callable, Hashable
from dataclasses import replace
from functools import partial
from html import escape
from pathlib import Path
from typing import Any

import dash
import dash_mantine_components as dmc
from dash import ALL, ClientsideFunction, Input, Output, State, dcc, html
from flask import request
from werkzeug.exceptions import HTTPException, InternalServerError

from dashboards.api import routes as api_routes
from dashboards.api.problems import told
from dashboards.components.card import page_head, page_link
from dashboards.components.empty import with_marks_key
from dashboards.figures.theme import style_sheet
from dashboards.forms import routes
from dashboards.forms.accounts import sessions
from dashboards.http import downloads, libraries, monitoring, permanent, security
from dashboards.http.api import is_for_programs
from dashboards.pages import INDICATOR, Page, menu, page_at
from dashboards.pages.indicator import code_of
from dashboards.pages.missions.queries import edition
from dashboards.reading.access import Audience, only_mission
from dashboards.reading.address import Address
from dashboards.reading.context import Context, read_context
from dashboards.reading.releases import DamagedRelease, LackingRelease
from dashboards.serving.files import LISTS
from dashboards.serving.routes import briefs, download_log, lists, screens
from dashboards.serving.routes.screens import Answer, FirstWords, Pages, Screens, asked_address
from dashboards.serving.routes.unknown_choice import unknown_choice
from dashboards.serving.shell import NavigationEntry
from dashboards.wording.words import Words
from indicators.foundation.messages import LANGUAGES
from records.desk.intake import Desk
from records.store import Store

HEALTH = "health"
_NO_PAGE = "/404"

_INDEX = """<!DOCTYPE html>
<html lang="{lang}"{theme}>
<head>
{%metas%}
<title>{%title%}</title>
<link rel="icon" href="/assets/icon.svg" type="image/svg+xml">
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


def _nothing_published(words: Words, audience: Audience, address: Address) -> Answer:
    title = words("state.no_release.title")
    return Answer(
        title,
        f"{title} {words('state.no_release.lead')}",
        lambda: [
            page_head(title, words("state.no_release.lead")),
            *_what_to_run(words, audience, address),
        ],
        None,
    )


def _what_to_run(words: Words, audience: Audience, address: Address) -> list[Any]:
    """The steps to a release, where the pages have forms; the commands."""
    commands = html.Pre(words("state.no_release.commands"))
    steps = html.A(words("steps.title"), href=address.link("/records/steps"))
    return [html.P(steps), commands] if audience == "mission" else [commands]


def _not_found(words: Words, context: Context) -> Answer:
    title = words("state.not_found.title")
    lead = words("state.not_found.lead")
    return Answer(title, title, lambda: [page_head(title, lead)], context, screens.NOT_FOUND)


def _unknown(context: Context, key: str, value: str) -> Answer:
    """Nothing stands in the place of what is not there; one link leads on without it."""
    words = context.words
    title = words("state.unknown.title", subject=words(f"state.unknown.{key}"), value=value)
    lead = words("state.unknown.lead", release=context.release.name)
    onward = page_link(words("state.unknown.without"), context.address.link(**{key: None}))
    plain = replace(context, address=context.address.without(key))
    return Answer(title, title, lambda: [page_head(title, lead), html.P(onward)], plain)


def _without_figures(title: str, page: Page, context: Context) -> Answer:
    """A release without a single figure: what it holds besides, and what to do."""
    words = context.words
    said = words("state.empty.title", release=context.release.name)
    lead = words("state.empty.lead")
    parts = [page_head(said, lead), *_what_to_run(words, context.audience, context.address)]
    return Answer(
        title,
        f"{said} {lead}",
        lambda: [*parts, *([] if page.needs_figures else page.module.body(context)[1:])],
        context,
    )


def answer(home: Path, audience: Audience, address: Address) -> Answer:
    """The page for an address: states without a release or without such a page included."""
    words = Words(address.language)
    context = read_context(home, audience, address)
    if context is None:
        return _nothing_published(words, audience, address)
    page = _open_page(audience, address, context)
    if page is None:
        return _not_found(words, context)
    title = words("document_title", page=words(f"nav.{page.name}"), mission=context.mission_name)
    if (asked := unknown_choice(context)) is not None and context.has_figures:
        return _unknown(context, *asked)
    if not context.has_figures:
        return _without_figures(title, page, context)
    module = page.module
    return Answer(
        title,
        module.sentence(context),
        lambda: with_marks_key(module.body(context), words),
        context,
    )


def _open_page(audience: Audience, address: Address, context: Context) -> Page | None:
    """The page of an address, if there is one that the audience may open."""
    page = page_at(address.path)
    if page is None or audience not in page.audiences:
        return None
    if page.is_of_all_missions and only_mission() is not None:
        return None
    return None if page is INDICATOR and code_of(context) is None else page


def failed(audience: Audience, address: Address, error: Exception, reference: str) -> Answer:
    """The page that says what failed, that the data are safe, and what to do."""
    words, onward = Words(address.language), []
    if isinstance(error, DamagedRelease):
        title = words("state.damaged.title", release=error.release)
        lead = words("state.damaged.lead", file=error.file.name, reference=reference)
    elif isinstance(error, LackingRelease):
        title = words("state.lacking.title", release=error.release)
        lead = words("state.lacking.lead", reference=reference)
        if audience == "mission":
            onward = [html.P(html.A(words("run.title"), href=address.link("/records/run")))]
    else:
        title, lead = words("state.error.title"), words("state.error.lead", reference=reference)
    return Answer(title, f"{title} {lead}", lambda: [page_head(title, lead), *onward], None)


class _LocalDash(dash.Dash):
    """Dash whose first response already holds title, sentence and release."""

    screens: Screens

    def index(self, *args: Any, **parts: Any) -> Any:
        """The document; 404 with the page that says so where no page has the address."""
        page = super().index(*args, **parts)
        return page, self.screens.first_words(asked_address(request.path)).status

    def interpolate_index(self, **parts: str) -> str:
        address = asked_address(request.path)
        first = self.screens.first_words(address)
        entry = f'<div id="react-entry-point"><main class="first-words">{first.said}</main></div>'
        parts |= {"app_entry": entry, "title": escape(first.title)}
        page = _document(address)
        for name, text in parts.items():
            page = page.replace("{%" + name + "%}", text)
        return page


def _document(address: Address) -> str:
    """The document of an address, with the places that Dash fills."""
    theme = f' data-theme="{address.theme}"' if address.get("theme") else ""
    page = _INDEX.replace("{lang}", address.language).replace("{theme}", theme)
    return page.replace("{style}", style_sheet())


def _add_failures(app: _LocalDash) -> None:
    """What fails outside of a page (a brief, a file) is said in the same words, without scripts."""

    @app.server.errorhandler(DamagedRelease)
    @app.server.errorhandler(InternalServerError)
    def say(error: Exception) -> tuple[str, int]:
        address = asked_address(request.path)
        cause = getattr(error, "original_exception", None) or error
        return _plain_document(address, app.screens.failed(address, cause)), 500

    @app.server.errorhandler(404)
    def nothing_here(error: HTTPException) -> Any:
        if is_for_programs(request.path):
            return told(error)
        address = Address(_NO_PAGE, asked_address(request.path).parameters)
        return _plain_document(address, app.screens.first_words(address)), 404


def _plain_document(address: Address, first: FirstWords) -> str:
    """A document of words alone."""
    main = f'<main class="first-words">{first.said}</main>'
    page = re.sub("{%[a-z_]+%}", "", _document(address).replace("{%app_entry%}", main))
    return page.replace("<title></title>", f"<title>{escape(first.title)}</title>")


def _layout() -> Any:
    return dmc.MantineProvider(
        [
            dcc.Location(id="location", refresh="callback-nav"),
            dcc.Store(id="facts"),
            dcc.Store(id="lost", data={language: _lost(language) for language in LANGUAGES}),
            html.Div(id="screen"),
            html.Div(id="announce", role="status", className="hidden", **{"aria-live": "polite"}),
        ],
        id="provider",
        theme={"fontFamily": "Inter, system-ui, sans-serif", "primaryColor": "cyan"},
    )


def _lost(language: str) -> dict[str, str]:
    """What the page itself says when the server does not answer any more."""
    words = Words(language)
    return {name: words(f"state.lost.{name}") for name in ("title", "lead", "again", "reference")}


def _add_callbacks(app: dash.Dash) -> None:
    app.clientside_callback(
        ClientsideFunction("poclens", "asked"),
        Output("screen", "children"),
        Output("facts", "data"),
        Input("location", "pathname"),
        Input("location", "search"),
        State("lost", "data"),
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


def _pages(home: Path, audience: Audience, store: Store) -> Pages:
    """The pages of an audience, loaded before the server divides into processes."""
    entries = [
        NavigationEntry(pages[0].question, {page.name: page.path for page in pages if page.module})
        for pages in menu(audience)
    ]
    editions: dict[str, Callable[[], Hashable]] = {
        "records": store.edition,
        "pulls": lambda: edition(home),
    }

    def changes(address: Address) -> Hashable:
        page = page_at(address.path)
        return tuple(editions[name]() for name in page.changes_with) if page else ()

    def answered(address: Address) -> Answer:
        return answer(home, audience, address)

    return Pages(
        entries, answered, partial(failed, audience), changes, partial(sessions.are_required, store)
    )


def create_app(
    home: Path,
    audience: Audience = "mission",
    desk: Desk | None = None,
    is_reached: bool = False,
) -> dash.Dash:
    """The application over a workspace's releases, for one audience; `desk`: takes files in.

    `is_reached`: other machines reach it, as they do through a proxy.
    """
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
    store = Store.of_workspace(home)
    app.screens = Screens(home, audience, _pages(home, audience, store))
    app.layout = _layout
    _add_callbacks(app)
    _add_failures(app)
    monitoring.add_metrics(app.server)
    security.add_limits(app.server)
    screens.add_route(app.server, app.screens)
    downloads.add_route(app.server, home, audience)
    briefs.add_route(app.server, home, audience)
    lists.add_route(app.server, home, audience, LISTS)
    permanent.add_route(app.server)
    routes.add_routes(app.server, home, audience, desk, is_reached or security.is_behind_proxy())
    api_routes.add_routes(app.server, home, audience)
    monitoring.add_route(app.server, home, audience, store)
    download_log.add_log(app.server, store)
    libraries.keep_libraries(app)
    security.add_headers(app)
    return app
