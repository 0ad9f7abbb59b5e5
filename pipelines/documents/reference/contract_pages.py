"""Pages of the data dictionary: one contract, or all code lists, as Markdown in one language.

Where the pages are written is not known here: `pipelines.documents.pages` does that.
"""

from collections.abc import Iterable, Iterator

from indicators.definitions.contracts import Column, Contract, Derived, Rule
from indicators.definitions.vocabularies import Vocabulary, vocabularies
from indicators.foundation.messages import LANGUAGES, message
from pipelines.documents.reference import markdown


def contract_documentation(contract: Contract, language: str) -> str:
    """The page of one table: grain, key, columns, rules, derived columns, checks."""
    sections = [
        _head(contract, language),
        _columns(contract, language),
        _rules(contract, language),
        _derived(contract, language),
        _checks(contract, language),
    ]
    return "\n".join(section for section in sections if section).rstrip() + "\n"


def code_list_documentation(language: str) -> str:
    """The page of all code lists with their labels in one language."""
    lists = sorted(vocabularies().values(), key=lambda entry: entry.name)
    head = [
        f"# {message('dictionary.code_lists', language)}",
        "",
        message("dictionary.generated", language, source="data/vocabularies/"),
        "",
    ]
    return "\n".join([*head, *(_code_list(entry, language) for entry in lists)]).rstrip() + "\n"


def index_documentation(selected: Iterable[Contract], language: str) -> str:
    """The first page: every table with what one row of it is."""
    rows = [
        [f"[{contract.table}]({contract.table}.md)", *_names(contract, language)]
        for contract in selected
    ]
    return "\n".join(
        [
            f"# {message('dictionary.title', language)}",
            "",
            message("dictionary.index_text", language),
            "",
            *_table(["table", "name", "grain"], rows, language),
            "",
        ]
    )


def type_in_words(column: Column, language: str) -> str:
    """The column's type as a reader would say it."""
    places = column.type.rpartition(",")[2].rstrip(")")
    return message(f"dictionary.type.{column.base_type}", language, places=places)


def range_in_words(column: Column, language: str) -> str:
    """The least and greatest value of a column; an empty text where it has neither."""
    least, greatest = (None if x is None else f"{x:.15g}" for x in (column.minimum, column.maximum))
    if least is None and greatest is None:
        return ""
    kind = "at_most" if least is None else "at_least" if greatest is None else "between"
    return message(f"dictionary.{kind}", language, minimum=least, maximum=greatest)


def _names(contract: Contract, language: str) -> list[str]:
    return [contract.title.in_language(language), contract.grain.in_language(language)]


def _head(contract: Contract, language: str) -> str:
    title, grain = _names(contract, language)
    source = f"data/contracts/{contract.table}.yaml"
    facts = {"table": f"`{contract.table}`", "grain": grain, "key": markdown.names(contract.key)}
    if contract.calendar:
        due = contract.calendar.due_days
        facts["calendar"] = message("dictionary.calendar_text", language, due_days=due)
    return "\n".join(
        [
            f"# {title}",
            "",
            message("dictionary.generated", language, source=source),
            "",
            *(
                f"- {message('dictionary.fact', language, name=_word(name, language), text=text)}"
                for name, text in facts.items()
            ),
            "",
        ]
    )


def _columns(contract: Contract, language: str) -> str:
    rows = [
        [
            f"`{name}`",
            column.title.in_language(language),
            type_in_words(column, language),
            _word("yes", language) if column.required else "",
            _values(column, language),
            _word(f"confidentiality.{contract.confidentiality.of_column(name)}", language),
            column.description.in_language(language) if column.description else "",
        ]
        for name, column in contract.columns.items()
    ]
    heads = ["column", "name", "type", "required", "values", "confidentiality", "description"]
    joint = [
        message(
            "dictionary.composite_text",
            language,
            columns=markdown.names(reference.columns),
            table=f"[{reference.table}]({reference.table}.md)",
        )
        for reference in contract.composite_references
    ]
    lines = [*_table(heads, rows, language), "", *joint, *[""] * bool(joint)]
    return _section("columns", lines, language)


