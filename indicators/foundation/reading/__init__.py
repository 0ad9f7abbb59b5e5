"""What is known before any file arrives is read from YAML, and what is wrong with it is told."""
