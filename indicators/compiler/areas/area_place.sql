SELECT area_code, location_precision, place AS area
FROM cube.area_version_at
WHERE ends = DATE 'infinity'
