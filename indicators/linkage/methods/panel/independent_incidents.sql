WITH placed AS (
  SELECT incident_code, date_trunc('month', occurred_on) AS month,
    list_distinct([area_code, site_code, parent_area_code]) AS areas
  FROM core.incidents
  LEFT JOIN (
    SELECT area_code, any_value(parent_area_code) AS parent_area_code
    FROM mart.area GROUP BY area_code
  ) USING (area_code)
  WHERE NOT list_contains($reporters, reported_by)
),
counted AS (SELECT unnest(areas) AS area, month FROM placed)
SELECT area, month, CAST(count(*) AS DOUBLE) AS independent
FROM counted GROUP BY area, month ORDER BY area, month
