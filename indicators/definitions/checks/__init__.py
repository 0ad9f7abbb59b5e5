"""Whether the catalogue holds together, and what an indicator reads."""
