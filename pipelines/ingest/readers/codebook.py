"""What a form, or the file itself, says of its questions: their wording and what their codes mean.

An XLSForm (XLSX) or an XForm (XML) that a survey was collected with, and the labels that files of
statistics programs carry. Sources of the formats: xlsform.org, getodk.github.io/xforms-spec.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pyarrow as pa

from indicators.foundation.errors import Problem, WrongUse
from pipelines.ingest.readers.ooxml import workbook
from pipelines.ingest.readers.table import SourceTable

FORM_SHEETS = ("survey", "choices")
_OPENS_ENTITIES = (b"<!DOCTYPE", b"<!ENTITY")
_LARGEST = 20 << 20  # bytes of an XForm
LABEL_COLUMN = " (label)"  # of a file of a statistics program, beside its codes
_NUMBER = re.compile(r"^[A-Z]+[\w-]*[.:)]\s+")  # `Q43g. Trust police`


@dataclass(frozen=True)
class Question:
    """`labels`: its wording, a language each; `texts`: code: what it is called."""

    labels: tuple[str, ...] = ()
    texts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


Codebook = Mapping[str, Question]
"""By name of the question, which is the end of its column's name in an export."""


def codebook_of(form: Path) -> Codebook:
    """The questions of a form. Raises WrongUse for a file that is none."""
    found = _of_xform(form) if form.suffix.lower() == ".xml" else _of_xlsform(form)
    if not found:
        raise WrongUse(Problem("map_no_form", form.name))
    return found


def question_of(header: str, book: Codebook) -> Question:
    """What is known of a column; nothing where the form has no question of its name."""
    for name in (header, header.replace("-", "/").rpartition("/")[2]):
        if name in book:
            return book[name]
    return Question()


def _of_xlsform(form: Path) -> Codebook:
    book = workbook(form)
    if not set(FORM_SHEETS) <= set(book.sheets):
        return {}
    survey, choices = (list(_records(book.texts(name))) for name in FORM_SHEETS)
    lists: dict[str, dict[str, tuple[str, ...]]] = {}
    for row in choices:
        known = row.get("list_name") or row.get("list name") or ""
        lists.setdefault(known, {})[row.get("name", "")] = _labels(row)
    return {
        row["name"]: Question(_labels(row), lists.get(_list_of(row), {}))
        for row in survey
        if row.get("name") and not row.get("type", "").startswith(("begin", "end_", "end "))
    }


def _records(texts: Any) -> Iterator[dict[str, str]]:
    """The rows of a sheet by the names of its columns."""
    heads = [text or "" for text in texts[0]] if texts else []
    for cells in texts[1:]:
        yield {head: cell.strip() for head, cell in zip(heads, cells, strict=False) if cell}


def _labels(row: Mapping[str, str]) -> tuple[str, ...]:
    return _wordings(text for head, text in row.items() if head.lower().startswith("label"))


def _wordings(texts: Iterable[str]) -> tuple[str, ...]:
    """Wordings without the number of the question; a stroke in one parts no group from another."""
    plain = (_NUMBER.sub("", text).replace("/", " ").strip() for text in texts)
    return tuple(dict.fromkeys(text for text in plain if text))


def _list_of(row: Mapping[str, str]) -> str:
    """The list of `select_one sex`; some tools write it into a column of its own."""
    return row.get("type", "").partition(" ")[2].split(" ")[0] or row.get("list_name", "")


def _of_xform(form: Path) -> Codebook:
    data = form.read_bytes()[:_LARGEST]
    if any(one in data for one in _OPENS_ENTITIES):
        return {}  # entities can unpack without end, and no form needs them
    try:
        root = ElementTree.fromstring(data)  # noqa: S314  entities are refused above
    except ElementTree.ParseError:
        return {}
    for one in root.iter():
        one.tag = one.tag.rpartition("}")[2]
    texts: dict[str, list[str]] = {}
    for one in root.iter("text"):
        values = (value.text or "" for value in one.iter("value"))
        texts.setdefault(one.get("id", ""), []).extend(text.strip() for text in values)
    lists = {
        one.get("id"): {
            item.findtext("name", ""): tuple(texts.get(item.findtext("itextId", ""), ()))
            for item in one.iter("item")
        }
        for one in root.iter("instance")
    }

    def label(one: ElementTree.Element) -> tuple[str, ...]:
        own = one.find("label")
        if own is None:
            return ()
        named = own.get("ref", "").removeprefix("jr:itext('").removesuffix("')")
        return _wordings(texts.get(named, [own.text or ""]))

    found: dict[str, Question] = {}
    for one in root.iter():
        if one.tag not in ("input", "select", "select1"):
            continue
        items = {item.findtext("value", ""): label(item) for item in one.findall("item")}
        sets = (item.get("nodeset", "") for item in one.findall("itemset"))
        for text in sets:
            items |= lists.get(text.partition("instance('")[2].partition("')")[0], {})
        found[one.get("ref", "").rpartition("/")[2]] = Question(label(one), items)
    return found


def labels_within(path: Path, table: SourceTable) -> Codebook:
    """The questions of a file of a statistics program: its labels of variables and values."""
    import pyreadstat  # no other file needs it

    read = pyreadstat.read_sav if path.suffix.lower() == ".sav" else pyreadstat.read_dta
    _, facts = read(str(path), metadataonly=True)
    found: dict[str, Question] = {}
    for name, wording in facts.column_names_to_labels.items():
        labelled = f"{name}{LABEL_COLUMN}"
        texts = _pairs(table, name, labelled) if labelled in table.header else {}
        found[name] = Question(_wordings([wording or ""]), texts)
    return found


def _pairs(table: SourceTable, name: str, labelled: str) -> dict[str, tuple[str, ...]]:
    """The codes of a column with the label that stands beside each."""
    pairs = pa.table({"code": table.rows[name], "label": table.rows[labelled]})
    rows = pairs.group_by(["code", "label"]).aggregate([]).to_pylist()
    return {row["code"]: (row["label"],) for row in rows if row["code"] and row["label"]}
