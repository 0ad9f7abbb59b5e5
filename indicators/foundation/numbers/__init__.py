"""Numbers: their limits, and how they are written."""
