"""A proposal, a preview and differences as lines that a person reads."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from indicators.definitions.contracts import Column, contracts
from indicators.definitions.vocabularies import vocabulary
from indicators.foundation.messages import message
from indicators.foundation.numbers.number_format import number_text
from pipelines.setup.proposal.answering.choices import Choice
from pipelines.setup.proposal.answering.in_words import both, listed
from pipelines.setup.proposal.answering.shown import code_words, option_words
from pipelines.setup.proposal.beside.neighbours import Neighbours
from pipelines.setup.proposal.difference import Change
from pipelines.setup.proposal.matching.texts import ColumnProposal
from pipelines.setup.proposal.proposal import Proposal
from records.desk.intake import Counted

_CODES_TOLD = 12
_REJECTS_TOLD = 20
_NAMES_TOLD = 8
_USUAL = {"header_row": "1", "header_rows": "1", "replaces": "name", "sender": "series"}


def codes_words(column: Column, key: str, language: str) -> str:
    """The codes of a column as the end of a question; nothing where it takes any text."""
    words = code_words(column, language)
    return message(key, language, codes=listed(words, _CODES_TOLD)) if words else ""


def proposal_lines(
    path: Path, proposal: Proposal, language: str, *, is_asked: bool = False
) -> Iterator[str]:
    """What is proposed, table by table and column by column, with reasons. `is_asked`: a person is
    then asked for what the table needs besides."""
    for one in proposal.parts:
        yield from _table_lines(path, one, language)
        for name in () if is_asked else one.open_required:
            yield open_line(one, name, language)
    if proposal.ignored:
        yield message("map.ignored", language, names=", ".join(proposal.ignored))


def _table_lines(path: Path, proposal: Proposal, language: str) -> Iterator[str]:
    contract, layout = contracts()[proposal.table], proposal.layout
    sheet = layout.table.sheet
    more = "".join(
        f", {name} {value!r}"
        for name, value in layout.options.items()
        if name not in ("sheet", "header_row")
    )
    yield message(
        "map.layout",
        language,
        name=path.name,
        reader=layout.reader,
        sheet=message("map.layout.sheet", language, sheet=sheet) if sheet else "",
        row=layout.options.get("header_row", 1),
        rows=layout.table.rows_read,
        more=more,
    )
    title = contract.title.in_language(language)
    facts = {"title": title, "table": proposal.table, "count": len(proposal.indicators)}
    yield message(
        "map.table", language, confidence=number_text(proposal.confidence, language, 2), **facts
    )
    if proposal.rivals:
        titles = {name: contracts()[name].title.in_language(language) for name in proposal.rivals}
        yield message("map.rivals", language, tables=listed(titles, len(titles)))
    yield message("map.columns", language)
    for one in proposal.columns:
        yield from _column_lines(one, contract.columns[one.column], language)
    for name, value in (proposal.constants or {}).items():
        words, title = code_words(contract.columns[name], language), contract.called(name, language)
        yield message("map.constant", language, value=both(words, value), column=title)


def choice_lines(
    asked: Sequence[Choice], table: str, language: str, *, are_all: bool = True
) -> Iterator[str]:
    """What may be said of how the file is read: what stands now, and what it could be; or of these
    only what is not as usual, or open."""
    asked = [one for one in asked if are_all or _is_told(one)]
    if asked:
        yield message("map.choices", language)
    for one in (
        one
        for one in asked
        if one.kind != "join" and (one.value or one.kind not in ("question", "row"))
    ):
        texts = (*one.value, *one.options)
        words = {text: option_words(one, table, text, language) for text in texts}
        options = {text: words[text] for text in one.options}
        facts = {"name": one.name, "title": choice_title(one, table, language)}
        facts |= {"value": " | ".join(both(words, text) for text in one.value) or "–"}
        yield message(
            "map.choice_line", language, options=listed(options, _CODES_TOLD) or "–", **facts
        )


def _is_told(one: Choice) -> bool:
    is_usual = one.value in ((), (_USUAL.get(one.kind, ""),))
    return one.kind == "reading" or not is_usual


def choice_title(one: Choice, table: str, language: str) -> str:
    """What is asked, and of which column; of a survey's question the wording of the list."""
    if one.kind == "question":
        return vocabulary("survey_item").labels[one.column][language]
    asked, own = message(f"map.choice.{one.kind}", language), contracts()[table].columns
    if one.column not in own:
        return asked
    title = own[one.column].title.in_language(language)
    return message("map.choice_of_column", language, title=title, asked=asked)


