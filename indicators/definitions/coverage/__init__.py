"""What a selection of indicators needs, and what it leaves out."""
