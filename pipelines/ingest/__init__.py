"""From delivered files to core tables: mapping, casting, rules, quarantine, ledger."""