def pattern_line(pattern: str, beside: Neighbours, language: str) -> str:
    """Which names the mapping takes, and which of the files that are there bear them."""

    def listed(names: list[str]) -> str:
        more = " …" if names[_NAMES_TOLD:] else ""
        return ", ".join(names[:_NAMES_TOLD]) + more if names else "–"

    waiting = listed([one.name for one in beside.waiting(pattern)])
    facts = {"pattern": pattern, "present": waiting, "archived": listed(beside.taken_in(pattern))}
    return message("map.pattern", language, **facts)


def open_line(proposal: Proposal, name: str, language: str) -> str:
    """That the table needs a column for which nothing is proposed."""
    column = contracts()[proposal.table].columns[name]
    title = column.title.in_language(language)
    codes = codes_words(column, "map.open_codes", language)
    return message("map.open", language, column=name, title=title, codes=codes)


def _column_lines(one: ColumnProposal, column: Column, language: str) -> Iterator[str]:
    yield message(
        "map.column",
        language,
        header=" + ".join(one.headers) or "–",
        column=one.column,
        title=column.title.in_language(language),
        confidence=number_text(one.confidence, language, 2),
        reasons=", ".join(message(f"map.reason.{reason}", language) for reason in one.reasons),
    )
    written = {name: value for name, value in one.entry.items() if name != "recode"}
    if written:
        keys = ", ".join(f"{name} {value}" for name, value in written.items())
        yield message("map.notation", language, keys=keys)
    words = code_words(column, language)
    for code in one.codes:
        if code.code is None:
            yield message("map.code_open", language, text=code.text)
        elif code.code != code.text:
            facts = {"text": code.text, "code": both(words, code.code)}
            facts["confidence"] = number_text(code.confidence, language, 2)
            reason = message(f"map.reason.{code.reason}", language)
            yield message("map.code", language, reason=reason, **facts)


def preview_lines(shown: Counted, language: str) -> Iterator[str]:
    """Ten rows as they would arrive, and what would be rejected, in the words of the page."""
    counts = {"loaded": shown.rows_new + shown.rows_changed, "read": shown.rows_read}
    yield message("map.preview", language, rejected=shown.rows_rejected, **counts)
    for table in shown.tables:
        yield message("map.rows_of", language, title=table.title)
        for row in table.rows:
            cells = zip(table.columns, row, strict=True)
            values = "; ".join(f"{title} = {cell}" for title, cell in cells if cell)
            yield message("map.row", language, values=values)
    for entry in shown.rejects[:_REJECTS_TOLD]:
        column = f"{entry.sheet}: {entry.column}" if entry.sheet else entry.column
        facts = {"rows": entry.rows, "column": column, "said": entry.sentence}
        yield message("map.reject", language, **facts)
    for remark in shown.remarks:
        yield f"  {remark}"


def change_line(change: Change, language: str) -> str:
    """One difference and the mend that is offered."""
    is_open = change.kind == "code" and change.meant is None
    key = "map.change.code_open" if is_open else f"map.change.{change.kind}"
    key += "_said" if change.kind == "code" and change.meant and not change.confidence else ""
    facts = {name: value or "–" for name, value in vars(change).items() if name != "confidence"}
    facts |= {"place": f"{change.place} ({change.sheet})"} if change.sheet else {}
    sure = number_text(change.confidence, language, 2)
    return message(key, language, confidence=sure, **facts)
