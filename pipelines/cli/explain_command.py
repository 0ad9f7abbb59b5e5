"""`poclens explain INDICATOR`: definition, SQL, parts, files and rejects behind one figure."""

import argparse
from collections.abc import Iterator, Sequence
from typing import Any

from indicators.assessment.empty_reasons import Facts, Said, statement
from indicators.foundation.mart_tables import NO_ACCESS, NOT_REPORTED
from indicators.foundation.messages import message
from pipelines.cli.main import show
from pipelines.cli.options import Parser, mission_of


def add_arguments(parser: Parser) -> None:
    """The indicator, and which area and period."""
    parser.add_argument("--mission", metavar="M")
    help_text = message("cli.option.indicator", parser.language)
    parser.add_argument("indicator", metavar="INDICATOR", help=help_text)
    parser.add_argument("--area", metavar="CODE")
    parser.add_argument("--period", metavar="2026-Q3")


def run(arguments: argparse.Namespace) -> int:
    """Prints the figure and what it rests on."""
    from pipelines.release.reading.explain import explain

    found = explain(
        arguments.workspace,
        mission_of(arguments),
        arguments.indicator,
        area=arguments.area,
        period=arguments.period,
    )
    show(arguments, found, text_of(found, arguments.language))
    return 0


def text_of(found: dict[str, Any], language: str) -> str:
    """In words, the figure with interval and n, its parts, versions, files, rejects, SQL."""
    words = {"title": found[f"title_{language}"], "definition": found[f"definition_{language}"]}
    parts = ("value", "numerator", "denominator", "n", "ci_low", "ci_high")
    numbers = {name: _number(found[name], language) for name in parts}
    places = {name: found[name] for name in ("indicator", "version", "area", "period")}
    unit = message(f"unit.{found['unit_of_measure']}", language)
    shown = places | words | numbers | {"unit": unit}
    lines = [message("cli.explain.indicator", language, **shown)]
    if found["value"] is None:
        lines.append(message("cli.explain.empty", language, **shown, why=_why(found, language)))
    else:
        known = _interval(found, numbers, language)
        lines.append(message("cli.explain.figure", language, **shown, interval=known))
        said = statement(Facts.of(found))
        lines += [f"  {one.words(language)}" for one in said.beside]
        lines += _change(found, said.trend, language)
        lines += _parts(found, numbers, language)
    lines += _history(found, language)
    lines += [message("cli.explain.file", language, **file) for file in _files(found, language)]
    lines += _rejects(found, language)
    lines += _about_sql(found, language)
    return "\n".join([*lines, "", f"{found['sql']};"])


def _change(found: dict[str, Any], said: Sequence[Said], language: str) -> Iterator[str]:
    """Whether the figure changed, on what that was found, and why not."""
    if found["trend"] != "definition_changed":
        key = found["trend"] or "cannot_be_told"
        words = [message(f"page.finding.{key}", language), *(one.words(language) for one in said)]
        yield f"  {message('page.value.and', language).join(words)}"


def _parts(found: dict[str, Any], numbers: dict[str, str], language: str) -> Iterator[str]:
    """Numerator and denominator, each with its number and what it is."""
    for name in ("numerator", "denominator"):
        words = found[f"{name}_{language}"]
        if words and found[name] is not None:
            yield message(f"cli.explain.{name}", language, number=numbers[name], words=words)


def _history(found: dict[str, Any], language: str) -> Iterator[str]:
    """Versions of the definition, and what this release changed in the figure."""
    for version in found["versions"]:
        change = version[f"change_{language}"]
        key = "version_change" if change else "version"
        yield message(f"cli.explain.{key}", language, **version, change=change)
    if found["trend"] == "definition_changed":
        yield message("cli.explain.definition_changed", language)
    for revision in found["revisions"]:
        yield f"  {revision[f'sentence_{language}']}"


def _rejects(found: dict[str, Any], language: str) -> Iterator[str]:
    yield message("cli.explain.rejects", language, rejects=found["rejects"])
    if found["rejects"] and found["rejects_here"] is not None:
        here = {name: found[f"rejects_{name}"] for name in ("here", "unclear")}
        key = "rejects_counted" if found["rejects_counted"] else "rejects_here"
        yield message(f"cli.explain.{key}", language, **here)


def _about_sql(found: dict[str, Any], language: str) -> Iterator[str]:
    """What the SQL gives and what not: intervals are told in words."""
    key = "sql_of_rate" if found["measure"] == "rate" else "sql"
    key = "sql_of_survey" if found["source"] == "survey_respondents" else key
    yield message(f"cli.explain.{key}", language, release=found["release"])
    if found["obs_status"] in (NOT_REPORTED, NO_ACCESS):
        yield message("cli.explain.sql_of_rows", language)


def _number(value: float | None, language: str) -> str:
    from indicators.foundation.numbers.number_format import number_text

    return "–" if value is None else number_text(value, language, 2, are_optional=True)


def _interval(found: dict[str, Any], numbers: dict[str, str], language: str) -> str:
    if found["ci_low"] is not None:
        return message("cli.explain.interval", language, **numbers)
    key = "full_register" if found["method"] == "full_register" else "no_interval"
    return message(f"cli.explain.{key}", language)


def _why(found: dict[str, Any], language: str) -> str:
    empty = statement(Facts.of(found)).empty
    return "" if empty is None else empty.words(language)


def _files(found: dict[str, Any], language: str) -> list[dict[str, Any]]:
    return [file | {"rows": _number(file["rows"], language)} for file in found["files"]]
