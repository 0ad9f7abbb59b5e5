"""The pages that are generated from contracts and catalogue."""
