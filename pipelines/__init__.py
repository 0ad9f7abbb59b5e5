"""Everything that moves data: from a file in an inbox to a published release."""
