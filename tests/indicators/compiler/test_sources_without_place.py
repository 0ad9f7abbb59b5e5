"""A register that knows no place gives figures for the mission as a whole and for no area."""

from datetime import date

from tests.worlds.rows.warehouse import SmallWarehouse, total_rows


def test_personnel_stands_for_the_mission_alone() -> None:
    small = SmallWarehouse()
    arrivals = [("a", "P1", date(2026, 1, 20)), ("b", "P2", None), ("c", "M1", date(2026, 1, 20))]
    small.add(
        "un_personnel",
        [
            {
                "personnel_key": key,
                "unit_code": unit,
                "sex": "F",
                "arrived_on": date(2026, 1, 10),
                "poc_certificate_on": certified,
            }
            for key, unit, certified in arrivals
        ],
    )
    values = small.compute("P2-OP-11", as_of=date(2026, 3, 31))
    assert set(values["area"]) == {"C"}
    totals = total_rows(values).dropna(subset="value").set_index("period")
    assert totals.loc["2026-02", ["value", "denominator"]].tolist() == [50, 2]  # day 30
    by_type = values[(values["unit_type"] != "_T") & (values["period"] == "2026-02")]
    assert dict(zip(by_type["unit_type"], by_type["value"], strict=True)) == {"FPU": 100, "IPO": 0}
