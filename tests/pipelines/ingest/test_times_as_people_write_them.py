"""Times of day as many offices write them, days among words, and what stands above a header."""

from datetime import datetime

import pytest

from indicators.definitions.contracts import contracts
from pipelines.ingest.mapping.written.written_dates import (
    bare_day,
    day_of_span,
    is_read_by,
    with_all_digits,
)
from pipelines.ingest.mapping.written.written_numbers import number_of_cell, numbers_in_cell
from pipelines.ingest.mapping.written.written_places import decimal_degrees, grid_degrees
from pipelines.ingest.mapping.written.written_times import (
    as_read,
    says_no_hour,
    takes_any_writing,
    with_usual_clock,
    with_usual_group,
    without_unknown_hour,
)
from pipelines.ingest.readers.sheet_shape import labels_told, with_year
from pipelines.setup.proposal.matching import notation
from pipelines.setup.proposal.matching.columns import fit_of
from pipelines.setup.proposal.matching.texts import Texts

CLOCKS = {
    "05.01.2026 14.00": "05.01.2026 14:00",
    "19 juin 2026 à 11h": "19 juin 2026 11:00",
    "1 FEVRIER 2026 05H20": "1 FEVRIER 2026 05:20",
    "2026-01-16 3.30pm": "2026-01-16 15:30",
    "2025-10-06 10:00hrs": "2025-10-06 10:00",
    "20260104 1140": "20260104 11:40",
    "02JAN26 0320H": "02JAN26 03:20",
    "3/8 0520": "3/8 05:20",
    "04 Jul 1100": "04 Jul 11:00",
    "2026-07-03 04 Jul 2030": "04 Jul 2026 20:30",
    "12 janvier 2026 10h30": "12 janvier 2026 10:30",
    "12:05 am": "00:05",
    "4:45 مساء": "16:45",
    "2026-01-08 same day 1635": "2026-01-08 16:35",
    "2026-01-08 09/01 05:05": "09/01/2026 05:05",
    "05/07/2026 à 08:30 10:00": "05/07/2026 10:00",
    "09 Jan 2026 10 Jan 2026 1800": "10 Jan 2026 18:00",
    "09 janvier 2026 10 février 0530": "10 février 2026 05:30",
    "02JAN26 04JAN26 0020H": "04JAN26 00:20",
    # no time of day
    "12 janvier 2026": "12 janvier 2026",
    "05.01.2026": "05.01.2026",
    "2026-01-05 2590": "2026-01-05 2590",
    "13:30 pm": "13:30 pm",
}


@pytest.mark.parametrize(("text", "usual"), CLOCKS.items())
def test_a_time_of_day_has_one_writing(text: str, usual: str) -> None:
    assert with_usual_clock(text) == usual


@pytest.mark.parametrize("clock", ["%H:%M", "%Hh%M", "%H.%M", "%H%Mhrs", "%I:%M %p", "à %Hh%M"])
def test_every_minute_of_a_day_is_read_as_it_was_written(clock: str) -> None:
    for hour in range(24):
        for minute in (0, 5, 30, 59):
            meant = datetime(2026, 3, 9, hour, minute)
            form = "%d/%m/%Y %H:%M"
            written = as_read(meant.strftime(f"%d/%m/%Y {clock}"), (form,))
            assert datetime.strptime(written, form) == meant


def test_a_format_that_reads_a_text_keeps_it() -> None:
    assert as_read("09/03/2026, 14:00", ("%d/%m/%Y, %H:%M",)) == "09/03/2026, 14:00"
    form = "%d/%m/%Y %H:%M"
    assert as_read("09/03/2026 02:10 (J+1)", (form,)) == "10/03/2026 02:10"
    assert as_read("30/03/2026 0210 (+3)", (form,)) == "02/04/2026 02:10"
    assert as_read("30/03/2026 le lendemain 06:00", (form,)) == "31/03/2026 06:00"
    # that another column counts the days, or that no day stands before it, says no more
    assert as_read("09/03/2026 02:10 (+2)", (form,), nights="nights_out") == "09/03/2026 02:10"
    assert (as_read("0210 (+1)", ("%H:%M",)), as_read("0210 (+2)", ("%H:%M",))) == (
        "02:10",
        "0210 (+2)",
    )
    alone = as_read("09/03/2026 02:10 (J+1)", ("%d/%m/%Y %H:%M",), is_after=False)
    assert alone == "09/03/2026 02:10 (J+1)"  # nobody would know that it is the day after


