"""A page for each table and each indicator, made from what states them."""
