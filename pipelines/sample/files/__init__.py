"""The sample's files: which there are, how they look, what is wrong in them."""
