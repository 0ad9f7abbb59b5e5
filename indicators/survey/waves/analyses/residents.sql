SELECT {column} AS name, sum(persons) AS persons FROM core.population
WHERE population_kind = 'resident' AND {column} IS NOT NULL
  AND reference_on = (SELECT max(reference_on) FROM core.population
    WHERE population_kind = 'resident' AND {column} IS NOT NULL AND reference_on <= $day)
  AND list_contains($ages, age_group)
GROUP BY ALL HAVING persons > 0 ORDER BY ALL
