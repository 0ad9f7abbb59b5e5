"""Quality facts computed in SQL over whole tables: one subject a module, one query a fact."""
