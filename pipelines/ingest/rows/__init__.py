"""Rows on their way: cast, validated, kept out or stored, and taken back."""
