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
SELECT area_code, parent_area_code, area_level, {level_rank} AS level_rank
FROM known
