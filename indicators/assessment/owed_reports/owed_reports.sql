WITH RECURSIVE above AS (
  SELECT mission, area_code AS area, area_code AS below, 0 AS steps FROM mart.area
  UNION
  SELECT above.mission, area.parent_area_code, above.below, steps + 1
  FROM above JOIN mart.area AS area
    ON area.mission = above.mission AND area.area_code = above.area
  WHERE area.parent_area_code IS NOT NULL
),
owed AS (
  SELECT mission, area, source, "month", count(*) AS due,
    count(*) FILTER (status IN ('submitted', 'nil')) AS received,
    count(*) FILTER (status = 'no_access') AS no_access
  FROM mart.return_status WHERE status <> 'not_due'
  GROUP BY ALL
),
owing AS (SELECT DISTINCT mission, area, source FROM owed),
inside AS (
  SELECT above.mission, above.area, above.below AS speaks, owing.source
  FROM above JOIN owing ON owing.mission = above.mission AND owing.area = above.below
),
speaking AS (
  FROM inside
  UNION ALL
  SELECT above.mission, above.below, arg_min(above.area, above.steps), owing.source
  FROM above JOIN owing ON owing.mission = above.mission AND owing.area = above.area
  ANTI JOIN inside ON inside.mission = above.mission AND inside.area = above.below
    AND inside.source = owing.source
  GROUP BY above.mission, above.below, owing.source
)
SELECT speaking.mission, speaking.area, speaking.source, owed."month",
  CAST(sum(due) AS INTEGER) AS due, CAST(sum(received) AS INTEGER) AS received,
  CAST(sum(no_access) AS INTEGER) AS no_access
FROM speaking JOIN owed ON owed.mission = speaking.mission AND owed.area = speaking.speaks
  AND owed.source = speaking.source
GROUP BY ALL
