"""What every room uses: errors, messages, files, periods, the tables of the mart."""
