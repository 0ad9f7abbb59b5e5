WITH RECURSIVE inside AS (
  SELECT $area AS area_code
  UNION
  SELECT area.area_code
  FROM mart.area AS area JOIN inside ON area.parent_area_code = inside.area_code
),
located AS (
  SELECT rows,
    month IS NULL OR month BETWEEN date_trunc('month', CAST($first AS DATE)) AND $last AS in_period,
    area IS NULL OR area IN (FROM inside) AS in_area,
    month IS NULL OR (area IS NULL AND $area NOT IN (SELECT country_area FROM mart.mission))
      AS is_unclear
  FROM mart.reject_place WHERE source = $source AND {of_indicator}
)
SELECT coalesce(sum(rows) FILTER (WHERE in_period AND in_area AND NOT is_unclear), 0) AS here,
  coalesce(sum(rows) FILTER (WHERE in_period AND in_area AND is_unclear), 0) AS unclear
FROM located
