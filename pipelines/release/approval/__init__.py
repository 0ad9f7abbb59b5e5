"""Who has to agree to a release, and what was agreed goes into it."""
