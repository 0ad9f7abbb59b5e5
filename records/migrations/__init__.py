"""Makes and changes the tables of the records store (Alembic)."""
