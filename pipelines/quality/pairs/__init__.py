"""Two rows that may tell of one case: within the warehouse, and between it and another system."""
