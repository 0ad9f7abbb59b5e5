"""The POC indicator engine: a connection and a catalogue in, relations out.

Knows neither the orchestrator (Dagster), nor the screen (Dash), nor where files come from.
"""