def test_only_a_zero_that_a_workbook_drops_is_put_before_a_day_that_is_one_number() -> None:
    read = [with_all_digits(text, ("%d%m%y",)) for text in ("10126", "010126", "1026", "10126 x")]
    assert read == ["010126", "010126", "1026", "010126 x"]


def test_what_leads_to_a_day_is_not_read() -> None:
    texts = ["le 02/07/2026 vers 15h30", "le 29/07/2026 vers 6h30"]
    assert notation.dates(texts, with_time=True).keys == {"formats": ["%d/%m/%Y %H:%M"]}
    assert notation.dates(["01-juill-26", "le 2-juill-26"], with_time=False).share == 1


@pytest.mark.parametrize(
    ("texts", "formats"),
    [
        (["010126", "100126", "311225"], ["%d%m%y"]),
        (["10126", "100126", "70126"], ["%d%m%y"]),  # a workbook dropped the zero
        (["260101", "260113", "260203"], ["%y%m%d"]),
        (["010101", "010203", "020105"], None),  # codes of places
        (["250126", "250127"], None),  # too few to tell them from other numbers
        (["120326", "450726", "030226"], None),
    ],
)
def test_days_of_six_digits_are_those_of_one_year(texts: list[str], formats: object) -> None:
    assert notation.dates(texts, with_time=False).keys.get("formats") == formats


def test_of_two_days_before_a_time_to_the_second_the_second_is_meant() -> None:
    forms = ("%Y-%m-%d %H:%M:%S",)
    assert as_read("2026-07-04 2026-07-05 00:30:00", forms) == "2026-07-05 00:30:00"
    assert as_read("2026-07-05 00:30:00", forms) == "2026-07-05 00:30:00"
    assert takes_any_writing(forms)


def test_a_zero_that_a_workbook_dropped_before_a_day_comes_back() -> None:
    assert with_all_digits("10126", ("%d%m%y",)) == "010126"
    assert with_all_digits("10126 0730", ("%d%m%y %H:%M",)) == "010126 0730"
    assert with_all_digits("60101", ("%y%m%d",)) == "60101"  # no year has one digit
    assert not is_read_by("10126", "%d%m%y") and not is_read_by("1126", "%d%m%y")


def test_four_digits_are_asked_of_a_year() -> None:
    assert not is_read_by("12/2/26", "%d/%m/%Y") and is_read_by("12/2/26", "%d/%m/%y")


def test_groups_of_one_zone_are_read_with_and_without_blanks() -> None:
    found = notation.dates(["080730B MAR 26", "091000BMAR26"], with_time=True)
    assert found.keys == {"formats": ["%d%H%MB %b %y"], "time_zone": "Etc/GMT-2"}
    assert with_usual_group("091000BMAR26", "%d%H%MB %b %y") == "091000B MAR 26"
    assert with_usual_group("091000ZMAR26", "%d%H%MB %b %y") == "091000ZMAR26"


def test_groups_of_several_zones_are_each_of_their_own() -> None:
    texts = ["080730CMAR26", "091000Z MAR 26", "091000 MAR 26"]
    forms = notation.dates(texts, with_time=True).keys["formats"]
    assert forms == ["%d%H%M%z %b %y", "%d%H%M %b %y"]
    read = [as_read(text, tuple(forms)) for text in texts]
    assert read == ["080730+03:00 MAR 26", "091000+00:00 MAR 26", "091000 MAR 26"]


def test_a_day_that_is_not_known_leaves_the_month() -> None:
    texts = ["5 Sep 2026", "August 2026 (day n/k)", "août 2026 (jour inconnu)"]
    written = notation.dates(texts, with_time=False, of_months=True)
    assert written.share == 1
    assert without_unknown_hour(texts[1]) == "August 2026"


def test_days_without_a_year_have_the_hour_in_four_digits_behind_them() -> None:
    assert notation.have_no_year(["3/8 0520", "9/8 2015"])
    assert not notation.have_no_year(["3/8 2026", "9/8 2026"])
    assert with_year("3/8 0520", "2026") == "3/8/2026 0520"
    assert with_year("4-juin 2015", "2026") == "4-juin-2026 2015"
    assert with_year("-", "2026") == "-"


