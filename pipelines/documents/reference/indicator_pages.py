"""Pages of the indicators as Markdown in one language, and their index by level and tier.

Everything an entry says and what it needs of the tables; the SQL is printed by a command. Where the
pages are written is not known here: `pipelines.documents.pages` does that.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from indicators.definitions.checks.columns_read import area_column, class_of_total
from indicators.definitions.checks.coverage import requirements
from indicators.definitions.contracts import contracts
from indicators.definitions.indicator import Indicator
from indicators.definitions.measures import Measure, Part
from indicators.definitions.versions import versions_of
from indicators.definitions.vocabularies import vocabulary
from indicators.foundation.messages import LANGUAGES, message
from pipelines.documents.reference import markdown

_LEVELS = ("output", "outcome", "impact")
_TIERS = ("I", "II", "III")


def pages(catalogue: Mapping[str, Indicator]) -> Iterator[tuple[str, str]]:
    """Every page as (path below its folder, Markdown)."""
    for language in LANGUAGES:
        yield f"{language}/README.md", index_page(catalogue, language)
        for code, indicator in catalogue.items():
            yield f"{language}/{code}.md", indicator_page(indicator, catalogue, language)


def index_page(catalogue: Mapping[str, Indicator], language: str) -> str:
    """All indicators by level × tier; one of several tiers stands under each."""
    lines = [f"# {_word('title', language)}", "", _word("index_text", language), ""]
    for level in _LEVELS:
        for tier in _TIERS:
            chosen = [
                indicator
                for indicator in catalogue.values()
                if indicator.level == level and tier in indicator.tier
            ]
            heads = [_word(name, language) for name in ("indicator", "name", "measured", "source")]
            rows = [_index_row(indicator, language) for indicator in chosen]
            title = f"{_word(f'level.{level}', language)} · {_label('tier', tier, language)}"
            told = [*markdown.table(heads, rows), ""] if rows else [_word("none", language), ""]
            lines.append(markdown.section(title, told))
    return "\n".join(lines).rstrip() + "\n"


def _index_row(indicator: Indicator, language: str) -> list[str]:
    code = indicator.code
    return [
        f"[{code}]({code}.md)",
        indicator.title.in_language(language),
        _word(f"kind.{indicator.measure.kind}", language),
        _table_link(indicator.source, language),
    ]


def indicator_page(indicator: Indicator, catalogue: Mapping[str, Indicator], language: str) -> str:
    """The page of one indicator."""
    sections = [
        _head(indicator, language),
        _section("definition", _definition(indicator, language), language),
        _section("place", _place(indicator, catalogue, language), language),
        _section("computation", _computation(indicator, language), language),
        _section("limitations", [indicator.limitations.in_language(language), ""], language),
        _section("requirements", _requirements(indicator, language), language),
        _section("references", _references(indicator, language), language),
        _section("versions", _versions(indicator, language), language),
    ]
    return "\n".join(sections).rstrip() + "\n"


def _head(indicator: Indicator, language: str) -> str:
    source = f"data/indicators/{indicator.code}.yaml"
    lines = [
        f"# {indicator.code} · {indicator.title.in_language(language)}",
        "",
        message("dictionary.generated", language, source=source),
        "",
    ]
    if indicator.supplementary:
        lines += [indicator.supplementary.in_language(language), ""]
    return "\n".join(lines)


def _definition(indicator: Indicator, language: str) -> Iterator[str]:
    yield indicator.definition.in_language(language)
    yield ""
    facts = {"short": indicator.short, "numerator": indicator.numerator}
    facts |= {"denominator": indicator.denominator} if indicator.denominator else {}
    facts |= {"rationale": indicator.rationale}
    told = {name: words.in_language(language) for name, words in facts.items()}
    told["unit"] = message(f"unit.{indicator.unit_of_measure}", language)
    told["direction"] = _word(f"direction.{indicator.direction}", language)
    yield from _facts(told, language)


def _place(
    indicator: Indicator, catalogue: Mapping[str, Indicator], language: str
) -> Iterator[str]:
    fed_by = [code for code, other in catalogue.items() if indicator.code in other.contributes_to]
    told = {
        "level": _word(f"level.{indicator.level}", language),
        "tier": _labels("tier", indicator.tier, language),
        "phases": _labels("phase", indicator.phases, language),
        "units": _labels("unit_type", indicator.units, language),
        "contributes_to": _indicator_links(indicator.contributes_to),
        "contributed_by": _indicator_links(fed_by),
        "owner": f"{indicator.owner.in_language(language)} ({indicator.owner_reference})",
        "confidentiality": message(
            f"dictionary.confidentiality.{class_of_total(indicator)}", language
        ),
    }
    yield from _facts(told, language)


def _computation(indicator: Indicator, language: str) -> Iterator[str]:
    measure = indicator.measure
    told = {
        "source": _table_link(indicator.source, language),
        "measured": _word(f"kind.{measure.kind}", language),
        **_expressions(measure),
        "time_rule": _word(f"time_rule.{indicator.time_rule}", language),
        "date": f"`{indicator.date}`" if indicator.date else "",
        "precision": f"`{indicator.precision}`" if indicator.precision else "",
        "area": f"`{area_column(indicator)}`" if area_column(indicator) else "",
        "population": _word(f"population.{measure.population}", language)
        if measure.population
        else "",
        "per": str(measure.per) if measure.per > 1 else "",
        "state": _state(measure),
        "periods": ", ".join(_word(f"period.{name}", language) for name in indicator.periods),
        "disaggregate": markdown.names(indicator.disaggregate),
        "min_n": "" if indicator.min_n is None else str(indicator.min_n),
        "returns": _returns(indicator, language),
    }
    yield from _facts(told, language)
    yield message("indicator_page.sql_text", language, code=indicator.code)
    yield ""


def _expressions(measure: Measure) -> dict[str, str]:
    """Filters and values as they stand in the entry, under the part they belong to."""
    parts: dict[str, Measure | Part | None] = {"measure": measure}
    parts |= {"numerator": measure.numerator, "denominator": measure.denominator}
    found = {}
    for name, part in parts.items():
        for key in ("where", "value", "distinct"):
            text = getattr(part, key, None)
            if text:
                texts = (text,) if isinstance(text, str) else text
                found[f"{name}.{key}"] = markdown.names(" ".join(t.split()) for t in texts)
    for key, items in (("items", measure.items), ("among", measure.among)):
        if items:
            answers = [f"`{item}`: {markdown.names(codes)}" for item, codes in items.items()]
            found[f"measure.{key}"] = "; ".join(answers)
    if measure.scores:
        found["measure.scores"] = "; ".join(map(_scored, measure.scores.items()))
        found["measure.minimum_answered"] = str(measure.minimum_answered)
    if measure.between:
        between = measure.between
        found["measure.between"] = f"`{between.column}`: `{between.of}` − `{between.minus}`"
    if measure.quantile is not None:
        found["measure.quantile"] = f"{measure.quantile:g}"
    return found


def _scored(item: tuple[str, Mapping[str, float]]) -> str:
    name, numbers = item
    return f"`{name}`" + "".join(f" `{answer}` {score:g}" for answer, score in numbers.items())


def _state(measure: Measure) -> str:
    if measure.state is None:
        return ""
    stated = measure.state.model_dump(exclude_unset=True)
    return ", ".join(f"`{name}: {_listed(value)}`" for name, value in stated.items())


def _listed(value: object) -> str:
    return ", ".join(value) if isinstance(value, tuple) else str(value)


def _returns(indicator: Indicator, language: str) -> str:
    returns = indicator.returns
    if returns is None:
        return ""
    key = "returns_text_checked" if returns.harm_checked else "returns_text"
    source = _table_link(returns.source, language)
    reporters = _word(f"reporters.{returns.reporters}", language)
    return message(f"indicator_page.{key}", language, source=source, reporters=reporters)


def _requirements(indicator: Indicator, language: str) -> Iterator[str]:
    needed = requirements([indicator])
    yield _word("requirements_text", language)
    yield ""
    rows = [
        [_table_link(table, language), _required(table, columns)]
        for table, columns in needed.columns.items()
    ]
    yield from markdown.table([_word(name, language) for name in ("table", "columns")], rows)
    yield ""
    if needed.questions:
        items = vocabulary("survey_item")
        heads = [_word(name, language) for name in ("question", "name")]
        asked = [[f"`{item}`", items.label(item, language)] for item in needed.questions]
        yield from markdown.table(heads, asked)
        yield ""


def _required(table: str, columns: Sequence[str]) -> str:
    """A star after each column without which a row is refused."""
    known = contracts()[table].columns
    return ", ".join(f"`{name}`{'*' if known[name].required else ''}" for name in columns)


def _references(indicator: Indicator, language: str) -> Iterator[str]:
    for reference in indicator.reference:
        yield f"- {reference}"
    yield ""


def _versions(indicator: Indicator, language: str) -> Iterator[str]:
    told = {change.version: change.what.in_language(language) for change in indicator.changes}
    versions = versions_of(indicator)
    heads = [_word(name, language) for name in ("version", "effective_from", "changed")]
    rows = [
        [str(entry.version), entry.effective_from.isoformat(), told.get(entry.version, "–")]
        for entry in versions
    ]
    yield from markdown.table(heads, rows)
    yield ""
    for entry, recorded in zip(versions[1:], indicator.earlier_versions, strict=True):
        yield message("indicator_page.earlier", language, version=entry.version)
        yield ""
        yield f"{entry.definition.in_language(language)} ({markdown.names(recorded.differs)})"
        yield ""


def _facts(told: Mapping[str, str], language: str) -> Iterator[str]:
    for name, text in told.items():
        if text:
            yield "- " + message("dictionary.fact", language, name=_word(name, language), text=text)
    yield ""


def _labels(name: str, codes: Iterable[str], language: str) -> str:
    return ", ".join(_label(name, code, language) for code in codes)


def _label(name: str, code: str, language: str) -> str:
    return vocabulary(name).label(code, language)


def _indicator_links(codes: Iterable[str]) -> str:
    return ", ".join(f"[{code}]({code}.md)" for code in codes)


def _table_link(table: str, language: str) -> str:
    title = contracts()[table].title.in_language(language)
    return f"[{title}](../../data_dictionary/{language}/{table}.md) (`{table}`)"


def _section(name: str, lines: Iterable[str], language: str) -> str:
    return markdown.section(_word(f"section.{name}", language), lines)


def _word(name: str, language: str) -> str:
    return message(f"indicator_page.{name}", language)
