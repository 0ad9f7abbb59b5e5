"""How well the files of a folder are proposed and read, which nobody prepared for the software:

    python -m tests.worlds.field.folders FOLDER [FILE ...] [-v]

FOLDER has `mission.yaml` (code, names, country, time zone, dates), `reference/<table>.csv` under
the contracts' own names, `files/` and, for each, `truth/<file>.yaml`: its `table` (or `tables`),
which contract columns each header means (`columns`), what only a person knows (`said`, `decided`)
and the `rows` that must stand in the table (or `truth/<file>.csv`; of a second table `rows_of`).
What is proposed is judged as it comes; then `colleague.py` answers, and the rows that arrive are
compared.
"""

import argparse
import shutil
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import partial
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zoneinfo import ZoneInfo

import yaml

from indicators.definitions.contracts import Column, contracts
from indicators.definitions.mission_profile import read_mission
from indicators.foundation.errors import PocLensError, WrongUse
from pipelines.ingest.inbox import ingest
from pipelines.setup.proposal.beside.known_rows import known_rows
from pipelines.setup.proposal.desk import IntakeDesk
from pipelines.setup.proposal.proposal import Proposal, propose
from pipelines.workspace.paths import Workspace
from pipelines.workspace.warehouse.last_state import open_to_read
from tests.worlds.field.colleague import BETWEEN, SHOWN, Colleague, Row, Truth, heads, read_truth
from tests.worlds.mission.mappings import under_own_names
from tests.worlds.mission.profile import words, write_source, write_yaml

_TIMES = ("date", "time")
_NEAR = {"latitude": 5.1e-5, "longitude": 5.1e-5}
_SHOWN_ROWS = 3


@dataclass
class Judged:
    """Of one file: its headers and rows, those that are right, and what is not."""

    name: str
    is_table_right: bool = False
    columns: int = 0
    right: int = 0
    sure_and_wrong: list[str] = field(default_factory=list)
    rows: int = 0
    came: int = 0
    extra: int = 0
    reasons: list[str] = field(default_factory=list)  # the first why rows are missing
    told: list[str] = field(default_factory=list)

    @property
    def is_whole(self) -> bool:
        """Whether all rows stand there, and no other."""
        return self.came == self.rows and not self.extra

    def line(self) -> str:
        """What is printed of it."""
        table = "table" if self.is_table_right else "TABLE"
        sure = f"sure and wrong {len(self.sure_and_wrong)}"
        rows = f"rows {self.came}/{self.rows} +{self.extra}"
        why = "" if self.is_whole else "; ".join(self.reasons[:1])
        return f"{self.name:44} {table} columns {self.right}/{self.columns} {sure} {rows}  {why}"


def make_world(folder: Path, home: Path) -> tuple[Workspace, str]:
    """The mission of the folder with its reference rows, and no mapping."""
    said = yaml.safe_load((folder / "mission.yaml").read_text(encoding="utf-8"))
    workspace, code = Workspace(home), str(said["code"]).lower()
    profile, lists = workspace.profile(code), sorted((folder / "reference").glob("*.csv"))
    workspace.inbox(code).mkdir(parents=True)
    content = {
        "mission": code,
        "name": {"en": said["name_en"], "fr": said["name_fr"]},
        "country_area": said["country_code"],
        **{name: said[name] for name in ("time_zone", "starts_on", "ends_on")},
        "boundaries": words("None."),
        "reject_limit_pct": 100,
        "indicators": [],
    }
    write_yaml(profile / "mission.yaml", content)
    for path in lists:
        with path.open(encoding="utf-8-sig") as file:
            there = file.readline().strip().split(",")
        write_source(profile, under_own_names(path.stem, there))
        shutil.copyfile(path, workspace.inbox(code) / path.name)
    report = ingest(workspace, read_mission(profile), settled=0)
    for one in report.files:
        if one.rows_rejected:
            print(f"{one.name}: {one.rows_rejected} rows rejected", file=sys.stderr)
    for source in (profile / "sources").iterdir():
        source.unlink()
    return workspace, code


def judge(world: tuple[Path, str], path: Path) -> Judged:
    """One file: the proposal unaided, then its rows after a colleague's answers."""
    home, code = world
    found, truth = Judged(path.name), read_truth(path)
    found.rows = sum(map(len, truth.rows.values()))
    with TemporaryDirectory() as folder:
        workspace = Workspace(Path(folder) / "workspace")
        shutil.copytree(home, workspace.home)
        coming = Path(folder) / path.name
        shutil.copyfile(path, coming)
        who = Colleague(coming, known_rows(workspace.warehouse(code)), truth)
        try:
            _judge_proposal(found, who)
            who.choose_table()
            who.complete()
            found.told += [f"said {name} = {text!r}" for name, text in who.answers.items()]
            if who.open:
                raise LookupError(f"open: {', '.join(who.open)}")
            answers = who.answers | {"meant": "1"}
            problems = IntakeDesk(workspace).take_in(code, coming, "en", answers)
            found.reasons += problems
            if not problems:
                ingest(workspace, read_mission(workspace.profile(code)), settled=0)
        except (PocLensError, LookupError) as error:
            found.reasons.append(str(error))
        _judge_rows(found, workspace, code, truth, path.name)
    return found


