"""Intervals and p-values of a wake estimate."""
