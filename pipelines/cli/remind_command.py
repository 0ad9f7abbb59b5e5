"""`poclens remind`: recommendations whose day has passed, listed, and told by a notice."""

import argparse
from datetime import date
from typing import TYPE_CHECKING

from indicators.definitions.vocabularies import vocabulary
from indicators.foundation.messages import message
from pipelines.cli.main import show
from pipelines.cli.options import Parser, mission_of

if TYPE_CHECKING:
    from records.kinds import Recommendation


def add_arguments(parser: Parser) -> None:
    """The mission and the day as of which something is late."""
    parser.add_argument("--mission", metavar="M")
    parser.add_argument("--as-of", type=date)


def run(arguments: argparse.Namespace) -> int:
    """Lists what is overdue; 1 where a notice is set and cannot be sent."""
    from records.kinds import Recommendation
    from records.store import Store

    mission, language = mission_of(arguments), arguments.language
    today = arguments.as_of or date.today()
    written = Store.of_workspace(arguments.workspace.home).all(mission, Recommendation)
    late = [one.record for one in written if one.record.is_overdue(today)]
    late.sort(key=lambda one: (one.due_on, one.key))
    rows = [
        {"key": one.key, "due": one.due_on.isoformat(), "role": one.owner, "area": one.area}
        for one in late
    ]
    told = _told(mission, late) if late else []
    roles = [vocabulary("mission_role").label(one.owner, language) for one in late]
    lines = [
        message("cli.remind.line", language, **row | {"role": role})
        for row, role in zip(rows, roles, strict=True)
    ]
    lines.append(_summary(language, bool(rows), told))
    show(arguments, {"overdue": rows, "notices": told}, "\n".join(lines))
    return 0 if all(line == "notice sent" for line in told) else 1


def _told(mission: str, late: "list[Recommendation]") -> list[str]:
    from pipelines.orchestration.triggers.notices import Notice, send_notices

    facts = {
        "recommendations": [one.key for one in late],
        "roles": sorted({one.owner for one in late}),
    }
    return list(send_notices(Notice(mission, "overdue", facts)))


def _summary(language: str, is_any: bool, told: list[str]) -> str:
    if not is_any:
        return message("cli.remind.none", language)
    if not told:
        return message("cli.remind.off", language)
    if any(line != "notice sent" for line in told):
        return message("cli.remind.not_sent", language)
    return message("cli.remind.sent", language, number=len(told))
