SELECT place AS area_code, other AS area
FROM cube.place_around
WHERE place IN (SELECT area_code FROM cube.area) AND other IN (SELECT area_code FROM cube.area)
