"""The matched wake analysis of an edge."""
