"""What people wrote, as an audience may read it: the mission its store, others their release."""
