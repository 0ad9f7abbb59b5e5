"""What is asked of a published release: how a figure came about, and extracts of a quarter."""
