"""A workspace: its folders, and making one."""
