"""Which column of a file is which column of a contract, and what its texts mean."""
