"""What one check found: its result, worded in both languages."""

from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from babel.dates import format_date

from indicators.definitions.contracts import Words, contracts
from indicators.foundation.messages import LANGUAGES, message

Severity = Literal["blocking", "warning"]
Status = Literal["passed", "failed", "error"]


@dataclass(frozen=True)
class CheckResult:
    """One check's result; `error` says that the check itself broke and nothing was found out."""

    check: str
    table: str
    severity: Severity
    status: Status
    observed: str
    expected: str
    rows_failed: int
    sentence_en: str
    sentence_fr: str

    @property
    def stops_release(self) -> bool:
        """Whether nothing may be published: a blocking check that failed or could not run."""
        return self.severity == "blocking" and self.status != "passed"

    def as_row(self, mission: str) -> tuple[object, ...]:
        """The row of `mart.quality_check`, in the order of its columns."""
        own = dict(vars(self))
        return (mission, own.pop("check"), own.pop("table"), *own.values())


def worded(key: str, /, **parameters: Any) -> tuple[str, str]:
    """The message in English and French; a `Words` parameter gives its own text in each."""
    english, french = (
        message(
            key,
            language,
            **{
                name: value.in_language(language) if isinstance(value, Words) else value
                for name, value in parameters.items()
            },
        )
        for language in LANGUAGES
    )
    return english, french


def month_words(month: str) -> Words:
    """August 2026 of `2026-08`."""
    first = date.fromisoformat(f"{month}-01")
    named = (format_date(first, "LLLL y", locale=language) for language in LANGUAGES)
    return Words(**dict(zip(LANGUAGES, named, strict=True)))


def table_title(table: str) -> Words | str:
    """What a reader calls a table; its name where no contract states it."""
    return contracts()[table].title if table in contracts() else table


def check_result(
    check: str,
    table: str,
    passed: bool,
    *,
    kind: str,
    observed: object,
    expected: object,
    rows_failed: int = 0,
    severity: Severity = "warning",
    **parameters: Any,
) -> CheckResult:
    """A result worded by `quality.<kind>.passed` or `quality.<kind>.failed`."""
    status: Status = "passed" if passed else "failed"
    shown = {"observed": observed, "expected": expected, "rows": rows_failed}
    shown |= {"table": table_title(table)}
    english, french = worded(f"quality.{kind}.{status}", **(shown | parameters))
    return CheckResult(
        f"{table}.{check}",
        table,
        severity,
        status,
        str(observed),
        str(expected),
        rows_failed,
        english,
        french,
    )


def none_wrong(
    check: str, table: str, rows: int, *, kind: str = "", of: int | None = None, **more: Any
) -> CheckResult:
    """The result of a check that no row may fail.

    `kind`: of the message, else `check`; `of`: how many could have; `more`: severity, parameters.
    """
    observed = rows if of is None else f"{rows} / {of}"
    more |= {"kind": kind or check, "observed": observed, "expected": 0, "rows_failed": rows}
    return check_result(check, table, rows == 0, **more)


def crashed_check(
    check: str, table: str, severity: Severity, expected: str, reason: str
) -> CheckResult:
    """The result of a check that crashed: an error, which says nothing about the data."""
    english, french = worded("quality.check_broken", check=check, reason=reason)
    return CheckResult(check, table, severity, "error", reason, expected, 0, english, french)
