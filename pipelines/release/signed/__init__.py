"""Signatures of releases, and whether files are what was signed."""
