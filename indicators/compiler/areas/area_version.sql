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
