"""What a file tells as a whole: its series by its name, its days, its sender."""
