"""`python -m dashboards`: serves a workspace's releases on one port of this machine."""

import argparse
import signal
import socket
import sys
from pathlib import Path

from dashboards.reading.access import AUDIENCES
from indicators.foundation.errors import WrongUse
from indicators.foundation.messages import language_of_environment, message
from indicators.foundation.stored.ending import end_at_once

WRONG_USE = 2
_THIS_MACHINE = ("127.0.0.1", "localhost")
_ALL_ADDRESSES = ("0.0.0.0", "")  # noqa: S104 compared with, not listened on


def _said(key: str, **parameters: object) -> str:
    return message(key, language_of_environment(), **parameters)


def _arguments(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser("python -m dashboards", description=_said("page.serve.help"))
    parser.add_argument("--home", type=Path, required=True, help=_said("page.serve.home"))
    parser.add_argument("--audience", choices=AUDIENCES, default="mission")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8050)
    parser.add_argument("--waits", action="store_true", help=_said("page.serve.waits"))
    parser.add_argument("--desk", metavar="MODULE:FUNCTION", help=_said("page.serve.desk"))
    return parser.parse_args(arguments)


def _is_reached(host: str) -> bool:
    """Whether other machines reach the server, by themselves or through a proxy."""
    from dashboards.http.security import is_behind_proxy

    return host not in _THIS_MACHINE or is_behind_proxy()


def _hindrance(home: Path, host: str) -> str | None:
    """Why the server may not start. One that others reach: people must sign in, and somebody can;
    and it must know its own names.

    Raises WrongUse where a later version of the software has written the records.
    """
    from dashboards.http.security import named_hosts
    from records.people.accounts import anybody_can_sign_in
    from records.store import Store, utc_now

    can_sign_in = anybody_can_sign_in(Store.of_workspace(home), utc_now())
    if not _is_reached(host):
        return None
    if not can_sign_in:
        return _said("page.serve.open_to_all", host=host)
    has_name = named_hosts() or host not in (*_THIS_MACHINE, *_ALL_ADDRESSES)
    return None if has_name else _said("page.serve.no_host")


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
        print(_said("page.serve.no_home", home=chosen.home), file=sys.stderr)
        return WRONG_USE
    try:
        hindrance = _hindrance(chosen.home, chosen.host)
    except WrongUse as error:
        print(
            *(problem.sentence(language_of_environment()) for problem in error.problems),
            sep="\n",
            file=sys.stderr,
        )
        return error.exit_code
    if hindrance:
        print(hindrance, file=sys.stderr)
        return WRONG_USE
    listening = _listening_socket(chosen.host, chosen.port)
    if listening is None:
        text = _said("page.serve.port_taken", port=chosen.port, other=chosen.port + 1)
        print(text, file=sys.stderr)
        return WRONG_USE
    _serve(chosen, listening)
    return 0


def _serve(chosen: argparse.Namespace, listening: socket.socket) -> None:
    from dashboards.forms.accounts.sessions import cookie_name
    from dashboards.forms.desk import desk_named
    from dashboards.http import monitoring
    from dashboards.serving import server
    from dashboards.serving.app import create_app

    monitoring.set_up()
    home = chosen.home.resolve()
    desk = desk_named(chosen.desk, home) if chosen.desk else None
    app = create_app(home, chosen.audience, desk, _is_reached(chosen.host))
    if chosen.waits:
        if not sys.stdin.readline():  # who was to say when has ended
            return
        signal.signal(signal.SIGINT, signal.default_int_handler)  # who began this was deaf to it
    port = listening.getsockname()[1]
    app.server.config["SESSION_COOKIE_NAME"] = cookie_name(home, chosen.audience, port)
    listening.listen(server.WAITING)  # who comes from now on is answered once all is loaded
    print(_said("page.serve.ready", host=chosen.host, port=port), flush=True)
    try:
        server.serve(app.server, listening)
    except KeyboardInterrupt:
        print(_said("page.serve.stopped"))


if __name__ == "__main__":
    end_at_once(main)
