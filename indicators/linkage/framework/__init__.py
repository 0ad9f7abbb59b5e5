"""The results framework: its model, its tables, what staff say of it, words it may not use."""
