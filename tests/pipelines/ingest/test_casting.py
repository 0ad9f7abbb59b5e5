"""How the text of a cell becomes a value of each type, and which text does not."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indicators.definitions.contracts import Column, Words, contracts
from pipelines.ingest.mapping.written.written_numbers import Signs, number_of_cell, number_text
from pipelines.ingest.rows.cast import (
    Notation,
    _mission_check,
    cast,
    cast_of,
    row_checks,
    text_column,
)
from tests.worlds.rows.warehouse import small_mission

TITLE = Words(en="x", fr="x")


def value(clock: duckdb.DuckDBPyConnection, kind: str, text: str, **how: Any) -> Any:
    """The value of one text in a column of this type; None where it cannot be one."""
    codes = how.pop("codes", ("_",))
    column = Column(type=kind, title=TITLE, codes=codes if "code" in kind else None)
    made = cast("x", column, Notation(**how))
    query = f"SELECT {made.expression} FROM (SELECT $text AS {text_column('x')})"
    ((found,),) = clock.execute(query, {"text": text, **made.parameters}).fetchall()
    return found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("12", 12),
        ("-3", -3),
        ("007", 7),
        ("12.0", 12),
        ("12.5", None),
        ("1e3", None),
        ("1,200", None),
        ("1 200", 1200),
        ("12.000", None),  # twelve, or twelve thousand?
        ("0x1F", None),
        ("1_000", None),
        ("twelve", None),
        ("123456789012345678", 123456789012345678),
        ("12345678901234567890", None),
    ],
)
def test_whole_numbers(clock: duckdb.DuckDBPyConnection, text: str, expected: int | None) -> None:
    assert value(clock, "int", text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("4.81982", "4.81982"),
        ("4,81982", "4.81982"),
        ("-4.8", "-4.8"),
        ("\u22124.8", "-4.8"),
        ("0,125", "0.125"),
        (",5", "0.5"),
        ("1200,500", "1200.5"),
        ("1 200", "1200"),
        ("1\u00a0200,5", "1200.5"),
        ("1\u202f200\u2009300.5", "1200300.5"),
        ("1'200", "1200"),
        ("1 200,500", "1200.5"),  # after blanks between thousands
        ("1.200,500", "1200.5"),
        ("1,200.5", "1200.5"),
        ("12.345.678", "12345678"),
        ("12,345,678", "12345678"),
        ("1.20,5", None),
        ("1 20", None),
        ("1.2.3", None),
        ("1,200,5", None),
        ("12 000 approx.", None),
    ],
)
@pytest.mark.parametrize("decimal", [None, ".", ","])
@pytest.mark.parametrize("thousands", [None, " ", "'"])
def test_what_can_be_read_in_one_way_is_read_whatever_is_declared(
    clock: duckdb.DuckDBPyConnection,
    text: str,
    expected: str | None,
    decimal: str | None,
    thousands: str | None,
) -> None:
    how = Signs(decimal, thousands)
    number = None if expected is None else Decimal(expected)
    assert value(clock, "dec(14,6)", text, signs=how) == number
    read = number_text(text, how)
    assert (read if read is None else Decimal(read)) == number


@pytest.mark.parametrize(
    ("text", "decimal", "thousands", "expected"),
    [
        ("1.200", None, None, "1.2"),  # ISO and a decimal point
        ("1.200", "", None, None),  # in a column that writes a decimal comma
        ("1.200", ",", None, None),  # 1200 or 1.2? nothing says so
        ("1.200", ",", ".", "1200"),
        ("1.200", ".", None, "1.2"),
        ("1,200", None, None, None),
        ("1,200", ".", None, None),
        ("1,200", ",", None, "1.2"),
        ("1,200", ".", ",", "1200"),
        ("-1.200", ",", ".", "-1200"),
        ("1_200", None, "_", "1200"),
        ("1.2", ",", ".", "1.2"),  # thousands come in threes
        ("1200.500", ",", ".", "1200.5"),
        ("1,20", ".", ",", "1.2"),
    ],
)
def test_three_digits_after_a_single_sign_need_the_declared_sign(
    clock: duckdb.DuckDBPyConnection,
    text: str,
    decimal: str | None,
    thousands: str | None,
    expected: str | None,
) -> None:
    how = Signs(decimal, thousands)
    number = None if expected is None else Decimal(expected)
    assert value(clock, "dec(12,2)", text, signs=how) == number
    read = number_text(text, how)
    assert (read if read is None else Decimal(read)) == number
    if decimal is not None:
        whole = number if number is not None and number == int(number) else None
        assert value(clock, "int", text, signs=how) == whole


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1.5", Decimal("1.50")),
        (".5", Decimal("0.50")),
        ("2.", Decimal("2.00")),
        ("1e-05", Decimal("0.00")),
        ("1.005", Decimal("1.01")),  # rounded to the column's digits
        ("99999.99", Decimal("99999.99")),
        ("100000", None),  # more digits than the column has
        ("NaN", None),
        ("inf", None),
        ("1.2.3", None),
        ("", None),
    ],
)
def test_decimals(clock: duckdb.DuckDBPyConnection, text: str, expected: Decimal | None) -> None:
    assert value(clock, "dec(7,2)", text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("oui", True),
        ("NON", False),
        ("Yes", True),
        ("1", True),
        ("0", False),
        ("vrai", True),
        ("y", None),
    ],
)
def test_booleans(clock: duckdb.DuckDBPyConnection, text: str, expected: bool | None) -> None:
    assert value(clock, "bool", text) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-07-01", date(2026, 7, 1)),
        ("2026-07-01 00:00:00.000", date(2026, 7, 1)),
        ("2026-07-01 08:30", None),  # a time of day would be lost
        ("2026-7-1", None),
        ("01/07/2026", None),  # day or month first? a format must say
        ("2026-06-31", None),
        ("infinity", None),
        ("epoch", None),
    ],
)
def test_dates(clock: duckdb.DuckDBPyConnection, text: str, expected: date | None) -> None:
    assert value(clock, "date", text) == expected


@pytest.mark.parametrize(
    ("text", "first", "second"),
    [("17 (4)", "17", "4"), ("1493–1600", "1493", "1600"), ("— / 1", None, "1"), ("x", "x", "x")],
)
def test_a_cell_of_two_numbers_gives_either(
    text: str, first: str | None, second: str | None
) -> None:
    assert (number_of_cell(text, 1), number_of_cell(text, 2)) == (first, second)


def test_declared_formats_are_tried_in_order_beside_iso(clock: duckdb.DuckDBPyConnection) -> None:
    how = {"formats": ("%d.%m.%Y", "%d/%m/%Y")}
    assert value(clock, "date", "01.07.2026", **how) == date(2026, 7, 1)
    assert value(clock, "date", "01/07/2026", **how) == date(2026, 7, 1)
    assert value(clock, "date", "2026-07-01", **how) == date(2026, 7, 1)
    assert value(clock, "date", "31.06.2026", **how) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-07-01 08:30", datetime(2026, 7, 1, 6, 30)),
        ("2026-07-01T08:30:15", datetime(2026, 7, 1, 6, 30, 15)),
        ("2026-07-01T08:30Z", datetime(2026, 7, 1, 8, 30)),
        ("2026-07-01T08:30:00+03:00", datetime(2026, 7, 1, 5, 30)),
        ("2026-07-01 08:30:00+0300", datetime(2026, 7, 1, 5, 30)),
        ("2026-07-01", None),
        ("2026-07-01 25:00", None),
    ],
)
def test_times_are_local_unless_they_have_an_offset(
    clock: duckdb.DuckDBPyConnection, text: str, expected: datetime | None
) -> None:
    assert value(clock, "time", text, time_zone="Africa/Juba") == expected


def test_times_in_declared_formats(clock: duckdb.DuckDBPyConnection) -> None:
    how = {"time_zone": "Africa/Juba", "formats": ("%d.%m.%Y %H:%M", "%d.%m.%Y %H:%M %z")}
    assert value(clock, "time", "01.07.2026 08:30", **how) == datetime(2026, 7, 1, 6, 30)
    assert value(clock, "time", "01.07.2026 08:30 +0300", **how) == datetime(2026, 7, 1, 5, 30)


def test_a_day_without_a_time_is_no_time(clock: duckdb.DuckDBPyConnection) -> None:
    assert value(clock, "time", "2026-07-01", time_zone="Africa/Juba") is None
    how = {"time_zone": "Africa/Juba", "formats": ("%Y-%m-%d",)}
    assert value(clock, "time", "2026-07-01", **how) == datetime(2026, 6, 30, 22)


def test_a_day_in_digits_has_all_of_them(clock: duckdb.DuckDBPyConnection) -> None:
    short = {"formats": ("%d%m%y", "%d/%m/%Y")}
    assert value(clock, "date", "010126", **short) == date(2026, 1, 1)
    assert value(clock, "date", "01/02/2026", **short) == date(2026, 2, 1)
    for lacking in ("10126", "1126", "2026"):  # the first of them DuckDB reads as of 2006
        assert value(clock, "date", lacking, **short) is None
    assert value(clock, "date", "1012026", formats=("%d%m%Y",)) is None  # read as of the year 26
    timed = {"formats": ("%d%m%y %H:%M",), "time_zone": "UTC"}
    assert value(clock, "time", "010126 07:30", **timed) == datetime(2026, 1, 1, 7, 30)
    assert value(clock, "time", "10126 07:30", **timed) is None


def test_a_declared_order_of_day_and_month_holds_over_iso(clock: duckdb.DuckDBPyConnection) -> None:
    assert value(clock, "date", "2026-05-03", formats=("%Y-%d-%m",)) == date(2026, 3, 5)
    assert value(clock, "date", "2026-03-25", formats=("%Y-%d-%m",)) is None  # no month 25
    assert value(clock, "date", "2026-03-25", formats=("%d/%m/%Y",)) == date(2026, 3, 25)
    how = {"time_zone": "UTC", "formats": ("%Y-%d-%m %H:%M",)}
    assert value(clock, "time", "2026-05-03 08:30", **how) == datetime(2026, 3, 5, 8, 30)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-03-08 01:59", datetime(2026, 3, 8, 6, 59)),
        ("2026-03-08 02:30", None),  # the clocks went from 02:00 to 03:00
        ("2026-03-08 03:00", datetime(2026, 3, 8, 7, 0)),
        ("2026-11-01 00:59", datetime(2026, 11, 1, 4, 59)),
        ("2026-11-01 01:30", None),  # it was 01:30 twice
        ("2026-11-01T01:30-04:00", datetime(2026, 11, 1, 5, 30)),
        ("2026-11-01T01:30-05:00", datetime(2026, 11, 1, 6, 30)),
        ("2026-11-01 02:00", datetime(2026, 11, 1, 7, 0)),
    ],
)
def test_local_time_that_never_was_or_was_twice_is_refused(
    clock: duckdb.DuckDBPyConnection, text: str, expected: datetime | None
) -> None:
    assert value(clock, "time", text, time_zone="America/New_York") == expected


def test_south_sudan_put_its_clocks_back_in_2021(clock: duckdb.DuckDBPyConnection) -> None:
    how = {"time_zone": "Africa/Juba"}
    assert value(clock, "time", "2021-01-31 22:30", **how) == datetime(2021, 1, 31, 19, 30)
    assert value(clock, "time", "2021-01-31 23:30", **how) is None
    assert value(clock, "time", "2021-02-01 00:00", **how) == datetime(2021, 1, 31, 22)


@settings(max_examples=40, deadline=None)
@given(
    zone=st.sampled_from(
        ["Africa/Bangui", "Africa/Juba", "Africa/Casablanca", "Asia/Beirut", "Europe/Paris", "UTC"]
    ),
    moments=st.lists(st.datetimes(datetime(1971, 1, 1), datetime(2098, 12, 1)), min_size=1),
    years=st.integers(1, 127),
    others=st.lists(st.sampled_from(["2026-02-30 10:00", "2021-02-31T00:00", None]), max_size=2),
)
def test_a_column_of_plain_times_is_read_as_each_of_them_alone(
    clock: duckdb.DuckDBPyConnection,
    zone: str,
    moments: list[datetime],
    years: int,
    others: list[str | None],
) -> None:
    """Whether or not the zone's clock stands still around all of them."""
    moments = [
        one.replace(year=1971 + (one.year - 1971) % years, day=min(one.day, 28)) for one in moments
    ]
    texts = [one.isoformat(" ", "seconds") for one in moments]
    column, how = Column(type="time", title=TITLE), Notation(time_zone=zone)
    rows = pa.table({"x__text": pa.array([*texts, *others], pa.string())})
    found = []
    clock.register("rows", rows)
    for made in (cast("x", column, how), cast_of("x", column, how, rows["x__text"])):
        query = f"SELECT {made.expression} FROM rows"
        found.append(clock.execute(query, dict(made.parameters)).fetchall())
    assert found[0] == found[1]


