"""The command line: one command a file, text and exit codes only; the work is done elsewhere."""
