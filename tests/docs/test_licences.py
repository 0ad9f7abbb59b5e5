"""Every package that an installation brings has a licence that lets it be passed on with it.

What the packages' own metadata say. Known weaknesses of packages are looked up in a database on
the network (`pip-audit -r requirements.txt`), which no test has.
"""

import re
from importlib.metadata import PackageNotFoundError, metadata

from tests.conftest import REPOSITORY

# Those that ask for no more than their text, or for the changes to their own files
ALLOWED = re.compile(
    r"MIT(-0|-CMU)?|0BSD|(3-Clause )?BSD(-[23]-Clause)?|Apache([ -]2\.0)?( Software)?|Zlib|CC0-1\.0"
    r"|ISC|ISC License \(ISCL\)|PSF-2\.0|Python Software Foundation|Zope Public"
    r"|MPL-2\.0|Mozilla Public License 2\.0 \(MPL 2\.0\)"
)
# Read as it comes, never changed or built in, and replaceable: what the LGPL asks of its users
AS_A_LIBRARY = {"psycopg": "LGPL-3.0-only", "psycopg-binary": "LGPL-3.0-only"}


def locked() -> list[str]:
    """The packages of the installation's lock, those of other platforms too."""
    text = (REPOSITORY / "requirements.txt").read_text(encoding="utf-8")
    return re.findall(r"^([A-Za-z0-9][\w.-]*)==", text, re.MULTILINE)


def licence_of(package: str) -> str | None:
    """As the package says it; None where it is not for this platform."""
    try:
        told = metadata(package)
    except PackageNotFoundError:
        return None
    classes = [line.rpartition(" :: ")[2] for line in told.get_all("Classifier") or []
               if line.startswith("License :: ")]  # fmt: skip
    written = (told.get("License") or "").strip().partition("\n")[0]
    return told.get("License-Expression") or "; ".join(classes) or written


def test_every_locked_package_has_an_allowed_licence() -> None:
    told = {package: licence_of(package) for package in locked()}
    installed = {package: text for package, text in told.items() if text is not None}
    assert len(installed) > 0.9 * len(told) > 100
    refused = {
        package: text
        for package, text in installed.items()
        if AS_A_LIBRARY.get(package) != text and not _is_allowed(text)
    }
    assert refused == {}


def _is_allowed(text: str) -> bool:
    """Every licence of an `AND` or a list, one of an `OR`."""
    parts = re.split(r" AND |; ", text)
    return all(
        any(ALLOWED.fullmatch(one.removesuffix(" License").strip("() ")) or ALLOWED.fullmatch(one)
            for one in part.split(" OR "))
        for part in parts
    )  # fmt: skip


def test_licences_that_bind_more_are_refused() -> None:
    for text in ("GPL-3.0-only", "AGPL-3.0-or-later", "MIT AND GPL-2.0", "", "UNKNOWN"):
        assert not _is_allowed(text)
