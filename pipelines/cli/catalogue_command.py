"""`poclens catalogue check|list|show|sql|requirements|gaps`: the indicator repository.

What an entry says and compiles to, what a selection needs, and what it leaves out.
"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from indicators.foundation.messages import message
from pipelines.cli.main import show
from pipelines.cli.options import Parser, mission_of

if TYPE_CHECKING:
    from indicators.definitions.checks.coverage import Requirements
    from indicators.definitions.indicator import Indicator

ACTIONS = ("check", "list", "show", "sql", "requirements", "gaps")


def add_arguments(parser: Parser) -> None:
    """What to do, and with which indicators."""
    parser.add_argument("action", choices=ACTIONS)
    parser.add_argument("indicator", nargs="*")
    parser.add_argument("--mission", metavar="M")


def run(arguments: argparse.Namespace) -> int:
    """Runs one of the actions."""
    actions = dict(zip(ACTIONS, (_check, _list, _show, _sql, _requirements, _gaps), strict=True))
    return actions[arguments.action](arguments)


def _check(arguments: argparse.Namespace) -> int:
    from indicators.definitions.catalogue import check_catalogue, load_catalogue
    from indicators.foundation.errors import WrongUse

    problems = check_catalogue()
    if problems:
        raise WrongUse(problems)
    count = len(load_catalogue())
    text = message("cli.catalogue.checked", arguments.language, count=count)
    show(arguments, {"indicators": count, "problems": []}, text)
    return 0


def _list(arguments: argparse.Namespace) -> int:
    from indicators.definitions.catalogue import load_catalogue

    catalogue, language = load_catalogue(), arguments.language
    titles = {code: indicator.title.in_language(language) for code, indicator in catalogue.items()}
    levels = [message(f"indicator_page.level.{one.level}", language) for one in catalogue.values()]
    width = max(map(len, levels))
    told = zip(titles.items(), levels, strict=True)
    lines = [f"{code}  {level:{width}}  {title}" for (code, title), level in told]
    show(arguments, titles, "\n".join(lines))
    return 0


def _show(arguments: argparse.Namespace) -> int:
    from indicators.definitions.catalogue import load_catalogue
    from pipelines.documents.reference.indicator_pages import indicator_page
    from pipelines.documents.reference.markdown import without_links

    indicator = _indicator(arguments)
    text = indicator_page(indicator, load_catalogue(), arguments.language)
    show(
        arguments,
        indicator.model_dump(mode="json", exclude_none=True),
        without_links(text).rstrip(),
    )
    return 0


def _sql(arguments: argparse.Namespace) -> int:
    from indicators.compiler.explanation.figure_sql import indicator_sql
    from indicators.definitions.mission_profile import read_mission
    from indicators.definitions.versions import versions_of

    indicator = _indicator(arguments)
    setting = None
    if arguments.mission:
        setting = read_mission(arguments.workspace.profile(mission_of(arguments))).setting
    by_version = {entry.version: indicator_sql(entry, setting) for entry in versions_of(indicator)}
    told = [f"-- {indicator.code}, version {number}\n{sql}" for number, sql in by_version.items()]
    show(arguments, {"indicator": indicator.code, "sql": by_version}, "\n\n".join(told))
    return 0


def _requirements(arguments: argparse.Namespace) -> int:
    from indicators.definitions.checks.coverage import requirements

    chosen = _selection(arguments)
    found = requirements(chosen)
    result = {"indicators": [indicator.code for indicator in chosen], **vars(found)}
    show(arguments, result, "\n".join(_requirement_lines(found, arguments.language)))
    return 0


def _requirement_lines(found: Requirements, language: str) -> list[str]:
    from indicators.definitions.contracts import contracts
    from indicators.definitions.vocabularies import vocabulary

    items, sources = vocabulary("survey_item"), vocabulary("source")
    lines = [message("cli.catalogue.tables", language, count=len(found.columns))]
    for table, columns in found.columns.items():
        contract = contracts()[table]
        listed = ", ".join(
            f"{name}*" if contract.columns[name].required else name for name in columns
        )
        lines.append(f"  {table} ({contract.title.in_language(language)}): {listed}")
    lines.append(message("cli.catalogue.questions", language, count=len(found.questions)))
    lines += [f"  {item}: {items.label(item, language)}" for item in found.questions]
    lines.append(message("cli.catalogue.returns", language, count=len(found.returns)))
    lines += [f"  {source}: {sources.label(source, language)}" for source in found.returns]
    return lines


def _gaps(arguments: argparse.Namespace) -> int:
    from indicators.definitions.checks.coverage import gaps
    from indicators.definitions.vocabularies import vocabulary

    found = gaps(_selection(arguments))
    names = [vocabulary(name) for name in ("tier", "phase", "unit_type")]
    lines = [message("cli.catalogue.gaps", arguments.language, count=len(found))]
    for gap in found:
        codes = (gap.tier, gap.phase, gap.unit_type)
        labels = [
            name.label(code, arguments.language) for name, code in zip(names, codes, strict=True)
        ]
        lines.append(f"  {' · '.join(labels)}: {', '.join(gap.outputs)}")
    show(arguments, {"gaps": [vars(gap) for gap in found]}, "\n".join(lines))
    return 0


def _selection(arguments: argparse.Namespace) -> list[Indicator]:
    """The indicators named, else those of the mission, else the list of 63."""
    from indicators.definitions.catalogue import load_catalogue, selected_indicators
    from indicators.definitions.mission_profile import read_mission

    catalogue = load_catalogue()
    codes = arguments.indicator or [code for code in catalogue if not code.startswith("D-")]
    if arguments.mission:
        profile = arguments.workspace.profile(mission_of(arguments))
        codes = arguments.indicator or [chosen.code for chosen in read_mission(profile).indicators]
    return selected_indicators(catalogue, codes, None if arguments.indicator else "mission.yaml")


def _indicator(arguments: argparse.Namespace) -> Indicator:
    from indicators.definitions.catalogue import load_catalogue, selected_indicators
    from indicators.foundation.errors import Problem, WrongUse

    if len(arguments.indicator) != 1:
        raise WrongUse(Problem("one_indicator"))
    (found,) = selected_indicators(load_catalogue(), arguments.indicator, file=None)
    return found
