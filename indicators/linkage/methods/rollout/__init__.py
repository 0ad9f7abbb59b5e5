"""What began in areas at dates, compared with areas not yet reached (`group_times.py`)."""
