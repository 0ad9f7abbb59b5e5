"""Derived columns as SQL: lookup, as of, followed by, nearest."""
