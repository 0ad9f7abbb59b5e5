"""`poclens verify [RELEASE]`: hashes, signature, databases; with --figures computed again."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from indicators.foundation.messages import message
from pipelines.cli.main import show
from pipelines.cli.options import Parser

if TYPE_CHECKING:
    from pipelines.orchestration.runs.rederivation import Rederivation
    from pipelines.release.signed.verification import Verification

_SHOWN = 10


def add_arguments(parser: Parser) -> None:
    """Which release, whose key, and whether the figures are computed again."""
    parser.add_argument("release", nargs="?")
    parser.add_argument("--mission", metavar="M")
    parser.add_argument("--key", metavar="KEY")
    parser.add_argument("--figures", action="store_true")


def run(arguments: argparse.Namespace) -> int:
    """Prints what holds and what does not; 1 where something does not, or could not be told."""
    from pipelines.release.signed.verification import verify

    mission, folder = _folder(arguments)
    found = verify(folder, _trusted(arguments.key))
    derived = None
    if arguments.figures:
        from pipelines.orchestration.runs.rederivation import rederive

        derived = rederive(arguments.workspace, mission, folder)
    result: dict[str, Any] = asdict(found) | {"good": found.is_good}
    if derived:
        result["figures"] = asdict(derived) | {"same": derived.is_same}
    lines = [*_lines(found, arguments.language), *_figure_lines(derived, arguments.language)]
    show(arguments, result, "\n".join(lines))
    is_good = found.is_good and (derived is None or derived.is_same)
    return 0 if is_good else 1


def _folder(arguments: argparse.Namespace) -> tuple[str, Path]:
    """Mission and folder: a path, else the name of a release of the workspace."""
    from indicators.foundation.stored.published_tables import MANIFEST
    from pipelines.release.naming import release_folder
    from pipelines.release.signed.verification import read_release_json

    if arguments.release and (Path(arguments.release) / MANIFEST).is_file():
        folder = Path(arguments.release).resolve()
        return str(read_release_json(folder, MANIFEST).get("mission", "")), folder
    mission = _mission(arguments)
    return mission, release_folder(arguments.workspace, mission, arguments.release)


def _mission(arguments: argparse.Namespace) -> str:
    """The mission that is named, else the only one with releases: headquarters has no profiles."""
    from pipelines.cli.options import mission_of

    home = arguments.workspace.home
    published = sorted(path.parent.name for path in home.glob("releases/*/current"))
    if arguments.mission in published:
        return str(arguments.mission)
    if arguments.mission is None and len(published) == 1:
        return published[0]
    return mission_of(arguments)


def _trusted(key: str | None) -> str | None:
    """The public key given as text or as a file, else that of the workspace's own signing key."""
    from pipelines.workspace.keys import public_text, public_text_in, signing_key

    if key and Path(key).is_file():
        return public_text_in(Path(key))
    if key:
        return key
    own = signing_key()
    return public_text(own.public_key()) if own else None


def _lines(found: Verification, language: str) -> list[str]:
    words = {"release": found.release, "files": found.files, "tables": found.tables}
    lines = [
        message("cli.verify.hashed", language, audiences=", ".join(found.audiences), **words),
        message(f"cli.verify.signature.{found.signature}", language, key=found.key or "–"),
    ]
    if found.not_held:
        lines.append(message("cli.verify.not_held", language, names=", ".join(found.not_held)))
    for name in ("changed", "added", "wrong_statements", "differing_tables"):
        wrong = getattr(found, name)
        if wrong:
            words = {"count": len(wrong), "names": _shown(wrong)}
            lines.append(message(f"cli.verify.{name}", language, **words))
    result = "good" if found.is_good else "wrong"
    return [*lines, message(f"cli.verify.{result}", language, release=found.release)]


def _figure_lines(derived: Rederivation | None, language: str) -> list[str]:
    if derived is None:
        return []
    missing = {"count": len(derived.missing_inputs), "names": _shown(derived.missing_inputs)}
    lines = [
        message(f"cli.verify.obstacle.{name}", language, **missing) for name in derived.obstacles
    ]
    if not derived.is_computed:
        return [*lines, message("cli.verify.not_computed", language)]
    words = {
        "figures": derived.figures,
        "differing": derived.figures_differing,
        "files": derived.files,
        "files_differing": len(derived.files_differing),
    }
    lines.append(message("cli.verify.computed", language, **words))
    if derived.files_differing:
        shown = _shown(derived.files_differing)
        lines.append(message("cli.verify.differing_files", language, names=shown))
    return lines


def _shown(names: Sequence[str]) -> str:
    return ", ".join(names[:_SHOWN]) + (" …" if len(names) > _SHOWN else "")