def _judge_proposal(found: Judged, who: Colleague) -> None:
    truth = who.truth
    found.columns = len(truth.columns)
    try:
        proposal = propose(who.path, who.known)
    except WrongUse as error:
        found.told.append(f"nothing proposed: {error}")
        proposal = propose(who.path, who.known, table=truth.tables[0])
        proposed, sure = "–", 0.0
    else:
        proposed, sure = proposal.table, proposal.confidence
    found.is_table_right = proposed == truth.tables[0]
    if not found.is_table_right:
        found.told.append(f"table {proposed} ({sure}), meant {truth.tables[0]}")
        found.sure_and_wrong += [f"table {proposed}"] if sure > SHOWN else []
        proposal = who.proposal(table=truth.tables[0])
    given, aside = _given([proposal]), [proposal]
    if len(truth.tables) > 1 and truth.tables[0] != "survey_respondents":
        both = who.proposal(table=truth.tables[0], also=truth.tables[1])
        aside = [both, *([both.also] if both.also else [])]
        given = _given(aside)
    names = heads(proposal, truth)
    for header, parts in proposal.layout.options.get("in_parts", {}).items():
        names[header] = header
        given[header] = {to: how for part in parts for to, how in given[part].items()}
    for header, columns in truth.columns.items():
        own, meant = given.get(names.get(header, ""), {}), set(columns)
        wrong = _wrongly(own, meant, {t: contracts()[t].columns for t in truth.tables}, header)
        lacking = _instants(meant) - _instants(set(own))
        if header not in names and columns:
            found.told.append(f"{header!r} is no header of the layout, meant {columns}")
        elif lacking or wrong:
            found.told.append(f"{header!r}: {own or 'nothing'}, meant {columns}")
        else:
            found.right += 1
        found.sure_and_wrong += [f"{header}: {one}" for one in wrong if own[one][0] > SHOWN]


Given = dict[str, dict[str, tuple[float, bool]]]  # header: column: confidence, whether joined


def _given(proposals: Sequence[Proposal]) -> Given:
    """What is proposed for each header."""
    given: Given = defaultdict(dict)
    for proposal in proposals:
        for one in proposal.columns:
            for header in () if "template" in one.entry else one.headers:
                is_aside = len(one.headers) > 1 or "of_another" in one.reasons
                given[header][one.column] = one.confidence, is_aside
        for held in proposal.wide.groups.values() if proposal.wide else ():
            for column, header in held.items():
                given[header][column] = 0.7, False
        for asked in proposal.questions:
            given[asked.header]["answer"] = asked.confidence, False
    return given


def _instants(columns: set[str]) -> set[str]:
    """Columns, those of one instant as one: `occurred_on` and `occurred_at`."""
    return {name.removesuffix("_on").removesuffix("_at") for name in columns}


def _wrongly(
    own: Mapping[str, tuple[float, bool]],
    meant: set[str],
    tables: Mapping[str, Mapping[str, Column]],
    header: str,
) -> list[str]:
    """Proposed and not meant, but what is proposed beside: another time that the day tells, an area
    within which a finer one is looked for."""
    columns = {name: one for own_columns in tables.values() for name, one in own_columns.items()}
    is_time = any(columns[name].base_type in _TIMES for name in meant if name in columns)
    return [
        name
        for name, (_, is_aside) in own.items()
        if name not in meant
        and name in columns
        and not (is_time and columns[name].base_type in _TIMES)
        and not (is_aside and columns[name].reference == "areas.area_code")
        and not (is_aside and meant)
    ]


def _judge_rows(found: Judged, workspace: Workspace, code: str, truth: Truth, name: str) -> None:
    zone = ZoneInfo(read_mission(workspace.profile(code)).time_zone)
    own = "WHERE file_sha256 IN (SELECT file_sha256 FROM ops.input_file WHERE name = ?)"
    with open_to_read(workspace.warehouse(code)) as connection:
        for table, rows in truth.rows.items():
            named = dict.fromkeys(name for row in rows for name in row)
            columns = {column: contracts()[table].columns[column] for column in named}
            listed = ", ".join(f'"{column}"' for column in columns)
            query = f"SELECT {listed} FROM core.{table} {own} ORDER BY row_number"
            stored = connection.execute(query, [name]).fetchall()
            rejects = connection.execute(
                "SELECT coalesce(column_name, ''), rule, arg_min(raw_value, row_number), count(*) "
                f"FROM quarantine.{table} {own} GROUP BY 1, 2 ORDER BY 4 DESC, 1, 2",
                [name],
            ).fetchall()
            found.reasons += [
                f"{table}.{column}: {rule} {value!r} ({count} rows)"
                for column, rule, value, count in rejects
            ]
            came = [_written(row, columns, zone) for row in stored]
            # what a person says of a file is of those rows that do not say it themselves
            meant = [
                {column: row.get(column) or truth.said.get(column, "") for column in columns}
                for row in rows
            ]
            _compare(found, meant, came, columns)


