"""Survey waves: when they were held, who was sampled and who answered."""

import pandas as pd

from dashboards.releases import Release

_GROUP_COLUMNS = ("area", "sex", "age_group")


def waves(release: Release) -> pd.DataFrame:
    """One row a wave: survey_code, wave, instrument, first_on, last_on, sampled, answered."""
    sql = """
        SELECT survey_code, wave, instrument,
               min(first_on) AS first_on, max(last_on) AS last_on,
               sum(sampled) AS sampled, sum(answered) AS answered
        FROM mart.survey_response
        GROUP BY survey_code, wave, instrument
        ORDER BY last_on, survey_code, wave, instrument
    """
    return release.frame(sql)


def response_by(release: Release, column: str, survey_code: str, wave: str) -> pd.DataFrame:
    """Sampled and answered in one wave by area, sex or age_group."""
    if column not in _GROUP_COLUMNS:
        raise ValueError(f"no breakdown of response by {column}")
    sql = f"""
        SELECT {column} AS code, sum(sampled) AS sampled, sum(answered) AS answered
        FROM mart.survey_response
        WHERE survey_code = ? AND wave = ?
        GROUP BY {column}
        ORDER BY {column}
    """
    return release.frame(sql, [survey_code, wave])
