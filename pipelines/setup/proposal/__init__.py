"""Mappings proposed for files that no mapping takes yet, for a person to confirm."""
