"""What is known of each day before the first row is drawn: presence, returns, hot spots."""
