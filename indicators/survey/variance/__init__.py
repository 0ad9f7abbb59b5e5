"""Variances by Taylor linearisation, and intervals."""
