"""How dates, numbers and coordinates are written."""