def _written(values: Sequence[Any], columns: Mapping[str, Column], zone: ZoneInfo) -> Row:
    """A row of the warehouse as a truth writes it."""

    def text(value: Any) -> str:
        if value is None:
            return ""
        if isinstance(value, bool):
            return str(value).lower()
        if isinstance(value, datetime):
            local = (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(zone)
            return local.replace(tzinfo=None).isoformat(timespec="minutes")
        if isinstance(value, date):
            return value.isoformat()
        return BETWEEN.join(sorted(value)) if isinstance(value, list) else str(value).strip()

    return dict(zip(columns, map(text, values), strict=True))


def _compare(
    found: Judged, meant: Sequence[Row], came: Sequence[Row], columns: Mapping[str, Column]
) -> None:
    """Rows as multisets; of those that are left the cells in which the nearest differ."""
    left, missing = list(came), []
    for row in meant:
        at = next((n for n, other in enumerate(left) if not _differing(row, other, columns)), None)
        missing += [row] if at is None else []
        found.came += at is not None
        if at is not None:
            del left[at]
    found.extra += len(left)
    cells = Counter[str]()
    for row in missing if left else ():
        nearest = min((_differing(row, other, columns) for other in left), key=len)
        cells[", ".join(f"{n}: came {c!r}, meant {m!r}" for n, (m, c) in nearest.items())] += 1
    found.reasons += [f"{text} ({count} rows)" for text, count in cells.most_common(5)]
    found.told += [f"missing: {row}" for row in islice(missing, _SHOWN_ROWS)]
    found.told += [f"unexpected: {row}" for row in islice(left, _SHOWN_ROWS)]


def _differing(row: Row, other: Row, columns: Mapping[str, Column]) -> dict[str, tuple[str, str]]:
    return {n: (row[n], other[n]) for n in columns if not _is_same(n, row[n], other[n], columns[n])}


def _is_same(name: str, meant: str, came: str, column: Column) -> bool:
    if meant == came or not (meant and came):
        return meant == came
    if column.base_type in ("int", "dec"):
        return abs(float(meant) - float(came)) <= _NEAR.get(name, 1e-4)
    if column.base_type in ("time", "bool"):
        return meant.replace(" ", "T")[:16].lower() == came.lower()
    return " ".join(meant.split()) == " ".join(came.split())


def _totals(judged: Sequence[Judged]) -> Iterator[str]:
    def share(part: int, whole: int) -> str:
        return f"{part}/{whole} ({100 * part / whole if whole else 0:.1f} %)"

    columns, rows = sum(one.columns for one in judged), sum(one.rows for one in judged)
    yield f"tables right {share(sum(one.is_table_right for one in judged), len(judged))}"
    yield f"columns right {share(sum(one.right for one in judged), columns)}"
    yield f"above {SHOWN} and wrong {sum(len(one.sure_and_wrong) for one in judged)}"
    yield f"files whole {share(sum(one.is_whole for one in judged), len(judged))}"
    yield f"rows right {share(sum(one.came for one in judged), rows)}"
    yield f"rows unexpected {sum(one.extra for one in judged)}"


def main() -> None:
    """Prints a line a file, and the totals."""
    asked = argparse.ArgumentParser(description=__doc__.partition(":")[0])
    asked.add_argument("folder", type=Path)
    asked.add_argument("files", nargs="*")
    asked.add_argument("-v", action="store_true", help="all that is wrong")
    given = asked.parse_args()
    paths = [one for one in sorted((given.folder / "files").iterdir())
             if not given.files or one.name in given.files]  # fmt: skip
    with TemporaryDirectory() as home, ProcessPoolExecutor(2) as pool:
        workspace, code = make_world(given.folder, Path(home) / "workspace")
        judged = []
        for one in pool.map(partial(judge, (workspace.home, code)), paths):
            judged.append(one)
            print(one.line(), flush=True)
            if given.v:
                lines = [*one.told, *(f"sure and wrong: {text}" for text in one.sure_and_wrong)]
                print(
                    "".join(f"    {text}\n" for text in (*lines, *one.reasons)), end="", flush=True
                )
    print(*_totals(judged), sep="\n")


if __name__ == "__main__":
    main()
