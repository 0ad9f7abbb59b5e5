"""Parts of pages: one mark or part a module, each worded from the catalogue."""
