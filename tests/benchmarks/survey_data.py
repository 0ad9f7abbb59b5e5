"""A large survey for the benchmarks: respondents in units of strata, yes-or-no questions."""

import duckdb

QUESTIONS = 40
AREAS = 120
STRATA = 12
UNITS_OF_A_STRATUM = 200
AGE_GROUPS = 5


def make_respondents(
    connection: duckdb.DuckDBPyConnection, rows: int, questions: int = QUESTIONS
) -> None:
    """A table `respondents`: weight, stratum, psu, area, sex, age_group, q1, q2, ...

    A question is 1, 0 or, for one in twenty, empty. Units lie within an area; rows come in no
    order of units. The same rows every time.
    """
    columns = ", ".join(
        f"""CASE WHEN hash('asked {at} ' || number) % 20 > 0
          THEN CAST(hash('yes {at} ' || number) % 100 < {20 + at} + psu % 7 AS TINYINT)
          END AS q{at}"""
        for at in range(1, questions + 1)
    )
    connection.execute(
        f"""CREATE TABLE respondents AS
        WITH drawn AS (
          SELECT number, hash('psu ' || number) % {STRATA * UNITS_OF_A_STRATUM} AS psu
          FROM range({rows}) AS drawn (number)
        )
        SELECT 0.5 + hash('weight ' || number) % 1000000 / 400000 AS weight,
          CAST(psu % {STRATA} AS INTEGER) AS stratum,
          CAST(psu AS INTEGER) AS psu,
          CAST(psu % {AREAS} AS INTEGER) AS area,
          if(hash('sex ' || number) % 2 = 0, 'F', 'M') AS sex,
          CAST(hash('age ' || number) % {AGE_GROUPS} AS TINYINT) AS age_group,
          {columns}
        FROM drawn ORDER BY hash('order ' || number)"""
    )
