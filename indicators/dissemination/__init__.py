"""How figures leave the system: cells, SDMX notation and structure, for extracts and the API."""
