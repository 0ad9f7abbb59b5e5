"""`poclens publish --mission M --period 2026-Q3`: an immutable release from the last refresh."""

import argparse
from collections.abc import Sequence

from indicators.foundation.messages import LANGUAGES, message
from pipelines.cli.main import show
from pipelines.cli.options import Parser, mission_of
from pipelines.cli.progress import progress_bar
from pipelines.cli.signing_in import act_by_account, add_account, typed_secrets


def add_arguments(parser: Parser) -> None:
    """The mission, the quarter, who approved the partner copy; whether it must bring a change."""
    parser.add_argument("--mission", metavar="M")
    parser.add_argument("--period", required=True, metavar="2026-Q3")
    add_account(parser)
    parser.add_argument("--approved-by", default="", metavar="NAME")
    parser.add_argument("--partner-approved-by", default="", metavar="NAME")
    parser.add_argument("--if-changed", action="store_true")


def run(arguments: argparse.Namespace) -> int:
    """Publishes and prints the release's name and folder."""
    mission = mission_of(arguments)
    from pipelines.orchestration.run import publish
    from pipelines.quality.facts.volumes import partly_covered
    from pipelines.release.naming import releases_of
    from pipelines.workspace.warehouse.last_state import open_to_read

    act_by_account(arguments)
    if arguments.approved_by:
        _approve(arguments, mission)
    partner = arguments.partner_approved_by.strip()
    asked = (arguments.workspace, mission, arguments.period, partner, arguments.if_changed)
    with progress_bar(arguments):
        release, path = publish(*asked)
    text = message("cli.publish.done", arguments.language, release=release, path=path)
    with open_to_read(arguments.workspace.warehouse(mission)) as connection:
        partly = partly_covered(connection, arguments.period)
    told = earlier_shown(release, releases_of(arguments.workspace, mission), arguments.language)
    told += [sentences[LANGUAGES.index(arguments.language)] for sentences in partly.values()]
    found = {"release": release, "path": str(path), "covered_in_part": list(partly)}
    show(arguments, found, "\n".join([text, *told]))
    return 0


def earlier_shown(release: str, releases: Sequence[str], language: str) -> list[str]:
    """That the pages show this release now, though one of a later quarter was published before.

    `releases`: all of the mission, in their order.
    """
    newest = releases[-1]
    if newest == release:
        return []
    facts = {"release": release, "newest": newest, "quarter": newest.rpartition("-r")[0]}
    return [message("cli.publish.earlier_shown", language, **facts)]


def _approve(arguments: argparse.Namespace, mission: str) -> None:
    """The second person signs in here; from a pipe the password is its first line."""
    from indicators.definitions.mission_profile import read_mission
    from pipelines.release.approval.second_person import approve
    from pipelines.release.naming import check_period

    check_period(arguments.period)
    profile = read_mission(arguments.workspace.profile(mission))
    name = arguments.approved_by.strip()
    secrets = typed_secrets(arguments, name)
    approve(arguments.workspace.home, profile, arguments.period, name, *secrets)
