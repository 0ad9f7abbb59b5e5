"""Activities and their controls, matched."""
