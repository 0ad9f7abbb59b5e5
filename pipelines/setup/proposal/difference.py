"""How a file of a known source differs from its mapping, and what would mend the mapping.

A renamed column, a moved header, a renamed sheet and new texts of a code column are told one each,
instead of a thousand rejected rows.
"""

import fnmatch
import glob
from codecs import BOM_UTF8
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pyarrow.compute as pc
import yaml

from indicators.definitions.contracts import Column, contracts
from indicators.foundation.errors import Problem, WrongUse
from pipelines.ingest.files.delivered_file import with_present_names
from pipelines.ingest.mapping.model import (
    ColumnMapping,
    Source,
    TableMapping,
    TextLoader,
    read_source,
)
from pipelines.ingest.readers.table import SourceTable
from pipelines.setup.proposal.beside.known_rows import Known
from pipelines.setup.proposal.layout import Layout, layouts, with_questions
from pipelines.setup.proposal.matching.codes import code_proposals, pattern_proposals
from pipelines.setup.proposal.matching.columns import fit_of, reference_fit
from pipelines.setup.proposal.matching.texts import Texts, texts_of
from pipelines.setup.proposal.matching.words import column_names, folded, likeness, readings

_LEAST_ALIKE = 0.6


@dataclass(frozen=True)
class Change:
    """One difference. `kind`: header, sheet, options, renamed, missing, new, code, key.

    `place`: what of the mapping it is about (a column, `options`); `before`, `after`: text of the
    mapping and of the file; `after` is None where nothing is offered. `sheet`: of whose options
    alone it is one, where sheets are of several kinds.
    """

    kind: str
    place: str
    before: str | None
    after: str | None
    confidence: float
    meant: str | None = None  # of a code: what it would be recoded to
    sheet: str = ""


def differences(path: Path, source: Source, known: Known) -> list[Change]:
    """All differences of the file as it is now. Raises WrongUse as `layouts`."""
    if not source.kinds_of_sheets:
        return _differences(path, source, known)
    found = [
        replace(one, sheet=name if one.kind == "options" else "")
        for name in source.kinds_of_sheets
        for one in _differences(path, _of_kind(source, name), known)
    ]
    return list(dict.fromkeys(found))


def _of_kind(source: Source, name: str) -> Source:
    """The mapping of one kind of sheets; columns that it reads of others are known here."""
    own = source.of_sheet(name)
    others = source.columns_read().keys() - own.columns_read().keys()
    ignore = [glob.escape(other) for other in sorted(others)]
    kinds = dict(source.kinds_of_sheets)
    options = {**source.options, **(kinds.pop(name) or {}), "sheet": name}
    options |= {"sheets": (), "ignore_sheets": (*_listed(options.get("ignore_sheets")), *kinds)}
    return own.model_copy(update={"options": options, "ignore": (*source.ignore, *ignore)})


def _differences(path: Path, source: Source, known: Known) -> list[Change]:
    layout = _layout(path, source)
    if layout is None:
        return []
    found = [one for one in _layout_changes(source, layout) if not _is_said(path, one)]
    renamed = list(_column_changes(source, layout.table, known))
    found += renamed
    names = {one.before: one.after for one in renamed if one.kind == "renamed"}
    for table in source.tables:
        found += _code_changes(source, table, layout.table, names, known)
    return found


def changes_of(
    path: Path, source: Source, known: Known, successors: Mapping[str, str]
) -> list[Change]:
    """All differences; `successors`: of columns that are gone, what a person says they are now."""
    taken = successors.values()
    found = []
    for one in differences(path, source, known):
        if one.place not in successors:
            found += [] if one.kind == "new" and one.after in taken else [one]
        elif one.after and one.after not in taken:  # what was offered is nobody's now
            found.append(Change("new", one.after, None, one.after, 0.5))
    return [*found, *(Change("renamed", old, old, new, 1.0) for old, new in successors.items())]


def file_of(profile: Path, source: str) -> Path:
    """The file of a mapping of the profile. Raises StopIteration for none of this name."""
    paths = sorted((profile / "sources").glob("*.yaml"))
    return next(path for path in paths if read_source(path).source == source)


def _layout(path: Path, source: Source) -> Layout | None:
    """The sheet that has most of the columns that the mapping reads; None where all are others'."""
    needed = set(source.columns_read())
    fixed = {key: value for key, value in source.options.items() if key in ("fill_down", "totals")}

    def shared(layout: Layout) -> tuple[int, bool]:
        same_sheet = layout.table.sheet == source.options.get("sheet")
        return len(needed & set(layout.table.header)), same_sheet

    ignored = _listed(source.options.get("ignore_sheets"))
    found = [one for one in layouts(path) if one.table.sheet not in ignored]
    if "select_multiple" in source.options:
        found = [with_questions(path, one) for one in found]
    found = [replace(one, table=with_present_names(one.table, source)) for one in found]
    best = max(found, key=shared, default=None)
    return best and replace(best, options={**best.options, **fixed})


