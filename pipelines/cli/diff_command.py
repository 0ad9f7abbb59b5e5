"""`poclens diff`: what moved between two releases, and how much of it each cause makes."""

import argparse
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from indicators.foundation.messages import message
from pipelines.cli.main import show
from pipelines.cli.options import Parser, mission_of

if TYPE_CHECKING:
    import pandas as pd

_DIMENSIONS = ("unit_type", "activity_type", "actor", "sex", "age_group", "breakdown_value")
_TOTALS = ("_T", "_Z")
_DISCLOSURE = ("withheld", "released")
_NOT_TOLD = ("not_told_apart",)


def add_arguments(parser: Parser) -> None:
    """The mission and, where they are not the last two, the releases."""
    parser.add_argument("--mission", metavar="M")
    parser.add_argument("old", nargs="?")
    parser.add_argument("new", nargs="?")
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--audience", choices=("mission", "hq"), default="mission")


def run(arguments: argparse.Namespace) -> int:
    """Prints the revised figures with their parts, and what the mission set or asked otherwise."""
    from pipelines.release.revisions.primaries import changed_primaries
    from pipelines.release.revisions.report import (
        changed_parameters,
        compared_folders,
        diff_releases,
    )
    from pipelines.release.revisions.strategies import changed_strategy

    old, new = compared_folders(
        arguments.workspace, mission_of(arguments), arguments.old, arguments.new
    )
    lines = _plain_rows(diff_releases(old, new, arguments.audience))
    found = {
        "old": old.name,
        "new": new.name,
        "reasons": dict(sorted(Counter(line["reason"] for line in lines).items())),
        "parameters": changed_parameters(old, new, arguments.audience),
        "primaries": _plain_rows(changed_primaries(old, new, arguments.audience)),
        "strategy": _plain_rows(changed_strategy(old, new, arguments.audience)),
        "revisions": lines,
    }
    named = _names(new, arguments.audience, arguments.language)
    show(arguments, found, "\n".join(_text(found, arguments.language, arguments.all, named)))
    return 0


def _names(release: Path, audience: str, language: str) -> dict[str, str]:
    """Short names of the indicators and names of the areas, by their codes."""
    import duckdb

    from indicators.foundation.stored.published_tables import database_of

    with duckdb.connect(str(database_of(release, audience)), read_only=True) as connection:
        return dict(
            connection.execute(
                f"SELECT indicator, short_{language} FROM mart.indicator "
                f"UNION ALL SELECT area_code, name_{language} FROM mart.area"
            ).fetchall()
        )


def _plain_rows(frame: "pd.DataFrame") -> list[dict[str, Any]]:
    found = frame.astype(object)
    return [
        {str(name): value for name, value in row.items()}
        for row in found.where(found.notna(), None).to_dict("records")
    ]


def _text(
    found: dict[str, Any], language: str, is_all: bool, named: dict[str, str]
) -> Iterator[str]:
    lines = [line for line in found["revisions"] if line["reason"] not in _DISCLOSURE]
    counts = {name: found["reasons"].get(name, 0) for name in _DISCLOSURE}
    places = {"old": found["old"], "new": found["new"]}
    yield message("cli.diff.count", language, **places, count=len(lines), **counts)
    yield from _summary(lines, language)
    for parameter in found["parameters"]:
        shown = {name: "–" if value is None else value for name, value in parameter.items()}
        yield message("cli.diff.parameter", language, **shown)
    for change in found["primaries"]:
        sentence = change[f"sentence_{language}"]
        yield message("cli.diff.primary", language, edge=change["edge"], sentence=sentence)
    for change in found["strategy"]:
        yield change[f"sentence_{language}"]
    chosen = [line for line in lines if is_all or not _group(line)]
    for line in chosen:
        yield _line(line, language, named)
    if len(chosen) < len(lines):
        yield message("cli.diff.more", language, count=len(lines) - len(chosen))


def _summary(lines: list[dict[str, Any]], language: str) -> Iterator[str]:
    """A line a cause, the commonest first: how many figures, and from which sources."""
    from indicators.definitions.catalogue import load_catalogue
    from indicators.definitions.contracts import contracts

    catalogue = load_catalogue()
    by_cause: dict[str, Counter[str]] = {}
    for line in lines:
        known = catalogue.get(line["indicator"])
        source = contracts()[known.source].title.in_language(language) if known else "–"
        by_cause.setdefault(line["reason"], Counter())[source] += 1
    for cause, found in sorted(by_cause.items(), key=lambda one: (-one[1].total(), one[0])):
        told = {"cause": message(f"page.code.revision_reason.{cause}", language)}
        sources = ", ".join(f"{name} {count}" for name, count in found.most_common())
        yield message("cli.diff.cause", language, **told, count=found.total(), sources=sources)


def _group(line: dict[str, Any]) -> str:
    named = [str(line[name]) for name in _DIMENSIONS if line[name] not in _TOTALS]
    return f" ({', '.join(named)})" if named else ""


def _line(line: dict[str, Any], language: str, named: dict[str, str]) -> str:
    sentence = line[f"sentence_{language}"]
    if line["parts_status"] in _NOT_TOLD:
        sentence += " " + message(f"release.parts.{line['parts_status']}", language)
    places = {
        "indicator": line["indicator"],
        "short": named.get(line["indicator"], ""),
        "area": named.get(line["area"], line["area"]),
        "period": line["period"],
    }
    return message("cli.diff.line", language, **places, group=_group(line), sentence=sentence)
