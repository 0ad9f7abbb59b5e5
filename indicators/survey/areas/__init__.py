"""Small areas: a figure of every area from its own few answers and what is known of all areas."""
