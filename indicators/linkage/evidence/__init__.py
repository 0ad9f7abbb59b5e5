"""What all methods together say of the edges: primaries, grades, needs and the plan."""
