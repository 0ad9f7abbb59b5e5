"""What became of one file that somebody asked to take in, or that was read again."""

from dataclasses import asdict, dataclass
from typing import Any

from indicators.errors import Problem
from indicators.messages import message

STATUSES = ("loaded", "held", "empty", "unchanged", "waiting", "kept")


@dataclass(frozen=True)
class FileReport:
    """What this intake did; rows_read = rows_loaded + rows_rejected + rows_unchanged.

    `status`: loaded, held, empty, unchanged (the file was there already and nothing is new),
    waiting (it is still being written; `waits_for` says why: `settling`, `container`,
    `last_line`), kept (its mapping changed and cannot read it: what was loaded from it stays,
    `problems` say why). `rows_retracted`: rows of this or of earlier files that left the tables.
    `before`: `rows_loaded` and `rows_rejected` of a file that was read again, as they stood.
    """

    name: str
    sha256: str
    source: str
    status: str
    rows_read: int = 0
    rows_loaded: int = 0
    rows_rejected: int = 0
    rows_unchanged: int = 0
    rows_retracted: int = 0
    before: dict[str, int] | None = None
    after: dict[str, int] | None = None
    waits_for: str | None = None
    problems: tuple[Problem, ...] = ()

    def as_dict(self, language: str) -> dict[str, Any]:
        """The fields as JSON; problems with their sentences."""
        sentences = [
            vars(problem) | {"sentence": problem.sentence(language)} for problem in self.problems
        ]
        return asdict(self) | {"problems": sentences}

    def lines(self, language: str) -> list[str]:
        """What a person reads: one line, and one more for each thing that is odd."""
        if self.status == "waiting":
            return [message(f"cli.ingest.waiting.{self.waits_for}", language, name=self.name)]
        if self.status == "kept":
            told = [problem.sentence(language) for problem in self.problems]
            return [message("cli.ingest.kept", language, name=self.name), *told]
        numbers = {name: value for name, value in vars(self).items() if name != "problems"}
        lines = [message("cli.ingest.file", language, **numbers)]
        if self.rows_retracted:
            lines.append(message("cli.ingest.retracted", language, rows=self.rows_retracted))
        if self.before and self.after:
            counts = {f"{name}_before": value for name, value in self.before.items()}
            counts |= {f"{name}_after": value for name, value in self.after.items()}
            lines.append(message("cli.ingest.reread", language, **counts))
        return lines
