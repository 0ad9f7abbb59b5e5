"""`poclens catalogue check|list|show|sql`: the indicator repository and what it compiles to."""

import argparse

from indicators.messages import message
from pipelines.cli.main import show

ACTIONS = ("check", "list", "show", "sql")


def add_arguments(parser: argparse.ArgumentParser, language: str) -> None:
    """What to do, and with which indicator."""
    parser.add_argument("action", choices=ACTIONS, help=message("cli.catalogue.action", language))
    parser.add_argument("indicator", nargs="?", help=message("cli.catalogue.indicator", language))


def run(arguments: argparse.Namespace) -> int:
    """Runs one of the actions."""
    return {"check": _check, "list": _list, "show": _show, "sql": _sql}[arguments.action](arguments)


def _check(arguments: argparse.Namespace) -> int:
    from indicators.catalogue import check_catalogue, load_catalogue
    from indicators.errors import WrongUse

    problems = check_catalogue()
    if problems:
        raise WrongUse(problems)
    count = len(load_catalogue())
    text = message("cli.catalogue.checked", arguments.language, count=count)
    show(arguments, {"indicators": count, "problems": []}, text)
    return 0


def _list(arguments: argparse.Namespace) -> int:
    from indicators.catalogue import load_catalogue

    catalogue = load_catalogue()
    titles = {
        code: indicator.title.in_language(arguments.language)
        for code, indicator in catalogue.items()
    }
    lines = [f"{code}  {catalogue[code].level:8}{title}" for code, title in titles.items()]
    show(arguments, titles, "\n".join(lines))
    return 0


def _show(arguments: argparse.Namespace) -> int:
    import yaml

    entry = _indicator(arguments).model_dump(mode="json", exclude_none=True)
    text = yaml.safe_dump(entry, allow_unicode=True, sort_keys=False, width=96)
    show(arguments, entry, text.rstrip())
    return 0


def _sql(arguments: argparse.Namespace) -> int:
    from indicators.compiler import indicator_sql

    sql = indicator_sql(_indicator(arguments))
    show(arguments, {"indicator": arguments.indicator, "sql": sql}, sql)
    return 0


def _indicator(arguments: argparse.Namespace):  # type: ignore[no-untyped-def]
    from difflib import get_close_matches

    from indicators.catalogue import load_catalogue
    from indicators.errors import Problem, WrongUse

    catalogue = load_catalogue()
    code = arguments.indicator or ""
    if code in catalogue:
        return catalogue[code]
    nearest = get_close_matches(code, catalogue, n=1, cutoff=0) or [""]
    raise WrongUse(Problem("unknown_indicator", value=code, parameters={"nearest": nearest[0]}))
