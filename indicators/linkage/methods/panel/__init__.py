"""Panel models and lagged association of an edge."""
