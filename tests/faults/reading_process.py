"""Files read by a process of their own that may use so much memory and time and no more.

One server imports the readers once and forks for each file, so that a file that kills its reader
ends no test. `python -m tests.faults.reading_process` takes one JSON object a line.
"""

import json
import os
import resource
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from indicators.foundation.errors import WrongUse
from indicators.foundation.messages import LANGUAGES
from pipelines.ingest.readers import reader, readers
from tests.conftest import REPOSITORY
from tests.faults.mutations import mutated

SECONDS = 20  # of processor


@dataclass(frozen=True)
class Read:
    """How it ended: `refused` (with the rule), `read` (rows), `raised` (kind), `killed` (signal).

    `megabytes`: how far the memory of the process grew. `sentences`: of a refusal, in English and
    French.
    """

    how: str
    what: str
    megabytes: int = 0
    sentences: tuple[str, ...] = ()


class Server:
    """Asks the process that reads."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def ask(self, **question: Any) -> Any:
        """The answer to one question, as JSON."""
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(json.dumps(question) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())

    def read(self, name: str, path: Path, megabytes: int = 600, **options: Any) -> Read:
        """One file read by one reader."""
        found = self.ask(reader=name, path=str(path), options=options, megabytes=megabytes)
        return Read(**{**found, "sentences": tuple(found.get("sentences", ()))})

    def fuzz(self, name: str, path: Path, seeds: range, **options: Any) -> list[list[Any]]:
        """(seed, how, what) of each mutation of a file that was neither read nor refused."""
        bounds = {"first": seeds.start, "last": seeds.stop}
        found: list[list[Any]] = self.ask(
            reader=name, path=str(path), options=options, megabytes=600, **bounds
        )
        return found


@contextmanager
def reading_process() -> Iterator[Server]:
    """The server, ended at the end."""
    command = [sys.executable, "-m", "tests.faults.reading_process"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=REPOSITORY
    ) as process:
        yield Server(process)
        assert process.stdin is not None
        process.stdin.close()


def _serve() -> None:
    readers()
    import pyreadstat  # noqa: F401  loaded once, before any child

    for line in sys.stdin:
        question = json.loads(line)
        answer = _fuzzed(question) if "first" in question else _in_a_child(question)
        print(json.dumps(answer), flush=True)


def _in_a_child(question: dict[str, Any]) -> dict[str, Any]:
    """What a forked process says, or how it died."""
    mine, its = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(mine)
        _limit(question["megabytes"])
        os.write(its, json.dumps(_read(question)).encode())
        os._exit(0)
    os.close(its)
    with os.fdopen(mine, "rb") as said:
        told = said.read()
    _, status = os.waitpid(child, 0)
    if told:
        found: dict[str, Any] = json.loads(told)
        return found
    return {"how": "killed", "what": str(os.waitstatus_to_exitcode(status))}


def _limit(megabytes: int) -> None:
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    most = pages * resource.getpagesize() + (megabytes << 20)
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _read(question: dict[str, Any]) -> dict[str, Any]:
    used = int(sum(resource.getrusage(resource.RUSAGE_SELF)[:2]))
    _, most = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (used + SECONDS, most))  # of this file alone
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    sentences: list[str] = []
    try:
        tables = list(reader(question["reader"]).read(Path(question["path"]), question["options"]))
        how, what = "read", str(sum(table.rows_read for table in tables))
    except WrongUse as error:
        (problem, *_) = error.problems
        how, what = "refused", problem.rule
        sentences = [problem.sentence(language) for language in LANGUAGES]
    except BaseException as error:  # a panic of a library in Rust is no Exception
        how, what = "raised", f"{type(error).__name__}: {error}"[:300]
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) >> 10
    return {"how": how, "what": what, "megabytes": grown, "sentences": sentences}


def _fuzzed(question: dict[str, Any]) -> list[list[Any]]:
    """Mutations of one file, many a child: one that dies is replaced behind what killed it."""
    whole = Path(question["path"])
    content, wrong, seed = whole.read_bytes(), [], question["first"]
    while seed < question["last"]:
        mine, its = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(mine)
            devnull = os.open(os.devnull, os.O_WRONLY)
            os.dup2(devnull, 2)  # panics write there
            _limit(question["megabytes"])
            path = whole.with_name(f"fuzzed-{os.getpid()}{whole.suffix}")
            for number in range(seed, question["last"]):
                path.write_bytes(mutated(content, number))
                found = _read(question | {"path": str(path)})
                line = json.dumps([number, found["how"], found["what"]])
                os.write(its, line.encode() + b"\n")
            path.unlink()
            os._exit(0)
        os.close(its)
        with os.fdopen(mine, "rb") as said:
            answers = [json.loads(line) for line in said]
        _, status = os.waitpid(child, 0)
        wrong += [answer for answer in answers if answer[1] not in ("read", "refused")]
        seed = answers[-1][0] + 1 if answers else seed
        if os.waitstatus_to_exitcode(status):
            wrong.append([seed, "killed", str(os.waitstatus_to_exitcode(status))])
            seed += 1
    return wrong


if __name__ == "__main__":
    _serve()
