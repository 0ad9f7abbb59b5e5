"""A mission's baselines, targets, framework and primary tests as a workbook, and back as YAML.

A sheet a list of the profile, named in the language of the workbook: row 1 holds titles for people,
row 2 the keys of the YAML. What comes back is checked whole before it is written; comments and all
other keys of the files stay.
"""

import io
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import IO, Any

from pydantic import BaseModel, ValidationError
from python_calamine import CalamineError, CalamineWorkbook
from ruamel.yaml import YAML
from xlsxwriter.worksheet import Worksheet

from indicators.definitions.catalogue import load_catalogue
from indicators.definitions.mission_profile import DatedValue, Selected
from indicators.dissemination.spreadsheets import Book, keep_heads, new_workbook, write_value
from indicators.foundation.errors import Problem, WrongUse
from indicators.foundation.messages import LANGUAGES, message
from indicators.foundation.reading.model_problems import KINDS, reasons
from indicators.linkage.framework.model import FILE_NAME as FRAMEWORK
from indicators.linkage.framework.model import Edge, Outcome, Output
from pipelines.ingest.mapping.profile import profile_problems
from pipelines.ingest.mapping.written.written_numbers import Signs, number_text
from pipelines.ingest.readers.ooxml import percent_cells
from pipelines.ingest.rows.cast import FALSE_TEXTS, TRUE_TEXTS
from pipelines.workspace.durable import replace_text

MISSION = "mission.yaml"
_FIRST_ROW = 3  # as people count
_LAST_ROW = 1000
_TITLE_WIDTH = 60
_SEVERAL = "tuple[DatedValue, ...]"  # as pydantic names that side of a baseline or target
_OWN_LINES = "stakeholders"  # a list in one cell, an entry a line
_DATED = ("baseline", "target")  # one, or one for each length of period: an entry a line
_NUMBERS = ("value", "tolerance", "min_n", "lag", "expected_sign", "margin_percent")
_MONTHS = 12
_INDICATORS = ("indicator", "from", "to")
DAYS = ("on", "named_on", "cleared_on")
_DAY_FIRST = re.compile(r"(\d{1,2})([./-])(\d{1,2})\2(\d{4})")
Entry = dict[str, Any]


@dataclass(frozen=True)
class _Sheet:
    """A list of a profile's file: where it stands, what tells its entries apart, its columns."""

    name: str
    file: str
    identity: str
    model: type[BaseModel]
    columns: tuple[str, ...]
    title: str = ""  # of the sheet in one workbook
    language: str = ""  # of that workbook

    def in_language(self, language: str) -> "_Sheet":
        """The sheet as a workbook in this language names it."""
        title = message(f"profile_workbook.sheet.{self.name}", language)
        return replace(self, title=title, language=language)

    def head(self, column: str) -> str:
        """What people read above a column, or above several."""
        names = (one for one in column.split(", ") if one in self.columns)
        return ", ".join(_title(one, self.language) for one in names) or column


_SHEETS = (
    _Sheet(
        "indicators", MISSION, "code", Selected,
        ("code", "baseline.value", "baseline.on", "baseline.period_type", "target.value",
         "target.on", "target.period_type", "tolerance", "min_n", "cleared_by", "cleared_on"),
    ),
    _Sheet(
        "outcomes", FRAMEWORK, "id", Outcome,
        ("id", "title.en", "title.fr", "short.en", "short.fr", "indicator", "stakeholders",
         "hypothesis.en", "hypothesis.fr", "expected_accomplishment.en",
         "expected_accomplishment.fr", "is_benchmark"),
    ),
    _Sheet(
        "outputs", FRAMEWORK, "id", Output,
        ("id", "title.en", "title.fr", "short.en", "short.fr", "indicator", "tier"),
    ),
    _Sheet(
        "edges", FRAMEWORK, "id", Edge,
        ("id", "from", "to", "lag", "expected_sign", "margin_percent",
         "primary.method", "primary.window", "primary.outcome",
         "primary.named_on", "why.en", "why.fr"),
    ),
)  # fmt: skip
_CHOICES: Mapping[str, Sequence[str]] = {
    "tier": ("I", "II", "III"),
    "expected_sign": ("1", "-1"),
    "primary.method": ("case_series", "before_after_interviews", "panel", "rollout"),
    "primary.outcome": ("all", "independent"),
    "is_benchmark": ("true", "false"),
}


