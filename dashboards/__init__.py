"""What people see: a Dash application that reads published releases and nothing else."""
