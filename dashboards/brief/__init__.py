"""The one-page brief as PDF: its content from a release, its marks, its typesetting."""
