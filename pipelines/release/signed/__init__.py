"""What a release says it holds, its signature, and whether files are what was signed."""
