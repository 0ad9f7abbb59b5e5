"""Is the data fit to publish: checks of whole tables, quality facts, rejects for people to read."""
