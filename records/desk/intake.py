"""Files and rows that come in by a page: what one would bring, what is asked, and the desk."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from records.desk.draws import Rotas
from records.desk.setup import Setup
from records.desk.workbooks import Workbooks


@dataclass(frozen=True)
class TableRows:
    """The first rows of a table as they would arrive, under the titles of its filled columns."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class RejectedRows:
    """Rows that would not come in for one reason, with the first text of them and the numbers of
    the first ones; `sheet`: where rows of several are read."""

    rows: int
    sheet: str
    column: str
    value: str
    sentence: str
    first_rows: tuple[int, ...] = ()


@dataclass(frozen=True)
class Counted:
    """What would come in; `is_held`: too much is rejected; `question`: for which the file is held
    until somebody says that it is meant; `remarks`: what is odd while its rows come in;
    `rows_retracted`: rows that would leave."""

    rows_read: int
    rows_new: int
    rows_changed: int
    rows_unchanged: int
    rows_rejected: int
    is_held: bool
    question: str
    tables: tuple[TableRows, ...]
    rejects: tuple[RejectedRows, ...]
    remarks: tuple[str, ...] = ()
    rows_retracted: int = 0


@dataclass(frozen=True)
class OfferedChoice:
    """What a person may say of how a file is read: the field's name, what stands now, and what it
    could be, with its words; `column`: of which column, empty of the whole file; `is_further`: said
    of few columns only."""

    name: str
    column: str
    title: str
    value: tuple[str, ...]
    options: tuple[tuple[str, str], ...]
    takes_several: bool
    may_be_none: bool
    is_further: bool


@dataclass(frozen=True)
class AnswerText:
    """What a text of a survey's question means."""

    text: str
    choice: OfferedChoice


@dataclass(frozen=True)
class OfferedQuestion:
    """A survey's item: which column of the file answers it, and what its texts mean."""

    title: str
    confidence: str
    reason: str
    choice: OfferedChoice
    texts: tuple[AnswerText, ...]


@dataclass(frozen=True)
class OfferedCode:
    """A text of a column and the code that it is taken for; empty: it is open."""

    text: str
    code: str
    confidence: str
    is_clear: bool


@dataclass(frozen=True)
class OfferedColumn:
    """A column of the table with the header proposed for it, or none, and the codes of its texts.

    `constants`: the codes of which one may hold for all rows, with their words, as have
    `known_codes`, which a text may mean; `constant`: the one that does; `named`: the one that the
    file's name or its titles name, where nothing else is said;
    `is_wide`: columns of the file that are rows fill it; `is_asked`: it is shown also where nothing
    is proposed; `note`: what it holds, where its title does not say it.
    """

    column: str
    title: str
    is_required: bool
    is_wide: bool
    header: str
    constant: str
    constants: Mapping[str, str]
    choices: tuple[OfferedChoice, ...]
    confidence: str = ""
    reasons: str = ""
    codes: tuple[OfferedCode, ...] = ()
    known_codes: Mapping[str, str] = field(default_factory=dict)
    is_asked: bool = False
    note: str = ""
    named: str = ""


@dataclass(frozen=True)
class OfferedMapping:
    """A mapping proposed for an unknown file.

    `ignored`: headers that are not kept; `undecided`: titles of columns that can be read in two
    ways, of which nobody said in which; `rivals`: titles of other tables it could be of; `tables`:
    titles by name; `wide`: items and the columns that hold them; `rows`: columns that may become
    rows, with what each says, and `rows_value`, what they count; `files`: the pattern of names that
    it takes, `files_told`: which files bear such a name; `also`: of a second table that is made of
    the same file, the names of whose fields begin with its `prefix`; `sheet`: whose rows become it,
    where tables are of several.
    """

    table: str
    title: str
    confidence: str
    columns: tuple[OfferedColumn, ...]
    headers: tuple[str, ...]
    ignored: tuple[str, ...]
    rivals: tuple[str, ...]
    tables: Mapping[str, str]
    choices: tuple[OfferedChoice, ...]
    questions: tuple[OfferedQuestion, ...]
    wide: tuple[tuple[str, str], ...]
    rows: Mapping[str, tuple[OfferedChoice, ...]]
    rows_value: OfferedChoice | None
    files: str
    files_told: str
    is_complete: bool
    undecided: tuple[str, ...]
    prefix: str
    sheet: str
    also: "OfferedMapping | None"