def test_codes_are_exact(clock: duckdb.DuckDBPyConnection) -> None:
    codes = ("patrol", "it's")
    assert value(clock, "code", "patrol", codes=codes) == "patrol"
    assert value(clock, "code", "it's", codes=codes) == "it's"
    assert value(clock, "code", "Patrol", codes=codes) is None


def test_list_needs_every_member_to_be_a_code(clock: duckdb.DuckDBPyConnection) -> None:
    codes = ("military", "justice")
    assert value(clock, "list<code>", "military; justice", codes=codes) == ["military", "justice"]
    assert value(clock, "list<code>", "military;;", codes=codes) == ["military"]
    assert value(clock, "list<code>", "military, justice", codes=codes) is None
    how = {"codes": codes, "separator": ","}
    assert value(clock, "list<code>", "military, justice", **how) == ["military", "justice"]


@pytest.mark.parametrize("text", ["'; DROP TABLE t; --", "x') OR 1=1 --", '"', "\\"])
def test_text_never_becomes_sql(clock: duckdb.DuckDBPyConnection, text: str) -> None:
    for kind in ("text", "int", "dec(7,2)", "bool", "date", "time", "code", "list<code>"):
        how = {
            "formats": (f"{text}%Y-%m",),
            "separator": text + text,
            "signs": Signs(text, text + text),
        }
        assert value(clock, kind, text, **how) == (text if kind == "text" else None)


