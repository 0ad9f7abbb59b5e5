WITH precisions(location_precision, finest) AS (VALUES {precisions}),
finest AS (
  SELECT span.area_code, location_precision, begins, ends, arg_max(up.area, level_rank) AS area
  FROM cube.area_version AS span
  JOIN cube.area_ancestor AS up ON up.area_code = span.place
  JOIN precisions ON level_rank <= finest
  GROUP BY ALL
)
SELECT finest.area_code, location_precision, upper.place,
  greatest(finest.begins, upper.begins) AS begins, least(finest.ends, upper.ends) AS ends
FROM finest
JOIN cube.area_version AS upper
  ON upper.area_code = finest.area AND upper.begins < finest.ends AND upper.ends > finest.begins
