"""From an indicator to SQL text: plan, stages, cells. Writes no row and runs nothing."""
