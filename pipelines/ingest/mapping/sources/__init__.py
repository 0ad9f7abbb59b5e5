"""Mappings beside those of the profile: of templates, of what people wrote, and all of them."""
