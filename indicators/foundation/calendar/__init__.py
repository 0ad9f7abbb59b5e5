"""Days: local time, and when something is overdue."""
