WITH days AS (
  SELECT unnest(range(TIMESTAMP '1970-01-01', TIMESTAMP '2100-01-01', INTERVAL 1 DAY))
    AS day
),
offsets AS (
  SELECT day, epoch(timezone($zone, timezone('UTC', day))) - epoch(day) AS seconds
  FROM days
),
changes AS (
  SELECT *, seconds IS DISTINCT FROM lag(seconds) OVER (ORDER BY day) AS is_change
  FROM offsets
),
stretches AS (
  SELECT *, sum(CAST(is_change AS INTEGER)) OVER (ORDER BY day) AS stretch
  FROM changes
)
SELECT min(day), max(day), CAST(any_value(seconds) AS INTEGER)
FROM stretches GROUP BY stretch
HAVING count(*) >= $shortest ORDER BY 1 DESC LIMIT $most
