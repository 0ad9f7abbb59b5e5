"""How a process that may have opened DuckDB ends: at once."""

import atexit
import os
import sys
from collections.abc import Callable


def end_at_once(main: Callable[[], int]) -> None:
    """Runs a process's work and ends with its exit code. Freeing each object takes a command a
    second, and DuckDB prints what it could not free; so does each process that answers pages."""
    ended: list[int] = []

    def end() -> None:
        sys.stdout.flush()
        sys.stderr.flush()
        if ended:
            os._exit(ended[0])

    atexit.register(end)  # first, so that it comes after what the libraries have to end
    try:
        ended.append(main())
    except SystemExit as asked:  # by wrong words; by gunicorn, in each of its processes
        if asked.code is None or isinstance(asked.code, int):
            ended.append(asked.code or 0)
        raise
    sys.exit(ended[0])
