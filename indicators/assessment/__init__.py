"""What a figure amounts to: rating against a target, trend, and why a cell is empty."""
