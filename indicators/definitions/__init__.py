"""What `data/` says before any file comes: contracts, code lists, indicators, profiles."""
