"""What was published before and is another figure now, and why."""