def _layout_changes(source: Source, layout: Layout) -> Iterator[Change]:
    defaults = {"header_row": "1", "encoding": "utf-8", "delimiter": ",", "header_rows": "1"}
    for name in (*defaults, "sheet"):
        before = source.options.get(name, defaults.get(name))
        after = layout.options.get(name, defaults.get(name))
        if name == "sheet":
            after = layout.table.sheet if before else None
        if name == "encoding" and _is_ascii(layout.table):
            continue  # plain letters are the same in every encoding
        if str(before or "") != str(after or "") and (before or after):
            yield Change("options", name, str(before or ""), str(after or ""), 0.95)


def _is_said(path: Path, one: Change) -> bool:
    """Whether the file itself says that it is UTF-8, which no mapping has to."""
    if one.place != "encoding":
        return False
    with path.open("rb") as file:
        return file.read(len(BOM_UTF8)) == BOM_UTF8


def _is_ascii(table: SourceTable) -> bool:
    texts = (text for column in table.rows.columns for text in column.to_pylist() if text)
    return all(name.isascii() for name in table.header) and all(text.isascii() for text in texts)


def _column_changes(source: Source, table: SourceTable, known: Known) -> Iterator[Change]:
    needed = source.columns_read()
    free = [
        name
        for name in table.header
        if name not in needed and not any(fnmatch.fnmatchcase(name, p) for p in source.ignore)
    ]
    lost = [name for name in needed if name not in table.header]
    texts = {one.header: one for one in texts_of(table)}
    pairs = [
        (_rename_confidence(source, name, texts[other], known), name, other)
        for name in lost
        for other in free
    ]
    taken: set[str] = set()
    for confidence, name, other in sorted(pairs, key=_nearest_first):
        if confidence >= _LEAST_ALIKE and name not in taken and other not in taken:
            taken |= {name, other}
            yield Change("renamed", name, name, other, confidence)
    for name in lost:
        if name not in taken and needed[name]:
            yield Change("missing", name, name, None, 0)
    for name in free:
        if name not in taken:
            yield Change("new", name, None, name, 0.5)


def _nearest_first(pair: tuple[float, str, str]) -> tuple[Any, ...]:
    """Equal names before all that are only alike, whatever their texts: `gps.latitude` is the
    `gps/latitude` of before and `gps.altitude` is not."""
    confidence, name, other = pair
    alike = _alike(name, other)
    return alike < 1, -confidence, -alike, -likeness(folded(name), folded(other)), name, other


def _alike(name: str, other: str) -> float:
    return max(likeness(one, two) for one in readings(name) for two in readings(other))


def _rename_confidence(source: Source, name: str, texts: Texts, known: Known) -> float:
    """Alike names, or another name of the same contract column whose type reads the texts."""
    alike = _alike(name, texts.header)
    fits = [
        _reads(table, column, entry, texts, known)
        for table in source.tables
        for column, entries in table.mapped_columns().items()
        for entry in entries
        if name in entry.origin_columns()
    ]
    reads = max((share for share, _ in fits), default=1.0)
    is_other_name = any(is_named for _, is_named in fits)
    if reads < 0.5:
        return 0.0
    if alike >= _LEAST_ALIKE or is_other_name:
        return round(min(0.9, max(alike, 0.85 * is_other_name)) * (0.5 + 0.5 * reads), 2)
    return 0.0


def _reads(
    mapping: TableMapping, name: str, entry: ColumnMapping, texts: Texts, known: Known
) -> tuple[float, bool]:
    """(share of texts that the contract column reads, whether the header is a name of it)."""
    column = contracts()[mapping.table].columns[name]
    is_named = any(word in column_names(mapping.table, name) for word in readings(texts.header))
    unread = tuple(text for text in texts.values if text not in entry.recode)
    if not texts.values or not unread:
        return 1.0, is_named
    share = fit_of(column, Texts(texts.header, unread), known).share
    there = (len(texts.values) - len(unread)) / len(texts.values)
    return there + (1 - there) * (1.0 if share is None else share), is_named


def _code_changes(
    source: Source,
    mapping: TableMapping,
    table: SourceTable,
    names: Mapping[str | None, str | None],
    known: Known,
) -> Iterator[Change]:
    """Texts of recoded columns that neither the recode nor the contract knows."""
    for name, entry in mapping.columns.items():
        column = contracts()[mapping.table].columns[name]
        if entry.has_otherwise or entry.bands or not entry.sources or len(entry.sources) != 1:
            continue
        header = names.get(entry.sources[0]) or entry.sources[0]
        if header not in table.header:
            continue
        missing = source.missing if entry.missing is None else entry.missing
        distinct = pc.unique(table.rows[header].combine_chunks()).to_pylist()
        texts = sorted({text.strip() for text in distinct if text and text.strip()})
        unknown = [text for text in texts if text not in entry.recode and text not in missing]
        yield from _new_texts(mapping.table, name, column, entry, unknown, known)


