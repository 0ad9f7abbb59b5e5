SELECT span.place AS area_code, own.area_code AS area, own.area_level, own.level_rank
FROM (SELECT place, unnest(areas) AS area_code FROM cube.area_version) AS span
JOIN cube.area AS own USING (area_code)
