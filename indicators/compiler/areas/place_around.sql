SELECT own.place, other.place AS other
FROM cube.area_version AS own
JOIN cube.area_version AS other
  ON list_contains(own.areas, other.area_code) OR list_contains(other.areas, own.area_code)
