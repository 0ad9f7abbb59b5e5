"""What happens in the fictional mission, one subject a module: rows as the contracts name them."""
