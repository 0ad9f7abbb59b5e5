"""`poclens tokens list|add|revoke`: what programs bring to fetch releases from the dashboards."""

import argparse
from datetime import date

from indicators.foundation.errors import Problem, WrongUse
from indicators.foundation.messages import message
from pipelines.cli.main import show
from pipelines.cli.options import Parser
from pipelines.release.approval.second_person import at_terminal
from records.store import Store

_SCOPES = ("releases", "data", "metrics")


def add_arguments(parser: Parser) -> None:
    """The step, the token, and what a new one may do until when."""
    steps = ("list", "add", "revoke")
    parser.add_argument("step", choices=steps)
    parser.add_argument("name", nargs="?")
    parser.add_argument("--scope", action="append", choices=_SCOPES)
    parser.add_argument("--mission", metavar="M")
    parser.add_argument("--audience", choices=("mission", "hq"), default="hq")
    parser.add_argument("--until", type=date)


def run(arguments: argparse.Namespace) -> int:
    """Does one step; a new token is printed this once."""
    from records.people import accounts, tokens
    from records.store import utc_now

    store, now = Store.of_workspace(arguments.workspace.home), utc_now()
    if arguments.step == "list":
        return _list(arguments, store)
    who, language = at_terminal(), arguments.language
    for needed in ("name", "until") if arguments.step == "add" else ("name",):
        if not getattr(arguments, needed):
            what = "NAME" if needed == "name" else f"--{needed}"
            raise WrongUse(Problem("tokens_needs", parameters={"what": what}))
    try:
        if arguments.step == "revoke":
            tokens.revoke(store, arguments.name, who, now)
            text = message("cli.tokens.revoked", language, token_id=arguments.name)
            show(arguments, {"revoked": arguments.name}, text)
            return 0
        scopes = arguments.scope or ["releases"]
        opens = (arguments.mission, arguments.audience)
        facts = (arguments.name, scopes, arguments.until, who, now, *opens)
        made = tokens.add(store, *facts)
    except tokens.TokenProblem as problem:
        raise WrongUse(Problem(f"tokens_{problem.reason}", value=arguments.name)) from problem
    lines = [message("cli.tokens.added", language, token=made)]
    if not accounts.are_required(store):
        lines.append(message("cli.tokens.not_needed", language))
    show(arguments, {"token": made}, "\n".join(lines))
    return 0


def _list(arguments: argparse.Namespace, store: Store) -> int:
    from records.people import tokens
    from records.store import utc_now

    now = utc_now()
    rows = [
        {
            "token_id": one.token_id,
            "name": one.name,
            "scopes": " ".join(one.scopes),
            "audience": one.audience,
            "mission": one.mission or "–",
            "until": one.valid_until.isoformat(),
            "state": one.state(now),
        }
        for one in tokens.tokens(store)
    ]
    language = arguments.language
    told = [row | {"state": message(f"cli.state.{row['state']}", language)} for row in rows]
    lines = [message("cli.tokens.line", language, **row) for row in told]
    none = message("cli.tokens.none", language)
    show(arguments, {"tokens": rows}, "\n".join(lines or [none]))
    return 0
