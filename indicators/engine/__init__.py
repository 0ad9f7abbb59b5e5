"""Running the SQL of the compiler: a refresh of the mart."""
