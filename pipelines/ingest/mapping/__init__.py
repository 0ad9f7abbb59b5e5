"""How a mission's files meet the contracts: the mappings of a profile."""
