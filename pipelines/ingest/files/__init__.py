"""Files as they come: whole or still arriving, archived, what they cover, read again."""
