"""A link over time: both its ends, periods since the activity, days about it."""
