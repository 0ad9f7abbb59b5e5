"""Mutants: one small change of one line of a module, and the tests that should notice it."""

import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator, operator_names

ROOMS = (
    "indicators/compiler",
    "indicators/assessment",
    "indicators/linkage",
    "indicators/disclosure",
    "pipelines/ingest",
)
# Operators that need arguments of their own, or change what no behaviour shows: `|` is a type's.
_LEFT_OUT = ("Variable", "RemoveDecorator", "NumberReplacer", "ExceptionReplacer", "BitOr_")


_FILES = 4


@dataclass(frozen=True)
class Mutant:
    """The `occurrence`-th place of `path` at which `operator` changes something."""

    path: str
    operator: str
    occurrence: int
    line: int

    def text(self, source: str) -> str:
        """The module with this change."""
        mutated = mutate_code(source, get_operator(self.operator)(), self.occurrence)
        assert mutated is not None, f"{self} changes nothing"
        return str(mutated)


def modules(root: Path) -> list[str]:
    """The modules of the rooms in which a wrong sign would be a wrong figure."""
    found = (path for room in ROOMS for path in (root / room).rglob("*.py"))
    # a package's own file counts where something is defined in it
    return sorted(str(one.relative_to(root)) for one in found if "def " in one.read_text("utf-8"))


def mutants(root: Path, path: str) -> Iterator[Mutant]:
    """Every mutant of a module."""
    nodes = list(ast_nodes(get_ast((root / path).read_text(encoding="utf-8"))))
    for name in operator_names():
        if any(one in name for one in _LEFT_OUT):
            continue
        operator = get_operator(name)()
        places = [place for node in nodes for place in operator.mutation_positions(node)]
        for occurrence, (start, _) in enumerate(places):
            yield Mutant(path, name, occurrence, start[0])


def drawn(root: Path, count: int, seed: int) -> list[Mutant]:
    """`count` mutants, at most one a module, by lot among the modules that a test names.

    The lot is of a module's name and a line's own text: what was drawn stays drawn, and noticed,
    while other lines change.
    """
    paths = [path for path in modules(root) if importing_tests(root, path)]
    chosen: list[Mutant] = []
    for path in sorted(paths, key=lambda path: _lot(seed, path)):
        lines = (root / path).read_text(encoding="utf-8").splitlines()
        lots = {
            one: _lot(seed, path, one.operator, lines[one.line - 1].strip())
            for one in mutants(root, path)
        }
        chosen += [min(lots, key=lambda one: lots[one])] if lots else []
        if len(chosen) == count:
            break
    return chosen


def _lot(*of: object) -> str:
    return sha256(repr(of).encode()).hexdigest()


def importing_tests(root: Path, path: str) -> list[str]:
    """Up to four test files that import a module by its name, its own and the shortest first."""
    package, _, name = path.removesuffix(".py").replace("/", ".").rpartition(".")
    imported = re.compile(
        rf"^(from {re.escape(package)}\.{name} import|import {re.escape(package)}\.{name}\b"
        rf"|from {re.escape(package)} import [^\n]*\b{name}\b)",
        re.MULTILINE,
    )
    folder = root / "tests" / Path(path).parts[0]
    found = [one for one in folder.rglob("test_*.py") if imported.search(one.read_text("utf-8"))]
    room = [one for one in found if Path(path).parts[1] in one.relative_to(folder).parts]
    nearest = sorted(room or found, key=lambda one: (name not in one.stem, one.stat().st_size, one))
    return [str(one.relative_to(root)) for one in nearest[:_FILES]]


def failures(root: Path, tests: list[str], seconds: float) -> str:
    """What fails of the tests, nothing where all pass; a change that hangs them is noticed."""
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-m", "not soak and not browser"]
    try:
        run = subprocess.run(
            [*command, *tests], cwd=root, timeout=seconds, capture_output=True, text=True
        )
    except subprocess.TimeoutExpired:
        return f"no end within {seconds:.0f} seconds"
    lines = [line for line in run.stdout.splitlines() if line.startswith(("FAILED", "ERROR", "E "))]
    return "\n".join(lines) or f"exit code {run.returncode}" if run.returncode else ""
