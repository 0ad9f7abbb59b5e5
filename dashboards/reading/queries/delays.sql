WITH received AS (
    SELECT source,
           date_diff('day', last_day(month), received_on) AS days,
           date_diff('day', last_day(month), due_on) AS asked
    FROM mart.return_status
    WHERE received_on IS NOT NULL
      AND month BETWEEN CAST(? AS DATE) AND CAST(? AS DATE)
)
SELECT source, count(*) AS n,
       quantile_cont(days, 0.25) AS low, quantile_cont(days, 0.5) AS median,
       quantile_cont(days, 0.75) AS high, max(asked) AS asked
FROM received
GROUP BY source
ORDER BY source
