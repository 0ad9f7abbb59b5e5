"""Who wrote a version of a record, and when; of a release the day alone, for it holds no names."""

from typing import Any

from dashboards.wording import formats
from dashboards.wording.words import Words
from records.store import Version


def signed(version: Version[Any], words: Words) -> str:
    """Name and day; the day where there is no name."""
    day = formats.day(version.written_at, words)
    return words("records.signed", name=version.written_by, on=day) if version.written_by else day
