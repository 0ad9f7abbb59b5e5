"""Outputs beside outcomes: the results framework and what is known of each of its edges."""