def _new_texts(
    table: str, name: str, column: Column, entry: ColumnMapping, texts: list[str], known: Known
) -> Iterator[Change]:
    place = f"{table}.{name}"
    if column.base_type in ("code", "list<code>"):
        signs = entry.separator if column.base_type == "list<code>" else ()
        listed = {folded(text): code for text, code in entry.recode.items() if code}
        for one in code_proposals(texts, column, signs):
            if one.code == one.text or one.text in entry.recode:
                continue
            code = listed.get(folded(one.text)) or one.code
            yield Change("code", place, None, one.text, one.confidence if code else 0, code)
    elif column.pattern:
        for one in pattern_proposals(texts, name, column):
            if one.code != one.text:
                yield Change("code", place, None, one.text, one.confidence, one.code)
    elif column.reference and column.reference in known:
        every = Texts((*(entry.sources or ()), name)[0], (*entry.recode, *texts))
        for one in reference_fit(every, column.reference, known).codes:
            if one.text in texts and one.code != one.text:
                yield Change("code", place, None, one.text, one.confidence, one.code)


def mended(path: Path, changes: list[Change]) -> dict[str, Any]:
    """The mapping of this file with what the changes offer; what they leave open stays."""
    content: dict[str, Any] = deepcopy(yaml.load(path.read_text(encoding="utf-8"), TextLoader))
    for one in changes:
        if one.kind == "options":
            options = content.setdefault("options", {})
            if one.sheet and one.place == "sheet":
                _rename_sheet(content, one.sheet, str(one.after))
                continue
            if one.sheet:
                kinds = options["sheets"]
                options = kinds[one.sheet] = {**(kinds[one.sheet] or {})}
            if one.after:
                options[one.place] = one.after
            else:
                options.pop(one.place, None)
        elif one.kind == "renamed" and one.before and one.after:
            content = _with_former_name(_renamed(content, one.before, one.after), one)
        elif one.kind == "new" and one.after:
            content["ignore"] = [*_listed(content.get("ignore")), one.after]
        elif one.kind == "code" and one.meant and one.after:
            _add_code(content, one)
        elif one.kind == "key":
            content = with_key(content, one)
    return content


def _rename_sheet(content: dict[str, Any], before: str, after: str) -> None:
    options = content["options"]
    options["sheets"] = {
        after if name == before else name: own for name, own in options["sheets"].items()
    }
    for table in content["tables"]:
        table |= {"sheet": after} if table.get("sheet") == before else {}


def with_key(content: Mapping[str, Any], change: Change) -> dict[str, Any]:
    """The mapping with another key for a table, and with it what refers to this key."""
    found = deepcopy(dict(content))
    table, _, name = change.place.partition(".")
    entries = {one["table"]: one["columns"] for one in found["tables"]}
    before = entries[table][name]
    for other, columns in entries.items():
        known = contracts()[other].columns
        for column, entry in columns.items():
            refers = column in known and known[column].reference == change.place
            if (other, column) == (table, name) or (refers and entry == before):
                columns[column] = {"template": change.after}
    return found


def _listed(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value or ())


def _with_former_name(content: dict[str, Any], one: Change) -> dict[str, Any]:
    """The mapping that still reads files from before the column was renamed."""
    renamed = {name: _listed(former) for name, former in content.get("renamed", {}).items()}
    former = [*renamed.pop(str(one.before), []), str(one.before)]
    known = [*renamed.get(str(one.after), []), *former]
    names = [name for name in dict.fromkeys(known) if name != one.after]
    return content | {"renamed": renamed | {str(one.after): names}}


_NAMES = ("from", "column", "of")


def _renamed(content: Any, before: str, after: str) -> Any:
    """The content with a column of the file under its new name, wherever it is read."""

    def walk(value: Any, key: str | None = None) -> Any:
        if isinstance(value, dict):
            return {
                (after if key == "where" and name == before else name): walk(entry, name)
                for name, entry in value.items()
            }
        if isinstance(value, list):
            return [walk(entry, key) for entry in value]
        if key in (*_NAMES, "point") and value == before:
            return after
        if key == "template" and isinstance(value, str):
            return value.replace("{" + before + "}", "{" + after + "}")
        return value

    return walk(content)


def _add_code(content: dict[str, Any], one: Change) -> None:
    table, _, name = one.place.partition(".")
    for entry in content["tables"]:
        if entry["table"] == table and name in entry["columns"]:
            entry["columns"][name].setdefault("recode", {})[one.after] = one.meant
            return
    raise WrongUse(Problem("map_no_column", value=name, parameters={"known": table}))
