"""A process of gunicorn's in which waitress reads and answers."""

import os
import time
from typing import Any

from gunicorn.workers.base import Worker as BaseWorker

from dashboards.serving import server


class Worker(BaseWorker):
    """Shows life to gunicorn each second, and ends when told or when its parent is gone."""

    def run(self) -> None:
        """Answers until the process is ended."""
        own: Any = server.waitress_on(self.wsgi, self.sockets[0].sock)
        while self.alive and os.getppid() == self.ppid:
            self.notify()
            own.asyncore.loop(timeout=1, map=own._map, use_poll=True, count=1)
        own.accepting = False
        until = time.monotonic() + self.cfg.graceful_timeout
        while time.monotonic() < until and any(map(_is_busy, own.active_channels.values())):
            own.asyncore.loop(timeout=0.1, map=own._map, use_poll=True, count=1)
        own.asyncore.close_all(own._map)


def _is_busy(channel: Any) -> bool:
    """Whether it waits for an answer, or for the rest of one."""
    return bool(channel.requests or channel.total_outbufs_len)
