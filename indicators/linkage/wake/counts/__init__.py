"""Incidents around places and times, counted."""
