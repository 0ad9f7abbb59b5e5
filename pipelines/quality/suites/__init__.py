"""Suites of Great Expectations: written from contracts, run, and read."""
