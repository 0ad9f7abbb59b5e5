"""Where a result comes from: each area beside all areas."""
