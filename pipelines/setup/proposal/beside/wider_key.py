"""A key that two senders, or two rows of a file, give to different things, made one that tells
them apart: by the unit, or the day or month, as a part of it. What a clash is:
`pipelines.ingest.rows.key_clashes`."""

import math
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from indicators.definitions.contracts import contracts
from pipelines.ingest.rows.key_clashes import RULE
from pipelines.setup.proposal.difference import Change, with_key
from pipelines.setup.proposal.matching.texts import ColumnProposal
from pipelines.setup.proposal.preview import Preview
from pipelines.setup.proposal.proposal import Proposal

_CONFIDENCE = 0.6  # sure of the parts of a key: the file alone does not tell who else numbers so
_TWICE, _SLIPS = "duplicate_key", 0.1  # share of rows: of fewer a code was typed wrongly
_UNIT = "units.unit_code"
Content = Mapping[str, Any]
Try = Callable[[Content], Preview]


def key_change(content: Content, found: Preview, tried: Try) -> tuple[Change, Preview] | None:
    """The first wider key with which no row clashes, and what then would arrive.

    `content`: the mapping as YAML has it; `found`: what it makes of the file.
    """
    clashing = {RULE: 1, _TWICE: max(2, _SLIPS * found.rows_read)}
    clashes: Counter[tuple[str, str]] = Counter()  # of all sheets
    for one in found.rejects:
        clashes[one.table, one.rule] += one.rows
    for table in dict.fromkeys(
        table for (table, rule), rows in clashes.items() if rows >= clashing.get(rule, math.inf)
    ):
        for change in _wider(content, table):
            shown = tried(with_key(content, change))
            if not any(one.rule in clashing for one in shown.rejects):
                return change, shown
    return None


def with_wider_key(proposal: Proposal, change: Change) -> Proposal:
    """The proposal with the key that the change names."""
    table, _, name = change.place.partition(".")
    if proposal.also and proposal.table != table:
        return replace(proposal, also=with_wider_key(proposal.also, change))
    headers = tuple(_columns_of(str(change.after)))
    said = ColumnProposal(name, headers, _CONFIDENCE, ("unit_in_key",), {"template": change.after})
    columns = [said if one.column == name else one for one in proposal.columns]
    return replace(proposal, columns=tuple(columns))


def _columns_of(template: str) -> list[str]:
    return [piece.partition("}")[0] for piece in template.split("{")[1:]]


def _wider(content: Content, table: str) -> Iterator[Change]:
    entry = next(one for one in content["tables"] if one["table"] == table)
    contract = contracts()[table]
    place = f"{table}.{contract.key[0]}"
    own = _text_of(entry["columns"].get(contract.key[0], {}))
    if own is None or contract.columns[contract.key[0]].reference:
        return
    day = _text_of(entry["columns"].get(contract.date_column or "", {}))
    unit = _unit_of(content, entry["columns"], table)
    parts = [[unit], [unit, day], [day]]
    for before in parts:
        wanted = [text for text in before if text and text not in own]
        if wanted and all(before):
            yield Change("key", place, own, " ".join([*wanted, own]), _CONFIDENCE)


def _text_of(entry: Content) -> str | None:
    """What a column is made from, as a template; None where it cannot be part of one."""
    origin = entry.get("from")
    origin = origin[0] if isinstance(origin, list) and origin else origin
    if isinstance(origin, str) and not set(origin) & set("{}"):
        return f"{{{origin}}}"
    return entry.get("template") or entry.get("constant")


def _unit_of(content: Content, columns: Content, table: str) -> str | None:
    """The sender that the mapping names, else the unit of the row."""
    if isinstance(sender := content.get("sender"), Mapping):
        return f"{{{sender['column']}}}"
    own = contracts()[table].columns
    units = [name for name in columns if name in own and own[name].reference == _UNIT]
    return next((text for name in units if (text := _text_of(columns[name]))), None)
