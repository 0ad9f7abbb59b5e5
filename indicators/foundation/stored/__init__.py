"""Tables of DuckDB: rows by name, rows of the mart, releases of earlier versions."""