def test_a_day_of_a_time_is_that_of_the_mission(clock: duckdb.DuckDBPyConnection) -> None:
    how: dict[str, Any] = {"formats": ["%Y-%m-%d %H:%M"], "time_zone": "Africa/Juba"}
    assert value(clock, "date", "2026-01-13T00:30:00.000+02:00", **how) == date(2026, 1, 13)
    assert value(clock, "date", "2026-01-13T23:30:00Z", **how) == date(2026, 1, 14)
    assert value(clock, "date", "2026-01-13T23:30:00.5", **how) == date(2026, 1, 13)
    assert value(clock, "date", "2026-01-13T23:30:00Z", time_zone="Africa/Juba") is None


@pytest.mark.parametrize(
    ("text", "formats"),
    [
        ("2026-01-02 23:30", ("%Y-%m-%d %H:%M",)),
        ("2026-01-02T23:30:00", ("%Y-%m-%d %H:%M",)),
        ("02/01/2026 23:30", ("%d/%m/%Y %H:%M",)),
        ("02/01/26 23:30", ("%d/%m/%Y %H:%M", "%d/%m/%y %H:%M")),
        ("022330+00:00 Jan 26", ("%d%H%M%z %b %y",)),
    ],
)
def test_a_day_of_a_time_in_another_zone_is_that_of_the_mission(
    clock: duckdb.DuckDBPyConnection, text: str, formats: tuple[str, ...]
) -> None:
    """Half past eleven at night in Greenwich is the next day in Juba."""
    how = {"formats": formats, "time_zone": "UTC", "day_zone": "Africa/Juba"}
    assert value(clock, "date", text, **how) == date(2026, 1, 3)
    assert value(clock, "date", "2026-01-02", **how) == date(2026, 1, 2), "a day has no hour"


