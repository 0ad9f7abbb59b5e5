"""Who writes and signs in: accounts, second factors, sessions, tokens of programs."""
