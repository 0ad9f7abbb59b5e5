"""What keeps a workspace in order: copies of it, examining it, and taking out what may not stay."""