@dataclass(frozen=True)
class Change:
    """One cell that differs from the profile; a whole row where `column` is empty."""

    sheet: str
    entry: str
    column: str
    before: str | float
    after: str | float


def write_workbook(profile: Path, path: Path | IO[bytes], language: str) -> None:
    """Writes the profile's lists as a workbook in `en` or `fr`; an older file is replaced."""
    sheets = [sheet.in_language(language) for sheet in _SHEETS]
    codes = f"='{sheets[0].title}'!$A${_FIRST_ROW}:$A${_LAST_ROW}"
    with new_workbook(path, profile.name) as book:
        for sheet in sheets:
            page = book.add_worksheet(sheet.title)
            for index, column in enumerate(sheet.columns):
                page.set_column(index, index, 14 if "." in column else 26, book.look("text"))
                page.write_string(0, index, _title(column, language), book.look("ruled_head"))
                page.write_string(1, index, column, book.look("key"))
                if column in _CHOICES:
                    listed = {"validate": "list", "source": list(_CHOICES[column])}
                    page.data_validation(2, index, _LAST_ROW, index, listed)
                if column in _INDICATORS:  # one of those that the first sheet lists
                    chosen = {"validate": "list", "source": codes}
                    page.data_validation(2, index, _LAST_ROW, index, chosen)
            entries = _entries(profile_yaml(profile / sheet.file), sheet)
            for row, entry in enumerate(entries, start=2):
                for index, column in enumerate(sheet.columns):
                    write_value(book, page, row, index, _cell(entry, column))
            keep_heads(page, 1, len(entries) + 1, len(sheet.columns))
            if sheet.identity == "code":
                _write_titles(book, page, len(sheet.columns), entries, language)


def _write_titles(
    book: Book, page: Worksheet, column: int, entries: Sequence[Entry], language: str
) -> None:
    """What each code measures, in a column without a key, which is not read back."""
    catalogue = load_catalogue()
    page.set_column(column, column, _TITLE_WIDTH, book.look("text"))
    head = message("profile_workbook.measures", language)
    page.write_string(0, column, head, book.look("ruled_head"))
    for row, entry in enumerate(entries, start=2):
        if (known := catalogue.get(entry["code"])) is not None:
            unit = message(f"unit.{known.unit_of_measure}", language, number=2)
            title = known.title.in_language(language)
            write_value(book, page, row, column, f"{title} ({unit.strip()})")


def read_workbook(profile: Path, path: Path, *, is_written: bool) -> list[Change]:
    """What the workbook changes in the profile; written where `is_written`.

    Raises WrongUse with sheet, row and column of everything that is wrong; nothing is written then.
    """
    sheets, found = _rows(path)
    problems = [
        Problem("profile_no_file", path.name, sheet.title, parameters={"file": sheet.file})
        for sheet in sheets
        if found[sheet.name] and not (profile / sheet.file).is_file()
    ]
    if problems:
        raise WrongUse(problems)
    for sheet in sheets:
        problems += _row_problems(path, sheet, found, _unlisted(profile, sheet))
    if problems:
        _leave_unfit_out(profile, sheets, found)
    texts: dict[str, str] = {}
    changes: list[Change] = []
    for file in (MISSION, FRAMEWORK):
        content = profile_yaml(profile / file)
        for sheet in sheets:
            if sheet.file == file and content is not None:
                named = [entry for _, entry in found[sheet.name] if sheet.identity in entry]
                changes += _merged(content, sheet, named)
        if content is not None:
            texts[file] = yaml_text(content)
    unsound = _unsound(profile, path, texts, sheets, found)
    told = {(one.sheet, one.row) for one in problems}
    # beside what is wrong in a row: what of other rows is wrong, in the workbook's words
    problems += [
        one for one in unsound if not told or (one.sheet and (one.sheet, one.row) not in told)
    ]
    if problems:
        raise WrongUse([_as_people_see_it(one, sheets) for one in problems])
    for file, text in texts.items():
        changed = {one.sheet for one in changes}
        if is_written and any(one.file == file and one.title in changed for one in sheets):
            replace_text(profile / file, text)
    return changes


