-- The same months by fifths of what was expected of an area and month: what came, as sums
CREATE TABLE mart.forecast_calibration (
  -- for hq
  mission VARCHAR, method VARCHAR, is_shown BOOLEAN, fifth INTEGER, area_months INTEGER,
  expected DOUBLE, seen DOUBLE
);