def test_groups_and_other_writings_of_one_column_are_read() -> None:
    forms = ("%d%H%MB %b %y", "%d/%m/%Y %H:%M")
    assert as_read("03/05/2026 11h10", forms) == "03/05/2026 11:10"
    assert as_read("021100BMAY26", forms) == "021100B MAY 26"


def test_units_of_hours_are_one_and_miles_are_no_metres() -> None:
    column = contracts()["un_detentions"].columns["limit_hours"]
    assert notation.numbers(["48h", "72 heures", "48"], column).keys == {"units": ["h", "heures"]}
    assert "units" not in notation.numbers(["5 m", "3 mi"], column).keys
    assert "units" not in notation.numbers(["~5", "3 km", "2 miles"], column).keys


def test_an_hour_that_is_not_known_leaves_the_day() -> None:
    text = "04/02/2026 (time unk)"
    assert says_no_hour(text) and without_unknown_hour(text) == "04/02/2026"
    texts = [text, "05/02/2026 14h30", "16/02/2026 0730"]
    assert notation.dates(texts, with_time=True).keys == {"formats": ["%d/%m/%Y %H:%M"]}
    assert "%d/%m/%Y" in notation.days_of_times(texts).keys["formats"]  # type: ignore[operator]


def test_a_part_of_the_day_alone_is_no_hour_and_behind_one_leaves_it() -> None:
    assert says_no_hour("matin") and says_no_hour("Night")
    for text in ("4:45 مساء", "01/03/2026 4:45 مساء", "8h du matin", "05:30 morning"):
        assert not says_no_hour(text)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("du 28 mars au 2 avril 2026", "28 mars 2026", "2 avril 2026"),
        ("depuis le 02/06/2026 (en cours)", "02/06/2026", ""),
        ("14-Nov-25 written finding - upheld", "14-Nov-25", "14-Nov-25"),
        ("Yes – 17/12/2025, 2 killed", "17/12/2025", "17/12/2025"),
        ("14h30-17h30", "14h30", "17h30"),
        ("9h", "9h", ""),
        ("22H00 -", "22H00", ""),
        ("from 01 Jan 26 UFN", "01 Jan 26", ""),
        ("01 Feb 26 until further notice", "01 Feb 26", ""),
        ("from 13/04 to 17/04/2026", "13/04/2026", "17/04/2026"),
        ("30 Oct - 1 Nov 25", "30 Oct 25", "1 Nov 25"),
        ("10/04 au 13/04", "10/04", "13/04"),
        ("01/06/26 de 7h30 à 15h30", "01/06/26 7h30", "01/06/26 15h30"),
        ("Mon 2/3/2026 2200-0130", "Mon 2/3/2026 2200", "Mon 2/3/2026 0130"),
    ],
)
def test_days_and_hours_of_one_cell(text: str, first: str, last: str) -> None:
    assert (day_of_span(text, 1), day_of_span(text, 2)) == (first, last)


def test_an_hour_may_be_said_to_be_rough_or_have_its_day_behind_it() -> None:
    for text, clock in (("vers 17h", "17:00"), ("9 mai 2026 vers 17h", "9 mai 2026 17:00"),
                        ("0020 (10 Jan)", "10 Jan 00:20"), ("at noon", "at noon"),
                        ("03 Jan 2026 1925hrs 0020 (10 Jan)", "10 Jan 2026 00:20"),
                        ("03 Jan 2026 1925hrs 2155", "03 Jan 2026 21:55")):  # fmt: skip
        assert with_usual_clock(text) == clock
    assert notation.clock_formats(["2155", "2240", "0020 (10 Jan)"]) == ["%H:%M"]
    assert notation.own_day("0020 (10 Jan)") == "10 Jan"


def test_two_hours_are_not_the_second_of_them() -> None:
    """A start that was joined with both came as the end, without a word."""
    for text in ("04/01/2026 08H30 - 11H15", "04/01/2026 de 8h30 à 11h15"):
        assert with_usual_clock(text) == text
    assert with_usual_clock("05/07/2026 à 08:30 10:00") == "05/07/2026 10:00"


