"""Rejected rows that wait for a correction, as people see them."""
