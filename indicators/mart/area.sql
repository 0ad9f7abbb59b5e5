-- Areas and sites in their newest version, with the outline that maps draw (GeoJSON)
CREATE TABLE mart.area (
  -- for hq, partner, public
  mission VARCHAR, area_code VARCHAR, parent_area_code VARCHAR, area_level VARCHAR,
  name_en VARCHAR, name_fr VARCHAR, site_kind VARCHAR, latitude DECIMAL(8,5),
  longitude DECIMAL(8,5), geometry VARCHAR
);

-- Their outlines come from the mission's file afterwards
INSERT INTO mart.area
SELECT $mission, area.area_code, area.parent_area_code, area.area_level,
  coalesce(own.name_en, $name_en), coalesce(own.name_fr, $name_fr),
  own.site_kind, own.latitude, own.longitude, NULL
FROM cube.area AS area
LEFT JOIN (
  SELECT * FROM core.areas
  QUALIFY row_number() OVER (PARTITION BY area_code ORDER BY valid_from DESC) = 1
) AS own USING (area_code)
ORDER BY area.level_rank, area.area_code;
