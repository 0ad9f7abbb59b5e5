"""Unexpected errors told by kind and place, never by their text: that may quote a cell of a row."""

import errno
import os
import traceback
from collections.abc import Iterator
from contextlib import contextmanager

from indicators.foundation.errors import PocLensError

# Kinds whose text may come from data. Errors of files, and what is not listed, name none.
_QUOTING = (LookupError, TypeError, ValueError)
_OF_DATA = ("_duckdb", "duckdb", "pyarrow")
_OF_MACHINE = ("IOException", "OutOfMemoryException")
_INTERRUPTED = "Query interrupted"  # what DuckDB raises where Ctrl-C falls into a question


_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
# The second: no room for what its readers and writers share
_SQLITE_FULL = ("SQLITE_FULL", "SQLITE_IOERR_SHMSIZE")


class Fault(Exception):
    """An unexpected error without its text; its traceback is that of the error itself."""


def kind_of(error: BaseException) -> str:
    """The kind of an error by its full name, as `duckdb.ConversionException`.

    SQLite's with its code: a lock that was waited for and a disk that fails are of one kind."""
    if isinstance(error, Fault):
        return str(error)
    name = f"{type(error).__module__}.{type(error).__qualname__}".removeprefix("builtins.")
    code = getattr(error, "sqlite_errorname", None)
    return f"{name} ({code})" if code else name


def traceback_of(error: BaseException) -> str:
    """The traceback of an error and of those before it: frames and kinds, no texts."""
    told: dict[int, str] = {}  # a context may lead back to an error that was raised anew
    at: BaseException | None = error
    while at is not None and id(at) not in told:
        told[id(at)] = f"{''.join(traceback.format_tb(at.__traceback__))}{kind_of(at)}\n"
        at = at.__cause__ or (None if at.__suppress_context__ else at.__context__)
    return "\n".join(reversed(told.values()))


@contextmanager
def quoting_no_row() -> Iterator[None]:
    """Around work on rows: raises Fault in place of an error whose text may quote one.

    What comes further up, Dagster's record of events among it, then has nothing to quote.
    """
    try:
        yield
    except (PocLensError, Fault):
        raise
    except Exception as error:
        if isinstance(error, RuntimeError) and str(error) == _INTERRUPTED:
            raise KeyboardInterrupt from None
        if is_disk_full(error):
            full = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            raise full.with_traceback(error.__traceback__) from None
        kind = type(error)
        is_of_data = kind.__module__.partition(".")[0] in _OF_DATA
        if kind.__name__ in _OF_MACHINE or not (is_of_data or isinstance(error, _QUOTING)):
            raise
        raise Fault(kind_of(error)).with_traceback(error.__traceback__) from None


def is_disk_full(error: BaseException | None) -> bool:
    """Whether the system took no more bytes: Python gives a number, DuckDB the system's words,
    SQLite its own name."""
    seen: set[int] = set()  # as above
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        if isinstance(error, OSError) and error.errno in _FULL:
            return True
        if getattr(error, "sqlite_errorname", None) in _SQLITE_FULL:
            return True
        is_of_data = type(error).__module__.partition(".")[0] in _OF_DATA
        if is_of_data and any(os.strerror(number) in str(error) for number in _FULL):
            return True
        error = error.__cause__ or error.__context__
    return False
