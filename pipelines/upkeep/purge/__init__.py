"""Removing for good: a file, the rows of a person, what is past its retention."""
