"""`poclens publish --mission M --period 2026-Q3`: an immutable release from the last refresh."""

import argparse
from collections.abc import Mapping
from dataclasses import asdict

from indicators.messages import message
from indicators.withheld_words import withheld_sentences
from pipelines.cli.main import show
from pipelines.cli.options import add_mission, mission_of
from pipelines.cli.progress import progress_bar


def add_arguments(parser: argparse.ArgumentParser, language: str) -> None:
    """The mission, the quarter, and whether every withheld count is checked."""
    add_mission(parser, language)
    parser.add_argument(
        "--period", required=True, metavar="2026-Q3", help=message("cli.option.period", language)
    )
    parser.add_argument("--quick", action="store_true", help=message("cli.publish.quick", language))


def run(arguments: argparse.Namespace) -> int:
    """Publishes and prints the release's name and folder, and what each audience does not see."""
    mission = mission_of(arguments)
    from pipelines.orchestration.run import publish
    from pipelines.release.withholding import read_withheld

    with progress_bar(arguments):
        release, path = publish(
            arguments.workspace, mission, arguments.period, quick=arguments.quick
        )
    withheld, language = read_withheld(path), arguments.language
    text = message("cli.publish.done", language, release=release, path=path)
    lines = [_line(name, asdict(counts), language) for name, counts in withheld.items()]
    facts = {name: asdict(counts) | {"share": counts.share} for name, counts in withheld.items()}
    answer = {"release": release, "path": str(path), "withheld": facts}
    show(arguments, answer, "\n".join([text, *lines]))
    return 0


def _line(audience: str, counts: Mapping[str, int], language: str) -> str:
    told = " ".join(withheld_sentences(counts, language))
    return message("disclosure.of_audience", language, audience=audience, told=told)
