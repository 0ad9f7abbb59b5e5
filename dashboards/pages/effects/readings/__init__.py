"""The same link read in other ways, by every method and setting."""
