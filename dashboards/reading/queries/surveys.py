"""Survey waves: when they were held, who was sampled and who answered."""

import pandas as pd

from dashboards.reading.releases import Release

_GROUP_COLUMNS = ("area", "sex", "age_group")


def waves(release: Release, country: str) -> pd.DataFrame:
    """One row a wave: survey_code, wave, instrument, first_on, last_on, sampled, answered."""
    sql = """
        SELECT survey_code, wave, instrument, first_on, last_on, sampled, answered
        FROM mart.survey_response
        WHERE area = ? AND sex = '_T' AND age_group = '_T'
        ORDER BY instrument <> 'household', last_on, survey_code, wave
    """
    return release.frame(sql, [country])


def results(release: Release) -> pd.DataFrame:
    """Interviews by result, one row a wave and instrument (null: suppressed)."""
    return release.frame("SELECT * FROM mart.survey_result ORDER BY survey_code, wave, instrument")


def item_responses(release: Release) -> pd.DataFrame:
    """Who answered a question, one row a wave, instrument and item (null: suppressed)."""
    sql = "SELECT * FROM mart.survey_item_response ORDER BY survey_code, wave, instrument, item"
    return release.frame(sql)


def response_by(
    release: Release, column: str, survey_code: str, wave: str, country: str
) -> pd.DataFrame:
    """Sampled and answered in one household wave by area, sex or age_group (null: suppressed)."""
    if column not in _GROUP_COLUMNS:
        raise ValueError(f"no breakdown of response by {column}")
    totals = {"area": country, "sex": "_T", "age_group": "_T"}
    closed = " AND ".join(f"{name} = ?" for name in _GROUP_COLUMNS if name != column)
    sql = f"""
        SELECT {column} AS code, sampled, answered
        FROM mart.survey_response
        WHERE survey_code = ? AND wave = ? AND instrument = 'household'
          AND {closed} AND {column} <> ?
        ORDER BY {column}
    """
    others = [total for name, total in totals.items() if name != column]
    return release.frame(sql, [survey_code, wave, *others, totals[column]])


def modelled(release: Release, code: str, period_type: str, period: str) -> pd.DataFrame:
    """Modelled shares of the finest areas of which any may be shown: one row an area and sex.

    Columns: area, area_level, sex, value, ci_low, ci_high, reason. Not a figure of the mart's
    values: compare it with none of them.
    """
    sql = """
        WITH asked AS (
          SELECT * FROM mart.modelled_value
          WHERE indicator = ? AND period_type = ? AND period = ?
        )
        SELECT area, area_level, sex, value, ci_low, ci_high, reason FROM asked
        WHERE area_level = (SELECT max(area_level) FROM asked WHERE value IS NOT NULL)
        ORDER BY area, sex
    """
    return release.frame(sql, [code, period_type, period])


def modelled_in(release: Release, area: str, period_type: str, last: str) -> pd.DataFrame:
    """The newest modelled share of each question in an area, both sexes; up to a period."""
    sql = """
        SELECT indicator, period, value, ci_low, ci_high, reason FROM mart.modelled_value
        WHERE area = ? AND sex = '_T' AND period_type = ? AND period <= ?
        QUALIFY row_number() OVER (PARTITION BY indicator ORDER BY period DESC) = 1
        ORDER BY indicator
    """
    return release.frame(sql, [area, period_type, last])
