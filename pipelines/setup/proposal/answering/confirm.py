"""A person's answers to a proposal: at a terminal, or as options of the command."""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from indicators.definitions.contracts import Column, contracts
from indicators.foundation.errors import Problem, WrongUse
from indicators.foundation.messages import message
from pipelines.setup.proposal.answering.in_words import (
    both,
    code_meant,
    listed,
    meant,
    nearest,
)
from pipelines.setup.proposal.answering.shown import known_codes
from pipelines.setup.proposal.answering.told import codes_words
from pipelines.setup.proposal.beside.known_rows import Known
from pipelines.setup.proposal.matching.codes import CodeProposal, recode_of
from pipelines.setup.proposal.matching.columns import as_said
from pipelines.setup.proposal.matching.joined_columns import (
    hours_of_span,
    of_several_days,
    of_span,
    summed,
    two_of_one_cell,
    with_clocks,
    with_ends_after,
)
from pipelines.setup.proposal.matching.notation import order_of
from pipelines.setup.proposal.matching.places_within import AREAS, places_fit
from pipelines.setup.proposal.matching.survey import ANSWERS, with_answers
from pipelines.setup.proposal.matching.texts import ColumnProposal, Texts
from pipelines.setup.proposal.proposal import Proposal

_PARTS = {"part", "number_of", "begins"}
_SIGNS = ("thousands", "decimal")
ALL = "?"  # asks a terminal for every question
_LISTED = 15  # codes; of more only the nearest are shown


def with_header(proposal: Proposal, column: str, header: str, known: Known) -> Proposal:
    """The proposal with a column of the file for this column of the table, as a person says."""
    own = contracts()[proposal.table].columns
    if column not in own:
        facts = {"known": ", ".join(own)}
        raise WrongUse(Problem("map_no_column", value=column, parameters=facts))
    if header not in proposal.layout.table.header:
        facts = {"known": ", ".join(proposal.layout.table.header)}
        raise WrongUse(Problem("map_no_header", value=header, parameters=facts))
    contract = contracts()[proposal.table]
    texts = next(one for one in proposal.layout.texts if one.header == header)
    said = as_said(column, own[column], texts, known)
    both = two_of_one_cell(contract, texts)
    in_one_cell = (one for one in both if one.column == column)
    said = next((replace(one, reasons=("by_person", *one.reasons)) for one in in_one_cell), said)
    of_time = [one for one in proposal.columns if one.column == contract.date_column != column]
    said = with_clocks(contract, [said, *of_time], proposal.layout.texts)[0]
    times = {name for name, one in own.items() if one.base_type in ("date", "time")}
    others = [
        one
        for one in proposal.columns
        if one.column != column
        and (
            header not in one.headers
            or {one.column, column} <= times  # one day may be that of several times
            or "by_person" in one.reasons  # who is alone in a household is both
            or _PARTS & one.entry.keys() & said.entry.keys()  # both coordinates of one cell
        )
    ]
    columns = [*others, said]
    if (proposal.table, column) == (ANSWERS, "answer"):
        columns = with_answers(columns, proposal.layout.texts)
    return replace(proposal, columns=with_ends_after(contract, columns))


def with_headers(
    proposal: Proposal, column: str, headers: tuple[str, ...], known: Known
) -> Proposal:
    """The proposal with columns of the file joined for this column of the table: a day and its
    hour, a place and its district, counts that make a sum."""
    contract, rows = contracts()[proposal.table], proposal.layout.table.rows
    own = contract.columns[column]
    others = [one for one in proposal.columns if one.column != column]
    if own.base_type in ("int", "dec"):
        held = (text for one in proposal.layout.texts if one.header in headers
                for text in one.values)  # fmt: skip
        said = as_said(column, own, Texts(headers[0], tuple(held), False), known)
        return replace(proposal, columns=(*others, summed(said, headers)))
    if own.reference == AREAS and AREAS in known:
        fit = places_fit(proposal.layout, headers, known)
        said = ColumnProposal(column, headers, 1.0, ("by_person",), fit.entry, fit.codes)
        return replace(proposal, columns=(*others, said))
    known_texts = [one for one in proposal.layout.texts if one.header in headers]
    if own.base_type == "time" and (spans := [*filter(hours_of_span, known_texts)]):
        day = next((one for one in known_texts if one not in spans), spans[0])
        return replace(proposal, columns=(*others, of_span(column, day, spans[0])))
    if own.base_type == "time" and (of_several := of_several_days(column, known_texts)):
        return replace(proposal, columns=(*others, of_several))
    texts = (list(filter(None, row.values())) for row in rows.select(headers).to_pylist())
    joined = dict.fromkeys(" ".join(map(str.strip, parts)) for parts in texts if parts)
    said = as_said(column, own, Texts(headers[0], tuple(joined), False), known)
    columns = with_ends_after(contract, (*others, replace(said, headers=headers)))
    return replace(proposal, columns=columns)


def _asked_code(
    code: CodeProposal, called: str, column: Column, known: Known, language: str
) -> CodeProposal:
    """Asks until the answer is a code, in itself or in words, or fits the pattern, or none is
    given; of many codes the nearest are shown, of a pattern an example."""
    words = known_codes(column, known, {}, language)
    codes = listed(words, _LISTED) if len(words) <= _LISTED else nearest(code.text, words)
    facts = {"text": code.text, "column": called, "codes": codes}
    key = "map.ask.code" if words else "map.ask.text"
    question = message(key, language, **facts, example=column.example)
    said = _asked_value(question, column, known, language)
    return CodeProposal(code.text, said, 1.0, "by_person") if said else code


