"""A workspace: its folders, its keys, and a warehouse a mission."""
