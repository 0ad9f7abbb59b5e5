"""Who signs in, and who may: accounts, people, sessions."""