def _asked_value(question: str, column: Column, known: Known, language: str) -> str:
    """Asks until the answer is what the column takes, or none is given; a header behind `=` is for
    others to judge."""
    words = known_codes(column, known, {}, language)

    def taken(said: str) -> str | None:
        if said.startswith("=") or column.base_type == "list<code>":
            return said
        fits = not words and re.fullmatch(column.pattern or ".*", said)
        return said if fits else code_meant(said, words, column, known)

    near = partial(nearest, words=words) if words else lambda _: str(column.example)
    return _asked(question, taken, near, language)


def _asked(
    question: str,
    taken: Callable[[str], str | None],
    near: Callable[[str], str],
    language: str,
) -> str:
    """Asks until the answer is one that is taken, or none is given; tells what is near it."""
    while said := input(question).strip():
        if (found := taken(said)) is not None:
            return found
        print(message("map.not_a_code", language, value=said, nearest=near(said)))
    return ""


def _signs_read(way: str, keys: Mapping[str, Any]) -> dict[str, Any]:
    """The keys of a number whose sign is that of thousands, or the decimal one."""
    sign = "." if keys.get("thousands") == "." else ","
    more = {"decimal": ","} if (way, sign) == ("thousands", ".") else {}
    return {name: one for name, one in keys.items() if name not in _SIGNS} | {way: sign} | more


def keys_read(way: str, keys: Mapping[str, Any]) -> dict[str, Any] | None:
    """The keys of days or numbers that are read in one of two ways; None where nothing is said."""
    if way in ("day", "month") and keys.get("formats"):
        first, turned = ("%d" if way == "day" else "%m"), str.maketrans("dm", "md")
        forms = [
            form.translate(turned) if order_of(form) and order_of(form)[0] != first else form
            for form in keys["formats"]
        ]
        return {**keys, "formats": forms}
    return _signs_read(way, keys) if way in _SIGNS else None


def with_reading(proposal: Proposal, column: str, way: str) -> Proposal:
    """The proposal with one of the two ways in which texts of a column can be read, as a person
    says; other columns that are read from the same column of the file go with it."""
    headers = {one.headers[:1] for one in proposal.columns if one.column == column and one.headers}
    columns = (
        _read_as(one, way)
        if one.column == column or (one.headers[:1] in headers and one.two_readings)
        else one
        for one in proposal.columns
    )
    return replace(proposal, columns=tuple(columns))


def _read_as(one: ColumnProposal, way: str) -> ColumnProposal:
    entry = keys_read(way, one.entry)
    if entry is None:
        return one
    return replace(one, entry=entry, confidence=1.0, reasons=("by_person",))


def ask_choice(language: str) -> str:
    """What a person changes of how the file is read, `name=value`, or `?` for all that they may;
    nothing where they end."""
    return input(message("map.ask.choice", language)).strip()


def ask(proposal: Proposal, known: Known, language: str, sure: float) -> Proposal:
    """Asks about each column that is not sure, each text that is not known, each that is open."""
    contract = contracts()[proposal.table]
    for one in proposal.columns:
        title = contract.columns[one.column].title.in_language(language)
        if one.confidence < sure:
            facts = {"header": " + ".join(one.headers), "column": one.column, "title": title}
            if input(message("map.ask.column", language, **facts)).strip().lower()[:1] == "n":
                proposal = proposal.without(one.column)
                continue
        if one.column in proposal.undecided:
            proposal = _ask_reading(proposal, one, language)
        proposal = _ask_codes(proposal, one, known, language)
    for name in proposal.open_required:
        proposal = _ask_open(proposal, name, known, language)
    return replace(proposal, also=proposal.also and ask(proposal.also, known, language, sure))


def _ask_open(proposal: Proposal, name: str, known: Known, language: str) -> Proposal:
    """Asks for a value of every row, or for the column of the file with it."""
    column = contracts()[proposal.table].columns[name]
    codes = codes_words(column, "map.open_codes", language)
    facts = {"column": name, "title": column.title.in_language(language), "codes": codes}
    named = proposal.named.get(name, "")
    question = message("map.ask.named", language, **facts, value=named) if named else ""
    question = question or message("map.ask.open", language, **facts)
    while (said := _asked_value(question, column, known, language) or named).startswith("="):
        header = said[1:].strip()
        try:
            return with_header(proposal, name, header, known)
        except WrongUse as error:
            print("\n".join(problem.sentence(language) for problem in error.problems))
    return proposal.with_constant(name, said) if said else proposal


def _ask_reading(proposal: Proposal, one: ColumnProposal, language: str) -> Proposal:
    """Asks which of two readings is meant; undecided where nothing is said."""
    words = {way: message(f"map.option.reading.{way}", language) for way in one.two_readings}
    facts = {"header": " + ".join(one.headers), "ways": " / ".join(both(words, w) for w in words)}
    question = message("map.ask.reading", language, **facts)
    taken, near = partial(meant, words=words), partial(nearest, words=words)
    way = _asked(question, taken, near, language)
    return with_reading(proposal, one.column, way) if way else proposal


def _ask_codes(proposal: Proposal, one: ColumnProposal, known: Known, language: str) -> Proposal:
    """Asks what texts mean for which no code is proposed."""
    contract = contracts()[proposal.table]
    column, called = contract.columns[one.column], contract.called(one.column, language)
    is_told = known_codes(column, known, {}, language) or column.pattern
    if not is_told or all(code.code for code in one.codes):
        return proposal
    codes = [
        code if code.code else _asked_code(code, called, column, known, language)
        for code in one.codes
    ]
    answered = replace(one, codes=tuple(codes), entry={**one.entry, **recode_of(codes)})
    columns = [answered if entry is one else entry for entry in proposal.columns]
    return replace(proposal, columns=tuple(columns))
