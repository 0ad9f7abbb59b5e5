"""From roll-ups to the cells that are published: ratios, statuses, parts and their grid."""
