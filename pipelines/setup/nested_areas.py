"""Areas as lists of boundaries give them (OCHA's COD-AB and others): a row or an outline is an area
of the lowest level with codes and names of those above it; made the rows of the table of areas."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path

from indicators.foundation.errors import Problem
from pipelines.setup.proposal.layout import layouts
from pipelines.setup.proposal.matching.words import folded

_NAMED = re.compile(
    r"(?i)(?:adm|admin)[ _]?(?P<level>[1-3])[ _]?"
    r"(?:(?P<code>p?_?code|id)|(?:ref_?)?(?:name)?[ _]?(?P<language>en|fr)?)\d?"
)
# A code beside its name, whatever the level is called: “Code district; District”.
_CODED = re.compile(r"(?i)(?:p-?)?code[ _](?P<before>.+)|(?P<after>.+)[ _](?:p-?)?code")
_NO_LEVEL = {
    *("area", "zone", "parent", "parent area", "zone supérieure", "unit", "unité"),
    *("country", "pays"),
}
Record = Mapping[str, str | None]
Listed = tuple[str, int, Record]  # sheet, row


def nested_rows(records: Iterable[Record], country: str, since: str) -> list[dict[str, str]]:
    """The areas below the country that the records name, each once, those above first; nothing
    where no column gives a name."""
    found: dict[str, dict[str, str]] = {}
    for by_level in _levels(list(records)):
        above = country
        for level, own in sorted(by_level.items()):
            code = own.get("code")
            if code is None:
                continue
            name = _name(own) or code
            row = {
                "area_code": code,
                "parent_area_code": above,
                "area_level": f"admin{level}",
                "name_en": own.get("en") or name,
                "name_fr": own.get("fr") or name,
                "valid_from": since,
            }
            found.setdefault(code, row)
            above = code
    rows = sorted(found.values(), key=lambda row: row["area_level"])
    return rows if any(row["name_en"] != row["area_code"] for row in rows) else []


def nested_problems(file: str, listed: Iterable[Listed], country: str) -> Iterator[Problem]:
    """Rows of such a list that name an area without its code, or give a code another name or
    another area above than a row before."""
    rows = list(listed)
    known: dict[str, tuple[str, str, int]] = {}  # code: name, area above, row
    levels = _levels([record for *_, record in rows])
    for (sheet, row, _), by_level in zip(rows, levels, strict=False):
        place, above = (file, sheet or None, row, None), country
        for _, own in sorted(by_level.items()):
            name, code = _name(own), own.get("code")
            if code is None:
                yield Problem("setup_no_area_code", *place, name)
                continue
            first = known.setdefault(code, (name or code, above, row))
            if (folded(name or code), above) != (folded(first[0]), first[1]):
                words = {"name": first[0], "above": first[1], "first_row": first[2]}
                yield Problem("setup_area_twice", *place, code, words)
            above = code


def _levels(records: Sequence[Record]) -> list[dict[int, dict[str, str]]]:
    """Of each record by level what it says of its area; nothing where it is no such list."""
    levels = [_by_level(record) for record in records]
    return (
        levels
        if any("code" in own for one in levels for own in one.values())
        else _by_pairs(records)
    )


def _name(own: Mapping[str, str]) -> str | None:
    return own.get("name") or own.get("en") or own.get("fr")


def rows_of_list(path: Path) -> list[Listed]:
    """The rows of the sheets of a list. Raises WrongUse for what cannot be read."""
    tables = [one.table for one in layouts(path)]
    return [
        (table.sheet, row, record)
        for table in tables
        for row, record in zip(
            table.row_numbers.to_pylist(),
            table.rows.select(table.header).to_pylist(),
            strict=True,
        )
    ]


def records_of_outlines(path: Path) -> list[Record]:
    """The properties of the outlines; what is wrong in them is said by their own check."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))["features"]
        return [
            {str(name): None if text is None else str(text) for name, text in properties.items()}
            for properties in (feature["properties"] for feature in found)
        ]
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return []


def _by_level(record: Record) -> dict[int, dict[str, str]]:
    """Of each level its `code` and its names: `en`, `fr`, or `name` where no language is said."""
    found: dict[int, dict[str, str]] = {}
    for header, text in record.items():
        named = _NAMED.fullmatch(header.strip())
        if named is None or not (text or "").strip():
            continue
        kind = "code" if named["code"] else (named["language"] or "name").lower()
        found.setdefault(int(named["level"]), {}).setdefault(kind, str(text).strip())
    return found


def _by_pairs(records: Sequence[Record]) -> list[dict[int, dict[str, str]]]:
    """The same where no header numbers its level: two levels or more, each a code beside its name,
    of which a code of the lower lies in one of the upper."""
    headers = {header.strip().casefold(): header for header in (records[0] if records else {})}
    pairs = []
    for header, own in headers.items():
        coded = _CODED.fullmatch(header)
        word = (coded["before"] or coded["after"]) if coded else ""
        if word in headers and word not in _NO_LEVEL:
            pairs.append((own, headers[word]))
    if len(pairs) < 2:
        return []
    filled = [row for row in records if all(row.get(code) for code, _ in pairs)]
    pairs.sort(key=lambda pair: len({row[pair[0]] for row in filled}))
    for (upper, _), (lower, _) in pairwise(pairs):
        if len({(row[upper], row[lower]) for row in filled}) > len({row[lower] for row in filled}):
            return []
    return [
        {
            level: {
                kind: text
                for kind, header in (("code", code), ("name", name))
                if (text := str(row.get(header) or "").strip())
            }
            for level, (code, name) in enumerate(pairs, start=1)
            if row.get(code) or row.get(name)
        }
        for row in records
    ]
