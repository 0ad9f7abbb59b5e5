"""Scripts, styles and fonts: read and compressed when first asked for, then kept."""

from typing import Any

import dash
from dash.exceptions import DependencyException
from flask import Flask, abort, request

from dashboards.http.finished import Finished
from dashboards.reading.kept import Kept

_FOLDERS = ("/_dash-component-suites/", "/assets/")
_MOST_MB = 16  # all libraries of Dash and Mantine, take 2 MB


def keep_libraries(app: dash.Dash) -> None:
    """Puts the kept files before the routes of Dash that read and compress at every request."""
    # Dash knows its files once it has written a document; a process may be asked for one before.
    with app.server.test_request_context("/"):
        app._generate_scripts_html()
        app._generate_css_dist_html()
    kept: Kept[Finished] = Kept(_MOST_MB * 2**20, lambda answer: answer.size)
    for rule in list(app.server.url_map.iter_rules()):
        if rule.rule.startswith(_FOLDERS):
            view = app.server.view_functions[rule.endpoint]
            app.server.view_functions[rule.endpoint] = _kept_view(app.server, kept, view)


def _kept_view(server: Flask, kept: Kept[Finished], view: Any) -> Any:
    def answer(**parts: str) -> Any:
        path = request.path

        def read() -> Finished:
            with server.test_request_context(path):  # without the conditions of this request
                response = server.make_response(view(**parts))
                response.direct_passthrough = False
                return Finished.of(response.get_data(), response.mimetype, response.status_code)

        try:
            return kept.get(path, read).response()
        except DependencyException:  # no file of a library has this name
            return abort(404)

    return answer
