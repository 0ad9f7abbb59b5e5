"""Everything that moves data: readers, ingest, warehouse, quality, orchestration, release, extracts."""
