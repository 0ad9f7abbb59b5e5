-- `state`: as judged; `computed`: what the indicator's figures of the whole mission say of the
-- threshold over the quarters for which it must hold: met, not_met, too_close, not_known;
-- `differs`: judged and computed, a benchmark that is partly met counting as not met
CREATE TABLE mart.benchmark (
  -- for hq
  mission VARCHAR, benchmark_code VARCHAR, condition_en VARCHAR, condition_fr VARCHAR,
  quarter VARCHAR, state VARCHAR, held_since DATE, evidence_indicator VARCHAR, threshold DOUBLE,
  direction VARCHAR, held_for_months INTEGER, value DOUBLE, computed VARCHAR, differs BOOLEAN,
  reason VARCHAR
);

-- As judged, beside what the indicator's figures say (definitions 70). A quarter is met where the
-- figure, with its whole interval, reaches the threshold; too close where the interval holds the
-- threshold. Every quarter for which it must hold has to be met
INSERT INTO mart.benchmark
WITH own AS (
  SELECT judged.*, coalesce(judged.direction, known.direction) AS way,
    4 * CAST(left(quarter, 4) AS INTEGER) + CAST(right(quarter, 1) AS INTEGER) AS place,
    CAST(ceil(coalesce(held_for_months, 3) / 3) AS INTEGER) AS quarters
  FROM core.benchmarks AS judged
  LEFT JOIN (SELECT DISTINCT indicator, direction FROM mart.indicator) AS known
    ON known.indicator = judged.evidence_indicator
),
figure AS (
  SELECT indicator, value, coalesce(ci_low, value) AS low, coalesce(ci_high, value) AS high,
    4 * year(period_start) + quarter(period_start) AS place
  FROM mart.indicator_value
  WHERE period_type = 'Q' AND area = country_area() AND value IS NOT NULL AND {totals}
),
held AS (
  SELECT benchmark_code, quarter,
    any_value(value) FILTER (figure.place = own.place) AS value,
    count(value) = any_value(quarters) AS is_whole,
    bool_and(CASE way WHEN 'up' THEN low >= threshold ELSE high <= threshold END) AS is_met,
    bool_or(CASE way WHEN 'up' THEN high < threshold ELSE low > threshold END) AS is_missed
  FROM own LEFT JOIN figure ON figure.indicator = own.evidence_indicator
    AND figure.place BETWEEN own.place - quarters + 1 AND own.place
  GROUP BY ALL
),
told AS (
  SELECT own.*, value, CASE WHEN threshold IS NULL OR way NOT IN ('up', 'down')
      OR value IS NULL THEN 'not_known'
    WHEN is_missed THEN 'not_met' WHEN NOT is_whole THEN 'not_known'
    WHEN is_met THEN 'met' ELSE 'too_close' END AS computed
  FROM own JOIN held USING (benchmark_code, quarter)
)
SELECT $mission, benchmark_code, condition_en, condition_fr, quarter, state, held_since,
  evidence_indicator, CAST(threshold AS DOUBLE), way, held_for_months, value, computed,
  computed IN ('met', 'not_met') AND (state = 'met') <> (computed = 'met'), reason
FROM told ORDER BY ALL;