def _as_people_see_it(problem: Problem, sheets: Sequence[_Sheet]) -> Problem:
    """With the column under the head that its sheet gives it."""
    sheet = next((one for one in sheets if one.title == problem.sheet), None)
    return replace(problem, column=sheet.head(problem.column or "")) if sheet else problem


def _parser() -> YAML:
    parser = YAML()
    parser.preserve_quotes = True
    parser.width = 10_000
    parser.indent(mapping=2, sequence=4, offset=2)
    return parser


def profile_yaml(path: Path) -> Any:
    """A file of a profile with its comments, to be changed; None where there is none."""
    return _parser().load(path.read_text(encoding="utf-8")) if path.is_file() else None


def yaml_text(content: Any) -> str:
    """The file as text again."""
    written = io.StringIO()
    _parser().dump(content, written)
    return written.getvalue()


def _title(column: str, language: str) -> str:
    return message(f"profile_workbook.{column}", language)


def _entries(content: Any, sheet: _Sheet) -> list[Entry]:
    return list(content.get(sheet.name) or []) if content is not None else []


def _cell(entry: Entry, column: str) -> Any:
    """The value of a dotted key as one cell; None where the entry has none."""
    value: Any = entry
    for key in column.split("."):
        if isinstance(value, list):
            return "\n".join(str(_told(one, key)) for one in value)
        value = value.get(key) if isinstance(value, Mapping) else None
    if column == _OWN_LINES and value is not None:
        return "\n".join(
            one if isinstance(one, str) else f"{one['en']} | {one['fr']}" for one in value
        )
    if isinstance(value, Mapping):
        return None
    return "true" if value is True else "false" if value is False else value


def _rows(path: Path) -> tuple[list[_Sheet], dict[str, list[tuple[int, Entry]]]]:
    """The sheets as the workbook names them, in whatever language; of each the row number and entry
    of its rows that are not empty."""
    try:
        book = CalamineWorkbook.from_path(path)
    except (CalamineError, OSError) as error:
        raise WrongUse(Problem("unreadable", path.name, parameters={"reason": error})) from error
    known = [[sheet.in_language(language) for language in LANGUAGES] for sheet in _SHEETS]
    named = [next((s for s in own if s.title in book.sheet_names), own[0]) for own in known]
    missing = [sheet.title for sheet in named if sheet.title not in book.sheet_names]
    if missing:
        parameters = {"sheets": ", ".join(book.sheet_names)}
        raise WrongUse(
            [Problem("missing_sheet", path.name, n, parameters=parameters) for n in missing]
        )
    return named, {sheet.name: list(_sheet_rows(path, book, sheet)) for sheet in named}


def _sheet_rows(path: Path, book: CalamineWorkbook, sheet: _Sheet) -> Iterator[tuple[int, Entry]]:
    rows = book.get_sheet_by_name(sheet.title).to_python(skip_empty_area=False)
    heads = [str(head).strip() for head in rows[1]] if len(rows) > 1 else []
    unknown = [head for head in heads if head and head not in sheet.columns]
    absent = [column for column in sheet.columns if column not in heads]
    if unknown or absent:
        name = (unknown or absent)[0]
        parameters = {"known": ", ".join(sheet.columns)}
        raise WrongUse(
            Problem("profile_columns", path.name, sheet.title, 2, name, parameters=parameters)
        )
    percents = percent_cells(path, sheet.title)
    for number, row in enumerate(rows[2:], start=_FIRST_ROW):
        for at, cell in enumerate(row):
            if (number - 1, at) in percents and isinstance(cell, float | int):
                row[at] = round(100 * cell, 10)  # the number before the sign is meant
        if any(cell not in ("", None) for cell in row):
            yield number, _entry(dict(zip(heads, row, strict=False)), sheet)


def _entry(cells: Mapping[str, Any], sheet: _Sheet) -> Entry:
    """The entry as the YAML nests it; an empty cell is a key that is not there."""
    entry: Entry = {}
    for column in sheet.columns:
        value = _value(column, cells.get(column), sheet.language)
        if value is None:
            continue
        first, _, second = column.partition(".")
        if not second:
            entry[first] = value
        elif isinstance(entry.get(first), dict) or first not in entry:
            entry.setdefault(first, {})[second] = value
    dated = (key for key in _DATED if key in entry)
    return entry | {key: _of_lines(entry[key], sheet.language) for key in dated}