def test_tuesday_in_french_is_no_month_before_a_day_in_numbers() -> None:
    assert bare_day("Mar 03/02/2026") == "03/02/2026"
    assert bare_day("Mar 3-4 2026") == "Mar 3-4 2026"


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("mar. 16 juin 2026 à 23:56", "16 juin 2026 à 23:56"),
        ("mar 2026", "mar 2026"),
        ("January / Janvier", "January"),
        ("Mars/Avril", "Mars/Avril"),
        ("Y 5/1 0750", "5/1 0750"),
        ("oui", "oui"),
    ],
)
def test_words_beside_a_day_and_its_month_in_a_second_language(text: str, day: str) -> None:
    assert bare_day(text) == day


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("nuit du 17 au 18 janvier 2026", "17 janvier 2026", "18 janvier 2026"),
        ("night of 3 to 4 March 2026", "3 March 2026", "4 March 2026"),
        ("05-06/04/2026", "05/04/2026", "06/04/2026"),
        ("5-6-2026", "5-6-2026", "5-6-2026"),
    ],
)
def test_nights_and_days_in_numbers_are_spans(text: str, first: str, last: str) -> None:
    """Of a night the second day came alone, without a word."""
    assert [day_of_span(text, part) for part in (1, 2)] == [first, last]


def test_a_year_is_added_to_spans_in_numbers_and_to_no_day_that_has_one() -> None:
    assert with_year("05-06/04", "2026") == "05-06/04/2026"
    assert with_year("mer. 3 juin 2026 à 06:27", "2026") == "mer. 3 juin 2026 à 06:27"
    assert with_year("3 juin 0800 à 1200", "2026") == "3 juin 2026 0800 à 1200"


@pytest.mark.parametrize(
    ("above", "header", "zone"),
    [
        ("All times ZULU (local = Z + 1). As of 5 April", "When", "UTC"),
        ("", "Date/Time (Z)", "UTC"),
        ("Heures en TU", "Heure", "UTC"),
        ("", "event_time_utc", "UTC"),
        ("All times in UTC+1", "Time", "Etc/GMT-1"),
        ("Times: local (UTC+2)", "Time", ""),
        ("", "Local time", ""),
        ("Sector Z, report at 0600 Z", "Zone (Z)", ""),
        ("All times ZULU", "Local time", ""),
    ],
)
def test_a_time_zone_is_told_by_a_title_or_a_header(above: str, header: str, zone: str) -> None:
    assert notation.zone_told([above], ["Place", header]) == zone


def test_one_of_two_counts_may_be_unknown() -> None:
    both = {"— / 1": (None, "1"), "3 / —": ("3", None), "0 / 0": ("0", "0"), "- / -": (None, None)}
    for text, sides in both.items():
        assert tuple(number_of_cell(text, part) for part in (1, 2)) == sides


def test_officers_and_ranks_are_added() -> None:
    column = contracts()["activities"].columns["personnel_count"]
    fit = fit_of(column, Texts("Str (Offr+JCO+OR)", ("0+1+10", "1+2+14", "12")), {})
    assert (fit.share, fit.entry) == (1, {"join": "+"})
    assert numbers_in_cell("1+2+14") == ["1", "2", "14"]
    assert numbers_in_cell("25+1") == ["25+1"]  # of two the second may be of others


def test_degrees_and_minutes_may_stand_apart_without_their_signs() -> None:
    assert decimal_degrees("N 07 54.53", "NS") == decimal_degrees("7°54.53'N", "NS") == "7.908833"
    assert decimal_degrees("0754N", "NS") == "0754N"  # nobody knows where the degrees end
    assert decimal_degrees("09 24.9", "NS") == decimal_degrees("9 24 54", "NS") == "9.415000"
    for text in ("9 249.5", "9 24", "9 61.0", "9.5 24.9"):  # thousands, two numbers, no minutes
        assert decimal_degrees(text, "NS") == text
    assert grid_degrees("35M-NT-41058-30325") == grid_degrees("35M NT 41058 30325")


def test_what_stands_behind_words_above_a_header() -> None:
    rows = [["RESULT SHEET", None], ["Course:", "SGBV"], ["Month: Jan 2026", None, "at 10:30"]]
    assert labels_told(rows) == {"Course": "SGBV", "Month": "Jan 2026"}
