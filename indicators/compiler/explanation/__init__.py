"""The SQL of one figure as people run it."""
