"""The web server: waitress in each process, gunicorn over the processes; one where it cannot run.

Making a page is Python, which uses one core a process: more processes share out the cores, and more
threads only let short answers pass a long one (a brief, a map). A page is made once and
then sent in a millisecond; the processes share what they made by files of the server's own, and the
code's memory: it is loaded before they part.

Requests are read and answers are sent by one loop a process, so that neither a request that never
ends nor a reader who never reads takes a thread from others. A request has its headers within
seconds, or its connection is closed. Questions to the figures (SDMX) wait for one another in a
queue of their own.
"""

import gc
import importlib.util
import logging
import os
import socket
import time
from typing import Any

from flask import Flask
from waitress.adjustments import Adjustments
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser
from waitress.server import TcpWSGIServer
from waitress.task import ThreadedTaskDispatcher

from dashboards.api.routes import is_question
from dashboards.forms.intake.held import LARGEST_MB

THREADS = 4  # for pages; one more for questions
WAITING = 512  # connections that may wait to be taken
HEADERS_SECONDS = 10
_MOST_PROCESSES = 4  # each keeps up to 130 MB of pages and tables
_SECONDS = 120  # a process that shows no life for so long is replaced
_IDLE_SECONDS = 30
_ENDING_SECONDS = 3
_OBJECTS_BETWEEN = (50_000, 20, 50)  # until cycles are looked for: 700, 10, 10 as Python has it
_SETTINGS = {
    "backlog": WAITING,
    "connection_limit": 400,  # a process; within the files that a process may usually open
    "channel_timeout": _IDLE_SECONDS,
    "cleanup_interval": 1,
    "max_request_header_size": 65_536,
    "max_request_body_size": (LARGEST_MB + 1) * 2**20,
    "outbuf_high_watermark": 2**30,  # what a slow reader has not read lies in a file, past 1 MB
    "clear_untrusted_proxy_headers": False,  # `dashboards.http.security` decides on them
    "asyncore_use_poll": True,
    "ident": None,
}


class _Parser(HTTPRequestParser):
    """A request that knows when it began."""

    def __init__(self, adj: Adjustments) -> None:
        super().__init__(adj)
        self.began = time.monotonic()


class _Channel(HTTPChannel):
    parser_class = _Parser

    @property
    def is_overdue(self) -> bool:
        """Whether its request has begun and the headers are not there in time."""
        request = self.request
        return (
            request is not None
            and not request.headers_finished
            and time.monotonic() - request.began > HEADERS_SECONDS
        )


class _Server(TcpWSGIServer):
    channel_class = _Channel

    def maintenance(self, now: float) -> None:
        """Closes what has been silent for long, and what does not come to its end."""
        super().maintenance(now)
        for channel in self.active_channels.values():
            if channel.is_overdue:
                channel.will_close = True


class _Queues:
    """Pages in one queue, questions in another with a thread of its own."""

    def __init__(self) -> None:
        self._pages, self._questions = ThreadedTaskDispatcher(), ThreadedTaskDispatcher()
        self._pages.set_thread_count(THREADS)
        self._questions.set_thread_count(1)

    def add_task(self, channel: _Channel) -> None:
        """Puts a connection whose first request is whole into the queue of that request."""
        is_heavy = is_question(getattr(channel.requests[0], "path", ""))
        (self._questions if is_heavy else self._pages).add_task(channel)

    def shutdown(self) -> None:
        """Waits for what is being answered, not for long."""
        for queue in (self._pages, self._questions):
            queue.shutdown(timeout=_ENDING_SECONDS)


def processes() -> int:
    """One a core, two at least: a page is answered while another is being made."""
    return min(_MOST_PROCESSES, max(2, os.cpu_count() or 1))


def serve(server: Flask, listening: socket.socket) -> None:
    """Answer until interrupted or ended."""
    # Parts of a page go as they are let go: to look for cycles is a tenth of its time.
    gc.freeze()
    gc.set_threshold(*_OBJECTS_BETWEEN)
    is_forking = hasattr(os, "fork") and importlib.util.find_spec("gunicorn") is not None
    (_many_processes if is_forking else _one_process)(server, listening)


def waitress_on(server: Flask, listening: socket.socket) -> _Server:
    """A server for one process: reads, answers and sends at this socket."""
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # waiting is what queues are for
    place = (listening.family, listening.type, listening.proto, listening.getsockname())
    return _Server(
        server,
        _sock=listening,
        dispatcher=_Queues(),
        adj=Adjustments(sockets=[listening], **_SETTINGS),
        bind_socket=False,
        sockinfo=place,
    )


def _one_process(server: Flask, listening: socket.socket) -> None:
    waitress_on(server, listening).run()


def _many_processes(server: Flask, listening: socket.socket) -> None:
    from gunicorn.app.base import BaseApplication

    from dashboards.serving.worker import Worker

    settings = {
        "bind": f"fd://{os.dup(listening.fileno())}",  # closed by gunicorn
        "workers": processes(),
        "worker_class": Worker,
        "preload_app": True,
        "timeout": _SECONDS,
        "graceful_timeout": _ENDING_SECONDS,
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
