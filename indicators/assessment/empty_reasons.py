"""Why a cell is empty, what is said beside a value, and why there is no rating or no trend.

One place decides (`statement`): pages, extracts and `explain` word what it gives. Source of the
rules: definitions 12, 13 and 49; what an audience is shown: the policy on disclosure; of trends
`trend.py`, which leaves the reason with the value.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Literal, get_args

from indicators.assessment.owed_reports import Reports, owed_reports_sql
from indicators.compiler.cells.breakdowns import CROSSED, dimension_sql
from indicators.definitions.contracts import CLASSES, contracts
from indicators.definitions.vocabularies import vocabularies
from indicators.foundation import mart_tables
from indicators.foundation.messages import message
from indicators.foundation.numbers.number_format import separated

Empty = Literal[
    "below_8",
    "suppressed_answers",
    "suppressed_cases",
    "restricted",
    "published_for",
    "not_in_copy",
    "not_reported",
    "no_access",
    "no_cases",
    "unreliable",
    "no_report_due",
    "period_not_over",
    "before_record",
    "after_record",
    "no_survey",
    "not_asked",
    "not_recorded",
]
EMPTIES: tuple[Empty, ...] = get_args(Empty)
Beside = Literal[
    "provisional",
    "provisional_reports",
    "provisional_running",
    "provisional_part",
    "rounded_5",
    "caution",
    "area_without_access",
    "area_without_report",
]
# Of these that reports are missing, or may be
REPORTS_MISSING: tuple[Beside, ...] = (
    "provisional_reports",
    "provisional",
    "area_without_access",
    "area_without_report",
)
# Why there is no trend; `fall_in_doubt`: why a fall is none (`register_changes.py`).
Untested = Literal[
    "fall_in_doubt",
    "reports_missing",
    "does_not_add",
    "period_not_over",
    "no_year_before",
    "few_months_before",
    "no_cases",
    "latest_value",
    "measure_not_tested",
    "no_wave_before",
]
UNTESTED: tuple[Untested, ...] = get_args(Untested)

PROTECTED = "protected"
# A survey's answers from here on need no word of caution; below 25 none are shown (Statistics
# Canada, rules for surveys).
ENOUGH_ANSWERS = 50


@dataclass(frozen=True)
class Said:
    """One reason: its code, the family of its message and what fills it."""

    family: Literal["empty", "beside", "unrated", "rating", "trend"]
    code: str
    parameters: Mapping[str, Any] = field(default_factory=dict)

    def words(self, language: str, form: str = "") -> str:
        """The sentence; `form` "table" gives the short one where there is one."""
        key = f"{self.family}.{self.code}"
        if form and self.code == mart_tables.BELOW_8:
            key = f"{key}.{form}"
        given = {name: _worded(value, language) for name, value in self.parameters.items()}
        return message(key, language, **given)


@dataclass(frozen=True)
class Statement:
    """All that is said of one cell; `empty` is None where a number stands."""

    empty: Said | None = None
    beside: tuple[Said, ...] = ()
    unrated: Said | None = None
    # Why a rating is what it is, and how probable
    rated: tuple[Said, ...] = ()
    # What a trend was found on where something is lacking, and why there is none
    trend: tuple[Said, ...] = ()


@dataclass(frozen=True)
class Facts:
    """What is known of a cell; without `obs_status` the copy has no row for it.

    `confidentiality`: class of the total or, of a part, its own; `had_wave`: a survey wave ended in
    the period; `is_running`: the period ends after the as-of day; `is_before_record`,
    `is_after_record`: it lies outside the days that can be known, `is_part_known`: partly so;
    `not_recorded`: `table.column` (`table.*`) of what no file has and the indicator asks, joined
    by |;
    `area_due`, `area_received`, `area_no_access`: reports of all sources in the area and period,
    asked only where the indicator's own source owes none; `has_target`: the indicator has one,
    `is_held`: this cell is held against it; `published`: area levels (or kinds of period) for which
    the copy holds the indicator where it does not hold this one, as `{"area_level": (...)}`.
    """

    obs_status: str | None = None
    conf_status: str = mart_tables.FREE
    disclosure: str = mart_tables.EXACT
    value: float | None = None
    n: float | None = None
    is_survey: bool = False
    confidentiality: str = "institutional"
    had_wave: bool = False
    is_running: bool = False
    is_before_record: bool = False
    is_after_record: bool = False
    is_part_known: bool = False
    not_recorded: str | None = None
    returns_due: float | None = None
    returns_received: float | None = None
    area_due: float | None = None
    area_received: float | None = None
    area_no_access: float | None = None
    rating: str | None = None
    rating_probability: float | None = None
    rating_reason: str | None = None
    direction: str = "up"
    has_target: bool = False
    is_held: bool = False
    published: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    trend: str | None = None
    trend_reason: str | None = None
    trend_areas: float | None = None
    trend_areas_due: float | None = None
    trend_months: float | None = None
    trend_months_due: float | None = None

    @classmethod
    def of(cls, row: Mapping[Any, Any]) -> "Facts":
        """Of a row of `mart.indicator_value` with the columns of `facts_sql`."""
        given = {name: row[name] for name in FACT_COLUMNS if name in row and _is_given(row[name])}
        return cls(**given, is_held=_is_given(row.get("target")))


FACT_COLUMNS = (*sorted(set(Facts.__dataclass_fields__) - {"is_held", "published"}),)


def statement(facts: Facts) -> Statement:
    """Why the cell is empty, or what stands beside its value; and why it has no rating."""
    empty = _empty(facts)
    beside = () if empty else tuple(_beside(facts))
    trend = () if empty else tuple(_trend(facts))
    unrated = _unrated(facts, empty is None)
    return Statement(empty, beside, unrated, tuple(_rated(facts)), trend)


def _empty(facts: Facts) -> Said | None:
    code = _hidden(facts) or _absent(facts)
    if code == "published_for":
        return Said("empty", code, {"published": facts.published})
    if code is None and (facts.value is None or facts.obs_status == mart_tables.TOO_IMPRECISE):
        if facts.not_recorded is not None:
            return Said("empty", "not_recorded", {"columns": _by_table(facts.not_recorded)})
        code = _not_known(facts)
    return None if code is None else Said("empty", code)


def _by_table(columns: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for table, column in (one.split(".") for one in columns.split("|")):
        found.setdefault(table, []).append(column)
    return found


def _hidden(facts: Facts) -> Empty | None:
    """What the audience is not shown."""
    if facts.disclosure == mart_tables.BELOW_8:
        return "below_8"
    if facts.disclosure != mart_tables.SUPPRESSED and facts.conf_status == mart_tables.FREE:
        return None
    if facts.confidentiality == PROTECTED:
        return "restricted"
    return "suppressed_answers" if facts.is_survey else "suppressed_cases"


def _absent(facts: Facts) -> Empty | None:
    """What the copy has no row of."""
    if facts.obs_status is not None:
        return None
    return "published_for" if facts.published else "not_in_copy"


def _not_known(facts: Facts) -> Empty:
    by_status: dict[str | None, Empty] = {
        mart_tables.NO_ACCESS: "no_access",
        mart_tables.NOT_COMPUTABLE: "no_cases",
        mart_tables.TOO_IMPRECISE: "unreliable",
    }
    known = by_status.get(facts.obs_status)
    if known == "no_cases" and _of_area(facts).is_closed:
        return "no_access"
    if known is not None:
        return known
    if facts.is_before_record:
        return "before_record"
    if facts.is_survey:
        return _without_answers(facts)
    if facts.is_running and not facts.returns_due:
        return "period_not_over"
    if facts.is_after_record:
        return "after_record"
    if facts.returns_due == 0:
        return "no_report_due"
    return "no_access" if _of_area(facts).is_closed else "not_reported"


def _without_answers(facts: Facts) -> Empty:
    if facts.had_wave:
        return "not_asked"
    return "period_not_over" if facts.is_running else "no_survey"


def _beside(facts: Facts) -> list[Said]:
    said = []
    if facts.obs_status == mart_tables.PROVISIONAL:
        said.append(_provisional(facts))
    if facts.disclosure == mart_tables.ROUNDED:
        said.append(Said("beside", "rounded_5"))
    if facts.is_survey and facts.n is not None and facts.n < ENOUGH_ANSWERS:
        said.append(Said("beside", "caution"))
    if facts.value == 0 and _of_area(facts).is_silent:
        said += reports_said(_of_area(facts))
    return said


def _of_area(facts: Facts) -> Reports:
    """Reports of all sources; none where the indicator's own source owes some."""
    known = (facts.area_due, facts.area_received, facts.area_no_access)
    return Reports(*(int(number or 0) for number in known))


