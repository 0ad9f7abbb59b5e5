"""Addresses, headers and files to download."""
