"""What begins a run by itself, and who is told of its end."""
