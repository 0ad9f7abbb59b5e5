"""From delivered files to core tables: readers, mapping, casting, rules, quarantine, ledger."""
