"""From the mart to a published release: built whole, named, made current, compared, taken away."""
