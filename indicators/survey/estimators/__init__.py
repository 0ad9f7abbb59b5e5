"""One module a kind of estimate."""
