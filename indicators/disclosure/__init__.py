"""What each audience's copy of a release shows: by what a figure is about and who reads it."""
