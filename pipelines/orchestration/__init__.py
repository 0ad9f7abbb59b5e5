"""Dagster: one concept a file and no logic; what the steps do stands in the other packages."""
