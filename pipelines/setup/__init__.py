"""A mission of one's own: its profile, proposed mappings, the steps to its first release, runs."""