def test_an_end_is_so_many_nights_after_the_day_that_it_is_written_with(
    clock: duckdb.DuckDBPyConnection,
) -> None:
    how = Notation(("%d/%m/%Y %H:%M",), after="start", nights="out")
    made = cast("x", Column(type="time", title=TITLE), how)
    found = []
    ends = [("2", "15:40"), ("", "15:40"), ("0", "02:00"), ("1", "02:00")]
    for out, text in ((nights, f"03/03/2026 {hour}") for nights, hour in ends):
        query = (
            f"SELECT {made.expression} FROM (SELECT $text AS {text_column('x')}, "
            f"$out AS {text_column('out')}, TIMESTAMP '2026-03-03 06:00' AS start)"
        )
        given = {"text": text, "out": out, **made.parameters}
        found.append(clock.execute(query, given).fetchall()[0][0])
    assert found == [
        datetime(2026, 3, 5, 15, 40), datetime(2026, 3, 3, 15, 40),
        datetime(2026, 3, 4, 2, 0), datetime(2026, 3, 4, 2, 0),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("hours", "is_outside"), [(-1, True), (0, False), (24, False), (47, False), (48, True)]
)
def test_a_time_lies_within_the_mission_by_its_local_day(
    clock: duckdb.DuckDBPyConnection, hours: int, is_outside: bool
) -> None:
    """Two hours ahead of Greenwich the first day of a mission begins on the day before it there."""
    alerts, first = contracts()["alerts"], datetime(2026, 3, 1)
    mission = small_mission([], time_zone="Africa/Maputo").model_copy(
        update={"starts_on": first.date(), "ends_on": date(2026, 3, 2)}
    )
    at = first - timedelta(hours=2) + timedelta(hours=hours)
    condition = _mission_check(alerts, mission).condition
    query = f"SELECT {condition} FROM (SELECT TIMESTAMP '{at}' AS {alerts.date_column})"
    assert clock.execute(query).fetchall() == [(is_outside,)]


def test_a_column_that_is_empty_throughout_is_still_required() -> None:
    checks = row_checks(contracts()["incidents"], small_mission([]), empty={"occurred_on"})
    assert [one.rule for one in checks if one.column == "occurred_on"] == ["required"]
