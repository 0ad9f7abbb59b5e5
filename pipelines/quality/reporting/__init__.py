"""How well those who report do it: scores of sources, and units that stopped sending."""