def reports_said(reports: Reports) -> list[Said]:
    """What stands beside a count whose reports did not all come; nothing where they did."""
    if reports.received == reports.due:
        return []
    if reports.is_closed:
        return [Said("beside", "area_without_access")]
    if reports.is_silent:
        return [Said("beside", "area_without_report")]
    counted = {"due": reports.due, "received": reports.received}
    return [Said("beside", "provisional_reports", counted)]


def _provisional(facts: Facts) -> Said:
    due, received = facts.returns_due, facts.returns_received
    if due is not None and received is not None and received < due:
        return Said("beside", "provisional_reports", {"due": due, "received": received})
    if facts.is_running:
        return Said("beside", "provisional_running")
    return Said("beside", "provisional_part" if facts.is_part_known else "provisional")


def _unrated(facts: Facts, has_figure: bool) -> Said | None:
    if facts.rating is not None:
        return None
    if facts.direction == "neutral":
        return Said("unrated", "neutral")
    if not facts.has_target:
        return Said("unrated", "no_target")
    if facts.obs_status is None or (facts.is_held and not has_figure):
        return Said("unrated", "no_figure")
    return Said("unrated", "target_elsewhere")


def _rated(facts: Facts) -> Iterator[Said]:
    if facts.rating is None:
        return
    variant = f".{facts.rating_reason}" if facts.rating_reason else ""
    yield Said("rating", f"reason.{facts.rating}{variant}")
    if facts.rating_probability not in (None, 0.0, 1.0):  # as a register's are
        of = "target" if facts.rating.startswith("achieved") else "path"
        percent = round(100 * (facts.rating_probability or 0.0))
        yield Said("rating", f"probability_of_{of}", {"percent": min(max(percent, 1), 99)})


