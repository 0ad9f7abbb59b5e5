"""A count that stands under two indicators is withheld under both."""

from indicators.disclosure import suppress
from indicators.mission import DisclosurePolicy
from tests.indicators.mart_rows import COUNTRY, MISSION, empty_mart, fill, indicator, value

PATROLS, HOURS, SHARE = "P2-OP-01", "P2-OP-02", "P2-OP-03"


def statuses(hours: dict[str, int]) -> dict[str, str]:
    """Patrols by area and by type; hours and share of the same patrols by area only."""
    connection = empty_mart()
    measures = {PATROLS: "count", HOURS: "sum", SHARE: "ratio"}
    fill(
        connection,
        "indicator",
        [indicator(indicator=code, measure=kind) for code, kind in measures.items()],
    )
    parents = {"N1": COUNTRY, "N2": COUNTRY, "N3": COUNTRY, COUNTRY: None}
    fill(
        connection,
        "area",
        [
            {"mission": MISSION, "area_code": area, "parent_area_code": above}
            for area, above in parents.items()
        ],
    )
    patrols = {"N1": 3, "N2": 9, "N3": 12, COUNTRY: 24}
    rows = [value(indicator=PATROLS, area=area, n=n, numerator=n) for area, n in patrols.items()]
    rows += [value(indicator=HOURS, area=area, n=n, numerator=n * 7) for area, n in hours.items()]
    rows += [
        value(indicator=SHARE, area=area, n=n, numerator=6, denominator=n)
        for area, n in patrols.items()
        if area in ("N2", "N3")
    ]
    fill(connection, "indicator_value", rows)
    suppress(connection, DisclosurePolicy(min_n=5), "mission")
    found = connection.execute(
        "SELECT indicator, string_agg(conf_status, '' ORDER BY area) "
        "FROM mart.indicator_value GROUP BY indicator"
    )
    return dict(found.fetchall())


def test_what_is_withheld_as_a_count_is_withheld_as_cases_of_hours_and_shares() -> None:
    found = statuses({"N2": 9, "N3": 12, COUNTRY: 24})
    assert found == {PATROLS: "CDFF", HOURS: "DFF", SHARE: "DF"}


def test_other_numbers_of_cases_stay() -> None:
    found = statuses({"N2": 8, "N3": 12, COUNTRY: 24})
    assert found[HOURS] == "FFF"
