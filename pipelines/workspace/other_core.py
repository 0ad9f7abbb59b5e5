"""Work in processes of their own, beside what goes on here.

They end with the run that began them, also with one that is killed.
"""

import atexit
import gc
import os
import signal
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from functools import cache
from multiprocessing import get_context, parent_process
from threading import Thread, current_thread, main_thread


@cache
def other_core() -> ProcessPoolExecutor:
    """One process for all that a run asks, begun with the first work for it.

    Not forked: it would have the open warehouse.
    """
    processes = ProcessPoolExecutor(1, get_context("spawn"), end_with_the_run)
    with deaf_to_interrupts():
        processes.submit(int)  # begins it
    return processes


def begun() -> ProcessPoolExecutor | None:
    """The same, where something was asked of it already; None: it would take longer to begin it."""
    return other_core() if other_core.cache_info().currsize else None


def end_other_core() -> None:
    """Ends it with the run that asked, broken or whole: the next one begins its own."""
    processes = begun()
    if processes is None or (_sharing and _is_whole(processes)):
        return
    other_core.cache_clear()
    processes.shutdown(wait=False, cancel_futures=True)


_sharing: list[None] = []  # one for each open `one_for_several_runs`


@contextmanager
def one_for_several_runs() -> Iterator[None]:
    """The runs within have one between them, which loads its libraries once and ends with the last;
    one that was killed is replaced all the same."""
    _sharing.append(None)
    try:
        yield
    finally:
        _sharing.pop()
        end_other_core()


def _is_whole(processes: ProcessPoolExecutor) -> bool:
    try:
        processes.submit(int).result()
    except BrokenProcessPool:
        return False
    return True


@contextmanager
def deaf_to_interrupts() -> Iterator[None]:
    """Processes begun within do not hear the key that interrupts the run, which ends them itself:
    each would tell of it by its own traceback."""
    if current_thread() is not main_thread():  # signals are set there alone
        yield
        return
    heard = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, heard)


def end_with_the_run() -> None:
    """What a process does first: it comes after others where its run does, and must not outlive a
    killed one, whose place the next one takes."""
    run = parent_process()
    if run is None:
        return
    gc.set_threshold(50_000, 20)  # as the command that asks
    atexit.register(os._exit, 0)  # the run waits for its end: no object is freed by itself
    if hasattr(os, "nice"):
        os.nice(max(0, os.getpriority(os.PRIO_PROCESS, run.pid or 0) - os.nice(0)))

    def wait() -> None:
        run.join()
        os._exit(1)

    Thread(target=wait, daemon=True).start()
