"""The web server: gunicorn, a process a core; waitress, one process, where gunicorn cannot run.

Making a page is Python, which uses one core a process: more processes share out the cores, and more
threads only let short answers pass a long one (a brief, a map). A page is made once and
then sent in a millisecond; the processes share what they made by files of the server's own, and the
code's memory: it is loaded before they part.
"""

import importlib.util
import os
import socket
from typing import Any

from flask import Flask

THREADS = 4
WAITING = 512  # connections that may wait to be taken
_MOST_PROCESSES = 4  # each keeps up to 130 MB of pages and tables
_SECONDS = 120  # a process that shows no life for so long is replaced


def processes() -> int:
    """One a core, two at least: a page is answered while another is being made."""
    return min(_MOST_PROCESSES, max(2, os.cpu_count() or 1))


def serve(server: Flask, listening: socket.socket) -> None:
    """Answer until interrupted or ended."""
    is_forking = hasattr(os, "fork") and importlib.util.find_spec("gunicorn") is not None
    (_gunicorn if is_forking else _waitress)(server, listening)


def _waitress(server: Flask, listening: socket.socket) -> None:
    import waitress

    waitress.serve(server, sockets=[listening], threads=THREADS, backlog=WAITING, _quiet=True)


def _gunicorn(server: Flask, listening: socket.socket) -> None:
    from gunicorn.app.base import BaseApplication

    settings = {
        "bind": f"fd://{os.dup(listening.fileno())}",  # closed by gunicorn
        "workers": processes(),
        "threads": THREADS,
        "worker_class": "gthread",
        "preload_app": True,
        "timeout": _SECONDS,
        "graceful_timeout": 3,
        "keepalive": 30,
        "backlog": WAITING,
        "loglevel": "warning",
        "control_socket_disable": True,
    }

    class Application(BaseApplication):
        def load_config(self) -> None:
            for name, value in settings.items():
                self.cfg.set(name, value)

        def load(self) -> Any:
            return server

    Application().run()
