-- Areas and sites in their newest version, with the outline that maps draw (GeoJSON)
CREATE TABLE mart.area (
  -- for hq, partner, public
  mission VARCHAR, area_code VARCHAR, parent_area_code VARCHAR, area_level VARCHAR,
  name_en VARCHAR, name_fr VARCHAR, site_kind VARCHAR, latitude DECIMAL(8,5),
  longitude DECIMAL(8,5), geometry VARCHAR
);
