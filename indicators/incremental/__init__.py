"""What changed since the last run, and what is kept from it."""
