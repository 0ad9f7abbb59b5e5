"""A mission's warehouse: connection, tables, ledger of files."""