@dataclass(frozen=True)
class MappingChange:
    """An entry of a mapping's history: when (UTC, ISO), by whom, and the lines taken out and put
    in, `-` or `+` before each."""

    at: str
    by: str
    changed: tuple[str, ...]


@dataclass(frozen=True)
class KeptMapping:
    """A mapping as it is kept: its YAML, and what changed it, newest first."""

    text: str
    history: tuple[MappingChange, ...] = ()


@dataclass(frozen=True)
class Difference:
    """One difference of a file from its mapping, with the mend that is offered; of a new code what
    it may mean."""

    kind: str
    place: str
    text: str
    sentence: str
    meant: str = ""
    known_codes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Differences:
    """How a file differs from its mapping; `mends`: what it would bring is said of the mended one;
    `as_is`: it can be read without."""

    changes: tuple[Difference, ...]
    free_headers: tuple[str, ...]
    mends: bool
    as_is: bool


@dataclass(frozen=True)
class FilePreview:
    """What a file would bring: `problems` are sentences, and then all else is empty, or what the
    file would bring without the `refused` answers (by name, as given); `source`: the mapping that
    takes it; `offered`: one for an unknown file; `is_mended`: rows sent back."""

    problems: tuple[str, ...] = ()
    refused: Mapping[str, str] = field(default_factory=dict)
    source: str = ""
    is_comparable: bool = False
    is_mended: bool = False
    offered: OfferedMapping | None = None
    differs: Differences | None = None
    counted: Counted | None = None
    mapping: KeptMapping | None = None


class Desk(Protocol):
    """Takes files in for the missions of a workspace. Never raises for what is wrong in a file."""

    @property
    def workbooks(self) -> Workbooks:
        """Templates and profiles as workbooks."""

    @property
    def setup(self) -> Setup:
        """Missions of one's own."""

    @property
    def rotas(self) -> Rotas:
        """Rotas drawn by lot."""

    def missions(self, language: str) -> dict[str, str]:
        """The missions of the workspace: code and name, the code where no profile can be read."""

    def preview(
        self, mission: str, path: Path, language: str, answers: Mapping[str, str]
    ) -> FilePreview:
        """What a file would bring; `answers`: what a person said to what is asked."""

    def take_in(
        self, mission: str, path: Path, language: str, answers: Mapping[str, str], who: str = ""
    ) -> list[str]:
        """Moves a file into the inbox, its mapping made by `who`. Returns what hinders it."""

    def waiting(self, mission: str) -> list[str]:
        """The files in the inbox, by name; before it and a stroke the folder of its sender."""

    def take_out(self, mission: str, name: str) -> str:
        """Moves a file that waits to where no refresh finds it: its place in the workspace; empty
        where it waits no more."""

    def compared(self, mission: str, path: Path, language: str) -> tuple[bytes, list[str]]:
        """A workbook that holds a file of another system against the mission's rows, which stay
        as they are, where a preview says `is_comparable`; and what hinders it, a sentence each."""

    def rows_beside(
        self, mission: str, table: str, keys: Sequence[str], language: str
    ) -> list[tuple[str, list[str]]]:
        """Of rows of a table each filled column: its title, and its text in every row; nothing
        where one of the rows is not there."""

    def capture(
        self, mission: str, table: str, values: Mapping[str, str], name: str, language: str
    ) -> list[tuple[str, str]]:
        """Puts one row of a contract's table into the inbox, as a file of this name. Returns what
        is wrong with it: column (empty: the whole row) and sentence."""