def _trend(facts: Facts) -> Iterator[Said]:
    due = facts.trend_months_due
    counted = {name: getattr(facts, f"trend_{name}") for name in _COUNTED}
    form = "_of_area" if facts.trend_areas_due == 1 else ""
    if facts.trend_reason == "reports_missing":
        yield Said("trend", f"reports_missing{form}", counted)
        return
    if due and (facts.is_running or facts.trend_months != due):
        has_all_areas = facts.trend_areas == facts.trend_areas_due
        code = f"compared_months{form}" if has_all_areas else "compared_areas"
        yield Said("trend", f"{code}_so_far" if facts.is_running else code, counted)
    if facts.trend_reason is not None:
        yield Said("trend", facts.trend_reason)


def _class_sql() -> str:
    """The class of a cell: that of its total or, where it is higher, of what breaks it down."""
    told = "'|' || defined.confidentiality_of_parts || '|'"
    whens = " ".join(
        f"WHEN defined.confidentiality = '{kind}' OR contains({told}, cell.part || '={kind}|')"
        f" OR contains({told}, cell.crossed_part || '={kind}|') THEN '{kind}'"
        for kind in reversed(CLASSES)
    )
    return f"CASE {whens} END"


def _parts_sql(cells: str) -> str:
    """The cells with `_PARTS`: what they are broken down by, each of the two that are crossed."""
    one, other = (
        f"'|' || replace(dimension, '{CROSSED}', '{name}')" for name in ("sex", "age_group")
    )
    return f"""SELECT * EXCLUDE (dimension), {one} AS part, {other} AS crossed_part
FROM (SELECT *, {dimension_sql()} AS dimension FROM ({cells}))"""


