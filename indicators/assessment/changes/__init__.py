"""Changes between two periods: what is compared with what, and the tests."""
