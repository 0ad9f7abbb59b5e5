"""The smallest Dash app with one chart, on the server of the dashboards: what ours is held against.

`python -m tests.benchmarks.bare_dash PORT`.
"""

import socket
import sys
from typing import Any

import dash
import plotly.graph_objects as go
from dash import Input, Output, dcc, html

from dashboards.serving.server import WAITING, serve


def bare_app() -> dash.Dash:
    """A choice and a line of ten years of months."""
    app = dash.Dash("bare", serve_locally=True, enable_mcp=False, health_endpoint="health")
    choice = dcc.Dropdown([f"Series {number}" for number in range(10)], "Series 0", id="choice")
    app.layout = html.Div([html.H1("One chart"), choice, dcc.Graph(id="chart")])

    @app.callback(Output("chart", "figure"), Input("choice", "value"))
    def chart(value: str) -> Any:
        step = int(value.split()[-1]) + 1
        return go.Figure(go.Scatter(x=list(range(120)), y=[(k * step) % 17 for k in range(120)]))

    # Each process must know the libraries before it is asked for one.
    app.server.test_client().get("/")
    return app


if __name__ == "__main__":
    with socket.socket() as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(("127.0.0.1", int(sys.argv[1])))
        listening.listen(WAITING)
        serve(bare_app().server, listening)
