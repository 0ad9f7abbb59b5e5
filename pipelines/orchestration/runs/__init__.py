"""What goes on about a run: its progress, retries, whether it is needed, what was abandoned."""
