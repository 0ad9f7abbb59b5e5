"""Accounts from a table (CSV or XLSX), a person a row: all, or none and all that is wrong."""

import csv
import io
import secrets
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import chain
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook

from indicators.foundation.messages import LANGUAGES, message
from records.people import accounts
from records.people.accounts import ALL, AccountProblem
from records.rights import ROLE_ACTIONS
from records.store import Store

# Heads that a column may bear; `name` and `role` are needed.
_HEADS: Mapping[str, tuple[str, ...]] = {
    "name": ("name", "nom"),
    "role": ("role", "rôle"),
    "area": ("area", "zone"),
    "audience": ("audience", "exemplaire"),
    "mission": ("mission",),
    "until": ("until", "jusqu’au", "jusqu'au"),
}
_NEEDED = ("name", "role")
_AUDIENCES = ("", "mission", "hq")
_PASSWORD_BYTES = 12  # 16 characters


@dataclass(frozen=True)
class Fault:
    """What is wrong: row as people count (1: the heads), column, text, `reason`: a message key."""

    row: int
    column: str
    value: str
    reason: str


def add_people(
    store: Store,
    content: bytes,
    who: str,
    now: datetime,
    areas: Mapping[str, Collection[str]],
) -> tuple[list[tuple[str, str]], list[Fault]]:
    """Adds the people of a table. Returns name and first password of each, which nothing keeps in
    the clear, and what is wrong; nobody is added then. `areas`: codes by mission."""
    rows = _rows(content)
    if rows is None:
        return [], [Fault(1, "", "", "unreadable")]
    people, faults = _people(rows)
    taken = {one.name for one in accounts.accounts(store)}
    for row, person in people:
        faults += [Fault(row, *fault) for fault in _wrong(person, taken, areas)]
        taken.add(person["name"])
    if faults:
        heads = _heads(rows)
        return [], [replace(one, column=heads.get(one.column, one.column)) for one in faults]
    added = []
    for _, person in people:
        password = secrets.token_urlsafe(_PASSWORD_BYTES)
        until = date.fromisoformat(person["until"]) if person["until"] else None
        opens = (person["audience"] or "mission", person["mission"] or ALL)
        area = person["area"] or None
        accounts.add(store, person["name"], person["role"], password, who, now, area, until, *opens)
        added.append((person["name"], password))
    return added, []


def _rows(content: bytes) -> list[list[Any]] | None:
    """The first sheet, or the lines of a CSV; None where it is neither."""
    if content.startswith(b"PK"):
        try:
            book = CalamineWorkbook.from_filelike(io.BytesIO(content))
            return book.get_sheet_by_index(0).to_python(skip_empty_area=False)
        except (CalamineError, OSError):
            return None
    if b"\0" in content:
        return None
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:  # as a spreadsheet in French writes it
        text = content.decode("cp1252", errors="replace")
    head = text.partition("\n")[0]
    return [*csv.reader(io.StringIO(text), delimiter=";" if ";" in head else ",")]


def _heads(rows: Sequence[Sequence[Any]]) -> dict[str, str]:
    """The head of each column as it stands in the table."""
    heads = [_text(cell) for cell in rows[0]] if rows else []
    found = {column: [one for one in heads if one.lower() in _HEADS[column]] for column in _HEADS}
    return {column: named[0] for column, named in found.items() if named}


def _people(rows: Sequence[Sequence[Any]]) -> tuple[list[tuple[int, dict[str, str]]], list[Fault]]:
    """Row number and cells of each person."""
    named_by = _heads(rows)
    places = {
        column: [_text(cell) for cell in rows[0]].index(head) for column, head in named_by.items()
    }
    missing = [Fault(1, name, "", "no_column") for name in _NEEDED if name not in places]
    if missing:
        return [], missing
    found, named = [], _roles_by_name()
    for number, row in enumerate(rows[1:], start=2):
        cells = [_text(cell) for cell in row]
        if any(cells):
            person = {name: cells[place] for name, place in places.items() if place < len(cells)}
            role = person.get("role", "")
            person["role"] = named.get(role.casefold(), role)
            found.append((number, dict.fromkeys(_HEADS, "") | person))
    return found, [] if found else [Fault(1, "", "", "no_people")]


def _roles_by_name() -> dict[str, str]:
    """Roles by what the page calls them."""
    return {
        message(f"page.people.role.{role}", language).casefold(): role
        for role in ROLE_ACTIONS
        for language in LANGUAGES
    }


def _text(cell: Any) -> str:
    if isinstance(cell, datetime):
        cell = cell.date()
    return cell.isoformat() if isinstance(cell, date) else str(cell).strip()


def _wrong(
    person: Mapping[str, str], taken: set[str], areas: Mapping[str, Collection[str]]
) -> Iterator[tuple[str, str, str]]:
    """Column, text and reason of each cell that cannot be."""
    name = person["name"]
    try:
        accounts.check_name(name)
    except AccountProblem as problem:
        yield "name", name, problem.reason
    if name in taken:
        yield "name", name, "name_taken"
    if person["role"] not in ROLE_ACTIONS:
        yield "role", person["role"], "no_role"
    own = areas.get(person["mission"], ()) if person["mission"] else {*chain(*areas.values())}
    if own and person["area"] and person["area"] not in own:  # such a person could write nowhere
        yield "area", person["area"], "no_area"
    if person["audience"] not in _AUDIENCES:
        yield "audience", person["audience"], "no_audience"
    try:
        date.fromisoformat(person["until"] or "2026-01-01")
    except ValueError:
        yield "until", person["until"], "no_day"