def _of_lines(dated: Entry, language: str) -> Entry | list[Entry]:
    """A list where cells hold several lines: the first lines are its first entry, and so on."""
    lines = {name: str(cell).splitlines() for name, cell in dated.items()}
    count = max(map(len, lines.values()))
    if count < 2:
        return dated
    found: list[Entry] = [{} for _ in range(count)]
    for name, texts in lines.items():
        for entry, text in zip(found, texts, strict=False):
            value = _value(name, text, language)
            if value is not None:
                entry[name] = value
    return found


def _value(column: str, cell: Any, language: str) -> Any:
    """What a cell means in a workbook in this language; the text itself where it is not what the
    column asks for, as the row's check says."""
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    if not isinstance(cell, str):
        return cell
    kind = column.rpartition(".")[2]
    text = cell.strip()
    if not text:
        return None
    if column == _OWN_LINES:
        return [_both(line) for line in text.splitlines() if line.strip()]
    if kind in DAYS:
        return _day(text, language)
    if column == "is_benchmark" and text.lower() in TRUE_TEXTS + FALSE_TEXTS:
        return text.lower() in TRUE_TEXTS
    number = number_text(text.removesuffix("%"), Signs()) if kind in _NUMBERS else None
    if number is None or "\n" in text:
        return text
    return int(float(number)) if float(number).is_integer() else float(number)


def _both(line: str) -> Any:
    english, bar, french = (part.strip() for part in line.partition("|"))
    return {"en": english, "fr": french} if bar else english


def _day(text: str, language: str) -> Any:
    """A day as people write it; in English with a stroke only where no other day can be meant:
    French writes no month first."""
    written = _DAY_FIRST.fullmatch(text)
    day, sign, month, year = written.groups() if written else ("", "", "", "")
    is_sure = sign == "." or language == "fr" or day == month
    if written and (is_sure or int(day) > _MONTHS):
        text = f"{year}-{month:0>2}-{day:0>2}"
    try:
        return date.fromisoformat(text)
    except ValueError:
        return text


def _unlisted(profile: Path, sheet: _Sheet) -> dict[Any, Entry]:
    """By identity what an entry of the profile holds beside the columns (dates of arrivals)."""
    listed = {column.split(".")[0] for column in sheet.columns}
    return {
        entry[sheet.identity]: {key: entry[key] for key in entry if key not in listed}
        for entry in _entries(profile_yaml(profile / sheet.file), sheet)
    }


def _row_problems(
    path: Path,
    sheet: _Sheet,
    found: Mapping[str, list[tuple[int, Entry]]],
    unlisted: Mapping[Any, Entry],
) -> Iterator[Problem]:
    """What is wrong in each row by itself, and identities that stand twice.

    Keys that are wrong are taken out of the entries, of which the rest is looked at as a whole.
    """
    seen: set[Any] = set()
    for number, entry in found[sheet.name]:
        identity = entry.get(sheet.identity)
        if identity in seen:
            yield Problem(
                "profile_twice", path.name, sheet.title, number, sheet.identity, str(identity)
            )
        seen.add(identity)
        try:
            sheet.model.model_validate(unlisted.get(identity, {}) | entry)
        except ValidationError as error:
            for wrong in error.errors():
                keys = [str(part) for part in wrong["loc"]]
                sides = (_SEVERAL, DatedValue.__name__)
                is_several = isinstance(entry.get(keys[0]) if keys else None, list)
                if sides[is_several] in keys:
                    continue  # what the other form of a baseline or target lacks is no news
                column = ".".join(k for k in keys if k not in sides and not k.isdigit())
                value = None if wrong["type"] == "missing" else str(wrong["input"])
                column = ", ".join(c for c in sheet.columns if c.startswith(f"{column}.")) or column
                listed = wrong.get("ctx", {}).items()
                facts = {name: str(one).replace(" or ", ", ") for name, one in listed}
                kind = KINDS.get(wrong["type"], wrong["type"])
                facts |= {**reasons(wrong), "kind": kind}
                yield Problem("profile_cell", path.name, sheet.title, number, column, value, facts)
                entry.pop(keys[0] if keys else "", None)


