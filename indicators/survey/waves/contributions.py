"""The files behind survey figures: respondents of each file whose valid answers it takes."""

from collections.abc import Sequence

import duckdb

from indicators.compiler.cells.grid import in_grid_sql
from indicators.compiler.explanation.wave_sql import NO_ANSWER, domain_sql, place_column
from indicators.definitions.indicator import Indicator
from indicators.definitions.measures import Measure
from indicators.definitions.mission_profile import Mission
from indicators.foundation.sql_text import literals


def write_contributions(
    connection: duckdb.DuckDBPyConnection,
    mission: Mission,
    surveys: Sequence[Indicator],
    shown: str,
) -> None:
    """Add what files gave to the waves in the table `shown`, by area."""
    valid = "\n          UNION ALL\n".join(_valid_sql(indicator, shown) for indicator in surveys)
    connection.execute(
        f"""INSERT INTO mart.contribution
        WITH valid AS ({valid})
        SELECT ?, indicator, indicator_version, shown.period_type, shown.period, area_ancestor.area,
          valid.file_sha256, min(file.name), sum(respondents)
        FROM valid
        JOIN {shown} AS shown USING (indicator, survey_code, wave, instrument)
        JOIN cube.area_version AS span
          ON span.area_code = valid.place AND last_on >= span.begins AND last_on < span.ends
        JOIN cube.area_ancestor ON area_ancestor.area_code = span.place
        {in_grid_sql("area_ancestor.area", "shown.period_type", "'total'")}
        LEFT JOIN (SELECT file_sha256, min(name) AS name FROM ops.input_file GROUP BY ALL) AS file
          USING (file_sha256)
        GROUP BY ALL""",
        [mission.mission],
    )


def _valid_sql(indicator: Indicator, shown: str) -> str:
    """By place and file, respondents with as many valid answers as the indicator needs."""
    return f"""
          SELECT '{indicator.code}' AS indicator, survey_code, wave, instrument,
            {place_column(indicator.measure.instrument)} AS place, file_sha256,
            count(*) AS respondents
          FROM (FROM cube.survey_respondents SEMI JOIN (
              FROM {shown} WHERE indicator = '{indicator.code}'
            ) USING (survey_code, wave, instrument)
            WHERE consent_given AND result IN ('complete', 'partial') AND {domain_sql(indicator)})
          JOIN (
            SELECT survey_code, wave, respondent_key FROM core.survey_answers
            WHERE item IN ({literals(indicator.measure.all_items)})
              AND answer NOT IN ({literals(NO_ANSWER)}) AND {_among_sql(indicator)}
            GROUP BY ALL
            HAVING count(*) >= {_fewest_answers(indicator.measure)}
          ) USING (survey_code, wave, respondent_key)
          GROUP BY ALL"""


def _among_sql(indicator: Indicator) -> str:
    """An answer counts unless it says that the respondent was not to be asked the rest."""
    conditions = [
        f"(item <> '{item}' OR answer IN ({literals(codes)}))"
        for item, codes in sorted(indicator.measure.among.items())
    ]
    return " AND ".join(conditions) or "true"


def _fewest_answers(measure: Measure) -> int:
    """Answers that a respondent needs to count; of scored items not all."""
    unscored = [item for item in measure.all_items if item not in measure.scores]
    return len(unscored) + (measure.minimum_answered if measure.scores else 0)