_PARTS = ("part", "crossed_part")
_COUNTED = ("areas", "areas_due", "months", "months_due")
_ADDED = {
    "is_survey": "defined.source LIKE 'survey%'",
    "confidentiality": _class_sql(),
    "direction": "defined.direction",
    "has_target": "defined.target IS NOT NULL",
    "is_running": "coalesce(cell.period_end > dated.as_of, false)",
    "is_before_record": "coalesce(cell.period_end < defined.known_from, false)",
    "is_after_record": "coalesce(cell.period_start > defined.known_to, false)",
    "is_part_known": "coalesce(cell.period_start < defined.known_from"
    " OR cell.period_end > defined.known_to, false)",
    "had_wave": "coalesce(list_bool_or(list_transform(wave.days,"
    " lambda day: day BETWEEN cell.period_start AND cell.period_end)), false)",
    "not_recorded": "defined.not_recorded",
    "area_due": "silent.area_due",
    "area_received": "silent.area_received",
    "area_no_access": "silent.area_no_access",
}
ADDED_COLUMNS = tuple(_ADDED)


def facts_sql(cells: str, owed_reports: str = owed_reports_sql()) -> str:
    """Rows of `mart.indicator_value` (SQL of a selection of them) with what `Facts` asks for.

    Adds `ADDED_COLUMNS`. `owed_reports`: SQL of these rows, where they are made already.
    """
    return f"""
WITH cell AS ({_parts_sql(cells)}),
wave AS (SELECT mission, list(DISTINCT last_on) AS days FROM mart.survey_response GROUP BY mission),
area_report AS ({owed_reports}),
silent AS (
  SELECT unsourced.mission, unsourced.area, unsourced.period_start, unsourced.period_end,
    sum(reports.due) AS area_due, sum(reports.received) AS area_received,
    sum(reports.no_access) AS area_no_access
  FROM (
    SELECT DISTINCT mission, area, period_start, period_end FROM cell
    WHERE coalesce(value, 0) = 0 AND returns_due IS NULL
  ) AS unsourced
  JOIN area_report AS reports
    ON reports.mission = unsourced.mission AND reports.area = unsourced.area
    AND reports."month"
      BETWEEN date_trunc('month', unsourced.period_start) AND unsourced.period_end
  GROUP BY ALL
)
SELECT cell.* EXCLUDE ({", ".join(_PARTS)}),
  {", ".join(f"{sql} AS {name}" for name, sql in _ADDED.items())}
FROM cell
LEFT JOIN mart.indicator AS defined ON defined.mission = cell.mission
  AND defined.indicator = cell.indicator AND defined.version = cell.indicator_version
LEFT JOIN mart.mission AS dated ON dated.mission = cell.mission
LEFT JOIN wave ON wave.mission = cell.mission
LEFT JOIN silent ON silent.mission = cell.mission AND silent.area = cell.area
  AND silent.period_start = cell.period_start AND silent.period_end = cell.period_end
  AND cell.returns_due IS NULL
"""


def _worded(value: Any, language: str) -> str:
    """Whole numbers in thousands; codes of a vocabulary as their labels, joined."""
    if isinstance(value, int | float):
        return separated(int(value), language)
    if not isinstance(value, Mapping):
        return str(value)
    labels = [_label(kind, code, language) for kind, codes in value.items() for code in codes]
    return ", ".join(labels)


@cache
def _label(kind: str, code: str, language: str) -> str:
    if kind == "period_type":
        return message(f"page.period.group.{code}", language).lower()
    if code == "*":
        return contracts()[kind].title.in_language(language)
    if kind in contracts():
        return contracts()[kind].columns[code].title.in_language(language)
    label = vocabularies()[kind].label(code, language)
    return label[:1].lower() + label[1:]


def _is_given(value: Any) -> bool:
    """Neither None nor a missing value of pandas, which equals nothing, not even itself."""
    return value is not None and bool(value == value)
