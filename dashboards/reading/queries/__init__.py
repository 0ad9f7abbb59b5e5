"""All SQL of the pages: one subject a module; each function returns a frame of a release."""
