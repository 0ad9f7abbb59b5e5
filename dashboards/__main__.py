"""`python -m dashboards`: serves a workspace's releases on one port of this machine."""

import argparse
import socket
import sys
from pathlib import Path

from dashboards.access import AUDIENCES
from indicators.foundation.errors import WrongUse
from indicators.foundation.messages import message

WRONG_USE = 2
_THIS_MACHINE = ("127.0.0.1", "localhost")


def _arguments(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser("python -m dashboards", description=message("page.serve.help"))
    parser.add_argument("--home", type=Path, required=True, help=message("page.serve.home"))
    parser.add_argument("--audience", choices=AUDIENCES, default="mission")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8050)
    parser.add_argument("--desk", metavar="MODULE:FUNCTION", help=message("page.serve.desk"))
    return parser.parse_args(arguments)


def _may_listen(home: Path, host: str) -> bool:
    """Whether other machines may reach the server: only where people must sign in.

    Raises WrongUse where a later version of the software has written the records.
    """
    from records.accounts import are_required
    from records.store import Store

    return are_required(Store.of_workspace(home)) or host in _THIS_MACHINE


def _listening_socket(host: str, port: int) -> socket.socket | None:
    """A bound socket, None where the port is taken: tried before anything heavy is imported."""
    found = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        found.bind((host, port))
    except OSError:
        found.close()
        return None
    return found


def main(arguments: list[str] | None = None) -> int:
    """Serve until interrupted; exit code 2 where folder or port cannot be used."""
    chosen = _arguments(arguments)
    if not chosen.home.is_dir():
        print(message("page.serve.no_home", home=chosen.home), file=sys.stderr)
        return WRONG_USE
    try:
        if not _may_listen(chosen.home, chosen.host):
            print(message("page.serve.open_to_all", host=chosen.host), file=sys.stderr)
            return WRONG_USE
    except WrongUse as error:
        print(error, file=sys.stderr)
        return error.exit_code
    listening = _listening_socket(chosen.host, chosen.port)
    if listening is None:
        text = message("page.serve.port_taken", port=chosen.port, other=chosen.port + 1)
        print(text, file=sys.stderr)
        return WRONG_USE
    _serve(chosen, listening)
    return 0


def _serve(chosen: argparse.Namespace, listening: socket.socket) -> None:
    from dashboards import server
    from dashboards.app import create_app
    from dashboards.forms.desk import desk_named
    from dashboards.http import structured_log

    structured_log.set_up()
    home = chosen.home.resolve()
    desk = desk_named(chosen.desk, home) if chosen.desk else None
    app = create_app(home, chosen.audience, desk)
    port = listening.getsockname()[1]
    listening.listen(server.WAITING)  # who comes from now on is answered once all is loaded
    print(message("page.serve.ready", host=chosen.host, port=port), flush=True)
    try:
        server.serve(app.server, listening)
    except KeyboardInterrupt:
        print(message("page.serve.stopped"))


if __name__ == "__main__":
    sys.exit(main())
