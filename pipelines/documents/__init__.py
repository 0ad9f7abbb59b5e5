"""What is written for people to fill in or read: templates and generated pages."""
