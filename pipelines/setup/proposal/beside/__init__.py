"""What a file is proposed beside: rows that are known, files that are there, keys that clash."""