def _leave_unfit_out(
    profile: Path, sheets: Sequence[_Sheet], found: dict[str, list[tuple[int, Entry]]]
) -> None:
    """Takes out the rows that lack what was wrong in them, and links of what they would describe:
    the others are looked at as a whole."""
    unfit: set[Any] = set()
    for sheet in sheets:
        unlisted, fit = _unlisted(profile, sheet), []
        for number, entry in found[sheet.name]:
            try:
                sheet.model.model_validate(unlisted.get(entry.get(sheet.identity), {}) | entry)
            except ValidationError:
                unfit.add(entry.get("indicator"))
            else:
                fit.append((number, entry))
        found[sheet.name] = [
            row for row in fit if not unfit & {row[1].get("from", ""), row[1].get("to", "")}
        ]


def _merged(content: Any, sheet: _Sheet, entries: list[Entry]) -> list[Change]:
    """Puts the entries in place of those of the file, which keep their comments where they stay."""
    standing = content.setdefault(sheet.name, [])
    known = {entry[sheet.identity]: entry for entry in standing}
    changes: list[Change] = []
    for entry in entries:
        name = entry[sheet.identity]
        if name not in known:
            changes.append(Change(sheet.title, name, "", "", "+"))
            standing.append(entry)
            continue
        before = known.pop(name)
        own = [
            Change(sheet.title, name, column, was, now)
            for column in sheet.columns
            for was, now in [(_told(before, column), _told(entry, column))]
            if was != now
        ]
        for key in dict.fromkeys(change.column.split(".")[0] for change in own):
            put_key(before, key, entry.get(key))
        changes += own
    for name, gone in known.items():
        changes.append(Change(sheet.title, str(name), "", "-", ""))
        standing.remove(gone)
    return changes


def put_key(entry: Entry, key: str, value: Any) -> None:
    """Sets, empties or removes a key; what stands in it keeps its place and its look."""
    standing = entry.get(key)
    if value is None:
        entry.pop(key, None)
    elif isinstance(standing, dict) and isinstance(value, dict):
        for old in [name for name in standing if name not in value]:
            del standing[old]
        for name, own in value.items():
            if standing.get(name) != own:
                standing[name] = own
    else:
        entry[key] = value


def _told(entry: Entry, column: str) -> str | float:
    value = _cell(entry, column)
    return value if isinstance(value, int | float) else "" if value is None else str(value).strip()


def _unsound(
    profile: Path,
    path: Path,
    texts: Mapping[str, str],
    sheets: Sequence[_Sheet],
    found: Mapping[str, list[tuple[int, Entry]]],
) -> list[Problem]:
    """What would not be sound in the profile as a whole; places are those of the workbook."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / profile.name
        shutil.copytree(profile, copy)
        for file, text in texts.items():
            (copy / file).write_text(text, encoding="utf-8")
        problems = profile_problems(copy)
    return [_in_workbook(path, problem, sheets, found) for problem in problems]


def _in_workbook(
    path: Path,
    problem: Problem,
    sheets: Sequence[_Sheet],
    found: Mapping[str, list[tuple[int, Entry]]],
) -> Problem:
    """The place in the workbook of a problem that names a key of the YAML, else of the entry that
    it is about; else as it is."""
    listed, name, column = (*str(problem.parameters.get("key", "")).split(".", 2), "", "")[:3]
    rows = [(sheet, number, entry) for sheet in sheets for number, entry in found[sheet.name]]
    for sheet, number, entry in rows:
        if column and (listed, name) == (sheet.name, entry.get(sheet.identity)):
            words = {**problem.parameters, "key": sheet.head(column)}
            at = replace(problem, file=path.name, sheet=sheet.title, row=number, column=column)
            return replace(at, parameters=words)
    for sheet, number, entry in rows:
        is_named = problem.value is not None and problem.value == entry.get(sheet.identity)
        if is_named and sheet.file == problem.file:
            place = {"file": path.name, "sheet": sheet.title, "row": number}
            return replace(problem, **place, column=sheet.identity)  # type: ignore[arg-type]
    return problem
