"""A mission of one's own: its profile made and checked, the steps to its first release, runs."""
