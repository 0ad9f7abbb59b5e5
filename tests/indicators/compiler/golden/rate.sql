-- rate: P2-OC-07, Violent incidents per 1,000 residents in sites for displaced people
CREATE OR REPLACE TEMP MACRO as_of_day() AS DATE '2026-09-30';
CREATE OR REPLACE TEMP MACRO country_area() AS 'COUNTRY';
WITH area_version AS (
  WITH RECURSIVE versions AS (
    SELECT area_code, parent_area_code, valid_from,
      row_number() OVER by_area > 1
        AND parent_area_code IS DISTINCT FROM lag(parent_area_code) OVER by_area AS is_moved
    FROM core.areas
    WHERE valid_from <= as_of_day() AND area_code <> country_area()
    WINDOW by_area AS (PARTITION BY area_code ORDER BY valid_from)
  ),
  epochs AS (
    SELECT DATE '-infinity' AS begins UNION SELECT valid_from FROM versions WHERE is_moved
  ),
  parents AS (
    SELECT begins, area_code, parent_area_code FROM epochs CROSS JOIN versions
    -- The newest version by then; before its first version an area lay as in that one.
    QUALIFY row_number() OVER (
      PARTITION BY begins, area_code
      ORDER BY valid_from <= begins DESC, CASE WHEN valid_from <= begins THEN valid_from END DESC,
        valid_from) = 1
    UNION ALL
    SELECT begins, country_area(), NULL FROM epochs
  ),
  chain AS (
    SELECT begins, area_code, area_code AS area, parent_area_code AS above, 0 AS steps FROM parents
    UNION ALL
    SELECT chain.begins, chain.area_code, parent.area_code, parent.parent_area_code, steps + 1
    FROM chain
    JOIN parents AS parent ON parent.area_code = chain.above AND parent.begins = chain.begins
    WHERE steps < 10
  ),
  chains AS (
    SELECT begins, area_code,
      list_sort(list_distinct(list_append(list(area), country_area()))) AS areas
    FROM chain
    GROUP BY ALL
  ),
  changes AS (
    SELECT * FROM chains
    QUALIFY areas IS DISTINCT FROM lag(areas) OVER (PARTITION BY area_code ORDER BY begins)
  )
  SELECT area_code, areas, begins,
    coalesce(lead(begins) OVER by_area, DATE 'infinity') AS ends,
    concat_ws(' before ', area_code, lead(begins) OVER by_area) AS place
  FROM changes
  WINDOW by_area AS (PARTITION BY area_code ORDER BY begins)
),
area AS (
  WITH newest AS (
    SELECT * FROM core.areas
    WHERE valid_from <= as_of_day() OR area_code = country_area()
    QUALIFY row_number() OVER (PARTITION BY area_code ORDER BY valid_from DESC) = 1
  ),
  known AS (
    SELECT area_code, parent_area_code, area_level FROM newest WHERE area_code <> country_area()
    UNION ALL
    SELECT country_area(), NULL, 'country'
  )
  SELECT area_code, parent_area_code, area_level, CASE area_level WHEN 'country' THEN 0 WHEN 'admin1' THEN 1 WHEN 'admin2' THEN 2 WHEN 'admin3' THEN 3 WHEN 'site' THEN 4 END AS level_rank
  FROM known
),
area_ancestor AS (
  SELECT span.place AS area_code, own.area_code AS area, own.area_level, own.level_rank
  FROM (SELECT place, unnest(areas) AS area_code FROM area_version) AS span
  JOIN area AS own USING (area_code)
),
area_version_at AS (
  WITH precisions(location_precision, finest) AS (VALUES ('exact', 4), ('near', 4), ('admin2', 2), ('admin1', 1), ('country', 0)),
  finest AS (
    SELECT span.area_code, location_precision, begins, ends, arg_max(up.area, level_rank) AS area
    FROM area_version AS span
    JOIN area_ancestor AS up ON up.area_code = span.place
    JOIN precisions ON level_rank <= finest
    GROUP BY ALL
  )
  SELECT finest.area_code, location_precision, upper.place,
    greatest(finest.begins, upper.begins) AS begins, least(finest.ends, upper.ends) AS ends
  FROM finest
  JOIN area_version AS upper
    ON upper.area_code = finest.area AND upper.begins < finest.ends AND upper.ends > finest.begins
),
period AS (
  SELECT 'Q' AS period_type, '2026-Q3' AS period,
    DATE '2026-07-01' AS period_start, DATE '2026-09-30' AS period_end,
    DATE '2026-08-16' AS period_middle
),
population_base AS (
  WITH per_source AS (
    SELECT population_kind, area_code, reference_on, estimate_source,
      CASE GROUPING(sex) WHEN 1 THEN '_T' ELSE sex END AS sex,
      CASE GROUPING(age_group) WHEN 1 THEN '_T' ELSE age_group END AS age_group,
      sum(persons) AS persons
    FROM core.population
    GROUP BY population_kind, area_code, reference_on, estimate_source, CUBE (sex, age_group)
    HAVING (GROUPING(sex) = 1 OR sex <> '_U')
      AND (GROUPING(age_group) = 1 OR age_group <> '_U')
  ),
  dated AS (
    SELECT population_kind, area_code, reference_on, sex, age_group,
      arg_min(persons, estimate_source) AS persons
    FROM per_source
    GROUP BY ALL
  ),
  placed AS (
    SELECT dated.*, area.level_rank
    FROM dated
    JOIN area USING (area_code)
    LEFT JOIN (SELECT area_code, min(site_kind) AS site_kind FROM core.areas GROUP BY ALL) AS site
      USING (area_code)
    WHERE population_kind <> 'site' OR site_kind IN ('poc_site', 'camp')
  ),
  finest AS (
    SELECT * FROM placed
    QUALIFY level_rank = max(level_rank) OVER (PARTITION BY population_kind)
  ),
  spans AS (
    SELECT *,
      lead(reference_on) OVER figures AS next_on,
      lead(persons) OVER figures AS next_persons
    FROM finest
    WINDOW figures AS (
      PARTITION BY population_kind, area_code, sex, age_group ORDER BY reference_on)
  )
  SELECT population_kind, area_code, sex, age_group, period_type, period,
    CASE WHEN next_on IS NULL THEN CAST(persons AS DOUBLE)
      ELSE persons
        + (next_persons - persons) * (period_middle - reference_on) / (next_on - reference_on)
    END AS persons
  FROM spans
  JOIN period
    ON period_middle >= reference_on AND (next_on IS NULL OR period_middle < next_on)
),
population_placed AS (
  SELECT base.*, span.place
  FROM population_base AS base
  JOIN period USING (period_type, period)
  JOIN area_version AS span
    ON span.area_code = base.area_code
    AND period_middle >= span.begins AND period_middle < span.ends
),
place_around AS (
  SELECT own.place, other.place AS other
  FROM area_version AS own
  JOIN area_version AS other
    ON list_contains(own.areas, other.area_code) OR list_contains(other.areas, own.area_code)
),
population_place AS (
  SELECT DISTINCT population_kind, around.other AS area, sex, age_group,
    period_type, period
  FROM population_placed
  JOIN place_around AS around USING (place)
),
population_area AS (
  SELECT population_kind, area_ancestor.area, sex, age_group, period_type, period,
    sum(persons ORDER BY placed.area_code) AS persons
  FROM population_placed AS placed
  JOIN area_ancestor ON area_ancestor.area_code = placed.place
  GROUP BY ALL
),
rows_of_core AS (
  SELECT incident_type, occurred_on, date_precision, site_code, location_precision
  FROM core.incidents
),
with_site_kind AS (
  SELECT own.*, other.site_kind AS site_kind
  FROM rows_of_core AS own LEFT JOIN (
    SELECT area_code, min(site_kind) AS site_kind
    FROM core.areas
    GROUP BY area_code
  ) AS other ON own.site_code = other.area_code
),
located AS (
  SELECT
    source.*,
    coalesce(place.place, country_area()) AS cube_area,
    CAST(date_trunc('month', source.occurred_on) AS DATE) AS month
  FROM with_site_kind AS source
  LEFT JOIN area_version_at AS place
    ON place.area_code = source.site_code
    AND place.location_precision = 'exact'
    AND source.occurred_on >= place.begins AND source.occurred_on < place.ends
  WHERE source.occurred_on <= as_of_day()
    AND coalesce((incident_type IN ('killing', 'injury', 'sexual_violence', 'abduction') AND site_kind IN ('poc_site', 'camp')), false)
),
in_figure AS (
  SELECT located.*
  FROM located
  JOIN period ON located.occurred_on BETWEEN period_start AND period_end
  WHERE date_precision IN ('day', 'week', 'month', 'quarter')
    AND cube_area IN (SELECT area_code FROM area_ancestor WHERE area = 'COUNTRY')
    AND cube_area IN (
      SELECT area FROM population_place
      WHERE population_kind = 'site' AND sex = '_T' AND age_group = '_T')
),
parts AS (
  SELECT
    count(*)
      FILTER (WHERE incident_type IN ('killing', 'injury', 'sexual_violence', 'abduction') AND site_kind IN ('poc_site', 'camp')) AS numerator
  FROM in_figure
),
people AS (
  SELECT max(persons) AS persons FROM population_area
  WHERE population_kind = 'site' AND sex = '_T' AND age_group = '_T' AND area = 'COUNTRY'
)
SELECT
  CASE WHEN persons > 0 THEN 1000 * coalesce(numerator, 0) / persons END AS value,
  CAST(coalesce(numerator, 0) AS DOUBLE) AS numerator,
  persons AS denominator,
  CAST(coalesce(numerator, 0) AS BIGINT) AS n
FROM parts CROSS JOIN people