def _values(column: Column, language: str) -> str:
    """Code list, reference, range and form of a column, as far as it has them."""
    parts = [range_in_words(column, language)]
    if column.vocabulary:
        parts.append(f"[{column.vocabulary}](code_lists.md#{column.vocabulary})")
    elif column.codes:
        parts.append(markdown.names(column.codes))
    if column.reference:
        table = column.reference.partition(".")[0]
        target = f"[{column.reference}]({table}.md)"
        parts.append(message("dictionary.must_be_in", language, target=target))
    if column.example:
        parts.append(message("dictionary.example", language, example=column.example))
    return ", ".join(part for part in parts if part)


def _rules(contract: Contract, language: str) -> str:
    rows = [
        [
            f"`{rule.name}`",
            _word(f"severity.{rule.severity}", language),
            _rule_in_words(contract, rule, language),
        ]
        for rule in contract.rules()
    ]
    heads = ["rule", "severity", "when_broken"]
    text = message("dictionary.rules_text", language)
    return _section("rules", [text, "", *_table(heads, rows, language), ""], language)


def _rule_in_words(contract: Contract, rule: Rule, language: str) -> str:
    """What the rule asks; for a row rule what is wrong with a row that breaks it, and the mend."""
    if rule.kind not in contract.row_rules:
        return message(f"rule.{rule.kind}", language)
    words = contract.row_rules[rule.kind]
    return f"{words.title.in_language(language)}. {words.mend.in_language(language)}"


def _derived(contract: Contract, language: str) -> str:
    rows = [
        [f"`{name}`", column.title.in_language(language), _how_derived(column, language)]
        for name, column in contract.derived.items()
    ]
    if not rows:
        return ""
    text = message("dictionary.derived_text", language)
    heads = ["column", "name", "form"]
    return _section("derived", [text, "", *_table(heads, rows, language), ""], language)


def _how_derived(column: Derived, language: str) -> str:
    return message(
        f"dictionary.form.{column.form}",
        language,
        sql=" ".join((column.sql or "").split()),
        table=f"[{column.table}]({column.table}.md)",
        at=column.at,
        days=column.within_days,
    )


def _checks(contract: Contract, language: str) -> str:
    rows = [
        [
            f"`{name}`",
            _word(f"severity.{check.severity}", language),
            check.title.in_language(language),
        ]
        for name, check in contract.expectations.items()
    ]
    if not rows:
        return ""
    heads = ["check", "severity", "what_should_hold"]
    return _section("checks", [*_table(heads, rows, language), ""], language)


def _code_list(entry: Vocabulary, language: str) -> str:
    heads = ["code", "label", *["answers"] * bool(entry.answer_lists)]
    rows = [
        [f"`{code}`", entry.label(code, language), *_answers(entry, code, language)]
        for code in entry.codes
    ]
    told = [message("dictionary.reference", language, reference=entry.reference), ""]
    lines = [*told * bool(entry.reference), *_table(heads, rows, language), ""]
    return "\n".join([f"## {entry.name}", "", *lines])


def _answers(entry: Vocabulary, code: str, language: str) -> list[str]:
    if not entry.answer_lists:
        return []
    number = [_word("whole_number", language)] * entry.takes_integer(code)
    return [", ".join([*number, markdown.names(entry.answers(code))])]


def _section(name: str, lines: Iterable[str], language: str) -> str:
    return markdown.section(_word(name, language), lines)


def _table(heads: list[str], rows: list[list[str]], language: str) -> Iterator[str]:
    return markdown.table([_word(head, language) for head in heads], rows)


def _word(name: str, language: str) -> str:
    return message(f"dictionary.{name}", language)


def pages(selected: Iterable[Contract]) -> Iterator[tuple[str, str]]:
    """Every page of the dictionary as (path below its folder, Markdown)."""
    chosen = list(selected)
    for language in LANGUAGES:
        yield f"{language}/README.md", index_documentation(chosen, language)
        yield f"{language}/code_lists.md", code_list_documentation(language)
        for contract in chosen:
            yield f"{language}/{contract.table}.md", contract_documentation(contract, language)
