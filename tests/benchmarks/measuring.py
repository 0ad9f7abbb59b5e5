"""What benchmarks measure by: seconds, medians by turns, peak memory, progress."""

import os
import resource
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

_STARTED = time.monotonic()


@dataclass(frozen=True)
class Measured:
    """Median seconds of some rounds, and the peak memory of any of them in MB."""

    seconds: float
    peak_mb: int


def cpu_seconds() -> float:
    """CPU seconds of this process so far, all threads together."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def note(text: str) -> None:
    """A line of progress, with the seconds since the process began."""
    print(f"        {time.monotonic() - _STARTED:5.0f} s  {text}", file=sys.stderr, flush=True)


def forget_peak() -> None:
    """Peak memory counts from here, where the system can do so; else from the process's begin."""
    counter = Path("/proc/self/clear_refs")
    if counter.exists():
        counter.write_text("5")


def peak_mb() -> int:
    """The largest resident memory of this process since `forget_peak`."""
    status = Path("/proc/self/status")
    lines = status.read_text().splitlines() if status.exists() else []
    found = [int(line.split()[1]) for line in lines if line.startswith("VmHWM")]
    kilobytes = found[0] if found else resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return kilobytes // 1024


def children_peak_mb() -> int:
    """The largest resident memory so far of the processes that this one started, together."""
    lines = [line for child in _children() for line in (child / "status").read_text().splitlines()]
    return sum(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) // 1024


def children_cpu_seconds() -> float:
    """CPU seconds so far of the processes that this one started and that still run."""
    stats = [(child / "stat").read_text().rpartition(")")[2].split() for child in _children()]
    return sum(int(stat[11]) + int(stat[12]) for stat in stats) / os.sysconf("SC_CLK_TCK")


def _children() -> list[Path]:
    listed = Path(f"/proc/self/task/{os.getpid()}/children")
    return [Path("/proc") / child for child in listed.read_text().split()]


def measured(act: Callable[[], object]) -> Measured:
    """One round."""
    forget_peak()
    started = time.perf_counter()
    act()
    return Measured(time.perf_counter() - started, peak_mb())


def median_of(rounds: list[Measured]) -> Measured:
    """Their median seconds and their highest peak."""
    seconds = statistics.median(entry.seconds for entry in rounds)
    return Measured(seconds, max(entry.peak_mb for entry in rounds))


def medians(rounds: int, **acts: Callable[[], object]) -> dict[str, Measured]:
    """The median of each, measured by turns so that all meet the same machine."""
    taken: dict[str, list[Measured]] = {name: [] for name in acts}
    for number in range(rounds):
        for name, act in acts.items():
            taken[name].append(measured(act))
        seconds = ", ".join(f"{name} {entries[-1].seconds:.2f}" for name, entries in taken.items())
        note(f"round {number + 1} of {rounds}: {seconds}")
    return {name: median_of(entries) for name, entries in taken.items()}
