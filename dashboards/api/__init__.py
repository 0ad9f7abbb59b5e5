"""What machines ask for: SDMX-REST over the current releases, and the files of every release."""
