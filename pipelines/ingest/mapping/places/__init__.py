"""Where a row lies: areas by outline and by name, and points that can hardly be right."""
